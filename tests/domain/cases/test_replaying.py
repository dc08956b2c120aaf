"""The ledger told again: it agrees with the rows, and names the first that somebody changed behind it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from mulin.cases.actions import (
    answering,
    checking,
    handling,
    holding,
    timetables,
    triage,
    visits,
    voice,
)
from mulin.cases.models import Case, Report
from mulin.cases.queries import replaying
from mulin.cases.queries.replaying import tell_again
from mulin.cases.rules.whistles import RulingOutcome
from mulin.clocks.rules.specs import Drawn
from mulin.kernel.actor import PUBLIC, SYSTEM
from tests.make import aftercare as after
from tests.make import cases as make
from tests.make import whistles
from tests.make.cases import NOON, PHOTO, City

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def here() -> City:
    made = make.city()
    make.item()
    return made


def closed() -> Case:
    """Return a case that went every way a case can go before it was closed."""
    filed = make.filed(address="示例路 1 号")
    at: dict[str, Any] = {"case_id": filed.case.pk, "actor": SYSTEM, "now": NOON}
    code = filed.report.tracking_code
    triage.register_case(**at)
    triage.correct_place(**at, lon=None, lat=None, address="示例路 2 号")
    triage.match_item(**at, item="1-004")
    triage.dispatch_case(**at, lead="firm", reason="示例")
    handling.return_case(**at, reason="不属于")
    triage.dispatch_case(**at, lead="community", reason="示例", assist=["firm"])
    handling.accept_case(**at)
    handling.ask_resident(**at, question="哪个单元？")
    voice_of = {"tracking_code": code, "actor": PUBLIC, "now": NOON}
    handling.hear_resident(**voice_of, text="二单元")
    handling.add_note(**at, text="已备料", photos=(PHOTO,))
    handling.add_public_note(**at, text="下午到")
    handling.finish_case(**at, result="已疏通")
    checking.fail_check(**at, reason="仍有外溢")
    handling.finish_case(**at, result="已疏通")
    checking.pass_check(**at)
    checking.answer_report(**at, report_id=filed.report.pk, text="好了")
    voice.rate_report(**voice_of, solved=True, satisfied=True)
    checking.close_case(**at)
    return Case.objects.get(pk=filed.case.pk)


def reopened() -> Case:
    case = closed()
    return checking.reopen_case(case_id=case.pk, reason="又堵了", actor=SYSTEM, now=NOON)


def refused() -> Case:
    filed = make.filed()
    at: dict[str, Any] = {"case_id": filed.case.pk, "actor": SYSTEM, "now": NOON, "reason": "示例"}
    code = filed.report.tracking_code
    triage.decline_case(**at)
    voice.ask_review(tracking_code=code, reason="请再看看", actor=PUBLIC, now=NOON)
    checking.uphold_decline(**at)
    other = make.filed()
    at["case_id"] = other.case.pk
    triage.decline_case(**at)
    voice.ask_review(tracking_code=other.report.tracking_code, reason="请再看看", actor=PUBLIC, now=NOON)
    return checking.admit_case(**at)


def merged() -> Case:
    into = make.filed().case
    make.filed(joins=into.pk)
    return triage.merge_case(
        case_id=make.filed().case.pk, into=into.pk, reason="同一口井", actor=SYSTEM, now=NOON
    )


def held(here: City) -> Case:
    """Return a case whose clock stood for every reason, was given more time, and that comes to its result."""
    made = make.profiled(here)
    at: dict[str, Any] = {"case_id": made.pk, "now": NOON}
    holding.meet_milestone(**at, milestone="arrive", actor=here.handler)
    handling.accept_case(**at, actor=here.handler)
    triage.match_item(**at, item="1-004", actor=SYSTEM)  # some of its milestones fall away
    triage.match_item(**at, item="1-009", actor=SYSTEM)
    until = (NOON + timedelta(days=3)).date()
    suspension: dict[str, Any] = {"reason": "weather", "until": until, "words": "示例"}
    holding.ask_suspension(**at, **suspension, actor=here.handler)
    holding.refuse_suspension(**at, reason="示例", actor=here.dispatcher)
    holding.ask_suspension(**at, **suspension, actor=here.handler)
    holding.grant_suspension(**at, actor=here.dispatcher)
    holding.ask_extension(**at, words="示例", actor=here.handler)
    holding.grant_extension(**at, actor=here.dispatcher)
    handling.ask_resident(**at, question="在家吗？", actor=here.handler)
    handling.hear_resident(tracking_code=make.code_of(made), text="在", actor=PUBLIC, now=NOON)
    handling.ask_resident(**at, question="几点？", actor=here.handler)
    assert holding.resume_due(actor=SYSTEM, now=NOON + timedelta(days=9)) == 1  # both, at once
    return Case.objects.get(pk=made.pk)


def lapsed(here: City) -> Case:
    """Return a case handed in while its clock stood and somebody still had to decide."""
    made = make.suspended(here)
    holding.ask_extension(case_id=made.pk, words="示例", actor=here.handler, now=NOON)
    return handling.finish_case(case_id=made.pk, result="示例", actor=here.handler, now=NOON)


def whistled(here: City) -> Case:
    """Return a case with calls that went every way."""
    there = whistles.field(here)
    one = whistles.whistle(there, names=("housing", "water"))
    whistles.ruled(there, whistles.refused(there, one), RulingOutcome.OTHER, unit="emergency")
    whistles.do(answering.report_in, there, one, "housing")
    return Case.objects.get(pk=one.case_id)


def visited(here: City) -> Case:
    """Return a case that was rung about, reopened and will be rung about again."""
    made = after.to_visit(here)
    visits.record_visit(
        case_id=made.pk, visit_id=after.visit_of(made).pk, said=after.BAD, actor=here.dispatcher, now=NOON
    )
    return Case.objects.get(pk=made.pk)


def moved(here: City) -> Case:
    """Return a case whose deadline a calendar moved on its day."""
    made = make.in_hand(here)
    drawn = Drawn("city", "本市日历（示例）", "", {
        "base": "cn", "days": {"2026-05-14": {"works": False, "note": "示例"}}})  # fmt: skip
    day = (NOON + timedelta(days=1)).date()
    timetables.change_calendar(drawn=drawn, from_on=day, actor=SYSTEM, now=NOON)
    assert timetables.begin_calendars(actor=SYSTEM, now=NOON + timedelta(days=1)).moved == 1
    return handling.add_note(case_id=made.pk, text="示例", actor=SYSTEM, now=NOON + timedelta(days=1))


@pytest.mark.parametrize("past", [closed, reopened, refused, merged])
def test_what_happened_agrees_with_the_rows(past: Callable[[], Case]) -> None:
    past()
    told = tell_again()
    assert told.difference is None
    assert told.cases == Case.objects.count()


def unlike(case: Case) -> list[str]:
    """Return what of a case differs from its past, but for where its builder puts it."""
    moved_by = replaying._by_block(replaying.ALWAYS)
    (block,) = replaying._blocks()
    (row,) = [row for row in block if row["id"] == case.pk]
    past = replaying._past(block, moved_by)[str(case.pk)]
    found = replaying.compare(row, past, replaying._answers(block)[case.pk], replaying._sides(block)[case.pk])
    return [each.where for each in found if each.where not in ("place_unit_id", "desk_id")]


@pytest.mark.parametrize("past", [held, lapsed, whistled, visited, moved])
def test_what_stood_beside_a_case_agrees_with_the_rows(past: Callable[[City], Case], here: City) -> None:
    assert unlike(past(here)) == []


BESIDE = [
    (held, "cases_hold", "state = 'running'", "hold"),
    (held, "cases_extension", "state = 'lapsed'", "extension"),
    (held, "cases_milestone", "met_at = now()", "milestone"),
    (whistled, "cases_call", "state = 'calling'", "call"),
    (whistled, "cases_ruling", "ruled_at = null", "ruling"),
    (visited, "cases_visit", "done_at = null", "visit"),
    (moved, "cases_case", "due_at = due_at - interval '1 day'", "due_at"),
]


@pytest.mark.parametrize(("past", "table", "change", "where"), BESIDE, ids=[row[3] for row in BESIDE])
def test_a_record_beside_a_case_changed_behind_the_ledger_is_named(
    past: Callable[[City], Case], table: str, change: str, where: str, here: City
) -> None:
    case = past(here)
    with connection.cursor() as cursor:
        cursor.execute(f"update {table} set {change}")
    assert where in {each.partition(" ")[0] for each in unlike(case)}


def test_nothing_happened_yet() -> None:
    assert tell_again().ok


COLUMNS = [
    ("state", "state", "'checked'"),
    ("version", "version", "version + 1"),
    ("desk_id", "desk_id", "first_unit_id"),
    ("lead_id", "lead_id", "null"),
    ("dispatcher_id", "dispatcher_id", "first_unit_id"),
    ("item_id", "item_id", "null"),
    ("due_at", "due_at", "due_at + interval '1 hour'"),
    ("closed_at", "closed_at", "null"),
    ("handled_at", "handled_at", "now()"),
    ("reopened", "reopened", "1"),
    ("report_count", "report_count", "2"),
    ("merged_into_id", "merged_into_id", "id"),
]


@pytest.mark.parametrize(("field", "column", "value"), COLUMNS, ids=[row[0] for row in COLUMNS])
def test_a_row_changed_behind_the_ledger_is_named(field: str, column: str, value: str, here: City) -> None:
    closed()
    case = closed()
    closed()
    if column == "dispatcher_id":
        value = str(here.grid.pk)
    if column == "desk_id":
        value = str(here.other_street.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"update cases_case set {column} = {value} where id = %s", [case.pk])
    told = tell_again()
    assert told.difference is not None
    assert (told.number, told.difference.where) == (case.number, field)


def test_an_answer_taken_back_behind_the_ledger_is_named() -> None:
    case = closed()
    Report.objects.filter(case=case).update(answered_at=None)
    told = tell_again()
    assert told.difference is not None
    assert told.difference.where == f"answered_at {case.reports.get().pk}"


def test_a_case_that_vanished_is_named() -> None:
    case = make.filed().case
    Report.objects.filter(case=case).delete()
    with connection.cursor() as cursor:
        cursor.execute("delete from cases_casesearch where case_id = %s", [case.pk])
        cursor.execute("delete from cases_case where id = %s", [case.pk])
    assert tell_again().case_id == str(case.pk)
