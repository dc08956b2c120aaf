"""Figures after closing: whole numbers that add up, open what they count, and say the same a week later."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.cases.actions import appeals, checking, handling, visits
from mulin.cases.models import Case, Visit
from mulin.cases.queries import completion, figures, marks, rates, repeats
from mulin.cases.queries.completion import Count, Period
from mulin.cases.queries.rates import VisitCount
from mulin.cases.rules.aftercare import Method, Satisfied, Solved, VisitOutcome, VisitSaid
from mulin.kernel.errors import BadInput, NotAllowed, NotPossible
from tests.make import aftercare as after
from tests.make import cases as make
from tests.make.cases import NOON, City

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MONTH = (NOON - DAY, NOON + 3 * DAY)


@pytest.fixture
def here() -> City:
    made = make.city()
    after.words()
    return made


def period(*, now: datetime, as_of: datetime | None = None) -> Period:
    return Period.of(*MONTH, now=now, as_of=as_of)


def told(here: City, *, now: datetime, as_of: datetime | None = None) -> dict[Count, int]:
    whole, *_ = completion.completion(here.command, period(now=now, as_of=as_of), now=now)
    return dict(whole.counts)


def test_the_numbers_add_up_and_each_opens_exactly_its_cases(here: City) -> None:
    on_time, no_limit = after.closed(here), after.closed(here)
    Case.objects.filter(pk=no_limit.pk).update(due_at=None)
    late, waived = after.late(here), after.reviewed(here)
    appeals.decide_appeal(
        case_id=waived.pk, appeal_id=after.appeal_of(waived), granted=True, words="不计",
        actor=here.command, now=NOON,
    )  # fmt: skip
    out = after.proposed(here)
    appeals.confirm_exclusion(
        case_id=out.pk, exclusion_id=after.exclusion_of(out), agreed=True, actor=here.command, now=NOON
    )
    declined, in_hand = make.declined(here), make.in_hand(here)
    now = NOON + timedelta(hours=1)
    counts = told(here, now=now)
    opened = {
        count: set(completion.cases_counted(here.command, period(now=now), count, now=now)) for count in Count
    }
    assert {count: len(ids) for count, ids in opened.items()} == counts
    assert opened[Count.ON_TIME] == {on_time.pk}
    assert opened[Count.NO_LIMIT] == {no_limit.pk}  # K31: no limit is not "on time"
    assert opened[Count.LATE] == {late.pk}
    assert opened[Count.WAIVED] == {waived.pk}  # K30
    assert opened[Count.EXCLUDED] == {out.pk}
    assert opened[Count.DECLINED] == {declined.pk}
    assert opened[Count.OPEN] == {in_hand.pk}
    assert counts[Count.RECEIVED] == counts[Count.CLOSED] + counts[Count.OPEN] == 5
    done = (Count.ON_TIME, Count.LATE, Count.WAIVED, Count.NO_LIMIT)
    assert counts[Count.CLOSED] == sum(counts[each] for each in done)


def test_k29_late_is_the_result_not_the_closing(here: City) -> None:
    """Handed in in time and closed late is in time, in every figure and as of every moment."""
    slow, late = make.answered(here), make.in_hand(here)
    then = NOON + 30 * DAY
    checking.close_case(case_id=slow.pk, actor=here.checker, now=then)
    handling.finish_case(case_id=late.pk, result="已疏通", photos=(make.PHOTO,), actor=here.handler, now=then)
    checking.pass_check(case_id=late.pk, actor=here.checker, now=then)
    report = late.reports.get()
    checking.answer_report(case_id=late.pk, report_id=report.pk, text="好了", actor=here.checker, now=then)
    checking.close_case(case_id=late.pk, actor=here.checker, now=then)
    for now in (then + DAY, then + 9 * DAY):
        for as_of in (then + DAY, now):
            asked = period(now=now, as_of=as_of)
            opened = {
                count: completion.cases_counted(here.command, asked, count, now=now)
                for count in (Count.ON_TIME, Count.LATE)
            }
            assert opened == {Count.ON_TIME: (slow.pk,), Count.LATE: (late.pk,)}
    assert (marks.was_late(Case.objects.get(pk=slow.pk)), marks.was_late(Case.objects.get(pk=late.pk))) == (
        False,
        True,
    )
    (line,) = figures.counts(here.dispatcher, by=figures.By.STATE, since=MONTH[0], until=MONTH[1])
    assert (line.closed, line.closed_in_time) == (2, 1)


def test_last_months_report_says_the_same_a_week_later(here: City) -> None:
    """K31: reopened, closed, excluded and appealed since, and the digits are the same."""
    kept, again, out, late = after.closed(here), after.closed(here), after.closed(here), after.late(here)
    still = make.in_hand(here)
    asked = MONTH[1] + timedelta(hours=1)
    first, line = told(here, now=asked), completion.completion(here.command, period(now=asked), now=asked)
    then = MONTH[1] + 2 * DAY
    checking.reopen_case(case_id=again.pk, reason="又堵", actor=here.dispatcher, now=then)
    Case.objects.filter(pk=again.pk).update(due_at=None)
    Case.objects.filter(pk=out.pk).update(excluded_at=then)
    Case.objects.filter(pk=late.pk).update(late_waived_at=then)
    Case.objects.filter(pk=still.pk).update(state="closed", closed_at=then)
    week = asked + 7 * DAY
    assert told(here, now=week) == first
    assert [each.rate for each in completion.completion(here.command, period(now=week), now=week)] == [
        each.rate for each in line
    ]
    assert set(completion.cases_counted(here.command, period(now=week), Count.CLOSED, now=week)) == {
        kept.pk, again.pk, out.pk, late.pk
    }  # fmt: skip
    fresh = told(here, now=week, as_of=week)
    assert (fresh[Count.CLOSED], fresh[Count.EXCLUDED], fresh[Count.REOPENED]) == (3, 1, 1)


def test_the_rate_of_the_source_is_rendered_as_the_source_does() -> None:
    counts = dict.fromkeys(Count, 0) | {Count.RECEIVED: 1613, Count.CLOSED: 1610}
    assert completion.Completion("", "", counts).rate == "99.8"
    assert completion.Completion("", "", dict.fromkeys(Count, 0)).rate == "—"


def test_only_who_may_see_figures_sees_them_and_only_of_their_own_place(here: City) -> None:
    after.closed(here)
    for ask in (
        lambda: completion.completion(here.handler, period(now=NOON), now=NOON),
        lambda: completion.cases_counted(here.handler, period(now=NOON), Count.CLOSED, now=NOON),
        lambda: rates.rates(here.handler, period(now=NOON)),
        lambda: rates.ratings(here.handler, period(now=NOON)),
        lambda: rates.waves(here.handler),
    ):
        with pytest.raises(NotAllowed):
            ask()
    now = NOON + DAY
    whole, *_ = completion.completion(here.other_dispatcher, period(now=now), now=now)
    assert whole.counts[Count.RECEIVED] == 0
    with pytest.raises(BadInput):
        Period.of(NOON, NOON, now=NOON)


def test_figures_cost_the_same_however_many_cases(here: City) -> None:
    costs = []
    for _ in range(2):
        after.closed(here)
        with CaptureQueriesContext(connection) as asked:
            completion.completion(here.command, period(now=NOON + DAY), now=NOON + DAY)
        costs.append(len(asked))
    assert costs[0] == costs[1]


def visited(here: City, many: int, what: VisitSaid) -> list[Case]:
    made = []
    for _ in range(many):
        case = after.to_visit(here)
        visits.record_visit(
            case_id=case.pk, visit_id=after.visit_of(case).pk, said=what, actor=here.dispatcher,
            now=NOON + timedelta(hours=1),
        )  # fmt: skip
        made.append(case)
    return made


BASIC = VisitSaid(Method.PHONE, VisitOutcome.CONTACTED, False, Solved.PARTLY, Satisfied.BASIC)


def test_the_three_rates_count_valid_visits_alone_and_open_them(here: City) -> None:
    now = NOON + DAY
    good, basic = visited(here, 8, after.REACHED), visited(here, 2, BASIC)
    visited(here, 1, after.REFUSED)
    told = rates.rates(here.command, period(now=now))
    assert (told.whole.visits.valid, told.not_reached, told.refused) == (10, 0, 1)
    assert told.whole.rates.satisfaction.text == "98.0"  # (8 + 0.9 · 2) / 10
    assert told.whole.rates.response.text == told.whole.rates.solution.text == "80.0"
    assert told.formula.name == "示例公式"
    opened = rates.cases_visited(here.command, period(now=now), VisitCount.SATISFIED)
    assert set(opened) == {case.pk for case in good}
    assert set(rates.cases_visited(here.command, period(now=now), VisitCount.PARTLY)) == {c.pk for c in basic}
    Visit.objects.filter(case=good[0]).update(waived_at=NOON)
    Case.objects.filter(pk=good[1].pk).update(excluded_at=NOON)
    fewer = rates.rates(here.command, period(now=now))
    assert fewer.whole.visits.valid == 8
    assert fewer.whole.is_hidden
    with pytest.raises(NotPossible):
        rates.cases_visited(here.command, period(now=now), VisitCount.SATISFIED)


def test_who_is_judged_cannot_open_the_visits(here: City) -> None:
    visited(here, 10, after.REACHED)
    judged = make.actor("command", here.firm)
    with pytest.raises(NotAllowed):
        rates.cases_visited(judged, period(now=NOON + DAY), VisitCount.VALID)


def test_no_visit_is_no_figure(here: City) -> None:
    told = rates.rates(here.command, period(now=NOON + DAY))
    assert told.whole.rates.satisfaction.text == "—"
    assert not told.whole.is_hidden


def test_a_repeat_complaint_is_a_matter_at_a_place(here: City) -> None:
    item = make.item()
    near = [make.case(here.grid, item=item, lon=117.5, lat=34.7) for _ in range(2)]
    assert repeats.repeats_of(near[0], now=NOON) == ()
    near.append(make.case(here.grid, item=item, lon=117.5002, lat=34.7001))
    make.case(here.grid, item=item, lon=117.51, lat=34.7)
    make.case(here.grid, item=make.item("1-009"), lon=117.5, lat=34.7)
    assert {case.pk for case in repeats.repeats_of(near[2], now=NOON)} == {near[0].pk, near[1].pk}
    inside = [make.case(here.grid, item=item, compound_code="DY") for _ in range(3)]
    (spot,) = [spot for spot in repeats.spots(here.command, now=NOON) if spot.compound_code]
    assert (spot.item_code, spot.cases, set(spot.newest)) == ("1-004", 3, {case.pk for case in inside})
    assert len(repeats.spots(here.other_dispatcher, now=NOON)) == 0
