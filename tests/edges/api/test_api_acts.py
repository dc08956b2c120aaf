"""Every act of staff by API: done once, refused to the wrong role, refused when stale."""

import pytest

from mulin.api.shown import CaseBrief, CaseShown, ContactShown, StaffReportTaken
from mulin.cases.models import Case, Report
from mulin.cases.queries.page import STAFF_ACTS
from mulin.ledger.models import Entry
from tests.edges.api.conftest import Desk
from tests.make import cases as make
from tests.make.api import Caller
from tests.make.api_trials import TRIALS, Trial, caller, started


def test_every_act_of_staff_is_tried() -> None:
    assert {trial.act for trial in TRIALS} == set(STAFF_ACTS)


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.act.value)
def test_an_act_is_done_once_and_answers_where_the_case_stands(desk: Desk, trial: Trial) -> None:
    case, path, body = started(trial, desk)
    answer = caller(desk, trial.by).post(path, {**body, "version": case.version}, key="k-1")
    assert answer.status_code == 200, answer.content
    shown = CaseBrief.model_validate_json(answer.content)
    after = Case.objects.get(pk=case.pk)
    assert (shown.state, shown.version) == (trial.to, after.version)
    assert (after.state, after.version) == (trial.to, case.version + 1)

    again = caller(desk, trial.by).post(path, {**body, "version": case.version}, key="k-1")
    assert (again.status_code, again.content) == (200, answer.content)
    assert Case.objects.get(pk=case.pk).version == after.version


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.act.value)
def test_a_refused_act_leaves_no_trace(desk: Desk, trial: Trial) -> None:
    case, path, body = started(trial, desk)
    before, entries = Case.objects.values().get(pk=case.pk), Entry.objects.count()
    assert Caller().post(path, body).status_code == 401
    assert Caller("no-such-token").post(path, body).status_code == 401
    assert desk.other.post(path, body).status_code == 404
    assert caller(desk, trial.wrong_role).post(path, body).status_code == 403
    stale = caller(desk, trial.by).post(path, {**body, "version": case.version + 1})
    assert stale.status_code == 409
    assert stale.json()["type"] == "stale-case"
    assert stale.json()["facts"]["version"] == case.version
    assert Case.objects.values().get(pk=case.pk) == before
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.act.value)
def test_an_act_on_a_case_nobody_has_is_not_found(desk: Desk, trial: Trial) -> None:
    _case, _path, body = started(trial, desk)
    answer = caller(desk, trial.by).post(f"/cases/{make.unknown()}/{trial.act.value}", body)
    assert answer.status_code == 404


def test_what_is_missing_is_named(desk: Desk) -> None:
    case = make.checked(desk.city)
    answer = desk.checker.post(f"/cases/{case.pk}/close_case", {})
    assert answer.status_code == 409
    assert answer.json()["type"] == "not-yet"
    assert answer.json()["facts"]["missing"] == [{"missing": "answers", "count": 1}]


def test_a_state_that_does_not_allow_it_is_named(desk: Desk) -> None:
    case = make.case(desk.city.grid)
    Case.objects.filter(pk=case.pk).update(lead=desk.city.firm)
    answer = desk.handler.post(f"/cases/{case.pk}/accept_case", {})
    assert answer.status_code == 409
    assert answer.json()["type"] == "impossible-act"


def test_staff_enter_a_report_for_somebody(desk: Desk) -> None:
    body = {
        "text": "电话里说：楼道灯坏了（示例）",
        "channel": "phone",
        "on_behalf": True,
        "title": "楼道灯坏",
    }
    answer = desk.dispatcher.post("/staff/reports", body, key="k-1")
    assert answer.status_code == 201
    taken = StaffReportTaken.model_validate_json(answer.content)
    report = Report.objects.get(pk=taken.report_id)
    assert (report.channel, report.on_behalf) == ("phone", True)
    assert report.filed_unit == desk.city.street
    assert desk.dispatcher.post("/staff/reports", body, key="k-1").content == answer.content


def test_another_systems_number_is_taken_once(desk: Desk) -> None:
    body = {"text": "12345 转来（示例）", "channel": "api", "source": "12345", "source_no": "G-1"}
    first = desk.dispatcher.post("/staff/reports", body).json()
    again = desk.dispatcher.post("/staff/reports", body).json()
    assert (again["tracking_code"], again["replayed"]) == (first["tracking_code"], True)
    other = desk.dispatcher.post("/staff/reports", {**body, "text": "别的（示例）"})
    assert other.status_code == 422
    assert other.json()["type"] == "source-number-reused"
    assert Report.objects.count() == 1


def test_who_may_not_file_is_refused(desk: Desk) -> None:
    assert desk.handler.post("/staff/reports", {"text": "示例", "channel": "phone"}).status_code == 403
    assert not Report.objects.exists()


def test_a_case_is_read_whole(desk: Desk) -> None:
    case = make.in_hand(desk.city)
    answer = desk.handler.get(f"/cases/{case.pk}")
    assert answer.status_code == 200
    shown = CaseShown.model_validate_json(answer.content)
    assert {offer.act for offer in shown.offers} == {"return_case", "ask_resident", "add_note",
                                                     "add_public_note", "finish_case", "ask_suspension",
                                                     "ask_extension"}  # fmt: skip
    assert desk.other.get(f"/cases/{case.pk}").status_code == 404
    assert desk.public.get(f"/cases/{case.pk}").status_code == 401


def test_a_contact_is_shown_with_a_reason_and_the_look_is_kept(desk: Desk) -> None:
    case = make.filed(contact=make.contact()).case
    Case.objects.filter(pk=case.pk).update(place_unit=desk.city.grid, desk=desk.city.street)
    body = {"report_id": str(case.reports.get().pk), "reason": "核实地点"}
    path = f"/cases/{case.pk}/contact"
    assert desk.dispatcher.post(path, {**body, "reason": ""}).status_code == 422
    assert desk.command.post(path, body).status_code == 403
    assert desk.other.post(path, body).status_code == 404
    answer = desk.dispatcher.post(path, body)
    assert ContactShown.model_validate_json(answer.content).phone == "13800000000"
    looks = desk.public.get(f"/reports/{make.code_of(case)}").json()["looks"]
    assert [(look["unit"], look["reason"]) for look in looks] == [("东街道", "核实地点")]
