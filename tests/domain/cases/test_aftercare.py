"""Visit-backs, appeals, exclusions: what they lead to, and who may not."""

from datetime import timedelta
from typing import Any

import pytest

from mulin.cases.actions import appeals, checking, handling, visits, voice
from mulin.cases.models import Appeal, Assignment, Case, Rating, Settings, Supervision, Visit
from mulin.cases.queries import doors, marks, sampling
from mulin.cases.queries.page import case_page
from mulin.cases.rules.aftercare import (
    Mark,
    Method,
    NotYours,
    Satisfied,
    SettledBefore,
    Solved,
    VisitOutcome,
    VisitSaid,
)
from mulin.cases.rules.closing import NotYet
from mulin.cases.rules.lifecycle import Act, State
from mulin.kernel.actor import PUBLIC
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible
from mulin.ledger.models import Entry
from mulin.people.models import ContactView
from tests.make import aftercare as after
from tests.make import cases as make
from tests.make.cases import NOON, City

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=1)


@pytest.fixture
def here() -> City:
    made = make.city()
    after.words()
    return made


def setting(**values: object) -> None:
    Settings.objects.update(**values)
    doors.forget_settings()


def said(visit: Visit, here: City, what: VisitSaid, **more: Any) -> Case:
    by = more.pop("by", here.dispatcher)
    return visits.record_visit(
        case_id=visit.case_id, visit_id=visit.pk, said=what, actor=by, now=LATER, **more
    )


def test_not_solved_reopens_the_case_as_caused_by_the_visit(here: City) -> None:
    case = after.to_visit(here)
    visit = after.visit_of(case)
    again = said(visit, here, after.BAD)
    assert (again.state, again.reopened) == (State.REGISTERED, 1)
    entry = Entry.objects.filter(kind="case.reopened").latest("id")
    assert entry.facts["cause"] == f"visit:{visit.pk}"
    assert not {"solved", "satisfied"} & set(Entry.objects.filter(kind="case.visited").latest("id").facts)


def test_too_late_to_reopen_is_still_written_down(here: City) -> None:
    visit = after.visit_of(after.to_visit(here))
    late = NOON + timedelta(days=16)
    kept = visits.record_visit(
        case_id=visit.case_id, visit_id=visit.pk, said=after.BAD, actor=here.dispatcher, now=late
    )
    assert (kept.state, Visit.objects.get(pk=visit.pk).solved) == (State.CLOSED, "not_solved")


def test_nobody_is_rung_for_ever_and_a_refusal_ends_it_without_consequence(here: City) -> None:
    first, second = (after.visit_of(after.to_visit(here)) for _ in range(2))
    for attempt in (1, 2, 3):
        said(first, here, after.NOBODY)
        first.refresh_from_db()
        assert (first.attempts, first.done_at is not None) == (attempt, attempt == 3)
    with pytest.raises(SettledBefore):
        said(first, here, after.REACHED)
    assert said(second, here, after.REFUSED).state == State.CLOSED
    assert Visit.objects.get(pk=second.pk).outcome == "visit_refused"


@pytest.mark.parametrize(
    ("what", "where"),
    [
        pytest.param(VisitSaid(Method.PHONE, VisitOutcome.CONTACTED), "responded", id="nothing-asked"),
        pytest.param(
            VisitSaid(Method.PHONE, VisitOutcome.CONTACTED, True, Solved.YES), "satisfied", id="half-asked"
        ),
        pytest.param(
            VisitSaid(Method.PHONE, VisitOutcome.REFUSED, solved=Solved.YES),
            "outcome",
            id="filled-in-for-them",
        ),
        pytest.param(
            VisitSaid(Method.PHONE, VisitOutcome.CONTACTED, True, Solved.YES, Satisfied.YES, {"x": "y"}),
            "x",
            id="not-in-the-script",
        ),
        pytest.param(
            VisitSaid(
                Method.PHONE, VisitOutcome.CONTACTED, True, Solved.YES, Satisfied.YES, {"tidy": "不知道"}
            ),
            "tidy",
            id="no-such-choice",
        ),
    ],
)
def test_what_was_not_said_cannot_be_written_down(here: City, what: VisitSaid, where: str) -> None:
    visit = after.visit_of(after.to_visit(here))
    with pytest.raises(BadInput) as refusal:
        said(visit, here, what)
    assert refusal.value.where == where
    assert Visit.objects.get(pk=visit.pk).attempts == 0


