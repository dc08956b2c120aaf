"""Writing and correcting the grid log: who may, what is refused, what counts."""

from datetime import date, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.kernel.actor import PUBLIC, SYSTEM, Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, Refusal
from mulin.ledger.models import Entry
from mulin.people.queries.actors import actor_of
from mulin.worklog.actions import labels as words
from mulin.worklog.actions import logs
from mulin.worklog.models import Label, LogEntry
from mulin.worklog.queries import logs as lookup
from mulin.worklog.queries.labels import rows_in_use
from mulin.worklog.rules.logs import AlreadyCorrected
from tests.make import packs
from tests.make import people as make
from tests.make.people import NOON, TODAY

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
GRID, COMMUNITY = "990101001001001", "990101001001"
write = partial(logs.write_log, unit=GRID, kind="problem", text="路沿石松动，已扶正", on=TODAY, now=NOON)


def someone(staff_no: str) -> Actor:
    return actor_of(make.account(staff_no).pk, now=NOON)


@pytest.fixture
def officer() -> Actor:
    packs.city()
    return someone("S042")


def test_an_entry_is_written_and_corrected_and_only_the_new_one_counts(officer: Actor) -> None:
    first = write(actor=officer)
    facts = {"unit": first.unit_id, "log": "problem", "on": "2026-05-12", "case": None}
    assert Entry.objects.get(kind="log.written").facts == facts
    again = logs.correct_log(
        entry_id=first.pk,
        kind="dispute",
        text="为车位争执，说和了",
        on=TODAY - DAY,
        actor=officer,
        now=NOON,
    )
    assert Entry.objects.get(kind="log.corrected").facts["replaces"] == str(first.pk)
    assert (again.replaces, again.unit) == (first, first.unit)
    (line,) = lookup.entries(officer, month=TODAY)
    assert (line.id, line.kind, line.is_correction) == (again.pk, "dispute", True)
    assert LogEntry.objects.get(pk=first.pk).text == "路沿石松动，已扶正"  # the old words stay
    with pytest.raises(AlreadyCorrected):
        logs.correct_log(entry_id=first.pk, kind="problem", text="x", on=TODAY, actor=officer, now=NOON)


@pytest.mark.parametrize(
    ("said", "who", "refusal"),
    [
        pytest.param({}, "S071", NotFound, id="elsewhere"),
        pytest.param({}, "S011", NotAllowed, id="wrong-role"),
        pytest.param({"unit": "990101001001002"}, "S042", NotFound, id="another-grid"),
        pytest.param({"unit": "nowhere"}, "S042", NotFound, id="no-unit"),
        pytest.param({"kind": "big_problem"}, "S042", BadInput, id="no-type"),
        pytest.param({"kind": "find"}, "S042", BadInput, id="a-word-of-the-loop"),
        pytest.param({"text": " "}, "S042", BadInput, id="no-words"),
        pytest.param({"text": "长" * 501}, "S042", BadInput, id="too-long"),
        pytest.param({"on": TODAY + DAY}, "S042", BadInput, id="tomorrow"),
        pytest.param({"on": date(2026, 4, 1)}, "S042", BadInput, id="long-ago"),
        pytest.param({"case_id": uuid4()}, "S042", NotFound, id="no-case"),
    ],
)
def test_a_refused_entry_leaves_no_trace(said: dict[str, object], who: str, refusal: type[Refusal]) -> None:
    packs.city()
    entries = Entry.objects.count()
    with pytest.raises(refusal):
        write(**said, actor=someone(who))
    assert not LogEntry.objects.exists()
    assert Entry.objects.count() == entries


@pytest.mark.parametrize(("who", "refusal"), [("S071", NotFound), ("S011", NotAllowed), ("S044", NotFound)])
def test_a_stranger_corrects_nothing(officer: Actor, who: str, refusal: type[Refusal]) -> None:
    first = write(actor=officer)
    with pytest.raises(refusal):
        logs.correct_log(entry_id=first.pk, kind="problem", text="x", on=TODAY, actor=someone(who), now=NOON)
    assert LogEntry.objects.count() == 1


def test_a_correction_locks_before_it_looks(officer: Actor) -> None:
    first = write(actor=officer)
    with CaptureQueriesContext(connection) as asked:
        logs.correct_log(entry_id=first.pk, kind="problem", text="x", on=TODAY, actor=officer, now=NOON)
    seen = [query["sql"] for query in asked if "SAVEPOINT" not in query["sql"]]
    assert "FOR UPDATE" in seen[0]


def test_a_longer_log_asks_no_more(officer: Actor) -> None:
    lead, counts = someone("S011"), []
    for n in (1, 2):
        for _ in range(n):
            write(actor=officer)
        with CaptureQueriesContext(connection) as asked:
            assert all(line.unit and line.kind_name for line in lookup.entries(lead, month=TODAY))
            assert sum(one.n for one in lookup.counts(lead, month=TODAY)) in (1, 3)
        counts.append(len(asked))
    assert counts[0] == counts[1]
    with pytest.raises(NotAllowed):
        lookup.counts(PUBLIC, month=TODAY)


def test_words_are_replaced_as_a_whole_and_those_in_entries_stay(officer: Actor) -> None:
    write(actor=officer)
    rows = [row for row in rows_in_use() if row.code != "problem"]
    with pytest.raises(NotAllowed):
        words.adopt_labels(rows=rows, actor=officer, now=NOON)
    assert words.adopt_labels(rows=rows, actor=SYSTEM, now=NOON) == 1
    assert words.adopt_labels(rows=rows, actor=SYSTEM, now=NOON) == 0
    assert rows_in_use() == rows
    assert not Label.objects.get(code="problem").in_use
    assert {one.code: one.n for one in lookup.counts(officer, month=TODAY)}["problem"] == 1  # still counted
    with pytest.raises(BadInput):
        write(actor=officer)
