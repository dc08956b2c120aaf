"""The tiles of the console's map: who gets which, what is told, what is refused."""

import gzip
from datetime import timedelta

import mapbox_vector_tile
import numpy as np
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mulin.cases.models import Case
from mulin.places.rules.tiles import to_world
from tests.make import console

X, Y = (to_world(np.array([console.INSIDE]))[0] * 2**14).astype(int).tolist()
AREAS = f"/console/map/tiles/areas/14/{X}/{Y}.mvt"
CASES = f"/console/map/tiles/cases/14/{X}/{Y}.mvt"


def layers(content: bytes) -> dict:
    return mapbox_vector_tile.decode(gzip.decompress(content), default_options={"y_coord_down": True})


def test_the_ground_of_a_day_comes_compressed_and_only_once(dispatcher: Client) -> None:
    first = dispatcher.get(AREAS)
    assert first["Content-Type"] == "application/vnd.mapbox-vector-tile"
    told = layers(first.content)
    assert {"grid", "community", "street"} <= {f["properties"]["kind"] for f in told["areas"]["features"]}
    assert {"areas", "labels"} <= set(told)
    again = dispatcher.get(AREAS, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert dispatcher.get(AREAS, {"on": "2025-12-31"}).status_code == 204, "nothing was drawn yet"
    assert dispatcher.get("/console/map/tiles/areas/14/1/1.mvt").status_code == 204


@pytest.mark.parametrize("tile", ["14/16384/0", "21/0/0", "3/0/8"])
@pytest.mark.parametrize("what", ["areas", "cases"])
def test_a_tile_that_is_none_is_not_found(dispatcher: Client, what: str, tile: str) -> None:
    assert dispatcher.get(f"/console/map/tiles/{what}/{tile}.mvt").status_code == 404


@pytest.mark.parametrize(
    "query",
    [{"on": "x"}, {"state": "closed"}, {"from": "2026-02-30"}, {"from": "2026-05-02", "until": "2026-05-01"}],
)
def test_a_wrong_question_is_told_so(dispatcher: Client, query: dict[str, str]) -> None:
    assert dispatcher.get(CASES, query).status_code == 422


def test_staff_see_their_cases_and_a_firm_that_has_none_sees_none(dispatcher: Client, firm: Client) -> None:
    assert dispatcher.get(CASES).status_code == 204
    console.filed()
    case = Case.objects.get()
    (feature,) = layers(dispatcher.get(CASES).content)["cases"]["features"]
    assert feature["properties"] == {
        "count": 1, "id": str(case.pk), "number": case.number, "state": "received", "tone": "ok",
    }  # fmt: skip
    assert firm.get(CASES).status_code == 204
    gone = (case.reported_at.date() - timedelta(days=2)).isoformat()
    assert dispatcher.get(CASES, {"on": gone}).status_code == 204


def test_a_tile_asks_the_same_however_many_cases_lie_in_it(dispatcher: Client) -> None:
    dispatcher.get(AREAS)
    asked = []
    for step in (0.003, 0.006):
        for _case in range(2):
            console.filed()
        latest = Case.objects.latest("number")
        Case.objects.filter(pk=latest.pk).update(lat=console.INSIDE[1] + step)
        with CaptureQueriesContext(connection) as seen:
            assert dispatcher.get(CASES).status_code == 200
        asked.append(len(seen))
    assert asked[0] == asked[1]
    with CaptureQueriesContext(connection) as seen:
        dispatcher.get(AREAS, {"on": timezone.localdate().isoformat()})
    assert len([q for q in seen if "places_" in q["sql"]]) <= 1


def test_the_cases_behind_a_cluster_are_listed_for_who_may_see_them(dispatcher: Client, firm: Client) -> None:
    console.filed()
    case = Case.objects.get()
    address = CASES.replace(".mvt", ".json")
    told = dispatcher.get(address).json()
    assert [row["number"] for row in told["rows"]] == [case.number]
    assert told["rows"][0]["url"] == f"/console/cases/{case.pk}/"
    assert told["next"] == ""
    assert firm.get(address).json()["rows"] == []
    assert dispatcher.get(address, {"after": "x"}).status_code == 422
    assert dispatcher.get("/console/map/tiles/cases/3/8/0.json").status_code == 404
