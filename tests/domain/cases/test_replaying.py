"""The ledger told again: it agrees with the rows, and names the first that somebody changed behind it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from mulin.cases.actions import checking, handling, triage, voice
from mulin.cases.models import Case, Report
from mulin.cases.queries.replaying import tell_again
from mulin.kernel.actor import PUBLIC, SYSTEM
from tests.make import cases as make
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


@pytest.mark.parametrize("past", [closed, reopened, refused, merged])
def test_what_happened_agrees_with_the_rows(past: Callable[[], Case]) -> None:
    past()
    told = tell_again()
    assert told.difference is None
    assert told.cases == Case.objects.count()


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