def test_the_handler_never_visits_back(here: City) -> None:
    visit = after.visit_of(after.to_visit(here))
    with pytest.raises(NotAllowed):
        said(visit, here, after.REACHED, by=here.handler)
    Case.objects.filter(pk=visit.case_id).update(handled_by=here.dispatcher.account_id)
    with pytest.raises(NotYours):
        said(visit, here, after.REACHED)
    Case.objects.filter(pk=visit.case_id).update(handled_by=None)
    Assignment.objects.create(
        case_id=visit.case_id, unit=here.street, role="lead", given_at=NOON, ended_at=NOON
    )
    with pytest.raises(NotYours):
        said(visit, here, after.REACHED)
    with pytest.raises(NotFound):
        visits.record_visit(
            case_id=visit.case_id,
            visit_id=make.unknown(),
            said=after.REACHED,
            actor=here.dispatcher,
            now=LATER,
        )


def test_the_contact_is_revealed_to_the_visitor_alone_and_the_look_is_kept(here: City) -> None:
    visit = after.visit_of(after.to_visit(here))
    look = {"case_id": visit.case_id, "visit_id": visit.pk, "now": LATER}
    details = visits.reveal_to_visitor(**look, reason="回访，问办理结果", actor=here.dispatcher)  # type: ignore[arg-type]
    assert details.phone == "13800000000"
    assert ContactView.objects.get().reason == "回访，问办理结果"
    with pytest.raises(NotAllowed):
        visits.reveal_to_visitor(**look, reason="回访，问办理结果", actor=here.handler)  # type: ignore[arg-type]
    with pytest.raises(BadInput):
        visits.reveal_to_visitor(**look, reason=" ", actor=here.dispatcher)  # type: ignore[arg-type]


def test_a_case_of_a_compound_gets_its_visit_with_closing(here: City) -> None:
    made = make.answered(here)
    Case.objects.filter(pk=made.pk).update(in_compound=True)
    voice.rate_report(tracking_code=make.code_of(made), solved=True, satisfied=True, actor=PUBLIC, now=NOON)
    checking.close_case(case_id=made.pk, actor=here.checker, now=NOON)
    visit = Visit.objects.get(case=made)
    assert (visit.why, visit.unit) == ("compound", here.community)


@pytest.mark.parametrize(
    ("low", "state", "visits_open", "supervised"),
    [
        ("reopen", "registered", 0, 0),
        ("supervise", "registered", 0, 1),
        ("visit", "closed", 1, 0),
        ("nothing", "closed", 0, 0),
    ],
)
def test_a_low_rating_does_what_the_city_has_set(
    here: City, low: str, state: str, visits_open: int, supervised: int
) -> None:
    case = make.closed(here)
    setting(low_rating=low)
    voice.rate_report(
        tracking_code=make.code_of(case), solved=False, satisfied=False, actor=PUBLIC, now=LATER
    )
    assert Case.objects.get(pk=case.pk).state == state
    assert Visit.objects.filter(case=case, done_at__isnull=True).count() == visits_open
    assert Supervision.objects.filter(case=case, state="asked").count() == supervised
    assert Rating.objects.count() == 1


def test_a_low_rating_before_closing_is_supervised_once(here: City) -> None:
    case = make.answered(here)
    make.filed(joins=case.pk)
    rate = {"satisfied": False, "solved": False, "actor": PUBLIC, "now": LATER}
    setting(low_rating="supervise")
    for report in case.reports.all():
        checking.answer_report(
            case_id=case.pk, report_id=report.pk, text="好了", actor=here.checker, now=LATER
        )
        voice.rate_report(tracking_code=report.tracking_code, **rate)  # type: ignore[arg-type]
    item = Supervision.objects.get(case=case)
    assert (item.unit, item.raised_unit) == (here.community, None)
    with pytest.raises(NotYet):
        checking.close_case(case_id=case.pk, actor=here.checker, now=LATER)


@pytest.mark.parametrize("low", ["reopen", "supervise"])
def test_what_a_low_rating_leads_to_does_not_tell_the_judged_of_it(here: City, low: str) -> None:
    case = make.closed(here)
    setting(low_rating=low)
    voice.rate_report(
        tracking_code=make.code_of(case), solved=False, satisfied=False, actor=PUBLIC, now=LATER
    )
    report = str(case.reports.get().pk)
    for judged in (here.handler, here.checker, here.dispatcher):
        newest = [event for event in case_page(judged, case.pk, now=LATER).timeline if event.at == LATER]
        assert "case.reopened" in {event.kind for event in newest}
        assert "case.rated" not in {event.kind for event in newest}
        assert not [event for event in newest if "解决" in event.words or "满意" in event.words]
        assert not [event for event in newest if report in repr(event.facts)]


