"""Many writers at once: chains without gap or fork, and nobody waits for a chain that is not theirs."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count

from mulin.kernel.actor import SYSTEM
from mulin.ledger import actions, jobs, queries
from mulin.ledger.models import Chain, Entry, Root
from tests.make import ledger as make

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_writers_leave_whole_chains() -> None:
    def write() -> None:
        for number in range(25):
            with transaction.atomic():
                make.entry(number)  # a savepoint: transaction numbers come in steps of two
                actions.record("case.noted", subject="x", actor=SYSTEM, at=make.NOON)

    assert make.together(*[write] * 8) == [None] * 8

    verdict = queries.verify()
    assert (verdict.ok, verdict.entries) == (True, 400)
    assert (
        Entry.objects.values("tx").annotate(chains=Count("chain", distinct=True)).filter(chains__gt=1).count()
        == 0
    )
    assert Entry.objects.values("chain").distinct().count() == 16


@pytest.mark.parametrize("savepoints", [0, 1, 3, 7, 15])
def test_savepoints_do_not_crowd_the_chains(savepoints: int) -> None:
    new_row = "insert into ledger_receipt (scope, key, digest, body) select 's', gen_random_uuid(), '', ''"
    with connection.cursor() as cursor:
        for number in range(160):
            with transaction.atomic():
                make.entry(number)
                for _ in range(savepoints):
                    with transaction.atomic():
                        cursor.execute(new_row)
    sizes = [chain.height for chain in Chain.objects.all()]
    assert len(sizes) >= 12
    assert max(sizes) <= 32  # ten on the average; crowded, one chain would hold them all


def test_a_ledger_under_writing_verifies_as_of_one_moment() -> None:
    def write() -> None:
        for number in range(60):
            make.entry(number)

    def watch() -> list[queries.Verdict]:
        return [queries.verify() for _ in range(15)]

    verdicts = make.together(write, write, watch)[2]
    assert all(verdict.ok for verdict in verdicts), verdicts


def test_heads_come_back_where_tests_emptied_them() -> None:
    call_command("flush", interactive=False)
    assert not Chain.objects.exists()
    make.entries(20)
    assert queries.verify().ok


def test_a_root_seals_what_there_is_and_only_when_something_happened(tmp_path: Path) -> None:
    assert jobs.anchor(folder=tmp_path, now=make.NOON) == 0
    make.entry()
    assert jobs.anchor(folder=tmp_path, now=make.NOON) == 1
    assert jobs.anchor(folder=tmp_path, now=make.NOON) == 1
    make.entry()
    assert jobs.anchor(folder=tmp_path, now=make.NOON) == 2
    assert Root.objects.count() == 2
    assert (tmp_path / queries.ANCHOR_FILE).stat().st_mode & 0o777 == 0o600


def test_two_sealers_at_once_make_one_row_of_roots() -> None:
    make.entries(3)
    numbers = make.together(*[lambda: actions.seal_root(actor=SYSTEM, now=make.NOON)] * 4)
    assert sorted(numbers, key=str) == [1, None, None, None]


@pytest.mark.parametrize(
    "kept", ["", "1 2026-05-12T04:00:00", "{first}2 2026"], ids=["all", "torn-first", "torn-second"]
)
def test_anchors_lost_in_a_crash_are_written_again(tmp_path: Path, kept: str) -> None:
    for number in range(3):
        make.entry(number)
        jobs.anchor(folder=tmp_path, now=make.NOON)
    file = tmp_path / queries.ANCHOR_FILE
    whole = file.read_text()
    file.write_text(kept.format(first=whole.splitlines(keepends=True)[0]))

    verdict = queries.verify(anchors=tmp_path)
    assert verdict.ok
    assert verdict.anchored < 3
    jobs.anchor(folder=tmp_path, now=make.NOON)

    assert file.read_text() == whole
    assert queries.verify(anchors=tmp_path).anchored == 3


def test_more_anchors_than_one_batch_are_caught_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    for number in range(5):
        make.entry(number)
        make.root()
    assert jobs.anchor(folder=tmp_path, now=make.NOON) == 5
    assert queries.verify(anchors=tmp_path).anchored == 5


def test_verifying_many_roots_goes_batch_by_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 4)
    for number in range(9):
        make.entry(number)
        make.root()
    assert queries.verify().ok
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        cursor.execute("update ledger_root set hash = previous where number = 8")
        cursor.execute("reset session_replication_role")
    assert queries.verify().first_bad == "root 8"
