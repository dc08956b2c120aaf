"""Whistles, rounds, rulings, first responsibility, bottom-up evaluation: each as the city's texts want it."""

from datetime import date, datetime, timedelta

import pytest

from mulin.cases.actions import answering, checking, escalating, evaluating, handling, triage, whistling
from mulin.cases.models import Call, Case, Whistle
from mulin.cases.queries import page, records, rulings, tracking, transfers, whistles
from mulin.cases.queries.completion import Period
from mulin.cases.queries.transfers import Flow
from mulin.cases.rules.closing import NotYet
from mulin.cases.rules.lifecycle import FINAL
from mulin.cases.rules.whistles import CallState, RulingOutcome, WhistleState
from mulin.catalogue.models import Edition, Item
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import NotAllowed, NotFound, NotPossible
from tests.make import cases as make
from tests.make import whistles as blow
from tests.make.cases import NOON
from tests.make.whistles import LATER, Field

pytestmark = pytest.mark.django_db
SINCE, UNTIL = NOON - timedelta(days=1), NOON + timedelta(days=9)
PERIOD = Period.of(SINCE, UNTIL, now=UNTIL)


@pytest.fixture
def there() -> Field:
    return blow.field()


@pytest.mark.mechanism("S-074")
def test_a_grid_whistles_and_the_community_accepts_or_returns_within_the_limit(there: Field) -> None:
    here = there.city
    case, grid = make.in_hand(here), make.actor("checker", here.grid)
    whistling.whistle_units(
        case_id=case.pk, units=blow.asked("community"), ask="网格办不了", item="9-001", actor=grid, now=NOON
    )
    one = Whistle.objects.get(case=case)
    assert one.report_due_at == NOON + timedelta(minutes=30)
    answering.report_in(case_id=case.pk, whistle_id=one.pk, actor=here.checker, now=LATER)
    call = Call.objects.get(whistle=one)
    assert (call.called_at, call.reported_at, call.state) == (NOON, LATER, CallState.REPORTED_IN)


@pytest.mark.mechanism("S-075", "S-080")
def test_what_a_community_cannot_solve_goes_up_with_its_history(there: Field) -> None:
    here = there.city
    case, grid = make.in_hand(here), make.actor("checker", here.grid)
    for actor, unit in ((grid, "community"), (here.checker, "street"), (here.dispatcher, "water")):
        whistling.whistle_units(
            case_id=case.pk, units=blow.asked(unit), ask="本级办不了", item="9-001", actor=actor, now=NOON
        )
    last = Whistle.objects.filter(case=case).latest("round")
    shown = whistles.whistle_page(there.people["water"], last.pk, now=LATER)
    assert [(each.round, each.caller) for each in shown.rounds] == [(1, "东一-01"), (2, "东一社区")]
    hops = [event for event in shown.timeline if event.kind == "case.whistled"]
    assert [event.unit for event in hops] == ["东街道", "东一社区", "东一-01"]
    assert all(event.words == "本级办不了" for event in hops)
    assert all(call.report_due_at for call in Call.objects.filter(whistle__case=case))


