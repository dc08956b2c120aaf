"""Whoever gets at the tables past every trigger is found out, and the first wrong place is named."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection, transaction

from mulin.ledger import jobs, queries
from mulin.ledger.models import Chain, Entry, Root
from mulin.ledger.rules.chain import GENESIS, entry_hash
from mulin.ledger.rules.roots import heads_of, root_hash
from tests.make import ledger as make

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE, AFTER = 40, 8  # entries under the first root, and after it


@pytest.fixture
def anchors(tmp_path: Path) -> Path:
    """A ledger of 48 entries under two anchored roots."""
    make.entries(BEFORE)
    jobs.anchor(folder=tmp_path, now=make.NOON)
    make.entries(AFTER)
    jobs.anchor(folder=tmp_path, now=make.NOON)
    verdict = queries.verify(anchors=tmp_path)
    assert (verdict.ok, verdict.entries, verdict.roots, verdict.anchored) == (True, BEFORE + AFTER, 2, 2)
    return tmp_path


@pytest.fixture(autouse=True)
def _superuser() -> Iterator[None]:
    """Work as somebody whom no trigger stops; put the switch back."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("reset session_replication_role")


def tamper(*statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)


def nth(number: int) -> Entry:
    """Return the entry that stands ``number``-th in the table, from 0; negative counts from the end."""
    rows = list(Entry.objects.order_by("id"))
    return rows[number]


def next_in_chain(entry: Entry) -> Entry:
    return Entry.objects.get(chain=entry.chain, height=entry.height + 1)


EDITS = {
    "tx": "tx + 1",
    "at": "at + interval '1 microsecond'",
    "kind": "'case.notee'",
    "subject_kind": "'casf'",
    "subject": "overlay(subject placing 'f' from 1)",
    "account_id": "account_id + 1",
    "unit_id": "unit_id + 1",
    "facts": "jsonb_set(facts, '{step}', '99')",
    "chain": "(chain + 1) % 16",
    "height": "height + 1",
    "previous": "set_byte(previous, 31, get_byte(previous, 31) # 1)",
    "hash": "set_byte(hash, 0, get_byte(hash, 0) # 1)",
}


@pytest.mark.parametrize("column", EDITS)
@pytest.mark.parametrize("number", [0, 20, -1])
def test_one_byte_of_any_column(anchors: Path, column: str, number: int) -> None:
    victim = nth(number)
    with transaction.atomic():
        tamper(
            "alter table ledger_entry drop constraint entry_subject_kind",
            f"update ledger_entry set {column} = {EDITS[column]} where id = {victim.pk}",
        )
        verdict = queries.verify(anchors=anchors)
        transaction.set_rollback(True)
    assert not verdict.ok
    assert verdict.first_bad == f"entry {victim.pk}"


def test_every_column_has_its_edit() -> None:
    assert {field.name for field in Entry._meta.get_fields()} == EDITS.keys() | {"id"}


def test_another_number(anchors: Path) -> None:
    victim = nth(20)
    tamper(f"update ledger_entry set id = id + 100000 where id = {victim.pk}")
    assert queries.verify(anchors=anchors).first_bad == f"entry {next_in_chain(victim).pk}"


@pytest.mark.parametrize("number", [0, 20])
def test_one_entry_removed(anchors: Path, number: int) -> None:
    victim = nth(number)
    follower = next_in_chain(victim)
    tamper(f"delete from ledger_entry where id = {victim.pk}")
    assert queries.verify(anchors=anchors).first_bad == f"entry {follower.pk}"


def test_the_last_entry_removed(anchors: Path) -> None:
    victim = nth(-1)
    tamper(f"delete from ledger_entry where id = {victim.pk}")
    assert queries.verify(anchors=anchors).first_bad == f"entry {victim.pk}"


def test_two_entries_swapped(anchors: Path) -> None:
    one, two = nth(10), nth(30)
    tamper(
        f"update ledger_entry set id = 0 where id = {one.pk}",
        f"update ledger_entry set id = {one.pk} where id = {two.pk}",
        f"update ledger_entry set id = {two.pk} where id = 0",
    )
    assert queries.verify(anchors=anchors).first_bad == f"entry {one.pk}"


def test_a_tail_removed_with_its_heads(anchors: Path) -> None:
    cut = nth(BEFORE + 2)
    tamper(f"delete from ledger_entry where id >= {cut.pk}")
    _set_heads()
    verdict = queries.verify(anchors=anchors)
    assert not verdict.ok
    assert verdict.first_bad == f"entry {cut.pk}"  # the second root sealed it


def _set_heads() -> None:
    """Make the kept heads fit the entries that are there: what a careful forger does."""
    for chain in Chain.objects.all():
        last = Entry.objects.filter(chain=chain.chain).order_by("height").last()
        Chain.objects.filter(pk=chain.pk).update(
            height=last.height if last else 0,
            entry=last.pk if last else 0,
            hash=last.hash if last else GENESIS,
        )


