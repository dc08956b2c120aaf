"""The clock of a case in its city: K22 to K31 of the reference, holds, extensions, promises, calendars."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from mulin.cases.actions import checking, escalating, handling, holding, setup, triage
from mulin.cases.models import Alarm, Case, Extension, Hold, Milestone, Promise
from mulin.cases.queries import clock, clock_past, marks, tracking, worklist
from mulin.cases.queries.page import case_page
from mulin.cases.queries.worklist import QueueFilter, Tab
from mulin.cases.rules.closing import NotYet
from mulin.console import clock_faces
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput, NotPossible
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


def settings(**values: Any) -> None:
    setup.adopt_settings(values=values, actor=SYSTEM, now=NOON)


def suspend(here: City, case: Case, *, days: int, now: datetime = NOON) -> Case:
    holding.ask_suspension(
        case_id=case.pk,
        reason="weather",
        until=(now + timedelta(days=days)).date(),
        words="连阴雨（示例）",
        actor=here.handler,
        now=now,
    )
    return holding.grant_suspension(case_id=case.pk, actor=here.dispatcher, now=now)


def test_k22_the_clock_waits_for_the_resident_as_configured_and_goes_on_when_they_write(here: City) -> None:
    case = make.in_hand(here)
    promised = case.due_at
    assert promised is not None
    asked = handling.ask_resident(case_id=case.pk, question="哪个单元？", actor=here.handler, now=NOON + HOUR)
    assert asked.held_until == NOON + HOUR + 3 * DAY
    handling.hear_resident(
        tracking_code=make.code_of(case), text="三单元", actor=SYSTEM, now=NOON + HOUR + DAY
    )
    after = fresh(case)
    assert (after.due_at, after.held_until) == (promised + DAY, None)
    pause = next(each for each in after.due_why["intervals"] if each["why"] == "pause")
    assert pause["note"] == "resident"
    assert [promise.cause for promise in Promise.objects.order_by("pk")] == ["waiting", "heard"]


def test_k22_the_wait_is_a_budget_and_may_be_switched_off(here: City) -> None:
    case = make.in_hand(here)
    promised = case.due_at
    assert promised is not None
    now = NOON
    for _ in range(3):
        handling.ask_resident(case_id=case.pk, question="在家吗？", actor=here.handler, now=now)
        now += 2 * DAY
        handling.hear_resident(tracking_code=make.code_of(case), text="在", actor=SYSTEM, now=now)
    held = sum((each.end - each.start for each in clock.pauses_of(fresh(case))), timedelta())
    assert held == 3 * DAY
    settings(waiting_days=0)
    other = make.in_hand(here)
    handling.ask_resident(case_id=other.pk, question="在家吗？", actor=here.handler, now=NOON)
    assert (fresh(other).held_until, fresh(other).due_at) == (None, other.due_at)


def test_k23_what_a_resident_writes_never_moves_the_deadline(here: City) -> None:
    case = make.in_hand(here)
    assert case.due_at is not None
    late = case.due_at - (case.due_at - NOON) * 0.05
    handling.hear_resident(tracking_code=make.code_of(case), text="还没修好", actor=SYSTEM, now=late)
    assert fresh(case).due_at == case.due_at
    assert not Promise.objects.exists()


def test_k24_an_item_has_its_limit_without_one_the_city_s_default_holds(here: City) -> None:
    settings(default_limit_days=7)
    plain = make.dispatched(here)
    assert (plain.due_why["source"], plain.due_why["limit"]) == (
        "default",
        {"value": 7, "kind": "working_days"},
    )
    make.item("1-004", limit_value=2)
    triage.match_item(case_id=plain.pk, item="1-004", actor=here.dispatcher, now=NOON)
    assert fresh(plain).due_why["source"] == "item:1-004"


def extend(here: City, case: Case, *, now: datetime = NOON, grant: bool = True) -> None:
    holding.ask_extension(case_id=case.pk, words="等配件（示例）", actor=here.handler, now=now)
    if grant:
        holding.grant_extension(case_id=case.pk, actor=here.dispatcher, now=now)
    else:
        holding.refuse_extension(case_id=case.pk, reason="配件在库", actor=here.dispatcher, now=now)


def test_k27_each_extension_is_the_original_limit_at_most_n_times_and_refusals_do_not_count(
    here: City,
) -> None:
    settings(extensions_most=2)
    case = make.in_hand(here)
    first = case.due_at
    extend(here, case, grant=False)
    extend(here, case, grant=False)
    assert fresh(case).due_at == first
    days = [date(2026, 5, 19), date(2026, 5, 26), date(2026, 6, 2)]  # five working days each
    assert first is not None
    assert first.date() == days[0]
    for day in days[1:]:
        extend(here, case)
        due = fresh(case).due_at
        assert due is not None
        assert due.date() == day
    with pytest.raises(NotYet) as refusal:
        extend(here, case)
    assert [blocker.missing for blocker in refusal.value.blockers] == ["used_up"]
    assert fresh(case).due_why["extended"] == 2
    assert [promise.cause for promise in Promise.objects.all()] == ["extended", "extended"]


def test_k27_after_the_deadline_nothing_is_asked_and_nothing_granted(here: City) -> None:
    case = make.in_hand(here)
    assert case.due_at is not None
    late = case.due_at + timedelta(minutes=1)
    with pytest.raises(NotYet) as refusal:
        extend(here, case, now=late)
    assert [blocker.missing for blocker in refusal.value.blockers] == ["deadline_over"]
    holding.ask_extension(case_id=case.pk, words="等配件", actor=here.handler, now=NOON)
    with pytest.raises(NotYet):
        holding.grant_extension(case_id=case.pk, actor=here.dispatcher, now=late)
    assert fresh(case).due_at == case.due_at


def test_who_asked_does_not_grant_nor_does_their_unit(here: City) -> None:
    case = make.in_hand(here)
    holding.ask_extension(case_id=case.pk, words="等配件", actor=here.handler, now=NOON)
    for field, value, missing in (
        ("asked_by", here.dispatcher.account_id, "other_person"),
        ("asked_unit", here.street.pk, "other_level"),
    ):
        Extension.objects.update(asked_by=None, asked_unit=None)
        Extension.objects.update(**{field: value})
        with pytest.raises(NotYet) as refusal:
            holding.grant_extension(case_id=case.pk, actor=here.dispatcher, now=NOON)
        assert [blocker.missing for blocker in refusal.value.blockers] == [missing]


def test_k28_a_suspension_is_a_year_at_most_once_and_ends_by_itself_with_what_was_left(here: City) -> None:
    case = make.in_hand(here)
    promised = case.due_at
    assert promised is not None
    with pytest.raises(BadInput, match="365"):
        suspend(here, case, days=366)
    held = suspend(here, case, days=9)  # Tuesday 12:00 through Thursday of the next week
    assert held.held_until == datetime(2026, 5, 21, 16, tzinfo=UTC)  # midnight in the city
    with pytest.raises(NotPossible):
        suspend(here, case, days=3)
    ends = held.due_at
    assert held.held_until is not None
    assert holding.resume_due(actor=SYSTEM, now=held.held_until - HOUR) == 0
    assert holding.resume_due(actor=SYSTEM, now=held.held_until + HOUR) == 1
    assert holding.resume_due(actor=SYSTEM, now=held.held_until + HOUR) == 0
    after = fresh(case)
    assert (after.held_until, after.due_at) == (None, ends)
    left = [each for each in after.due_why["intervals"] if each["counted"]]
    spent = sum(
        (datetime.fromisoformat(each["end"]) - datetime.fromisoformat(each["start"]) for each in left),
        timedelta(),
    )
    assert spent == 5 * DAY  # five working days, as promised first
    with pytest.raises(NotYet) as refusal:
        suspend(here, case, days=20, now=NOON + 10 * DAY)
    assert "used_up" in [blocker.missing for blocker in refusal.value.blockers]
    assert Entry.objects.filter(kind="case.resumed").get().account_id == SYSTEM.account_id


def test_a_suspension_lifted_early_gives_back_only_what_it_held(here: City) -> None:
    case = make.in_hand(here)
    assert case.due_at is not None
    suspend(here, case, days=9)
    after = holding.resume_case(case_id=case.pk, actor=here.dispatcher, now=NOON + DAY)
    assert after.due_at == case.due_at + DAY
    assert Hold.objects.get().state == "over"


def test_k29_a_result_handed_in_stops_the_clock_not_the_closing(here: City) -> None:
    case = make.in_hand(here)
    assert case.due_at is not None
    late = case.due_at + HOUR
    for handed_in, word in ((case.due_at - HOUR, "按时结案"), (late, "超期")):
        chip = clock_faces.clock(
            state="closed", due_at=case.due_at, clock=None, now=late + DAY, done_at=handed_in
        )
        assert word in chip.text
    done = handling.finish_case(case_id=case.pk, result="已疏通", actor=here.handler, now=late)
    assert done.handled_at == late
    page = case_page(here.checker, case.pk, now=late + DAY)
    assert page.case.handled_at == late


def test_a_result_ends_a_standing_clock_and_asks_lapse(here: City) -> None:
    case = make.in_hand(here)
    assert case.due_at is not None
    suspend(here, case, days=9)
    holding.ask_extension(case_id=case.pk, words="等配件", actor=here.handler, now=NOON + HOUR)
    handling.finish_case(case_id=case.pk, result="提前办好", actor=here.handler, now=NOON + DAY)
    after = fresh(case)
    assert (after.held_until, after.asks, after.due_at) == (None, 0, case.due_at + DAY)
    assert Extension.objects.get().state == "lapsed"


def test_k31_a_case_without_a_limit_is_called_so_and_not_on_time(here: City) -> None:
    chip = clock_faces.clock(state="in_hand", due_at=None, clock=None, now=NOON)
    assert "没有时限" in chip.text
    case = make.in_hand(here)
    Case.objects.filter(pk=case.pk).update(due_at=None, due_why={})
    assert case_page(here.handler, case.pk, now=NOON).clock is None


def test_another_item_is_another_promise_and_the_old_one_is_kept(here: City) -> None:
    make.item("1-004", limit_value=1)
    case = make.in_hand(here)
    suspend(here, case, days=1)
    old = fresh(case)
    new = triage.match_item(case_id=case.pk, item="1-004", actor=here.dispatcher, now=NOON + HOUR)
    assert old.due_at is not None
    assert new.due_at is not None
    assert new.due_at < old.due_at
    kept = clock_past.history_of(fresh(case), now=NOON).promises
    assert [(each.cause, each.due_at) for each in kept] == [("suspended", case.due_at), ("item", old.due_at)]
    assert any(each["why"] == "pause" for each in new.due_why["intervals"])  # what held it still holds it


def test_reopening_is_a_new_promise_and_a_new_round(here: City) -> None:
    case = make.closed(here)
    again = checking.reopen_case(case_id=case.pk, reason="又堵了", actor=here.dispatcher, now=NOON + DAY)
    assert Promise.objects.get().cause == "reopened"
    assert Promise.objects.get().due_at == case.due_at
    assert again.due_why["start"] == (NOON + DAY).isoformat()


def test_milestones_stand_still_with_the_clock(here: City) -> None:
    made = make.profiled(here)
    handling.accept_case(case_id=made.pk, actor=here.handler, now=NOON)
    suspend(here, made, days=1)
    arrive = Milestone.objects.get(code="arrive")
    assert arrive.due_at is not None
    assert arrive.due_at > NOON + DAY
    assert any(each["why"] == "pause" for each in arrive.why["intervals"])


def test_asks_are_listed_for_who_decides_and_not_for_who_asked(here: City) -> None:
    make.extension_asked(here)
    make.suspension_asked(here)
    found = clock_past.asks_waiting(here.dispatcher)
    assert sorted(ask.what for ask in found) == ["extension", "suspension"]
    assert clock_past.asks_waiting(here.handler) == ()
    assert clock_past.asks_waiting(here.other_dispatcher) == ()


def _handed_in(here: City) -> tuple[Case, datetime]:
    case = make.handled(here)
    late = NOON + 9 * DAY
    assert case.due_at is not None
    assert case.due_at < late
    return case, late


def test_k29_what_was_handed_in_is_overdue_nowhere_while_somebody_checks_it(here: City) -> None:
    """Queue, counts, filters, chip, sweep and the resident's page say the same of a stopped clock."""
    case, late = _handed_in(here)
    running = make.in_hand(here)
    overdue = worklist.queue(here.dispatcher, tab=Tab.OVERDUE, filters=QueueFilter(), now=late)
    assert [row.id for row in overdue.rows] == [running.pk]
    assert overdue.counts["overdue"] == 1
    desk = worklist.queue(here.checker, tab=Tab.TODO, filters=QueueFilter(), now=late)
    assert [(row.id, row.clock) for row in desk.rows] == [(case.pk, None)]
    assert (desk.counts["todo"], desk.counts["late"], desk.counts["soon"]) == (1, 0, 0)
    for clock_is in worklist.Clock:
        found = worklist.queue(
            here.checker, tab=Tab.TODO, filters=QueueFilter(clock=clock_is), now=NOON + HOUR
        )
        assert found.rows == ()
    assert escalating.sweep_clocks(actor=SYSTEM, now=late).counts["red"] == 1
    assert Alarm.objects.get(kind="red").case == running
    page = case_page(here.checker, case.pk, now=late)
    assert page.clock is None
    for state, word in (("handled", "按时报结果"), ("checked", "按时报结果"), ("closed", "按时结案")):
        chip = clock_faces.clock(
            state=state, due_at=case.due_at, clock=None, now=late, done_at=case.handled_at
        )
        assert (chip.text, chip.tone) == (word, "ok")
    told = tracking.track(make.code_of(case), now=late)
    assert (told.is_overdue, told.is_handed_in) == (False, True)
    assert tracking.track(make.code_of(running), now=late).is_overdue