def test_who_wants_nothing_more_is_left_alone(here: City) -> None:
    case = make.closed(here)
    voice.rate_report(
        tracking_code=make.code_of(case), solved=False, satisfied=False, again=False, actor=PUBLIC, now=LATER
    )
    assert not Visit.objects.exists()


def test_not_fixed_is_heard_once_inside_the_window_and_refused_after_it(here: City) -> None:
    """W10: the window is held by the server."""
    case = make.closed(here)
    ask = {"tracking_code": make.code_of(case), "reason": "还在漏", "actor": PUBLIC}
    with pytest.raises(NotYet):
        voice.ask_reopen(**ask, now=NOON + timedelta(days=15, seconds=1))  # type: ignore[arg-type]
    voice.ask_reopen(**ask, now=LATER)  # type: ignore[arg-type]
    assert Visit.objects.get(case=case).why == "doubt"
    with pytest.raises(SettledBefore):
        voice.ask_reopen(**ask, now=LATER)  # type: ignore[arg-type]
    with pytest.raises(NotPossible):
        voice.ask_reopen(
            tracking_code=make.code_of(make.in_hand(here)), reason="还在漏", actor=PUBLIC, now=LATER
        )


def test_a_granted_appeal_changes_what_counts_and_not_what_happened(here: City) -> None:
    """K30."""
    case = after.reviewed(here)
    assert marks.marks_of(case) == {Mark.LATE}
    done = appeals.decide_appeal(
        case_id=case.pk,
        appeal_id=after.appeal_of(case),
        granted=True,
        words="不计",
        actor=here.command,
        now=LATER,
    )
    assert marks.was_late(done)
    assert done.late_waived_at == LATER
    assert marks.marks_of(done) == frozenset()
    with pytest.raises(NotPossible):
        appeals.appeal_mark(case_id=case.pk, mark=Mark.LATE, grounds="再来", actor=here.handler, now=LATER)


def test_an_appeal_takes_two_levels_and_happens_once(here: City) -> None:
    case = after.reviewed(here)
    decide = {"case_id": case.pk, "appeal_id": after.appeal_of(case), "granted": False, "words": "照计"}
    both = here.command.grants[0]
    reviewer = make.actor("command", here.street)
    with pytest.raises(NotYours):
        appeals.decide_appeal(**decide, actor=reviewer, now=LATER)  # type: ignore[arg-type]
    assert both.unit_id != reviewer.grants[0].unit_id
    appeals.decide_appeal(**decide, actor=here.command, now=LATER)  # type: ignore[arg-type]
    assert Appeal.objects.get().state == "rejected"
    assert Case.objects.get(pk=case.pk).late_waived_at is None
    with pytest.raises(SettledBefore):
        appeals.decide_appeal(**decide, actor=here.command, now=LATER)  # type: ignore[arg-type]
    with pytest.raises(SettledBefore):
        appeals.appeal_mark(case_id=case.pk, mark=Mark.LATE, grounds="再来", actor=here.handler, now=LATER)


def test_without_a_mark_there_is_nothing_to_appeal(here: City) -> None:
    case = after.closed(here)
    for mark in Mark:
        with pytest.raises(NotPossible):
            appeals.appeal_mark(case_id=case.pk, mark=mark, grounds="为何", actor=here.handler, now=LATER)


def test_an_exclusion_needs_a_second_person_of_another_post(here: City) -> None:
    case = after.proposed(here)
    confirm = {"case_id": case.pk, "exclusion_id": after.exclusion_of(case), "agreed": True}
    for same in (here.dispatcher, make.actor("dispatcher", here.street)):
        with pytest.raises(NotAllowed):
            appeals.confirm_exclusion(**confirm, actor=same, now=LATER)  # type: ignore[arg-type]
    done = appeals.confirm_exclusion(**confirm, actor=here.command, now=LATER)  # type: ignore[arg-type]
    assert done.excluded_at == LATER
    with pytest.raises(SettledBefore):
        appeals.confirm_exclusion(**confirm, actor=here.command, now=LATER)  # type: ignore[arg-type]
    with pytest.raises(SettledBefore):
        appeals.propose_exclusion(
            case_id=case.pk, code="impossible", grounds="再来", actor=here.dispatcher, now=LATER
        )
    with pytest.raises(BadInput):
        appeals.propose_exclusion(
            case_id=after.closed(here).pk, code="because", grounds="我说的", actor=here.dispatcher, now=LATER
        )


