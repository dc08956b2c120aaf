"""Outlines by API: files in any system, the topology report, conversions; statements do not grow."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mulin.places.queries.outline_files import read_outlines
from tests.make import console, packs
from tests.make import places as make
from tests.make.api import Caller, token_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller() -> Caller:
    packs.city()
    return Caller(token_of(console.actor(console.STEWARD), now=timezone.now()))


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["geojson", "zip", "xlsx"])
def test_areas_are_fetched_in_any_system(caller: Caller, form: str) -> None:
    answer = caller.get(f"/places/areas.{form}", kind="grid", system="EPSG:4548")
    assert answer.status_code == 200
    assert f"cgcs2000-gk-cm-117.{form}" in answer["Content-Disposition"]
    draft = read_outlines(body(answer), name=f"a.{form}", on=timezone.localdate())
    assert (draft.problems, draft.system.epsg) == ((), 4548)
    assert {area.kind for area in draft.areas} == {"grid"}


def test_an_unknown_system_is_refused_and_so_is_nobody(caller: Caller) -> None:
    refused = caller.get("/places/areas.geojson", system="utm")
    assert (refused.status_code, refused.json()["where"]) == (422, "system")
    assert caller.get("/places/areas.geojson", system="cgcs2000-gk-cm-75").status_code == 422
    assert Caller().get("/places/areas.geojson").status_code == 401
    assert Caller().get("/places/topology").status_code == 401


def test_faults_are_named_with_place_and_size(caller: Caller) -> None:
    assert caller.get("/places/topology").json()["faults"] == []
    whole, first, _ = make.community("T1")
    make.drawn(
        whole, first, make.area("T1G2", make.box(100.5, 0, 200, 100), parent="T1"), on=timezone.localdate()
    )
    said = caller.get("/places/topology", within="T1").json()
    (fault,) = said["faults"]
    assert (fault["code"], fault["fault"], fault["other"], fault["width_m"]) == (
        "T1G2",
        "uneven",
        "T1G1",
        0.5,
    )
    assert said["tolerance_m"] == 2
    tight = caller.get("/places/topology", within="T1", tolerance=0.1).json()["faults"]
    assert {fault["fault"] for fault in tight} == {"gap"}
    assert caller.get("/places/topology", tolerance=0).status_code == 422


def test_reports_and_files_cost_the_same_for_more_areas(caller: Caller) -> None:
    counts = []
    caller.get("/places/topology")  # what a process reads once
    for path in ("/places/topology", "/places/areas.geojson"):
        for grids in (1, 3):
            make.drawn(
                *make.community(f"Q{grids}{len(counts)}", 1000 * grids + 5000 * len(counts), grids),
                on=timezone.localdate(),
            )
            with CaptureQueriesContext(connection) as seen:
                answer = caller.get(path)
                assert json.loads(body(answer) if answer.streaming else answer.content)
            counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[2] == counts[3]


def test_positions_are_converted_with_their_error(caller: Caller) -> None:
    said = caller.post(
        "/places/convert", {"from": "gcj02", "positions": [[116.41024449916938, 39.91640428150164]]}
    )
    assert said.status_code == 200, said.content
    assert said.json()["positions"][0] == pytest.approx([116.404, 39.915], abs=1e-8)
    assert (said.json()["system"], said.json()["error_m"]) == ("wgs84", 10)
    wrong = caller.post(
        "/places/convert", {"from": "wgs84", "to": "4548", "positions": [[39500000, 3800000]]}
    )
    assert (wrong.status_code, wrong.json()["where"]) == (422, "coordinates")
    assert caller.post("/places/convert", {"from": "wgs84", "positions": [[1, 2, 3]]}).status_code == 422
    assert caller.post("/places/convert", {"from": "wgs84", "positions": []}).status_code == 422
