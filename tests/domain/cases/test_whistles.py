"""Whistles: three departments, one lead, a refusal, a ruling, silence, the seal; and every way to say no."""

from datetime import timedelta
from typing import Any

import pytest

from mulin.cases.actions import answering, escalating, evaluating, handling, ruling, triage, whistling
from mulin.cases.models import Alarm, Call, Case, Photo, Ruling, Whistle
from mulin.cases.queries import calls as asking
from mulin.cases.rules.closing import Missing, NotYet
from mulin.cases.rules.whistles import (
    AlreadyRuled,
    Asked,
    CallState,
    ImpossibleDeed,
    NoStep,
    NotCalled,
    NotLead,
    RulingOutcome,
    WhistleOver,
    WhistleState,
)
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible, Refusal
from mulin.ledger.models import Entry
from tests.make import cases as make
from tests.make import whistles as blow
from tests.make.cases import NOON, PHOTO
from tests.make.whistles import LATER, Field

pytestmark = pytest.mark.django_db
THREE = ("housing", "enforcement", "water")


@pytest.fixture
def there() -> Field:
    return blow.field()


def state(one: Whistle) -> WhistleState:
    one.refresh_from_db()
    return WhistleState(one.state)


def test_a_street_whistles_to_three_departments_and_nothing_closes_before_the_lead_sums_up(
    there: Field,
) -> None:
    one = blow.whistle(there, names=THREE)
    assert (one.round, one.caller, one.lead_unit, one.item.code) == (  # type: ignore[union-attr]
        1,
        there.city.street,
        there.housing,
        "9-001",
    )
    assert state(one) is WhistleState.CALLING
    assert one.report_due_at == NOON + timedelta(minutes=30)
    blow.reported_in(there, one, "housing", now=LATER)
    asked_of = blow.refused(there, one, "water", now=LATER)
    assert state(one) is WhistleState.RULING
    assert asked_of.superior == there.city.county

    with pytest.raises(NotYet) as waits:
        blow.do(answering.sum_up_whistle, there, one, "housing", summary="提前汇总")
    assert [(b.missing, b.count) for b in waits.value.blockers] == [
        (Missing.CALLS, 1),
        (Missing.RULINGS, 1),
        (Missing.REPLIES, 3),
    ]
    with pytest.raises(NotYet) as open_still:
        handling.finish_case(case_id=one.case_id, result="想先结", actor=there.city.handler, now=LATER)
    assert [b.missing for b in open_still.value.blockers] == [Missing.WHISTLE]

    half_past = NOON + timedelta(minutes=31)
    assert [call.unit for call in asking.calls_overdue(half_past)] == [there.enforcement]
    silent = asking.calls_overdue(half_past)[0]
    assert ruling.escalate_call(call_id=silent.pk, actor=SYSTEM, now=half_past)
    assert not ruling.escalate_call(call_id=silent.pk, actor=SYSTEM, now=half_past)
    assert not asking.calls_overdue(half_past).count()

    blow.ruled(there, asked_of, RulingOutcome.OTHER, now=half_past)
    assert state(one) is WhistleState.CALLING
    newcomer = blow.call_of(one, there.emergency)
    assert newcomer.called_at == half_past
    assert newcomer.report_due_at == half_past + timedelta(minutes=30)
    assert Call.objects.get(whistle=one, unit=there.water).state == CallState.RELEASED
    done = ("housing", "enforcement", "emergency")
    blow.reported_in(there, one, "enforcement", "emergency", now=half_past)
    assert state(one) is WhistleState.HANDLING
    blow.replied(there, one, *done, now=half_past)
    assert state(one) is WhistleState.SUMMING
    with pytest.raises(NotYet):
        blow.do(whistling.end_whistle, there, one, "street", now=half_past)
    blow.do(answering.sum_up_whistle, there, one, "housing", now=half_past, summary="三家已办")
    assert state(one) is WhistleState.SUMMED
    blow.do(whistling.end_whistle, there, one, "street", now=half_past)
    assert state(one) is WhistleState.ENDED
    assert Case.objects.get(pk=one.case_id).whistles_open == 0
    handling.finish_case(case_id=one.case_id, result="已疏通", actor=there.city.handler, now=half_past)