@pytest.mark.mechanism("S-076", "S-082")
def test_three_departments_answer_for_themselves_and_the_case_ends_after_the_lead_sums_up(
    there: Field,
) -> None:
    one = blow.whistle(there, names=("housing", "enforcement", "water"))
    blow.reported_in(there, one, "housing", now=LATER)
    refused = blow.refused(there, one, "water", now=LATER)
    silent_past = NOON + timedelta(minutes=31)
    assert escalating.sweep_whistles(actor=SYSTEM, now=silent_past).total == 1
    assert escalating.sweep_whistles(actor=SYSTEM, now=silent_past).total == 0
    assert blow.call_of(one, there.enforcement).escalated_to == there.city.county
    blow.ruled(there, refused, RulingOutcome.OTHER, now=silent_past)
    done = ("housing", "enforcement", "emergency")
    blow.reported_in(there, one, *done[1:], now=silent_past)
    blow.replied(there, one, *done[:2], now=silent_past)
    for end in (
        lambda: blow.do(answering.sum_up_whistle, there, one, "housing", summary="提前", now=silent_past),
        lambda: handling.finish_case(
            case_id=one.case_id, result="想先结", actor=there.city.handler, now=silent_past
        ),
    ):
        with pytest.raises(NotYet):
            end()
    blow.replied(there, one, "emergency", now=silent_past)
    blow.do(answering.sum_up_whistle, there, one, "housing", summary="三家已办", now=silent_past)
    blow.do(whistling.end_whistle, there, one, "street", now=silent_past)
    for judge, of in (("street", "housing"), ("housing", "street"), ("street", "enforcement"),
                      ("enforcement", "street"), ("street", "emergency")):  # fmt: skip
        blow.judged(there, one, judge, of, now=silent_past)
        assert not Whistle.objects.get(pk=one.pk).opened_at
    blow.judged(there, one, "emergency", "street", now=silent_past)
    assert Whistle.objects.get(pk=one.pk).opened_at == silent_past
    handling.finish_case(case_id=one.case_id, result="已疏通", actor=there.city.handler, now=silent_past)
    case = Case.objects.get(pk=one.case_id)
    known = tracking.track(make.code_of(case), now=silent_past)
    assert len(known.steps) == 6
    assert "吹哨" not in repr(known)
    assert "emergency" not in repr(known)


@pytest.mark.mechanism("S-077")
def test_a_whistle_cites_an_item_or_is_marked_off_the_list_and_usage_is_counted(there: Field) -> None:
    for line in range(301):
        Item.objects.create(
            edition=Edition.objects.get(), line=1_000 + line, code=f"W-{line:03}", name=f"事项{line}（示例）",
            path=[f"大类{line % 6 + 1}"], module="enforcement", levels=["grid"], lead_kind="department",
            limit_value=1, limit_kind="working_days", closing_standard="办结",
        )  # fmt: skip
    blow.whistle(there, item="W-300")
    off = blow.whistle(there, item="", off_list="清单没有这一类")
    assert (off.off_list, off.item) == (True, None)
    usage = {each.key: each.count for each in transfers.flows(there.superior, PERIOD).items}
    assert usage == {"W-300": 1, "—": 1}
    assert transfers.cases_of(there.superior, PERIOD, Flow.CITED, key="—") == (off.case_id,)


@pytest.mark.mechanism("S-078")
def test_a_livelihood_item_takes_effect_from_its_first_day_without_any_change_of_code(there: Field) -> None:
    lists = Edition.objects.get().item_list
    later = Edition.objects.create(
        item_list=lists,
        name="次日版（示例）",
        from_on=date(2026, 5, 13),
        published_at=NOON,
        source_digest="1" * 64,
    )
    Item.objects.create(
        edition=later, line=1, code="L-001", name="老人助餐（示例）", path=["民生"], module="livelihood",
        levels=["community"], lead_kind="department", limit_value=1, limit_kind="working_days",
        closing_standard="已对接",
    )  # fmt: skip
    with pytest.raises(NotFound):
        blow.whistle(there, item="L-001")
    assert blow.whistle(there, item="L-001", now=NOON + timedelta(days=1)).item == later.items.get()


@pytest.mark.mechanism("S-079")
def test_the_transfer_log_counts_each_case_once_and_opens_it(there: Field) -> None:
    one = blow.whistle(there, names=("housing", "water"))  # dispatched, then handed to two departments
    make.case(there.city.grid)  # never handed on
    (street,) = transfers.transfers(there.superior, PERIOD)
    assert (street.name, street.count, street.is_hidden) == ("东街道", 1, True)
    assert transfers.cases_of(there.superior, PERIOD, Flow.TRANSFERRED) == (one.case_id,)
    with pytest.raises(NotPossible):  # fewer than ten: the whole is told, the street is not
        transfers.cases_of(there.superior, PERIOD, Flow.TRANSFERRED, key="street")
    more = {make.dispatched(there.city).pk for _ in range(9)} | {one.case_id}
    (street,) = transfers.transfers(there.superior, PERIOD)
    assert (street.count, street.is_hidden) == (10, False)
    opened = transfers.cases_of(there.superior, PERIOD, Flow.TRANSFERRED, key="street")
    assert (len(opened), set(opened)) == (10, more)
    after = Period.of(UNTIL, UNTIL + timedelta(days=1), now=UNTIL + timedelta(days=1))
    assert transfers.transfers(there.superior, after) == ()


