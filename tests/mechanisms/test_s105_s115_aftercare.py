"""What comes after closing: ratings, visit-backs, rates that anybody can compute again, repeat complaints."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from mulin.cases.actions import appeals, checking, handling, triage, visits, voice
from mulin.cases.models import Case, Rating, Settings, Visit, VisitPlan
from mulin.cases.queries import completion, doors, rates, repeats, sampling, supervisions
from mulin.cases.queries.completion import Count, Period
from mulin.cases.queries.page import case_page
from mulin.cases.rules.aftercare import NotYours
from mulin.cases.rules.rates import percent
from mulin.kernel.actor import PUBLIC
from mulin.kernel.errors import NotAllowed, NotPossible
from mulin.people.models import Cover, UnitKind
from tests.make import aftercare as after
from tests.make import cases as make
from tests.make.cases import NOON, SINCE, City

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=2)


@pytest.fixture
def here() -> City:
    made = make.city()
    after.words()
    return made


def lately() -> Period:
    until = NOON + timedelta(days=1)
    return Period.of(NOON - timedelta(days=1), until, now=LATER + timedelta(hours=1))


def visit_made(here: City, what: object) -> Case:
    case = after.to_visit(here)
    visit = after.visit_of(case)
    return visits.record_visit(
        case_id=case.pk, visit_id=visit.pk, said=what, actor=here.dispatcher, now=LATER  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.mechanism("S-071")
def test_many_cases_of_one_matter_at_one_place_are_a_finding_about_a_place(here: City) -> None:
    item = make.item()
    for _ in range(3):
        make.case(here.grid, item=item, compound_code="DY")
    (spot,) = repeats.spots(here.dispatcher, now=LATER)
    assert (spot.item_code, spot.compound_code, spot.cases) == ("1-004", "DY", 3)
    assert not {"reporter", "contact", "person", "account"} & set(spot.__slots__)


@pytest.mark.mechanism("S-086")
def test_three_slips_and_one_visit_in_order_by_different_people(here: City) -> None:
    UnitKind.objects.create(
        code="party_branch", name="支部", name_en="branch", family="party", parents=[], rank=5
    )
    branch = make.unit("party_branch", "第一网格党支部")
    Cover.objects.create(unit=branch, territory=here.grid, from_on=SINCE)
    make.item("3-001", in_compound=True)
    case = make.case(here.grid, compound_code="DY")
    triage.match_item(case_id=case.pk, item="3-001", actor=here.dispatcher, now=NOON)
    triage.dispatch_case(case_id=case.pk, lead="firm", reason="小区内", actor=here.dispatcher, now=NOON)
    handling.accept_case(case_id=case.pk, actor=here.handler, now=NOON)
    handling.finish_case(case_id=case.pk, result="好了", actor=here.handler, now=NOON)
    checking.pass_check(case_id=case.pk, actor=here.checker, now=NOON)
    report = case.reports.get()
    checking.answer_report(case_id=case.pk, report_id=report.pk, text="好了", actor=here.checker, now=NOON)
    with pytest.raises(NotPossible):  # residents rate first
        checking.close_case(case_id=case.pk, actor=here.checker, now=NOON)
    voice.rate_report(tracking_code=report.tracking_code, solved=True, satisfied=True, actor=PUBLIC, now=NOON)
    checking.close_case(case_id=case.pk, actor=here.checker, now=NOON)
    visit = Visit.objects.get(case=case)
    assert (visit.why, visit.unit) == ("compound", branch)
    member = make.actor("visitor", branch)
    for rated in (here.handler, here.checker):
        with pytest.raises((NotAllowed, NotYours)):
            visits.record_visit(
                case_id=case.pk, visit_id=visit.pk, said=after.REACHED, actor=rated, now=LATER
            )
    done = visits.record_visit(
        case_id=case.pk, visit_id=visit.pk, said=after.REFUSED, actor=member, now=LATER
    )
    visit.refresh_from_db()
    assert (done.state, visit.outcome, visit.done_at) == ("closed", "visit_refused", LATER)


@pytest.mark.mechanism("S-105")
def test_one_rating_a_round_a_low_one_has_consequences_and_the_handler_sees_none(here: City) -> None:
    case = make.closed(here)
    rate = {"tracking_code": make.code_of(case), "actor": PUBLIC, "now": LATER}
    voice.rate_report(solved=False, satisfied=False, words="敷衍", **rate)  # type: ignore[arg-type]
    with pytest.raises(NotPossible):
        voice.rate_report(solved=True, satisfied=True, **rate)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.create(report=case.reports.get(), round=0, solved=True, satisfied=True, at=LATER)
    assert Visit.objects.get(case=case).why == "doubt"
    page = case_page(here.handler, case.pk, now=LATER)
    assert "敷衍" not in repr(page.timeline) + repr(page.reports)


@pytest.mark.mechanism("S-105")
def test_a_low_rating_may_send_the_case_to_supervision_without_telling_why(here: City) -> None:
    Settings.objects.update(low_rating="supervise")
    doors.forget_settings()
    case = make.closed(here)
    voice.rate_report(
        tracking_code=make.code_of(case), solved=False, satisfied=False, actor=PUBLIC, now=LATER
    )
    again = Case.objects.get(pk=case.pk)
    assert (again.state, again.supervisions_open) == ("registered", 1)
    (row,) = supervisions.of_case(here.dispatcher, again, now=LATER)
    assert (row.unit, row.stage, row.why) == ("东街道", "asked", "按规定督办，请把办理情况报来复查")


@pytest.mark.mechanism("S-106")
def test_a_visit_that_finds_it_unsolved_reopens_the_case(here: City) -> None:
    again = visit_made(here, after.BAD)
    assert (again.state, again.reopened) == ("registered", 1)
    assert visit_made(here, after.REACHED).state == "closed"


@pytest.mark.mechanism("S-103")
def test_completion_is_closed_by_received_with_its_numbers(here: City) -> None:
    assert percent(1610, 1613) == "99.8"
    after.closed(here)
    after.late(here)
    make.in_hand(here)
    whole, *_ = completion.completion(here.command, lately(), now=LATER)
    assert (whole.rate, whole.on_time, whole.reopened) == ("66.7", "50.0", "0.0")
    assert len(completion.cases_counted(here.command, lately(), Count.CLOSED, now=LATER)) == 2


@pytest.mark.mechanism("S-107")
def test_satisfaction_is_of_those_who_rated_and_silence_is_not_satisfied(here: City) -> None:
    closed = [make.closed(here) for _ in range(12)]
    for case in closed[:10]:
        voice.rate_report(
            tracking_code=make.code_of(case),
            solved=True,
            satisfied=case != closed[0],
            actor=PUBLIC,
            now=LATER,
        )
    told = rates.ratings(here.command, lately())
    assert (told.answered, told.rated) == (12, 10)
    assert (told.satisfied.text, told.response.text) == ("90.0", "83.3")


@pytest.mark.mechanism("S-114")
def test_waves_of_visits_show_sample_size_and_both_kinds_of_change(here: City) -> None:
    for what in (after.BAD, after.REACHED):
        for _ in range(10):
            after.closed(here)
        now = NOON + timedelta(hours=1 if what is after.BAD else 3)
        plan = visits.draw_visits(
            since=NOON - timedelta(days=1), until=NOON + timedelta(days=1), wanted=10, seed="一",
            actor=here.dispatcher, now=now,
        )  # fmt: skip
        for visit in Visit.objects.filter(plan=plan):
            visits.record_visit(
                case_id=visit.case_id, visit_id=visit.pk, said=what, actor=here.dispatcher, now=now
            )
    newer, older = rates.waves(here.dispatcher)
    assert (older.visits.valid, older.satisfaction.text, older.change) == (10, "0.0", None)
    assert (newer.satisfaction.text, newer.change) == ("100.0", ("+100.0", "—"))
    first = VisitPlan.objects.earliest("at")
    assert sampling.plans_for(here.dispatcher)[-1].pk == first.pk


@pytest.mark.mechanism("S-115")
def test_results_of_visits_come_by_area_only_and_never_of_fewer_than_ten(here: City) -> None:
    for _ in range(9):
        visit_made(here, after.REACHED)
    told = rates.rates(here.command, lately())
    assert told.whole.is_hidden
    assert all(line.is_hidden for line in told.streets)
    visit_made(here, after.REACHED)
    told = rates.rates(here.command, lately())
    assert [(line.code, line.is_hidden, line.visits.valid) for line in told.streets] == [
        ("street", False, 10)
    ]


@pytest.mark.mechanism("S-107")
def test_an_appeal_granted_and_an_exclusion_leave_both_sides_of_the_fraction(here: City) -> None:
    cases = [visit_made(here, after.REACHED) for _ in range(12)]
    out = cases[0]
    appeals.propose_exclusion(
        case_id=out.pk, code="impossible", grounds="暴雨", actor=here.dispatcher, now=NOON
    )
    appeals.confirm_exclusion(
        case_id=out.pk, exclusion_id=after.exclusion_of(out), agreed=True, actor=here.command, now=NOON
    )
    assert rates.rates(here.command, lately()).whole.visits.valid == 11
