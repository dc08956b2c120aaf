"""The sweep over the clocks finds everything, once, however often and by however many it is run."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from mulin.cases.actions import escalating, handling
from mulin.cases.models import Alarm, Call, Case, Milestone, Rung, Supervision
from mulin.cases.queries import worklist
from mulin.cases.queries.worklist import Clock, QueueFilter, Tab
from mulin.cases.rules import escalation
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput, NotAllowed
from mulin.ledger.models import Entry
from tests.make import cases as make
from tests.make import whistles
from tests.make.cases import NOON, City

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
LADDER = (
    escalation.Rung(1, 4, "superior"),
    escalation.Rung(2, 24, "kind:county", supervise=True),
    escalation.Rung(3, 72, "place:community"),
)


def ladder() -> None:
    escalating.adopt_ladder(rungs=LADDER, actor=SYSTEM, now=NOON)


def sweep(now: datetime = NOON) -> dict[str, int]:
    return {name: n for name, n in escalating.sweep_clocks(actor=SYSTEM, now=now).counts.items() if n}


def due(case: Case, at: datetime) -> Case:
    Case.objects.filter(pk=case.pk).update(due_at=at)
    return Case.objects.get(pk=case.pk)


def alarms() -> list[tuple[str, int, str]]:
    return list(Alarm.objects.order_by("kind", "level").values_list("kind", "level", "unit__code"))


@pytest.mark.django_db
def test_amber_before_red_after_and_each_only_once() -> None:
    here = make.city()
    case = due(make.dispatched(here), NOON + 10 * HOUR)
    assert sweep() == {}
    assert sweep(NOON + 7 * HOUR) == {"yellow": 1}
    assert sweep(NOON + 8 * HOUR) == {}
    assert sweep(NOON + 10 * HOUR) == {"red": 1}
    assert sweep(NOON + 11 * HOUR) == {}
    assert alarms() == [("red", 0, "firm"), ("yellow", 0, "firm")]
    kinds = Entry.objects.filter(subject=str(case.pk), account_id=-1).order_by("id")
    assert list(kinds.values_list("kind", flat=True)) == ["case.warned", "case.overdue"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("span", "amber"), [(10, 7), (1, 0.7), (24 * 30, 24 * 28)], ids=["day", "hour", "month"]
)
def test_sweep_chip_filter_and_count_turn_amber_at_the_same_moment(span: float, amber: float) -> None:
    here = make.city()
    case = due(make.dispatched(here), NOON + span * HOUR)
    for now, is_amber in ((NOON + amber * HOUR - SECOND, False), (NOON + amber * HOUR, True)):
        desk = worklist.queue(here.handler, tab=Tab.TODO, filters=QueueFilter(), now=now)
        assert [row.clock for row in desk.rows] == [Clock.SOON if is_amber else Clock.IN_TIME]
        assert desk.counts["soon"] == is_amber
        for clock, found in ((Clock.SOON, is_amber), (Clock.IN_TIME, not is_amber)):
            narrowed = worklist.queue(here.handler, tab=Tab.TODO, filters=QueueFilter(clock=clock), now=now)
            assert [row.id for row in narrowed.rows] == [case.pk] * found
        assert sweep(now) == ({"yellow": 1} if is_amber else {})


@pytest.mark.django_db
def test_a_deadline_that_moved_is_another_clock() -> None:
    here = make.city()
    case = due(make.dispatched(here), NOON)
    assert sweep() == {"red": 1}
    due(case, NOON + HOUR)
    assert sweep(NOON + HOUR) == {"red": 1}
    assert Alarm.objects.count() == 2


@pytest.mark.django_db
def test_the_ladder_is_climbed_by_age_and_ends_at_the_place() -> None:
    here = make.city()
    ladder()
    make.dispatched(here)
    Case.objects.update(due_at=NOON)
    assert sweep(NOON + 5 * HOUR) == {"red": 1, "escalation1": 1}
    assert sweep(NOON + 30 * HOUR) == {"escalation2": 1}
    assert sweep(NOON + 80 * HOUR) == {"escalation3": 1}
    assert alarms()[:3] == [
        ("escalation", 1, "community"),  # the firm lies below it
        ("escalation", 2, "county"),
        ("escalation", 3, "community"),
    ]
    raised = Supervision.objects.get()
    assert (raised.unit, raised.state, raised.raised_unit) == (here.firm, "asked", None)
    assert Case.objects.get().supervisions_open == 1
    assert sweep(NOON + 81 * HOUR) == {}


@pytest.mark.django_db
def test_what_waits_or_is_over_is_left_alone() -> None:
    here = make.city()
    asked = make.in_hand(here)
    handling.ask_resident(case_id=asked.pk, question="哪个单元？", actor=here.handler, now=NOON)
    make.closed(here)
    make.declined(here)
    Case.objects.update(due_at=NOON - HOUR)
    assert sweep() == {}


@pytest.mark.django_db
def test_an_alarm_is_never_changed() -> None:
    here = make.city()
    due(make.dispatched(here), NOON)
    sweep()
    for change in (lambda: Alarm.objects.update(level=3), lambda: Alarm.objects.all().delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert Alarm.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("rungs", "where"),
    [
        ([escalation.Rung(2, 4, "superior")], "rung 1"),
        ([escalation.Rung(1, 4, "superior"), escalation.Rung(2, 4, "superior")], "rung 2"),
        ([escalation.Rung(1, 4, "mayor")], "rung 1"),
        ([escalation.Rung(1, 99_999, "superior")], "rung 1"),
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused(rungs: list[escalation.Rung], where: str) -> None:
    with pytest.raises(BadInput) as refusal:
        escalating.adopt_ladder(rungs=rungs, actor=SYSTEM, now=NOON)
    assert refusal.value.where == where
    assert not Rung.objects.exists()


@pytest.mark.django_db
def test_nobody_without_the_post_sweeps_or_sets_the_ladder() -> None:
    here = make.city()
    with pytest.raises(NotAllowed):
        escalating.sweep_clocks(actor=here.dispatcher, now=NOON)
    with pytest.raises(NotAllowed):
        escalating.adopt_ladder(rungs=LADDER, actor=here.dispatcher, now=NOON)


@pytest.mark.django_db
def test_more_than_a_block_is_swept_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escalating, "BLOCK", 3)
    here = make.city()
    for _ in range(8):
        make.case(here.grid)
    Case.objects.update(due_at=NOON - HOUR)  # eight clocks of one moment
    assert sweep() == {"red": 8}
    assert sweep() == {}


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_note_each_miss_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(escalating, "BLOCK", 4)
    here = make.city()
    ladder()
    for _ in range(30):
        make.case(here.grid)
    Case.objects.update(due_at=NOON - 100 * HOUR)
    gate, new = threading.Barrier(2), []

    def run() -> None:
        gate.wait()
        try:
            new.append(escalating.sweep_clocks(actor=SYSTEM, now=NOON).total)
        finally:
            connection.close()

    runners = [threading.Thread(target=run) for _ in range(2)]
    [runner.start() for runner in runners]
    [runner.join() for runner in runners]
    left = escalating.sweep_clocks(actor=SYSTEM, now=NOON).total
    assert sum(new) + left == Alarm.objects.count() == 30 * 4
    assert Entry.objects.filter(kind="case.overdue").count() == 30
    assert Supervision.objects.count() == 30
    assert escalating.sweep_clocks(actor=SYSTEM, now=NOON).total == 0


def held(here: City) -> Case:
    return due(make.dispatched(here), NOON - HOUR)


@pytest.mark.django_db(transaction=True)
def test_a_case_somebody_works_on_is_swept_the_next_time() -> None:
    here = make.city()
    case = held(here)
    locked, done = threading.Event(), threading.Event()

    def work() -> None:
        with transaction.atomic():
            list(Case.objects.select_for_update().filter(pk=case.pk))
            locked.set()
            done.wait(10)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    locked.wait(10)
    assert sweep() == {}
    done.set()
    worker.join()
    assert sweep() == {"red": 1}


@pytest.mark.django_db
def test_a_called_unit_that_stays_silent_is_told_of_once() -> None:
    there = whistles.field()
    one = whistles.whistle(there)
    late = NOON + timedelta(days=30)
    first = sweep(late)
    silent = Call.objects.filter(whistle=one, state="calling")
    assert first["silent_call"] == silent.count() > 0
    for call in silent:
        alarm = Alarm.objects.get(clock=f"call:{call.pk}")
        assert (alarm.kind, alarm.unit, alarm.due_at) == (
            "silent_call",
            call.escalated_to,
            call.report_due_at,
        )
    assert "silent_call" not in sweep(late)
    assert Entry.objects.filter(kind="case.call_escalated").count() == silent.count()


@pytest.mark.django_db
def test_a_missed_milestone_is_noted_once_and_not_while_the_clock_stands() -> None:
    here = make.city()
    case = due(make.dispatched(here), NOON + timedelta(days=90))
    step = Milestone.objects.create(
        case=case, round=0, scheme="1365", code="arrive", title="到场", line=1, met_by="by_hand",
        start="filed", limit_value=10, limit_kind="minutes", start_at=NOON, due_at=NOON + HOUR,
    )  # fmt: skip
    Case.objects.filter(pk=case.pk).update(held_until=NOON + timedelta(days=9))
    assert sweep(NOON + 2 * HOUR) == {}
    Case.objects.filter(pk=case.pk).update(held_until=None)
    assert sweep(NOON + 2 * HOUR) == {"milestone": 1}
    assert sweep(NOON + 3 * HOUR) == {}
    assert Alarm.objects.get().clock == f"milestone:{step.pk}"
    assert Entry.objects.filter(kind="case.milestone_missed", subject=str(case.pk)).count() == 1
