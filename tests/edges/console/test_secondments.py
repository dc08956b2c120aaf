"""The register of secondments on screen: each number opens its list, sending, sending back, the workbook."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from mulin.people.models import Appointment
from tests.make import console

pytestmark = pytest.mark.usefixtures("city")
ADDRESS = "/console/secondments/"
DAY = timedelta(days=1)


def said(**more: object) -> dict[str, object]:
    today = timezone.localdate()
    return {
        "staff_no": "S071", "home": "990101-ZJ", "seat": "990101001-ZD|enforcement_officer",
        "from_on": today, "until_on": today + 30 * DAY, **more,
    }  # fmt: skip


def test_a_number_opens_its_list_and_what_is_over_is_flagged() -> None:
    browser = console.browser(console.DISPATCHER)
    page = browser.get(f"{ADDRESS}?on=2026-03-01").content.decode()
    assert ("区城管局" in page, "区公安分局" in page, "到期未处理" in page) == (True, True, False)
    link = "on=2026-03-01&amp;home=990101-CG&amp;street=990101001#list"
    assert link in page
    shown = browser.get(f"{ADDRESS}?on=2026-03-01&home=990101-CG&street=990101001")
    assert [row.staff_no for row in shown.context["rows"]] == ["S097"]
    over = browser.get(f"{ADDRESS}?on=2026-08-01&state=run_out")
    assert [row.staff_no for row in over.context["rows"]] == ["S098"]
    assert "登记派驻" not in page  # a dispatcher reads only
    assert "1+X+Y" in page


def test_somebody_is_sent_and_sent_back() -> None:
    browser = console.browser(console.ORGANISER)
    assert browser.post(ADDRESS, said(until_on="")).status_code == 422
    assert browser.post(ADDRESS, said(staff_no="nobody")).status_code == 404
    assert browser.post(ADDRESS, said(seat="990101001|street_dispatcher")).status_code == 422
    assert browser.post(ADDRESS, said()).status_code == 302
    again = browser.post(ADDRESS, said())
    assert again.status_code == 409
    assert 'value="S071"' in again.content.decode()  # what was typed is kept
    term = Appointment.objects.get(person__staff_no="S071", source="secondment")
    address = f"{ADDRESS}{term.pk}/end/"
    assert browser.post(address, {"on": "soon"}).status_code == 422
    assert browser.post(address, {"on": timezone.localdate() + DAY}).status_code == 302
    assert Appointment.objects.get(pk=term.pk).ended_at
    reader = console.browser(console.DISPATCHER)
    assert reader.post(ADDRESS, said()).status_code == 403
    assert reader.post(address, {"on": timezone.localdate() + DAY}).status_code == 403


def test_who_may_not_see_who_serves_is_refused() -> None:
    firm = console.browser(console.FIRM)
    assert firm.get(ADDRESS).status_code == 403
    assert firm.get("/console/secondments.xlsx").status_code == 403


def test_the_workbook_holds_the_list_of_the_page() -> None:
    answer = console.browser(console.ORGANISER).get("/console/secondments.xlsx?on=2026-03-01&home=990101-GA")
    rows = list(load_workbook(BytesIO(b"".join(answer))).active.values)
    assert [row[0] for row in rows[1:]] == ["S098"]


def test_a_longer_register_asks_no_more() -> None:
    browser = console.browser(console.ORGANISER)
    counts = []
    for day in ("2026-08-01", "2026-03-01"):
        browser.get(f"{ADDRESS}?on={day}")
        with CaptureQueriesContext(connection) as seen:
            assert browser.get(f"{ADDRESS}?on={day}").status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