def test_k29_a_check_that_sends_it_back_lets_the_clock_run_on_and_what_it_took_counts(here: City) -> None:
    case, late = _handed_in(here)
    back = checking.fail_check(case_id=case.pk, reason="仍有外溢", actor=here.checker, now=late)
    assert back.due_at == case.due_at
    assert worklist.clock_of(back, late) is worklist.Clock.OVERDUE
    assert escalating.sweep_clocks(actor=SYSTEM, now=late).counts["red"] == 1
    again = handling.finish_case(
        case_id=case.pk, result="已疏通", photos=(make.PHOTO,), actor=here.handler, now=late
    )
    assert marks.was_late(again)
    chip = clock_faces.clock(
        state="handled", due_at=again.due_at, clock=None, now=late, done_at=again.handled_at
    )
    assert (chip.tone, chip.text[:2]) == ("bad", "超期")
    assert tracking.track(make.code_of(again), now=late).is_overdue  # the promise was broken


def test_a_clock_that_no_longer_waits_for_the_resident_is_swept(here: City) -> None:
    settings(waiting_days=0)
    case = make.in_hand(here)
    handling.ask_resident(case_id=case.pk, question="在家吗？", actor=here.handler, now=NOON)
    late = NOON + 9 * DAY
    assert worklist.clock_of(fresh(case), late) is worklist.Clock.OVERDUE
    assert escalating.sweep_clocks(actor=SYSTEM, now=late).counts["red"] == 1
