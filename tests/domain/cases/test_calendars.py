"""Calendars of a city: a new one is previewed and moves the running clocks; a region has its own."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.cases import jobs
from mulin.cases.actions import intake, setup, timetables
from mulin.cases.models import Case, Promise
from mulin.cases.queries import clock, routing
from mulin.cases.rules.dispatch import Row
from mulin.clocks.rules import calendars, specs
from mulin.kernel.actor import PUBLIC, SYSTEM
from mulin.kernel.errors import NotAllowed
from mulin.ledger.models import Entry
from tests.make import cases as make
from tests.make.cases import NOON, City

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def here() -> City:
    return make.city()


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


SUMMER = specs.Drawn("city", "本市日历（示例）", "", {"base": "cn", "days": {
    "2026-05-14": {"works": False, "note": "本地假日（示例）"}}})  # fmt: skip


def test_a_new_calendar_is_previewed_and_then_moves_running_clocks_in_one_act(here: City) -> None:
    waiting = [make.in_hand(here), make.dispatched(here)]
    untouched = [make.handled(here), make.case(here.grid)]
    before = {case.pk: case.due_at for case in [*waiting, *untouched]}
    entries = Entry.objects.count()
    told = timetables.preview_calendar(drawn=SUMMER, from_on=date(2026, 5, 12), actor=SYSTEM, now=NOON)
    assert (told.looked_at, told.moved, told.later, told.earlier) == (2, 2, 2, 0)
    assert (Entry.objects.count(), Promise.objects.count()) == (entries, 0)
    assert {case.pk: fresh(case).due_at for case in waiting} == {case.pk: before[case.pk] for case in waiting}

    done = timetables.change_calendar(drawn=SUMMER, from_on=date(2026, 5, 12), actor=SYSTEM, now=NOON)
    assert done == told
    for case in waiting:
        due = before[case.pk]
        assert due is not None
        assert fresh(case).due_at == due + DAY  # Thursday off: one working day later
        assert fresh(case).due_why["calendar"] == "本市日历（示例）"
    assert [fresh(case).due_at for case in untouched] == [before[case.pk] for case in untouched]
    assert Promise.objects.filter(cause="calendar").count() == 2
    changed = Entry.objects.get(kind="calendar.changed")
    assert (changed.facts["moved"], changed.facts["looked_at"]) == (2, 2)
    assert Entry.objects.count() == entries + 3  # published, moved, changed: not one for each case
    assert set(Entry.objects.get(kind="calendar.moved").facts["cases"]) == {str(case.pk) for case in waiting}
    again = timetables.recompute_clocks(actor=SYSTEM, now=NOON)
    assert again.moved == 0


def test_a_calendar_of_a_day_to_come_begins_by_itself_on_its_day_and_once(here: City) -> None:
    running, handed_in = make.in_hand(here), make.handled(here)
    promised, begins = running.due_at, NOON + DAY
    assert promised is not None
    moved = timetables.change_calendar(drawn=SUMMER, from_on=begins.date(), actor=SYSTEM, now=NOON)
    assert moved.moved == 0
    assert jobs.begin_calendars(now=NOON) == 0
    entries = Entry.objects.filter(kind="calendar.changed").count()
    assert jobs.begin_calendars(now=begins + 2 * DAY) == 1  # the worker was away on the day itself
    assert fresh(running).due_at == promised + DAY
    assert fresh(handed_in).due_at == handed_in.due_at
    assert [promise.cause for promise in Promise.objects.all()] == ["calendar"]
    assert Entry.objects.filter(kind="calendar.changed").count() == entries + 1
    with CaptureQueriesContext(connection) as asked:
        assert jobs.begin_calendars(now=begins + 3 * DAY) == 0
    assert len(asked) <= 3  # of which two are the transaction's
    assert timetables.recompute_clocks(actor=SYSTEM, now=begins + 3 * DAY).moved == 0
    assert Entry.objects.filter(kind="calendar.changed").count() == entries + 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_begin_a_calendar_once() -> None:
    here = make.city()
    running = make.in_hand(here)
    timetables.change_calendar(drawn=SUMMER, from_on=(NOON + DAY).date(), actor=SYSTEM, now=NOON)
    gate, moved = threading.Barrier(2), []

    def run() -> None:
        gate.wait()
        try:
            moved.append(jobs.begin_calendars(now=NOON + DAY))
        finally:
            connection.close()

    workers = [threading.Thread(target=run) for _ in range(2)]
    [worker.start() for worker in workers]
    [worker.join() for worker in workers]
    assert sorted(moved) == [0, 1]
    assert fresh(running).version == running.version + 1
    assert Promise.objects.count() == 1


def test_nobody_without_the_post_begins_a_calendar(here: City) -> None:
    with pytest.raises(NotAllowed):
        timetables.begin_calendars(actor=here.dispatcher, now=NOON)


EVENING = specs.Drawn("east", "东街道日历（示例）", "street", {
    "base": "cn", "week": [[[18 * 60, 22 * 60]]] * 7})  # fmt: skip


def test_the_hours_of_the_place_decide_the_dispatch_and_the_first_look(here: City) -> None:
    setup.publish_dispatch_table(
        rows=[
            Row(line=2, lead="unit:firm", hours="working"),
            Row(line=3, lead="unit:community", hours="off"),
        ],
        name="早晚（示例）", from_on=date(2026, 5, 1), actor=SYSTEM, now=NOON,
    )  # fmt: skip
    at_work, evening = NOON - 2 * HOUR, NOON + 7 * HOUR
    case = make.case(here.grid)
    assert routing.route(case, now=at_work).lead == here.firm
    timetables.change_calendar(drawn=EVENING, from_on=date(2026, 5, 1), actor=SYSTEM, now=NOON)
    assert routing.route(case, now=at_work).lead == here.community
    assert routing.route(case, now=evening).lead == here.firm
    filing = make.filing()
    first = intake.file_report(filing=filing, actor=PUBLIC, now=at_work)
    Case.objects.filter(pk=first.case.pk).update(place_unit=here.grid)
    again = intake.file_report(filing=filing, actor=PUBLIC, now=at_work)
    assert again.replayed
    assert again.first_look_by == datetime(2026, 5, 12, 10, 30, tzinfo=UTC)  # half an hour of the evening


def test_a_region_has_its_own_calendar(here: City) -> None:
    drawn = specs.Drawn("west", "西街道日历（示例）", here.other_street.code, SUMMER.spec)
    timetables.change_calendar(drawn=drawn, from_on=date(2026, 5, 1), actor=SYSTEM, now=NOON)
    shelf = clock.shelf(clock.doors.settings())
    assert shelf.calendar_at(here.other_street.path, date(2026, 5, 12)).name == "西街道日历（示例）"
    assert shelf.calendar_at(here.grid.path, date(2026, 5, 12)) is calendars.cn()
    assert shelf.calendar_at(here.other_street.path, date(2026, 4, 30)) is calendars.cn()
    assert make.dispatched(here).due_why["calendar"] == calendars.cn().name
