"""A reader that follows the ledger misses nothing, whatever the order in which transactions end."""

import threading
from uuid import UUID

import pytest
from django.db import OperationalError, connection, transaction

from mulin.kernel.actor import SYSTEM
from mulin.ledger import actions, queries
from mulin.ledger.models import Chain, Entry
from tests.make import ledger as make

pytestmark = pytest.mark.django_db(transaction=True)
SLOW, FAST = UUID(int=1001), UUID(int=1002)


def read(cursor: queries.Cursor | None) -> tuple[list[str], queries.Cursor]:
    rows, after = queries.entries_after(cursor, limit=100)
    return [row.subject for row in rows], after


def note_fast() -> None:
    """Record FAST; once in sixteen it meets SLOW's chain and must try again with another transaction."""
    while True:
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("set local lock_timeout = '200ms'")
                actions.record("case.noted", subject=FAST, actor=SYSTEM, at=make.NOON)
        except OperationalError:
            continue
        return


def test_a_late_commit_is_read_in_its_turn_and_a_plain_number_would_lose_it() -> None:
    started, go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            actions.record("case.noted", subject=SLOW, actor=SYSTEM, at=make.NOON)
            started.set()
            go.wait(20)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert started.wait(20)
    try:
        note_fast()
        naive = list(Entry.objects.filter(id__gt=0).order_by("id").values_list("id", "subject"))
        seen, cursor = read(None)
    finally:
        go.set()
        thread.join(20)

    # By plain id: FAST is seen, its id remembered, and SLOW, younger in commit and older in id, never comes.
    assert [subject for _, subject in naive] == [str(FAST)]
    assert not Entry.objects.filter(id__gt=naive[-1][0]).exists()
    assert Entry.objects.filter(id__lt=naive[-1][0], subject=SLOW).exists()
    # By the cursor: nothing yet, then both, each once.
    assert seen == []
    make.until(lambda: read(cursor)[0] == [str(SLOW), str(FAST)])
    assert read(read(cursor)[1])[0] == []


def test_pages_do_not_tear_interleaved_transactions_apart() -> None:
    noted, go = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            actions.record("case.noted", subject=SLOW, actor=SYSTEM, at=make.NOON, step=1)
            noted.set()
            go.wait(20)
            actions.record("case.noted", subject=SLOW, actor=SYSTEM, at=make.NOON, step=3)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert noted.wait(20)
    note_fast()
    go.set()
    thread.join(20)
    make.until(lambda: len(read(None)[0]) == 3)

    seen, cursor = [], None
    for _ in range(3):  # pages of one: by number alone the reader would pass over SLOW's second entry
        rows, cursor = queries.entries_after(cursor, limit=1)
        seen += [row.subject for row in rows]

    assert seen == [str(SLOW), str(SLOW), str(FAST)]


def test_pages_cover_everything_once() -> None:
    with transaction.atomic():
        for number in range(5):
            actions.record("case.noted", subject=UUID(int=number), actor=SYSTEM, at=make.NOON)
    make.entries(5)
    make.until(lambda: len(read(None)[0]) == 10)

    pages, cursor = [], None
    while True:
        rows, cursor = queries.entries_after(cursor, limit=3)
        if not rows:
            break
        assert len(rows) <= 3
        pages += [row.id for row in rows]

    assert sorted(pages) == sorted(Entry.objects.values_list("id", flat=True))
    assert len(set(pages)) == 10


def test_a_cursor_from_the_future_is_refused_not_believed() -> None:
    make.entry()
    with pytest.raises(queries.CursorFromElsewhere):
        queries.entries_after(queries.Cursor(2**60, 0), limit=1)


def test_at_the_end_only_what_is_new_is_read() -> None:
    make.entry(1)
    make.until(lambda: read(None)[0] != [])
    cursor = queries.cursor_at_end()
    assert read(cursor)[0] == []
    new = make.entry(2)
    make.until(lambda: read(cursor)[0] == [str(new)])


def test_a_restored_ledger_is_settled_on_its_new_server() -> None:
    make.entries(3)
    with (
        connection.cursor() as cursor
    ):  # as if these entries came from a server that had counted much further
        cursor.execute("set session_replication_role = replica")
        cursor.execute("update ledger_entry set tx = tx + 1000000000")
        cursor.execute("reset session_replication_role")
    old = set(Entry.objects.values_list("id", flat=True))
    make.entry(4)
    assert [row.id in old for row in queries.entries_after(None, limit=9)[0]] in ([], [False])  # the trap

    by = actions.settle(actor=SYSTEM, now=make.NOON)
    new = make.entry(5)

    assert by > 900_000_000
    assert set(Chain.objects.values_list("base", flat=True)) == {by}
    make.until(lambda: len(read(None)[0]) == 6)
    assert read(None)[0][-2:] == ["chains", str(new)]
    assert actions.settle(actor=SYSTEM, now=make.NOON) == 0


def test_the_end_of_the_ledger_in_the_order_of_writing() -> None:
    make.entries(5)
    assert [row.facts["step"] for row in queries.latest(limit=2)] == [4, 5]