def test_a_refusers_clock_stands_still_until_the_ruling(there: Field) -> None:
    one = blow.whistle(there, names=THREE)
    asked_of = blow.refused(there, one, "water", now=LATER)
    waiting = blow.call_of(one, there.water)
    assert (waiting.report_due_at, waiting.handle_due_at) == (None, None)
    assert waiting.report_why["left_seconds"] == 20 * 60
    ruled_at = LATER + timedelta(minutes=40)
    blow.ruled(there, asked_of, RulingOutcome.REPORT_IN, now=ruled_at)
    again = blow.call_of(one, there.water)
    assert (again.state, again.is_ruled) == (CallState.CALLING, True)
    assert again.report_due_at == ruled_at + timedelta(minutes=20)
    assert "pause" in {interval["why"] for interval in again.report_why["intervals"]}
    with pytest.raises(AlreadyRuled):
        blow.refused(there, one, "water", better="emergency", now=ruled_at)


def test_releasing_the_lead_leaves_the_whistle_without_one_until_the_caller_names_another(
    there: Field,
) -> None:
    one = blow.whistle(there, names=("water", "housing"))
    blow.ruled(there, blow.refused(there, one), RulingOutcome.RELEASE)
    blow.reported_in(there, one, "housing")
    blow.replied(there, one, "housing")
    one.refresh_from_db()
    assert one.lead_unit is None
    with pytest.raises(NotLead):
        blow.do(answering.sum_up_whistle, there, one, "housing", summary="我来")
    blow.do(whistling.change_whistle_lead, there, one, "street", unit="housing", reason="只剩一家")
    blow.do(answering.sum_up_whistle, there, one, "housing", summary="我来")
    assert state(one) is WhistleState.SUMMED


def test_a_whistle_whose_every_unit_was_released_can_be_ended(there: Field) -> None:
    one = blow.whistle(there, names=("water",))
    blow.ruled(there, blow.refused(there, one), RulingOutcome.RELEASE)
    blow.do(whistling.end_whistle, there, one, "street")
    assert state(one) is WhistleState.ENDED


def test_three_rounds_climb_the_tree_on_one_case(there: Field) -> None:
    here = there.city
    case = make.in_hand(here)
    grid = make.actor("checker", here.grid)
    for actor, unit in ((grid, "community"), (here.checker, "street"), (here.dispatcher, "housing")):
        whistling.whistle_units(
            case_id=case.pk,
            units=blow.asked(unit),
            ask="本级解决不了",
            off_list="清单里没有",
            actor=actor,
            now=NOON,
        )
    rounds = Whistle.objects.filter(case=case).order_by("round")
    assert [(each.round, each.caller.code, each.lead_unit.code) for each in rounds] == [  # type: ignore[union-attr]
        (1, "grid", "community"),
        (2, "community", "street"),
        (3, "street", "housing"),
    ]
    assert Case.objects.get(pk=case.pk).whistles_open == 3
    assert rounds[0].off_list


@pytest.mark.parametrize(
    ("said", "refusal", "where"),
    [
        pytest.param({"units": []}, BadInput, "units", id="nobody"),
        pytest.param({"units": blow.asked("housing", "housing")}, BadInput, "units", id="twice"),
        pytest.param({"units": [Asked("housing", " ")]}, BadInput, "units", id="no-task"),
        pytest.param(
            {"units": [Asked("housing", "甲"), Asked("water", "乙")]}, BadInput, "units", id="no-lead"
        ),
        pytest.param({"units": blow.asked("other")}, BadInput, "units", id="another-street"),
        pytest.param({"units": blow.asked("community")}, BadInput, "units", id="downwards"),
        pytest.param({"units": blow.asked("street")}, BadInput, "units", id="itself"),
        pytest.param({"units": blow.asked("nobody")}, NotFound, "", id="no-such-unit"),
        pytest.param({"item": ""}, BadInput, "item", id="no-item-no-reason"),
        pytest.param({"item": "no-such"}, NotFound, "", id="no-such-item"),
        pytest.param({"ask": " "}, BadInput, "ask", id="no-words"),
    ],
)
def test_a_whistle_nobody_could_answer_is_refused_without_a_trace(
    there: Field, said: dict[str, Any], refusal: type[Refusal], where: str
) -> None:
    case = make.in_hand(there.city)
    entries = Entry.objects.count()
    with pytest.raises(refusal) as why:
        blow.whistle(there, case=case, **said)
    assert getattr(why.value, "where", "") == where
    assert (Whistle.objects.count(), Entry.objects.count()) == (0, entries)


def test_a_level_without_a_row_in_the_table_has_nobody_to_call(there: Field) -> None:
    case = make.in_hand(there.city)
    county = make.actor("dispatcher", there.city.county)
    with pytest.raises(NoStep):
        whistling.whistle_units(
            case_id=case.pk, units=blow.asked("housing"), ask="试", item="9-001", actor=county, now=NOON
        )


