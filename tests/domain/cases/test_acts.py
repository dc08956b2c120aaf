"""Every act on a case: what it does, and every way it is refused without leaving a trace."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.cases.actions import checking, handling, triage
from mulin.cases.models import Case
from mulin.cases.queries.doors import StaleCase
from mulin.cases.rules.closing import NotYet
from mulin.cases.rules.lifecycle import ImpossibleAct, State, possible_acts
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible, Refusal
from mulin.ledger.models import Entry
from tests.make import cases as make
from tests.make.cases import NOON, PHOTO, City
from tests.make.trials import TRIALS
from tests.make.trials.loop import under_review
from tests.make.trials.shape import Trial

pytestmark = pytest.mark.django_db


IDS = [f"{t.act.value}-from-{t.given.__name__}" for t in TRIALS]


@pytest.fixture
def here() -> City:
    made = make.city()
    made.people["reader"] = make.actor("reader", made.street)
    make.item()
    return made


def who(here: City, name: str) -> Actor:
    return here.people[name] if name in here.people else getattr(here, name)


def refused(here: City, case: Case, trial: Trial, refusal: type[Refusal], by: Actor, **words: Any) -> None:
    before = Case.objects.filter(pk=case.pk).values().get()
    entries, remarks = Entry.objects.count(), case.remarks.count()
    with pytest.raises(refusal):
        trial.do(**({"case_id": case.pk, "actor": by, "now": NOON} | dict(trial.words) | words))
    assert Case.objects.filter(pk=case.pk).values().get() == before
    assert (Entry.objects.count(), case.remarks.count()) == (entries, remarks)


@pytest.mark.parametrize("trial", TRIALS, ids=IDS)
def test_the_act_moves_the_case_and_is_recorded_once(here: City, trial: Trial) -> None:
    case = trial.given(here)
    entries = Entry.objects.count()

    done = trial.do(
        case_id=case.pk, actor=who(here, trial.by), now=NOON, version=case.version, **dict(trial.words)
    )

    fresh = Case.objects.select_related("desk").get(pk=case.pk)
    assert fresh.state == done.state == trial.to
    assert fresh.desk == getattr(here, trial.desk)
    assert fresh.version == case.version + 1
    entry = Entry.objects.latest("id")
    assert Entry.objects.count() == entries + 1
    assert (entry.kind, entry.subject, entry.account_id) == (
        trial.entry,
        str(case.pk),
        who(here, trial.by).account_id,
    )


@pytest.mark.parametrize("trial", TRIALS, ids=IDS)
def test_refused_to_who_does_not_see_the_case(here: City, trial: Trial) -> None:
    refused(here, trial.given(here), trial, NotFound, here.other_dispatcher)


@pytest.mark.parametrize("trial", TRIALS, ids=IDS)
def test_refused_in_the_wrong_role(here: City, trial: Trial) -> None:
    refused(here, trial.given(here), trial, NotAllowed, who(here, trial.wrong_role))


@pytest.mark.parametrize("trial", TRIALS, ids=IDS)
def test_refused_when_somebody_acted_in_between(here: City, trial: Trial) -> None:
    case = trial.given(here)
    refused(here, case, trial, StaleCase, who(here, trial.by), version=case.version - 1)


@pytest.mark.parametrize("trial", TRIALS, ids=IDS)
def test_refused_in_every_state_the_graph_does_not_allow(here: City, trial: Trial) -> None:
    case = trial.given(here)
    for state in State:
        if trial.act not in possible_acts(state):
            Case.objects.filter(pk=case.pk).update(state=state)
            refused(here, case, trial, ImpossibleAct, who(here, trial.by))


@pytest.mark.parametrize("trial", [t for t in TRIALS if t.mandatory], ids=lambda t: t.act.value)
def test_refused_without_the_words_it_needs(here: City, trial: Trial) -> None:
    refused(here, trial.given(here), trial, BadInput, who(here, trial.by), **{trial.mandatory: " "})


@pytest.mark.parametrize("trial", TRIALS, ids=IDS)
def test_the_first_question_locks_the_row(here: City, trial: Trial) -> None:
    case = trial.given(here)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        trial.do(case_id=case.pk, actor=who(here, trial.by), now=NOON, **dict(trial.words))
    about_cases = [q["sql"] for q in asked if "cases_case" in q["sql"]]
    assert "for update" in about_cases[0].lower()


def test_a_merged_case_hands_over_its_voices(here: City) -> None:
    case, other = make.case(here.grid), make.case(here.grid)
    code = make.code_of(case)
    triage.merge_case(case_id=case.pk, into=other.pk, reason="同一口井", actor=here.dispatcher, now=NOON)
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.state, case.merged_into_id, case.report_count) == (State.MERGED, other.pk, 0)
    assert other.report_count == 2
    assert code in other.reports.values_list("tracking_code", flat=True)
    kinds = Entry.objects.order_by("id").values_list("kind", "subject")
    assert list(kinds)[-2:] == [("case.merged", str(case.pk)), ("case.joined", str(other.pk))]


@pytest.mark.parametrize(
    ("by", "into", "refusal"),
    [
        pytest.param("dispatcher", "itself", BadInput, id="into-itself"),
        pytest.param("dispatcher", "nothing", NotFound, id="into-nothing"),
        pytest.param("dispatcher", "elsewhere", NotFound, id="into-one-not-mine"),
        pytest.param("dispatcher", "closed", NotPossible, id="into-a-closed-one"),
        pytest.param("checker", "other", NotAllowed, id="wrong-role"),
        pytest.param("other_dispatcher", "other", NotFound, id="not-mine"),
    ],
)
def test_a_refused_merge_leaves_no_trace(here: City, by: str, into: str, refusal: type[Refusal]) -> None:
    case = make.case(here.grid)
    target = {
        "itself": lambda: case.pk,
        "nothing": make.unknown,
        "elsewhere": lambda: make.case(here.other_street).pk,
        "closed": lambda: make.closed(here).pk,
        "other": lambda: make.case(here.grid).pk,
    }[into]()
    entries = Entry.objects.count()
    with pytest.raises(refusal):
        triage.merge_case(case_id=case.pk, into=target, reason="同一口井", actor=who(here, by), now=NOON)
    case.refresh_from_db()
    assert (case.state, case.report_count, Entry.objects.count()) == (State.RECEIVED, 1, entries)


def test_the_firm_cannot_be_chosen_without_saying_why(here: City) -> None:
    case = make.case(here.grid)
    with pytest.raises(BadInput) as refusal:
        triage.dispatch_case(case_id=case.pk, lead="firm", actor=here.dispatcher, now=NOON)
    assert refusal.value.where == "reason"


def test_a_unit_outside_the_branch_is_refused_unless_the_table_names_it(here: City) -> None:
    case = make.case(here.grid)
    for lead in (here.department.code, here.other_street.code, here.county.code):
        with pytest.raises(NotAllowed):
            triage.dispatch_case(case_id=case.pk, lead=lead, reason="试试", actor=here.dispatcher, now=NOON)
    triage.dispatch_case(
        case_id=case.pk, lead=here.department.code, reason="直派", actor=here.command, now=NOON
    )


def test_dispatch_stores_its_reason_and_its_promise(here: City) -> None:
    case = make.case(here.grid)
    triage.match_item(case_id=case.pk, item="1-004", actor=here.dispatcher, now=NOON)
    done = triage.dispatch_case(case_id=case.pk, lead=None, actor=here.dispatcher, now=NOON)
    part = done.assignments.get()
    assert (part.role, part.unit, part.why["line"], part.why["how"]) == ("lead", here.community, 2, "table")
    assert done.due_at == NOON + timedelta(days=1)
    assert done.due_why["source"] == "item:1-004"
    assert done.due_why["intervals"]


def test_the_first_promise_stands_when_the_ball_comes_back(here: City) -> None:
    case = make.dispatched(here)
    promised = case.due_at
    handling.return_case(case_id=case.pk, reason="不属于物业", actor=here.handler, now=NOON)
    later = NOON + timedelta(hours=3)
    again = triage.dispatch_case(case_id=case.pk, lead=None, actor=here.dispatcher, now=later)
    assert (again.due_at, again.dispatched_at) == (promised, NOON)
    assert again.assignments.filter(ended_at__isnull=True).get().unit == here.community


def test_the_item_decides_what_evidence_a_result_needs(here: City) -> None:
    make.item("1-005", evidence=["photo_after"])
    case = make.in_hand(here)
    triage.match_item(case_id=case.pk, item="1-005", actor=here.dispatcher, now=NOON)
    with pytest.raises(NotPossible):
        handling.finish_case(case_id=case.pk, result="已疏通", actor=here.handler, now=NOON)
    done = handling.finish_case(
        case_id=case.pk, result="已疏通", photos=(PHOTO,), actor=here.handler, now=NOON
    )
    assert done.photos.get().phase == "result"


def test_who_reported_the_result_cannot_check_or_close_it(here: City) -> None:
    case = make.case(here.grid)
    triage.dispatch_case(case_id=case.pk, lead=None, actor=here.dispatcher, now=NOON)
    handling.accept_case(case_id=case.pk, actor=here.checker, now=NOON)
    done = handling.finish_case(case_id=case.pk, result="已疏通", actor=here.checker, now=NOON)
    assert done.desk == here.street  # the community handled it: another desk checks
    Case.objects.filter(pk=case.pk).update(desk=here.community)
    for act in (checking.pass_check, checking.close_case):
        with pytest.raises(NotPossible):
            act(case_id=case.pk, actor=here.checker, now=NOON)


def test_nothing_closes_with_a_voice_unanswered(here: City) -> None:
    case = make.checked(here)
    with pytest.raises(NotPossible):
        checking.close_case(case_id=case.pk, actor=here.checker, now=NOON)
    assert Case.objects.get(pk=case.pk).state == State.CHECKED


def test_an_answer_goes_to_one_voice_of_this_case_only(here: City) -> None:
    case, other = make.checked(here), make.checked(here)
    theirs = other.reports.get()
    with pytest.raises(NotFound):
        checking.answer_report(
            case_id=case.pk, report_id=theirs.pk, text="好了", actor=here.checker, now=NOON
        )
    theirs.refresh_from_db()
    assert theirs.answered_at is None


def test_a_refusal_answers_everybody_and_reopening_owes_a_new_answer(here: City) -> None:
    refused_case = make.declined(here)
    assert refused_case.reports.get().answer == "不属于本市职责（示例）"
    case = make.closed(here)
    checking.reopen_case(case_id=case.pk, reason="又堵了", actor=here.dispatcher, now=NOON)
    assert case.reports.get().answered_at is None


def test_who_joined_during_a_review_is_answered_when_the_refusal_stands(here: City) -> None:
    case = under_review(here)
    other = make.filed(joins=case.pk).report
    checking.uphold_decline(case_id=case.pk, reason="复核后维持", actor=here.command, now=NOON)
    other.refresh_from_db()
    assert (other.answer, other.answered_at) == ("复核后维持", NOON)


def test_a_case_does_not_end_with_a_record_open_beside_it(here: City) -> None:
    case, other = make.case(here.grid), make.case(here.grid)
    Case.objects.filter(pk=case.pk).update(whistles_open=1)
    at = {"case_id": case.pk, "actor": here.dispatcher, "now": NOON}
    with pytest.raises(NotYet):
        triage.decline_case(**at, reason="不属于")
    with pytest.raises(NotYet):
        triage.merge_case(**at, into=other.pk, reason="同一口井")


def test_the_window_to_reopen_is_kept_by_the_server(here: City) -> None:
    case = make.closed(here)
    with pytest.raises(NotPossible):
        checking.reopen_case(
            case_id=case.pk, reason="又堵了", actor=here.dispatcher, now=NOON + timedelta(days=16)
        )


def test_the_refuser_does_not_review_their_own_refusal(here: City) -> None:
    case = under_review(here)
    Case.objects.filter(pk=case.pk).update(handled_by=here.command.account_id)
    for act in (checking.uphold_decline, checking.admit_case):
        with pytest.raises(NotPossible):
            act(case_id=case.pk, reason="复核", actor=here.command, now=NOON)
