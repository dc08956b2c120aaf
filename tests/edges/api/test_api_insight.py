"""Questions of space and time by API: who sees what, which numbers open what, what is refused."""

import json
from typing import Any

import pytest
import shapely
from django.utils import timezone

from tests.make import console, packs
from tests.make.api import Caller, token_of

pytestmark = pytest.mark.django_db
GRID = "990101001001001"


def caller(staff_no: str) -> Caller:
    return Caller(token_of(console.actor(staff_no), now=timezone.now()))


def box(metres: float = 200) -> Any:
    (lon, lat), d = console.INSIDE, metres / 111_000
    return json.loads(shapely.to_geojson(shapely.box(lon - d, lat - d, lon + d, lat + d)))


def test_the_state_of_an_area_is_read_and_its_numbers_opened() -> None:
    packs.city()
    case = console.case("received")
    street, officer, firm = caller(console.DISPATCHER), caller(console.GRID), caller(console.FIRM)
    told = street.get("/insight/state", code=GRID)
    assert told.status_code == 200, told.content
    assert told.json()["cases"] == {"reported": 1, "closed": 0, "open": 1}
    assert told.json()["posts"]
    opened = street.get("/insight/state/cases", code=GRID, what="open").json()
    assert opened == {"cases": [str(case.pk)], "has_more": False}
    assert officer.get("/insight/state", code=GRID).json()["posts"] is None
    assert firm.get("/insight/state", code=GRID).status_code == 404
    assert street.get("/insight/state", code="990101001001999").status_code == 404
    assert street.get("/insight/state", code=GRID, on="1999-01-01").status_code == 404
    assert street.get("/insight/state", code=GRID, on="soon").status_code == 422
    assert Caller().get("/insight/state", code=GRID).status_code == 401


def test_what_an_outline_held_is_asked_and_a_bad_outline_is_named() -> None:
    packs.city()
    case = console.case("received")
    street = caller(console.DISPATCHER)
    span = {"since": "2026-01-01T00:00:00+08:00", "until": "2035-01-01T00:00:00+08:00"}
    told = street.post("/insight/inside", {"polygon": box(), **span})
    assert told.status_code == 200, told.content
    assert (told.json()["cases"], told.json()["counts"]["open"]) == ([str(case.pk)], 1)
    wrong = street.post("/insight/inside", {"polygon": {"type": "Point", "coordinates": [1, 2]}, **span})
    assert (wrong.status_code, "polygon" in wrong.content.decode()) == (422, True)
    backwards = {"since": span["until"], "until": span["since"]}
    assert street.post("/insight/inside", {"polygon": box(), **backwards}).status_code == 422


def test_history_nearest_coverage_and_border_cases_are_read_and_opened() -> None:
    packs.city()
    case = console.case("received")
    street = caller(console.DISPATCHER)
    lon, lat = console.INSIDE
    told = street.get("/insight/history", code=GRID).json()
    assert [(one["kind"], one["name"]) for one in told["spells"] if one["kind"] == "area"] == [
        ("area", "清泉社区第一网格")
    ]
    [year] = told["years"]
    opened = street.get("/insight/history/cases", code=GRID, year=year["year"]).json()
    assert (year["reported"], opened["cases"]) == (1, [str(case.pk)])
    assert street.get("/insight/history").status_code == 422
    assert street.get("/insight/history", code="nowhere").status_code == 404

    near = street.get("/insight/nearest", longitude=lon, latitude=lat).json()
    metres = [one["metres"] for one in near["facilities"]]
    assert metres == sorted(metres) != []
    assert near["duty"]["unit_code"] == GRID
    assert street.get("/insight/nearest", longitude=500, latitude=1).status_code == 422

    told = street.get("/insight/coverage", kind="0601", metres=300).json()
    assert told["whole"]["served"] + told["uncovered"] == told["whole"]["buildings"] > 0
    assert street.get("/insight/coverage", kind="0101").status_code == 422
    assert street.get("/insight/coverage", kind="0601", area="nowhere").status_code == 404
    assert street.get("/insight/border-cases").json() == {"cases": [], "has_more": False}
    assert Caller().get("/insight/border-cases").status_code == 401
