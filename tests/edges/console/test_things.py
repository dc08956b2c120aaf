"""The console's pages of components, buildings and codes."""

import re
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mulin.cases.models import Case, Report
from mulin.kernel.actor import SYSTEM
from mulin.places.actions import things as acts
from mulin.places.models import Thing
from mulin.places.rules.things import ThingThere
from tests.make import cases as heart
from tests.make import console as make

pytestmark = pytest.mark.django_db
LAMP = "9901010118000001"
HEADER = "编码,类别编码,名称,经度,纬度\n"


@pytest.fixture
def steward(city: None) -> Client:
    return make.browser(make.STEWARD)


@pytest.fixture
def seat(city: None) -> Client:
    return make.browser(make.SEAT)


def test_a_component_is_found_its_fault_reported_and_listed_under_it(seat: Client) -> None:
    listed = seat.get("/console/map/things/?area=990101&kind=0118").content.decode()
    assert f"/console/map/things/{LAMP}/" in listed
    assert "灯不亮（示例）" in listed
    form = seat.get(f"/console/new/?thing={LAMP}").content.decode()
    assert f'value="{LAMP}"' in form
    case = heart.filed(thing=LAMP, address="", text="灯又不亮了").case
    page = seat.get(f"/console/map/things/{LAMP}/").content.decode()
    assert case.number in page
    assert f"/console/map/things/{LAMP}/" in seat.get(f"/console/cases/{case.pk}/").content.decode()


def test_a_state_is_noted_and_a_thing_ended(seat: Client) -> None:
    address = f"/console/map/things/{LAMP}/"
    assert seat.post(f"{address}state/", {"state": "missing", "condition": "灯杆不见"}).status_code == 302
    assert Thing.objects.get(code=LAMP).state == "missing"
    assert "灯杆不见" in seat.get(address).content.decode()
    assert seat.post(f"{address}end/", {"on": "2026-06-01", "reason": " "}).status_code == 422
    assert seat.post(f"{address}end/", {"on": "2026-06-01", "reason": "拆除"}).status_code == 302
    assert Thing.objects.get(code=LAMP).until_on == date(2026, 6, 1)
    assert seat.get("/console/map/things/0000/").status_code == 404


def test_a_survey_is_noted(seat: Client) -> None:
    said = {"grid": "990101001001001", "area": "990101", "on": "2026-01-05"}
    assert seat.post("/console/map/things/survey/", said).status_code == 302
    assert "2026-01-05" in seat.get("/console/map/things/?area=990101001001").content.decode()
    assert seat.post("/console/map/things/survey/", {**said, "grid": "x"}).status_code == 422


def test_a_table_is_tried_then_imported_and_a_bad_one_names_row_and_column(steward: Client) -> None:
    before = Thing.objects.count()
    address = "/console/map/things/import/"

    def sent(text: str, do: str) -> HttpResponse:
        file = SimpleUploadedFile("部件.csv", text.encode())
        return steward.post(address, {"file": file, "on": "2026-05-12", "do": do})

    good = f"{HEADER},0118,,118.0011,34.0051\n"
    tried = sent(good, "preview")
    assert tried.status_code == 200
    assert Thing.objects.count() == before
    assert sent(good, "import").status_code == 302
    assert Thing.objects.count() == before + 1
    bad = sent(f"{HEADER},0999,,118.0011,34.0051\n,0118,,东,34.0051\n", "import")
    assert bad.status_code == 422
    words = bad.content.decode()
    assert re.search(r"部件.csv.*2", words)
    assert "经度" in words
    assert Thing.objects.count() == before + 1
    assert steward.post(address, {"do": "import"}).status_code == 422


def test_who_may_not_import_is_told_so(seat: Client) -> None:
    officer = make.browser(make.GRID)
    assert officer.get("/console/map/things/import/").status_code == 403
    assert officer.get("/console/map/things/").status_code == 200


def test_buildings_of_an_area_with_their_gaps_and_as_a_workbook(seat: Client) -> None:
    page = seat.get("/console/map/buildings/?area=990101001001").content.decode()
    assert "DM-DY-04" in page
    only = seat.get("/console/map/buildings/?area=990101001001&only=gap").content.decode()
    assert "DM-DY-04" in only
    assert "DM-DY-01" not in only
    sheet = seat.get("/console/map/buildings.xlsx?area=990101001001")
    assert b"".join(sheet.streaming_content)[:2] == b"PK"


def test_a_building_shows_stairwells_dwellings_and_cases_but_nobody(seat: Client) -> None:
    case = heart.filed(address="清泉社区东苑小区3号楼2单元501", anonymous=True).case
    page = seat.get("/console/map/buildings/DM-DY-03/").content.decode()
    assert "501" in page
    assert case.number in page
    assert seat.get("/console/map/buildings/nothing/").status_code == 404


def test_codes_open_the_report_page_with_the_place_filled_in(seat: Client, client: Client) -> None:
    page = seat.get("/console/map/codes/?area=990101001001&what=stairwells").content.decode()
    assert page.count('class="segno"') >= 4
    assert seat.get(f"/console/map/codes/?code={LAMP}").content.decode().count("code-card") == 1
    assert seat.get("/console/map/codes/?code=nothing").status_code == 404
    door = client.get("/report/?at=DM-DY-03-2").content.decode()
    assert "3号楼2单元" in door
    assert "没认出这个二维码" in client.get("/report/?at=nothing").content.decode()


def test_a_scanned_lamp_is_the_component_of_the_case(city: None, client: Client) -> None:
    client.get(f"/report/?at={LAMP}")
    client.post(f"/report/?at={LAMP}", {"text": "灯不亮", "at": LAMP, "do": "next"})
    lamp = Thing.objects.get(code=LAMP)
    client.post("/report/place", {"lon": lamp.lon, "lat": lamp.lat, "do": "here"})
    session = client.session
    session["draft"] = {**session["draft"], "began": 0.0}
    session.save()
    client.post("/report/contact", {"do": "bare"})
    assert Report.objects.count() == 1
    assert Case.objects.get().thing_code == LAMP


def test_a_page_costs_the_same_however_many_things(seat: Client) -> None:
    address = "/console/map/things/?area=990101001001"
    seat.get(address)
    with CaptureQueriesContext(connection) as few:
        seat.get(address)
    rows = [ThingThere("", "0118", 118.001, 34.005)] * 3
    acts.import_things(things=rows, from_on=date(2026, 1, 1), actor=SYSTEM, now=heart.NOON)
    with CaptureQueriesContext(connection) as many:
        seat.get(address)
    assert len(many) == len(few)