def _rewrite_after(entry_id: int, change: Callable[[Entry], None]) -> None:
    """Change entries from ``entry_id`` on and give all of them, and the heads, right hashes again."""
    tamper()
    ends: dict[int, bytes] = {}
    for entry in Entry.objects.order_by("id"):
        if entry.pk >= entry_id:
            change(entry)
        entry.previous = ends.get(entry.chain, GENESIS)
        entry.save()
        entry.hash = entry_hash(_link(entry.pk))
        entry.save()
        ends[entry.chain] = entry.hash
    _set_heads()


def _link(entry_id: int) -> tuple:
    with connection.cursor() as cursor:
        cursor.execute(queries._WALK.replace("order by", f"where id = {entry_id} order by"))
        return cursor.fetchone()


def _forge(entry: Entry) -> None:
    entry.account_id = 99


@pytest.mark.parametrize("batch", [5000, 4])
def test_everything_rewritten_with_right_hashes(
    anchors: Path, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "BATCH", batch)
    start = nth(20)
    _rewrite_after(start.pk, _forge)
    verdict = queries.verify()  # the roots alone tell
    sealed = sorted(head[2] for head in heads_of(_text(1)) if head[2] >= start.pk)
    assert verdict.first_bad == f"entry {sealed[0]}"
    assert "第 1 个封印" in verdict.why


def _text(number: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select heads::text from ledger_root where number = %s", [number])
        return cursor.fetchone()[0]


def _rewrite_roots() -> None:
    """Seal the forged entries under roots that look as old as the true ones."""
    previous = GENESIS
    for root in Root.objects.order_by("number"):
        ids = [head[2] for head in heads_of(_text(root.number))]
        root.heads = [
            [e.chain, e.height, e.pk, e.hash.hex()]
            for e in Entry.objects.filter(pk__in=ids).order_by("chain")
        ]
        root.previous = previous
        root.save()
        micros = int(root.at.timestamp()) * 1_000_000 + root.at.microsecond
        root.hash = root_hash(number=root.number, micros=micros, heads=_text(root.number), previous=previous)
        root.save()
        previous = root.hash


def test_everything_rewritten_roots_and_all(anchors: Path) -> None:
    _rewrite_after(nth(20).pk, _forge)
    _rewrite_roots()
    assert queries.verify().ok  # inside the database nothing is left to tell …
    assert queries.verify(anchors=anchors).first_bad == "root 1"  # … so the anchors do


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("update ledger_root set at = at + interval '1 second' where number = 2", "root 2"),
        ("update ledger_root set heads = heads - 0 where number = 1", "root 1"),
        ("update ledger_root set previous = hash where number = 2", "root 2"),
        ("update ledger_root set hash = previous where number = 1", "root 1"),
        ("delete from ledger_root where number = 1", "root 2"),
        ("delete from ledger_root where number = 2", "root 2"),
    ],
)
def test_a_root_changed_or_removed(anchors: Path, statement: str, where: str) -> None:
    tamper(statement)
    assert queries.verify(anchors=anchors).first_bad == where


def test_a_head_changed(anchors: Path) -> None:
    chain = nth(-1).chain
    tamper(f"update ledger_chain set hash = sha256(hash) where chain = {chain}")
    assert queries.verify(anchors=anchors).first_bad == f"chain {chain}"


def test_an_entry_slipped_in(anchors: Path) -> None:
    like = nth(-1)
    tamper(
        "insert into ledger_entry select id + 1, tx, at, kind, subject_kind, subject, account_id, unit_id, "
        f"facts, chain, height + 1, hash, hash from ledger_entry where id = {like.pk}"
    )
    assert queries.verify(anchors=anchors).first_bad == f"entry {like.pk + 1}"


def test_an_anchor_changed(anchors: Path) -> None:
    file = anchors / queries.ANCHOR_FILE
    lines = file.read_text().splitlines(keepends=True)
    file.write_text(
        lines[0][:-3] + "00\n" + lines[1] if lines[0][-3:-1] != "00" else lines[0][:-3] + "11\n" + lines[1]
    )
    assert queries.verify(anchors=anchors).first_bad == "root 1"


def test_a_foreign_line_among_the_anchors(anchors: Path) -> None:
    file = anchors / queries.ANCHOR_FILE
    file.write_text("nothing to see here\n" + file.read_text())
    assert queries.verify(anchors=anchors).first_bad == "root 1"


def test_writing_goes_on_after_a_forgery_but_does_not_cover_it(anchors: Path) -> None:
    victim = nth(20)
    tamper(
        f"update ledger_entry set account_id = 99 where id = {victim.pk}", "reset session_replication_role"
    )
    make.entries(5)
    jobs.anchor(folder=anchors, now=make.NOON)
    assert queries.verify(anchors=anchors).first_bad == f"entry {victim.pk}"