def test_one_unit_has_one_whistle_running_on_a_case(there: Field) -> None:
    one = blow.whistle(there)
    with pytest.raises(NotPossible):
        blow.whistle(there, case=one.case, names=("water",))
    blow.do(whistling.call_more_units, there, one, "street", units=blow.asked("water"))
    assert Call.objects.filter(whistle=one).count() == 2


@pytest.mark.parametrize(
    ("act", "by", "said", "refusal"),
    [
        pytest.param(answering.report_in, "reader", {}, NotAllowed, id="report-wrong-role"),
        pytest.param(answering.report_in, "emergency", {}, NotFound, id="report-not-called"),
        pytest.param(answering.report_in, "street", {}, NotAllowed, id="report-by-the-caller"),
        pytest.param(answering.report_in, "housing", {}, ImpossibleDeed, id="report-twice"),
        pytest.param(
            answering.reply_whistle, "water", {"result": "好了"}, ImpossibleDeed, id="reply-unreported"
        ),
        pytest.param(answering.sum_up_whistle, "water", {"summary": "好了"}, NotLead, id="sum-up-no-lead"),
        pytest.param(whistling.urge_units, "housing", {}, NotAllowed, id="urge-by-the-called"),
        pytest.param(whistling.end_whistle, "street", {}, NotYet, id="end-too-early"),
        pytest.param(
            whistling.call_more_units, "street", {"units": blow.asked("water")}, BadInput, id="call-again"
        ),
        pytest.param(
            whistling.change_whistle_lead,
            "street",
            {"unit": "housing", "reason": "换"},
            BadInput,
            id="leads-already",
        ),
        pytest.param(
            whistling.change_whistle_lead,
            "street",
            {"unit": "emergency", "reason": "换"},
            NotCalled,
            id="lead-not-called",
        ),
        pytest.param(
            evaluating.object_to_evaluation,
            "water",
            {"judge": "street", "words": "不"},
            NotPossible,
            id="sealed",
        ),
    ],
)
def test_a_refused_act_on_a_whistle_leaves_no_trace(
    there: Field, act: Any, by: str, said: dict[str, Any], refusal: type[Refusal]
) -> None:
    one = blow.whistle(there, names=("housing", "water"))
    blow.reported_in(there, one, "housing")
    entries, version = Entry.objects.count(), Case.objects.get(pk=one.case_id).version
    with pytest.raises(refusal):
        blow.do(act, there, one, by, **said)
    assert (Entry.objects.count(), Case.objects.get(pk=one.case_id).version) == (entries, version)


@pytest.mark.parametrize(
    ("changes", "refusal", "where"),
    [
        pytest.param({"rule": ""}, BadInput, "rule", id="no-rule"),
        pytest.param({"reason": ""}, BadInput, "reason", id="no-reason"),
        pytest.param({"photos": ()}, BadInput, "documents", id="no-evidence"),
        pytest.param({"better_unit": ""}, BadInput, "better_unit", id="nobody-better"),
        pytest.param({"better_unit": "nobody"}, NotFound, "", id="better-does-not-exist"),
        pytest.param({"better_unit": "water"}, BadInput, "better_unit", id="itself"),
        pytest.param({"better_unit": "housing"}, BadInput, "better_unit", id="called-already"),
        pytest.param({"better_unit": "street"}, BadInput, "better_unit", id="the-caller"),
    ],
)
def test_a_refusal_needs_rule_evidence_and_a_named_better_unit(
    there: Field, changes: dict[str, Any], refusal: type[Refusal], where: str
) -> None:
    one = blow.whistle(there, names=("housing", "water"))
    said = {"reason": "不归我们", "rule": "3-08", "better_unit": "emergency", "photos": (PHOTO,)}
    with pytest.raises(refusal) as why:
        blow.do(answering.refuse_whistle, there, one, "water", **said | changes)
    assert getattr(why.value, "where", "") == where
    assert not Ruling.objects.exists()
    assert not Photo.objects.filter(phase="refusal").exists()


def test_documents_are_evidence_too_and_photos_keep_their_phase(there: Field) -> None:
    one = blow.whistle(there, names=("housing", "water"))
    blow.do(
        answering.refuse_whistle,
        there,
        one,
        "water",
        reason="不归我们",
        rule="3-08",
        better_unit="emergency",
        documents="设备移交单",
    )
    blow.refused(there, one, "housing", better="enforcement")
    assert Photo.objects.get().phase == "refusal"
    assert Ruling.objects.count() == 2


