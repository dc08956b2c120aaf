"""Questions of space and time on screen: each number opens its cases, odd questions are refused in words."""

import json

import pytest
import shapely
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from mulin.places.queries import ground as places
from tests.make import console

MAP = "/console/map"
GRID, COMMUNITY = "990101001001001", "990101001001"
PAGES = ("state/", "place/", "inside/", "gaps/", "coverage/", "ledger/", "scenes/", "data/")


def box() -> str:
    (lon, lat), d = console.INSIDE, 0.002
    return shapely.to_geojson(shapely.box(lon - d, lat - d, lon + d, lat + d))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_for_every_post_that_sees_units(dispatcher: Client, page: str) -> None:
    console.case("received")
    assert dispatcher.get(f"{MAP}/{page}").status_code == 200
    for staff_no in (console.GRID, console.FIRM, console.AUDITOR):
        assert console.browser(staff_no).get(f"{MAP}/{page}").status_code == 200, staff_no


def test_the_state_of_a_day_opens_its_cases_and_leads_up_and_down(dispatcher: Client) -> None:
    case = console.case("received")
    page = dispatcher.get(f"{MAP}/state/?area={COMMUNITY}")
    assert [one["n"] for one in page.context["cases"]] == [1, 0, 1]
    assert f"?area={GRID}" in page.content.decode()
    listed = dispatcher.get(page.context["cases"][2]["url"]).content.decode()
    assert case.number in listed
    assert case.number not in dispatcher.get(page.context["cases"][1]["url"]).content.decode()
    gone = dispatcher.get(f"{MAP}/state/?area={COMMUNITY}&on=1999-01-01")
    assert (gone.status_code, "1999-01-01 没有区域" in gone.content.decode()) == (404, True)


def test_a_place_tells_its_history_its_cases_and_what_is_near(dispatcher: Client) -> None:
    case = console.case("received")
    lon, lat = console.INSIDE
    for asked in (f"code={GRID}", f"lon={lon}&lat={lat}", "code=DM-DY"):
        page = dispatcher.get(f"{MAP}/place/?{asked}")
        assert page.status_code == 200, asked
        assert page.context["spells"], asked
        [(year, url)] = page.context["years"] or [(None, "")]
        assert year.reported == 1, asked
        assert case.number in dispatcher.get(url).content.decode(), asked
    assert dispatcher.get(f"{MAP}/place/?code=DM-DY-01").context["spells"]
    assert dispatcher.get(f"{MAP}/place/?code=nowhere").status_code == 404


def test_an_outline_is_asked_about_and_a_wrong_one_keeps_what_was_typed(dispatcher: Client) -> None:
    case = console.case("received")
    said = {"polygon": box(), "since": "2026-01-01", "until": "2030-01-01", "what": "open"}
    page = dispatcher.post(f"{MAP}/inside/", said)
    assert (page.status_code, case.number in page.content.decode()) == (200, True)
    for wrong in ("{", json.dumps({"type": "Point", "coordinates": [1, 2]}), "[" * 9_000):
        answer = dispatcher.post(f"{MAP}/inside/", {**said, "polygon": wrong})
        assert answer.status_code == 422
        assert "GeoJSON" in answer.content.decode()
    assert dispatcher.post(f"{MAP}/inside/", {**said, "until": "2025-01-01"}).status_code == 422


def test_the_ledger_is_the_same_as_its_workbook(dispatcher: Client, tmp_path: object) -> None:
    page = dispatcher.get(f"{MAP}/ledger/?area={COMMUNITY}")
    rows = page.context["rows"]
    assert len(rows) == 4
    sheet = dispatcher.get(page.context["export_url"])
    path = f"{tmp_path}/grids.xlsx"
    with open(path, "wb") as file:  # noqa: PTH123 a plain file is all it takes
        file.write(b"".join(sheet.streaming_content))  # type: ignore[attr-defined]
    lines = list(load_workbook(path).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert [line[0] for line in lines[1:]] == [row.code for row, _ in rows]
    assert [line[6] for line in lines[1:]] == [row.buildings for row, _ in rows]


@pytest.mark.parametrize(
    "page", ["state/", f"place/?code={GRID}", "gaps/", "coverage/", "ledger/", "scenes/"]
)
def test_a_page_costs_the_same_with_one_case_and_with_three(dispatcher: Client, page: str) -> None:
    costs = []
    for cases in (1, 2):
        for _ in range(cases):
            console.case("received")
        dispatcher.get(f"{MAP}/{page}")  # what a process keeps is read with the first
        places.forget()  # it looks at its edition once a second; here always
        with CaptureQueriesContext(connection) as asked:
            assert dispatcher.get(f"{MAP}/{page}").status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1], page


@pytest.mark.parametrize(
    ("odd", "status"),
    [
        ("answer/?of=state&what=open&area=%00", 404),
        ("answer/?of=nothing", 404),
        (f"answer/?of=state&what=open&area={GRID}&after=x", 422),
        (f"answer/?of=place&code={GRID}&year=20x6", 422),
        ("state/?on=never", 200),
        ("coverage/?kind=9999", 422),
        ("coverage/?metres=1", 422),
        ("coverage/?metres=x", 422),
        ("coverage/?area=nowhere", 404),
        ("ledger/?page=x", 422),
        ("ledger/?area=nowhere", 404),
        ("scenes/nothing/", 404),
        ("place/?lon=500&lat=1", 200),
    ],
)
def test_odd_questions_are_refused_in_plain_words(dispatcher: Client, odd: str, status: int) -> None:
    assert dispatcher.get(f"{MAP}/{odd}").status_code == status


def test_the_scene_and_the_coverage_say_what_they_are_made_of(dispatcher: Client) -> None:
    page = dispatcher.get(f"{MAP}/scenes/upkeep/")
    assert "城市管理场景" in page.content.decode()
    assert "示例" in page.content.decode()
    for cell in page.context["numbers"]:
        assert dispatcher.get(cell.url).status_code == 200
    told = dispatcher.get(f"{MAP}/coverage/?kind=0601&metres=300").content.decode()
    assert "直线" in told
    assert "示例" in told
