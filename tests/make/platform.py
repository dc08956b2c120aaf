"""Hands of a platform story: buttons pressed, reports sent, cases taken through every hop."""

from uuid import UUID

from django.http import HttpResponse
from django.test import Client

from mulin.cases.models import Case, Report
from mulin.cases.rules.lifecycle import Act
from tests.make import api, console
from tests.make import residents as phones

CITY = "S001"  # the city's command
DEPARTMENT = "S071"  # of the department that the dispatch table names for roads
ROAD = "路面坑洼，人行道砖松动，老人差点摔倒。"


def do(staff_no: str, case: Case | UUID, act: Act, *, status: int = 302, **said: object) -> HttpResponse:
    """Press a button of the console as somebody."""
    case_id = case.pk if isinstance(case, Case) else case
    answer = console.browser(staff_no).post(
        f"/console/cases/{case_id}/acts/{act.value}/", {"key": console.key(), **said}
    )
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer


def taken_down(staff_no: str, text: str = ROAD, *, channel: str = "grid", **more: object) -> Case:
    """Take a report down in the console."""
    lon, lat = console.INSIDE
    said = {
        "key": console.key(),
        "channel": channel,
        "kind": "need",
        "text": text,
        "lon": lon,
        "lat": lat,
        **more,
    }
    answer = console.browser(staff_no).post("/console/new/", said)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return Case.objects.get(pk=answer.url.split("/")[3])


def sent(text: str = phones.WORDS, **fields: object) -> Report:
    """Report on the residents' pages; return what came in."""
    phone = Client(headers={"accept-language": "zh-CN"})
    phones.ready(phone, text)
    phones.sent(phone, **fields)
    return Report.objects.order_by("-received_at").first()


def followed(report: Report) -> str:
    """Return what the holder of the tracking code reads."""
    answer = Client(headers={"accept-language": "zh-CN"}).get(f"/track/{report.tracking_code}")
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(staff_no: str, case: Case) -> str:
    return console.browser(staff_no).get(f"/console/cases/{case.pk}/").content.decode()


def to_the_department(case: Case) -> None:
    """Match a case to the item of roads, send it to the department, have it accepted."""
    do(console.DISPATCHER, case, Act.MATCH, item="01-10")
    do(console.DISPATCHER, case, Act.DISPATCH, lead="990101-ZJ")
    do(DEPARTMENT, case, Act.ACCEPT)


def to_the_department_and_back(case: Case) -> None:
    """Take a case through every hop: street, department, community."""
    to_the_department(case)
    do(DEPARTMENT, case, Act.FINISH, result="已修复，砖已换。", photos=[console.upload()])
    do(console.COMMUNITY, case, Act.APPROVE)
    for report in case.reports.all():
        do(console.COMMUNITY, case, Act.ANSWER, report=report.pk, text="路面已修好。")
    do(console.COMMUNITY, case, Act.CLOSE)


def by_api(text: str) -> Report:
    answer = api.Caller().post("/reports", {"text": text, "kind": "need"}, key=console.key())
    assert answer.status_code == 201, answer.content
    return Report.objects.get(tracking_code=answer.json()["tracking_code"])