def test_only_the_superior_that_was_asked_rules_and_once(there: Field) -> None:
    one = blow.whistle(there, names=("housing", "water"))
    asked_of = blow.refused(there, one)
    words = {"outcome": RulingOutcome.OTHER, "rule": "三定", "words": "改派"}
    other = make.actor("command", there.city.city)
    both = make.actor("command", there.city.county)
    two_posts = type(both)(both.account_id, both.name, both.grants + there.people["water"].grants)
    for actor, refusal in ((there.street, NotAllowed), (other, NotAllowed), (two_posts, NotAllowed)):
        with pytest.raises(refusal):
            ruling.rule_on_refusal(
                case_id=one.case_id,
                ruling_id=asked_of.pk,
                actor=actor,
                now=NOON,
                **words,  # type: ignore[arg-type]
            )
    for unit in ("housing", "street", "county", "nobody"):
        with pytest.raises((BadInput, NotFound)):
            blow.ruled(there, asked_of, RulingOutcome.OTHER, unit=unit)
    blow.ruled(there, asked_of, RulingOutcome.OTHER, unit="enforcement")
    with pytest.raises(NotPossible):
        blow.ruled(there, asked_of, RulingOutcome.RELEASE)
    assert Ruling.objects.get().unit == there.enforcement


def test_nobody_acts_on_a_whistle_that_is_over(there: Field) -> None:
    one = blow.ended(there)
    for act, by, said in (
        (whistling.urge_units, "street", {}),
        (answering.reply_whistle, "housing", {"result": "再来"}),
        (whistling.call_more_units, "street", {"units": blow.asked("water")}),
    ):
        with pytest.raises(WhistleOver):
            blow.do(act, there, one, by, **said)


def test_urging_names_who_owes_an_answer(there: Field) -> None:
    one = blow.whistle(there, names=("housing", "water"))
    blow.reported_in(there, one, "housing")
    blow.replied(there, one, "housing")
    blow.do(whistling.urge_units, there, one, "street", words="请尽快")
    assert (blow.call_of(one, there.water).urged, blow.call_of(one, there.housing).urged) == (1, 0)
    with pytest.raises(NotCalled):
        blow.do(whistling.urge_units, there, one, "street", units=["housing"])


def test_a_ruling_nobody_gives_goes_one_level_up(there: Field) -> None:
    one = blow.whistle(there, names=("housing", "water"))
    asked_of = blow.refused(there, one)
    late = NOON + timedelta(minutes=61)
    assert [each.pk for each in asking.rulings_overdue(late)] == [asked_of.pk]
    assert ruling.escalate_ruling(ruling_id=asked_of.pk, actor=SYSTEM, now=late)
    asked_of.refresh_from_db()
    assert (asked_of.superior, asked_of.due_at) == (there.city.city, late + timedelta(minutes=60))
    assert not asking.rulings_overdue(late).exists()
    root_late = late + timedelta(minutes=61)
    assert escalating.sweep_whistles(actor=SYSTEM, now=root_late).counts["silent_ruling"] == 1
    assert not asking.rulings_overdue(root_late).exists()  # nobody is above the root: it is told, once
    assert not ruling.escalate_ruling(ruling_id=asked_of.pk, actor=SYSTEM, now=root_late)
    assert escalating.sweep_whistles(actor=SYSTEM, now=root_late + timedelta(days=9)).total == 0
    asked_of.refresh_from_db()
    assert (asked_of.superior, asked_of.due_at) == (there.city.city, late + timedelta(minutes=60))
    noted = Alarm.objects.filter(kind="silent_ruling").order_by("due_at")
    assert [alarm.unit for alarm in noted] == [there.city.city] * 2
    told = Entry.objects.filter(kind="case.ruling_escalated").order_by("id")
    assert [(entry.facts["was"], entry.facts["to"]) for entry in told] == [
        (there.city.county.pk, there.city.city.pk),
        (there.city.city.pk, there.city.city.pk),
    ]


def test_a_case_with_a_whistle_running_is_neither_merged_nor_declined(there: Field) -> None:
    one = blow.whistle(there)
    handling.return_case(case_id=one.case_id, reason="不归我们", actor=there.city.handler, now=NOON)
    target = make.case(there.city.grid)
    with pytest.raises(NotYet):
        triage.merge_case(case_id=one.case_id, into=target.pk, reason="同一件", actor=there.street, now=NOON)
    with pytest.raises(NotYet):
        triage.decline_case(case_id=one.case_id, reason="不受理", actor=there.street, now=NOON)


def test_reading_is_noted_once(there: Field) -> None:
    one = blow.whistle(there)
    housing = there.people["housing"]
    assert answering.note_reading(whistle_id=one.pk, actor=housing, now=LATER) == 1
    assert answering.note_reading(whistle_id=one.pk, actor=housing, now=LATER) == 0
    assert answering.note_reading(whistle_id=one.pk, actor=there.street, now=LATER) == 0
    assert blow.call_of(one, there.housing).read_at == LATER