def test_the_page_offers_to_each_what_they_may_do(here: City) -> None:
    after_acts = {
        Act.VISIT,
        Act.APPEAL,
        Act.REVIEW_APPEAL,
        Act.DECIDE_APPEAL,
        Act.EXCLUDE,
        Act.CONFIRM_EXCLUSION,
    }

    def offered(case: Case, by: Any) -> set[Act]:
        return {offer.act for offer in case_page(by, case.pk, now=NOON).offers} & after_acts

    assert offered(after.to_visit(here), here.dispatcher) == {Act.VISIT, Act.EXCLUDE}
    assert offered(after.late(here), here.handler) == {Act.APPEAL}
    assert Act.REVIEW_APPEAL in offered(after.appealed(here), here.dispatcher)
    assert offered(after.reviewed(here), here.command) == {Act.DECIDE_APPEAL}
    assert offered(after.proposed(here), here.command) == {Act.CONFIRM_EXCLUSION}
    assert offered(make.in_hand(here), here.handler) == set()


def test_a_sample_is_drawn_from_who_agreed_and_never_from_ones_own_work(here: City) -> None:
    for _ in range(6):
        after.closed(here)
    silent = after.closed(here, callable_=False)
    own = after.closed(here)
    Assignment.objects.create(case=own, unit=here.street, role="lead", given_at=NOON, ended_at=NOON)
    span = {"since": NOON - timedelta(days=1), "until": LATER, "wanted": 4, "seed": "2026-05"}
    cohort = sampling.cohort(here.street, since=span["since"], until=span["until"])  # type: ignore[arg-type]
    assert (len(cohort.voices), cohort.unreachable) == (6, 1)
    expected = sampling.drawn(cohort, wanted=4, seed="2026-05").chosen
    plan = visits.draw_visits(**span, actor=here.dispatcher, now=LATER)  # type: ignore[arg-type]
    drawn = {str(pk) for pk in Visit.objects.filter(plan=plan).values_list("case_id", flat=True)}
    assert drawn == set(expected)
    assert not {str(silent.pk), str(own.pk)} & drawn
    assert (plan.cohort, plan.unreachable, plan.digest) == (6, 1, cohort.digest)
    rest = sampling.cohort(here.street, since=span["since"], until=span["until"])  # type: ignore[arg-type]
    assert set(rest.voices) == set(cohort.voices) - drawn  # nobody twice
    assert {visit.case_id for visit in sampling.visits_for(here.dispatcher, now=LATER)} == {
        visit.case_id for visit in Visit.objects.all()
    }


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        pytest.param({"actor": "handler"}, NotAllowed, id="wrong-role"),
        pytest.param({"wanted": 0}, BadInput, id="nothing"),
        pytest.param({"wanted": 2001}, BadInput, id="too-many"),
        pytest.param({"seed": " "}, BadInput, id="no-seed"),
        pytest.param({"until": NOON - timedelta(days=1)}, BadInput, id="no-time"),
        pytest.param({}, NotPossible, id="nobody-there"),
    ],
)
def test_a_refused_draw_leaves_no_trace(here: City, change: dict[str, Any], refusal: type[Exception]) -> None:
    asked: dict[str, Any] = {
        "since": NOON - timedelta(days=1), "until": LATER, "wanted": 5, "seed": "s", "actor": "dispatcher",
    } | change  # fmt: skip
    asked["actor"] = getattr(here, asked["actor"])
    with pytest.raises(refusal):
        visits.draw_visits(**asked, now=LATER)
    assert not Visit.objects.exists()
    assert not Entry.objects.filter(kind="visits.drawn").exists()


def test_hearing_a_resident_is_not_a_visit(here: City) -> None:
    case = after.to_visit(here)
    with pytest.raises(NotPossible):
        handling.hear_resident(tracking_code=make.code_of(case), text="好了", actor=PUBLIC, now=LATER)
    assert after.visit_of(case).done_at is None
