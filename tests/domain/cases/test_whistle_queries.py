"""What pages and reports read of whistles: the seal never leaks, boards agree, the second return rises."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.cases.actions import answering, escalating, handling, triage, whistling
from mulin.cases.models import Case, Ruling
from mulin.cases.queries import page, records, rulings, transfers, whistles
from mulin.cases.queries.completion import Period
from mulin.cases.queries.transfers import Flow
from mulin.cases.queries.whistle_shapes import NeedKind, Slot, WhistlePage
from mulin.cases.queries.whistles import WhistleTab
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import AlreadyRuled, RulingOutcome
from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotFound
from mulin.ledger.models import Entry
from tests.make import cases as make
from tests.make import whistles as blow
from tests.make.cases import NOON
from tests.make.whistles import LATER, Field

pytestmark = pytest.mark.django_db
SINCE, UNTIL = NOON - timedelta(days=1), NOON + timedelta(days=1)
PERIOD = Period.of(SINCE, UNTIL, now=UNTIL)


@pytest.fixture
def there() -> Field:
    return blow.field()


def seen(actor: Actor, one: object) -> WhistlePage:
    return whistles.whistle_page(actor, one.pk, now=LATER)  # type: ignore[attr-defined]


def slots(shown: WhistlePage) -> list[Slot]:
    return [slot for column in shown.columns for slot in column.slots]


def test_a_sealed_judgement_is_read_by_nobody_on_any_page(there: Field) -> None:
    one = blow.ended(there)
    blow.judged(there, one, "street", "housing")
    for actor in (there.street, there.people["housing"], there.superior):
        shown = seen(actor, one)
        assert [(slot.words, slot.scores) for slot in slots(shown)] == [("", None)] * 2
        assert (shown.seal.given, shown.seal.of) == (1, 2)
        assert "来得快" not in repr(shown)


def test_opened_both_sides_read_reasons_and_only_the_judge_the_scores(there: Field) -> None:
    one = blow.ended(there)
    blow.judged(there, one, "street", "housing")
    blow.judged(there, one, "housing", "street")
    by_name = {"street": there.street, "housing": there.people["housing"], "county": there.superior}
    scores = {name: [slot.scores for slot in slots(seen(actor, one))] for name, actor in by_name.items()}
    assert scores == {
        "street": [blow.SCORES, None],
        "housing": [None, blow.SCORES],
        "county": [None, None],
    }
    assert all(slot.words for slot in slots(seen(there.people["housing"], one)))
    assert Act.OBJECT in {offer.act for offer in seen(there.people["housing"], one).offers}


def test_another_called_unit_reads_nothing_of_what_does_not_concern_it(there: Field) -> None:
    one = blow.whistle(there, names=("housing", "water"))
    blow.reported_in(there, one, "housing", "water")
    blow.replied(there, one, "housing", "water")
    blow.do(answering.sum_up_whistle, there, one, "housing", summary="两家已办")
    blow.do(whistling.end_whistle, there, one, "street")
    for judge, of in (("street", "housing"), ("housing", "street"), ("street", "water"), ("water", "street")):
        blow.judged(there, one, judge, of)
    read = {(slot.judge_id, slot.judged_id): slot.words for slot in slots(seen(there.people["water"], one))}
    own = there.water.pk
    assert {bool(words) for pair, words in read.items() if own in pair} == {True}
    assert {words for pair, words in read.items() if own not in pair} == {""}


def test_the_page_says_what_is_still_waited_for_and_offers_only_what_would_be_done(there: Field) -> None:
    one = blow.whistle(there, names=("housing", "enforcement", "water"))
    blow.reported_in(there, one, "housing")
    blow.refused(there, one, "water")
    shown = seen(there.street, one)
    assert [(need.kind, need.is_done) for need in shown.needs] == [
        (NeedKind.REPORT_IN, True),
        (NeedKind.REPORT_IN, False),
        (NeedKind.RULING, False),
        (NeedKind.RESULTS, False),
        (NeedKind.SUMMARY, False),
        (NeedKind.END, False),
        (NeedKind.ANSWERS, False),
    ]
    assert {offer.act: offer.possible for offer in shown.offers} == {
        Act.CALL_MORE: True,
        Act.CHANGE_LEAD: True,
        Act.URGE: True,
        Act.END: False,
        Act.EVALUATE: True,
        Act.NOTE: True,
    }
    (lead,) = (offer for offer in seen(there.people["housing"], one).offers if offer.act is Act.SUM_UP)
    assert not lead.possible
    ruling = next(column for column in seen(there.superior, one).columns if column.rulings).rulings[0]
    assert (ruling.may_rule, ruling.superior) == (True, "示例区")
    assert not any(r.may_rule for column in shown.columns for r in column.rulings)
    assert shown.answerable == "示例物业"


def test_a_stranger_finds_no_whistle(there: Field) -> None:
    one = blow.whistle(there)
    with pytest.raises(NotFound):
        seen(there.city.other_dispatcher, one)
    with pytest.raises(NotFound):
        seen(there.people["emergency"], one)


def test_the_board_shows_each_side_its_whistles_under_the_right_tab(there: Field) -> None:
    one = blow.whistle(there, names=("housing", "water"))
    tabs = {}
    people = {"street": there.street, "other": there.city.other_dispatcher, **there.people}
    for name in ("street", "housing", "emergency", "other"):
        actor = people[name]
        tabs[name] = whistles.whistle_board(actor, tab=WhistleTab.CALLING, now=LATER)
    assert [len(board.rows) for board in tabs.values()] == [1, 1, 0, 0]
    row = tabs["street"].rows[0]
    assert (row.id, row.due_at, row.is_late) == (one.pk, NOON + timedelta(minutes=30), False)
    assert [(unit.code, unit.is_lead) for unit in row.units] == [("housing", True), ("water", False)]
    blow.refused(there, one)
    assert tabs["street"].counts["calling"] == 1
    assert whistles.whistle_counts(there.superior)["ruling"] == 1


@pytest.mark.parametrize("rounds", [1, 3])
def test_board_and_page_ask_as_often_for_three_as_for_one(there: Field, rounds: int) -> None:
    for _ in range(rounds):
        one = blow.whistle(there, names=("housing", "water")[: 1 + (rounds > 1)])
    with CaptureQueriesContext(connection) as board:
        whistles.whistle_board(there.street, tab=WhistleTab.CALLING, now=LATER)
    with CaptureQueriesContext(connection) as paged:
        seen(there.street, one)
    assert (len(board), len(paged)) == (4, 11)


def test_a_ruling_becomes_a_precedent_that_the_next_and_dispatch_can_cite(there: Field) -> None:
    one = blow.whistle(there, names=("housing", "water"))
    blow.ruled(there, blow.refused(there, one), RulingOutcome.OTHER)
    two = blow.whistle(there, names=("housing", "water"))
    blow.refused(there, two)
    column = next(c for c in seen(there.superior, two).columns if c.rulings)
    (cited,) = column.rulings[0].precedents
    assert (cited.refuser, cited.unit_code, cited.item_code) == ("示例water局", "emergency", "9-001")
    case = make.case(there.city.grid)
    triage.match_item(case_id=case.pk, item="9-001", actor=there.street, now=NOON)
    proposal = page.dispatch_proposal(there.street, case.pk, now=NOON)
    assert [each.id for each in proposal.precedents] == [cited.id]
    done = triage.dispatch_case(case_id=case.pk, lead=None, precedent=cited.id, actor=there.street, now=NOON)
    assert done.assignments.get(role="lead").why["precedent"] == cited.id
    with pytest.raises(NotFound):
        triage.dispatch_case(case_id=case.pk, lead=None, precedent=0, actor=there.street, now=NOON)


def bounced(there: Field) -> Case:
    """Return a case the firm has returned to the street twice."""
    case = make.dispatched(there.city)
    handling.return_case(case_id=case.pk, reason="不归我们", actor=there.city.handler, now=NOON)
    triage.dispatch_case(case_id=case.pk, lead="firm", reason="再看看", actor=there.street, now=NOON)
    return handling.return_case(case_id=case.pk, reason="还是不归", actor=there.city.handler, now=NOON)


def test_the_second_return_between_two_bodies_goes_to_their_common_superior(there: Field) -> None:
    case = bounced(there)
    assert (case.desk, case.returns, case.rulings_open) == (there.city.county, 2, 1)
    assert case.first_unit_id  # the owner is never empty
    with pytest.raises(NotAllowed):
        triage.dispatch_case(case_id=case.pk, lead="firm", reason="再派", actor=there.street, now=NOON)
    triage.dispatch_case(case_id=case.pk, lead="firm", reason="就归物业", actor=there.superior, now=NOON)
    ruling = Ruling.objects.get()
    assert (ruling.superior, ruling.unit, ruling.outcome) == (there.city.county, there.city.firm, "report_in")
    with pytest.raises(AlreadyRuled):
        handling.return_case(case_id=case.pk, reason="第三次", actor=there.city.handler, now=NOON)
    (pair,) = transfers.returned_twice(there.superior, PERIOD)
    assert ({pair.one, pair.other}, pair.count) == ({"东街道", "示例物业"}, 1)
    assert transfers.cases_of(there.superior, PERIOD, Flow.RETURNED, key=pair.key) == (case.pk,)


def test_a_case_returned_twice_waits_on_its_superiors_list_until_it_is_dispatched(there: Field) -> None:
    owed = rulings.owed_by(there.superior)
    case = bounced(there)
    (row,) = rulings.rulings_of(there.superior)
    assert (row.case_id, row.is_return, row.refuser, row.outcome) == (case.pk, True, "示例物业", None)
    assert rulings.owed_by(there.superior) == owed + 1
    assert rulings.rulings_of(there.city.other_dispatcher) == ()
    triage.dispatch_case(case_id=case.pk, lead="firm", reason="就归物业", actor=there.superior, now=NOON)
    (row,) = rulings.rulings_of(there.superior)
    assert (row.outcome, row.unit, rulings.owed_by(there.superior)) == ("report_in", "示例物业", owed)


def test_the_level_above_is_told_once_when_a_case_returned_twice_lies_with_its_superior(there: Field) -> None:
    case = bounced(there)
    asked_of = Ruling.objects.get()
    assert asked_of.due_at is not None
    late = asked_of.due_at + timedelta(minutes=1)
    assert escalating.sweep_whistles(actor=SYSTEM, now=asked_of.due_at).total == 0
    assert escalating.sweep_whistles(actor=SYSTEM, now=late).counts["silent_ruling"] == 1
    assert escalating.sweep_whistles(actor=SYSTEM, now=late + timedelta(days=9)).total == 0
    told = Entry.objects.get(kind="case.ruling_escalated")
    assert (told.facts["was"], told.facts["to"]) == (there.city.county.pk, there.city.city.pk)
    case.refresh_from_db()
    assert (case.desk, Ruling.objects.get().superior) == (there.city.county, there.city.county)
    triage.dispatch_case(case_id=case.pk, lead="firm", reason="就归物业", actor=there.superior, now=late)
    assert Ruling.objects.get().outcome == "report_in"


def test_figures_open_their_cases(there: Field) -> None:
    blow.ended(there)
    blow.whistle(there, names=("water",), item="", off_list="没有合适的")
    make.closed(there.city)
    for _ in range(7):
        make.in_hand(there.city)
    found = transfers.flows(there.superior, PERIOD)
    assert {each.key: each.count for each in found.items} == {"9-001": 1, "—": 1}
    assert [(each.name, each.count, each.is_hidden) for each in found.streets] == [("东街道", 10, False)]
    assert {each.name: (each.called, each.came, each.replied, each.is_hidden) for each in found.forces} == {
        "示例housing局": (1, 1, 1, True), "示例water局": (1, 0, 0, True)
    }  # fmt: skip
    assert [(each.key, each.count, each.is_hidden) for each in found.levels] == [("property_firm", 1, True)]
    (fast,) = found.speeds
    assert (fast.kind, fast.count, fast.accept_median, fast.solve_median) == ("property_firm", 10, 0.0, None)
    opened = {
        Flow.TRANSFERRED: found.transferred, Flow.SOLVED: found.solved, Flow.ACCEPTED: fast.count,
        Flow.CITED: 2, Flow.CALLED: 2, Flow.RETURNED: 0,
    }  # fmt: skip
    for flow, count in opened.items():
        assert len(transfers.cases_of(there.superior, PERIOD, flow)) == count
    nowhere = transfers.flows(there.city.other_dispatcher, PERIOD)
    assert (nowhere.transferred, nowhere.solved, nowhere.speeds, nowhere.forces) == (0, 0, (), ())
    Case.objects.update(excluded_at=NOON)  # 剔除
    assert transfers.flows(there.superior, PERIOD).transferred == 0


def test_only_who_may_see_figures_sees_flows_and_they_cost_the_same(there: Field) -> None:
    for ask in (
        lambda: transfers.flows(there.city.handler, PERIOD),
        lambda: transfers.cases_of(there.city.handler, PERIOD, Flow.SOLVED),
        lambda: records.cases_judged(there.city.handler, year=2026, unit="housing"),
    ):
        with pytest.raises(NotAllowed):
            ask()
    costs = set()
    for more in (1, 2):
        for _ in range(more):
            blow.ended(there)
            bounced(there)
        with CaptureQueriesContext(connection) as asked:
            transfers.flows(there.superior, PERIOD)
            records.records(there.superior, year=2026, now=LATER)
        costs.add(len(asked))
    assert len(costs) == 1


def test_a_year_is_asked_at_most(there: Field) -> None:
    with pytest.raises(BadInput):
        Period.of(NOON, NOON + timedelta(days=368), now=NOON)
    with pytest.raises(BadInput):
        records.records(there.superior, year=1999, now=NOON)