@pytest.mark.mechanism("S-081")
def test_every_case_is_open_or_over_and_nothing_leaves_with_a_whistle_running(there: Field) -> None:
    one = blow.whistle(there)
    make.closed(there.city)
    make.declined(there.city)
    states = list(Case.objects.values_list("state", flat=True))
    over = [state for state in states if state in FINAL]
    assert (len(states), len(over)) == (3, 2)
    handling.return_case(case_id=one.case_id, reason="不归物业", actor=there.city.handler, now=NOON)
    with pytest.raises(NotYet):
        triage.decline_case(case_id=one.case_id, reason="不办", actor=there.street, now=NOON)


@pytest.mark.mechanism("S-083")
def test_a_joint_operation_records_who_came_and_what_came_of_it(there: Field) -> None:
    one = blow.whistle(there, names=("enforcement", "housing", "water"))
    blow.reported_in(there, one, "enforcement", "housing")
    blow.replied(there, one, "enforcement")
    forces = {
        each.name: (each.called, each.came, each.replied)
        for each in transfers.flows(there.superior, PERIOD).forces
    }
    assert forces == {
        "示例enforcement局": (1, 1, 1),
        "示例housing局": (1, 1, 0),
        "示例water局": (1, 0, 0),
    }


@pytest.mark.mechanism("S-088")
def test_the_share_solved_at_each_level_is_told_and_a_way_up_is_never_refused(there: Field) -> None:
    small = make.closed(there.city)
    one = blow.ended(there)
    Case.objects.filter(pk=one.case_id).update(state="closed")
    found = transfers.flows(there.superior, PERIOD)
    assert {each.key: each.count for each in found.levels} == {"property_firm": 1, "department": 1}
    assert (found.solved, [each.is_hidden for each in found.levels]) == (2, [True, True])
    opened = transfers.cases_of(there.superior, PERIOD, Flow.SOLVED)
    assert set(opened) == {small.pk, one.case_id}
    for _ in range(9):
        make.closed(there.city)
        other = blow.ended(there)
        Case.objects.filter(pk=other.case_id).update(state="closed")
    found = transfers.flows(there.superior, PERIOD)
    shares = {each.key: found.share_of(each).text for each in found.levels if not each.is_hidden}
    assert shares == {"property_firm": "50.0", "department": "50.0"}
    again = checking.reopen_case(case_id=small.pk, reason="居民要求往上反映", actor=there.street, now=NOON)
    triage.dispatch_case(case_id=again.pk, lead="community", reason="往上", actor=there.street, now=NOON)


@pytest.mark.mechanism("S-093")
def test_median_and_ninetieth_percentile_are_told_per_level_from_ten_cases_on(there: Field) -> None:
    cases = [make.dispatched(there.city) for _ in range(10)]
    for minutes, case in enumerate(cases, start=1):
        at = NOON + timedelta(minutes=minutes)
        handling.accept_case(case_id=case.pk, actor=there.city.handler, now=at)
        handling.finish_case(
            case_id=case.pk, result="好了", actor=there.city.handler, now=at + timedelta(minutes=10)
        )
        (told,) = transfers.speed(there.superior, PERIOD)
        assert (told.accept_median is None) == (minutes < 10)
    assert told.accept_median == pytest.approx(5.5 * 60)
    assert told.accept_p90 == pytest.approx(9.1 * 60)
    assert told.solve_median == pytest.approx(15.5 * 60)


@pytest.mark.mechanism("S-099")
def test_the_owner_is_never_empty_and_the_second_return_rises_to_the_common_parent(there: Field) -> None:
    here = there.city
    case = make.dispatched(here)
    for reason in ("不归我们", "还是不归我们"):
        assert page.case_page(here.dispatcher, case.pk, now=NOON).case.first_unit
        case = handling.return_case(case_id=case.pk, reason=reason, actor=here.handler, now=NOON)
        if case.desk == here.street:
            triage.dispatch_case(case_id=case.pk, lead="firm", reason="再看", actor=here.dispatcher, now=NOON)
    assert case.desk == here.county
    (pair,) = transfers.returned_twice(there.superior, PERIOD)
    assert ({pair.one, pair.other}, pair.count) == ({"东街道", "示例物业"}, 1)
    assert transfers.cases_of(there.superior, PERIOD, Flow.RETURNED, key=pair.key) == (case.pk,)
    (row,) = rulings.rulings_of(there.superior)  # its common superior has it on its list
    assert (row.case_id, row.is_return, row.ruled_at) == (case.pk, True, None)


@pytest.mark.mechanism("S-108")
def test_the_street_scores_each_department_which_reads_the_reasons_and_may_object(there: Field) -> None:
    one = blow.ended(there)
    blow.judged(there, one, "street", "housing")
    housing = there.people["housing"]
    before = whistles.whistle_page(housing, one.pk, now=LATER).columns[0].slots
    assert all(not slot.words for slot in before)
    term = one.evaluate_until
    assert term is not None
    assert escalating.sweep_whistles(actor=SYSTEM, now=term).total == 1
    after = whistles.whistle_page(housing, one.pk, now=term).columns[0].slots
    (own,) = [slot for slot in after if slot.judged_id == there.housing.pk]
    assert (own.words, own.scores, own.may_object) == ("street看housing：来得快", None, True)
    blow.do(evaluating.object_to_evaluation, there, one, "housing", now=term, judge="street", words="路上堵")
    with pytest.raises(NotPossible):
        blow.do(
            evaluating.object_to_evaluation, there, one, "housing", now=term, judge="street", words="再提"
        )
    (record,) = records.records(there.superior, year=2026, now=term)
    assert (record.name, record.count, record.objected, record.is_hidden) == ("示例housing局", 1, 1, True)
    assert Whistle.objects.get(pk=one.pk).state == WhistleState.ENDED


@pytest.mark.mechanism("S-108")
def test_a_years_scores_are_a_departments_record_from_ten_on_and_its_own_when_the_year_is_over(
    there: Field,
) -> None:
    cases = set()
    for number in range(10):
        one = blow.ended(there)
        cases.add(one.case_id)
        blow.judged(there, one, "street", "housing")
        blow.judged(there, one, "housing", "street")  # what it says of the street is no record of it
        (record,) = records.records(there.superior, year=2026, now=LATER)
        told = [(each.name, each.count, each.mean) for each in record.aspects]
        assert told == [("响应", number + 1, 4.0 if number == 9 else None),
                        ("结果", number + 1, 5.0 if number == 9 else None)]  # fmt: skip
    housing = there.people["housing"]
    (own,) = records.records(housing, year=2026, now=LATER)
    assert (own.is_own, own.count, [each.mean for each in own.aspects]) == (True, 10, [None, None])
    (own,) = records.records(housing, year=2026, now=datetime(2027, 1, 1, tzinfo=NOON.tzinfo))
    assert [each.mean for each in own.aspects] == [4.0, 5.0]
    assert records.records(there.people["water"], year=2026, now=LATER) == ()
    assert records.records(there.superior, year=2027, now=LATER) == ()
    assert set(records.cases_judged(there.superior, year=2026, unit="housing")) == cases
    with pytest.raises(NotAllowed):
        records.cases_judged(housing, year=2026, unit="housing")
    with pytest.raises(NotPossible):
        records.cases_judged(there.superior, year=2026, unit="water")
    with pytest.raises(NotPossible):  # a street reads no record of a department of the county
        records.cases_judged(there.street, year=2026, unit="housing")
