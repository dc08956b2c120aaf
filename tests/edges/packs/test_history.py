"""A pack's history: the ground of before, the adjustments since, and what is wrong with either."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mulin.kernel.actor import SYSTEM
from mulin.packs.actions import adopt_pack
from mulin.packs.queries import examine, read_pack
from mulin.places.queries import ground
from tests.make.packs import ADOPTED_AT, faults

COMMUNITY, RENAMED = "990101001001", date(2024, 5, 1)


def features(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "areas.geojson").read_text(encoding="utf-8"))[
        "features"
    ]
    return found


def write(folder: Path, plan: dict[str, Any], *, former: list[dict[str, Any]]) -> None:
    """Give the pack a history: areas of before and one adjustment."""
    ground = {"type": "FeatureCollection", "features": former}
    (folder / "history.geojson").write_text(json.dumps(ground), encoding="utf-8")
    history = {"from_on": "2020-01-01", "adjustments": [plan]}
    (folder / "history.json").write_text(json.dumps(history), encoding="utf-8")


def renamed(**changes: Any) -> dict[str, Any]:
    line = {"kind": "rename", "from": [COMMUNITY], "into": [{"code": COMMUNITY}]}
    return {"on": RENAMED.isoformat(), "reason": "更名", "document": "示例 1 号", "lines": [line]} | changes


def former(folder: Path, name: str = "旧名社区") -> list[dict[str, Any]]:
    area = next(each for each in features(folder) if each["properties"]["code"] == COMMUNITY)
    return [{**area, "properties": {**area["properties"], "name": name}}]


@pytest.mark.django_db
def test_the_city_begins_with_the_ground_of_before_and_its_adjustments(copy: Path) -> None:
    before = read_pack(copy).digest
    write(copy, renamed(), former=former(copy))
    pack = read_pack(copy)
    assert pack.digest != before
    adopt_pack(pack=pack, actor=SYSTEM, now=ADOPTED_AT)
    names = [
        next(area.name for area in ground.areas_on(day) if area.code == COMMUNITY)
        for day in (date(2020, 1, 1), RENAMED - timedelta(days=1), RENAMED, pack.from_on)
    ]
    assert names[:2] == ["旧名社区"] * 2
    assert names[2] == names[3] == next(a.name for a in pack.areas.rows if a.code == COMMUNITY)
    assert ground.areas_on(date(2019, 12, 31)) == []
    assert adopt_pack(pack=pack, actor=SYSTEM, now=ADOPTED_AT).replayed


@pytest.mark.parametrize(
    ("plan", "fault"),
    [
        pytest.param(renamed(on="2026-02-01"), ("history.json", 0, "on"), id="later-than-the-pack"),
        pytest.param(renamed(on="2019-02-01"), ("history.json", 0, "on"), id="before-the-first-day"),
        pytest.param(renamed(on="soon"), ("history.json", 0, "on"), id="no-day"),
        pytest.param(renamed(lines=[]), ("history.json", 0, "lines"), id="no-lines"),
        pytest.param(renamed(lines=[7]), ("history.json", 1, "line"), id="no-line"),
        pytest.param(renamed(lines=None), ("history.json", 0, "lines"), id="not-a-list"),
        pytest.param(
            renamed(lines=[{"kind": "rename", "from": ["X"], "into": [{"code": "X", "name": "X"}]}]),
            ("history.json", 1, "from"),
            id="nobody-knows",
        ),
    ],
)
def test_a_fault_of_an_adjustment_is_named_by_line(
    copy: Path, plan: dict[str, Any], fault: tuple[str, int, str]
) -> None:
    write(copy, plan, former=former(copy))
    assert fault in faults(copy)


def test_a_history_must_lead_to_todays_ground(copy: Path) -> None:
    other = {"code": COMMUNITY, "name": "又一个名"}
    line = {"kind": "rename", "from": [COMMUNITY], "into": [other]}
    write(copy, renamed(lines=[line]), former=former(copy))
    assert faults(copy) == [("history.json", 0, COMMUNITY)]


def test_what_stood_once_must_have_ended(copy: Path) -> None:
    lost = former(copy)[0]
    lost["properties"] |= {"code": "990102", "unit": "990102", "kind": "county", "parent": ""}
    square = [(110, 30), (110.01, 30), (110.01, 30.01), (110, 30.01), (110, 30)]
    lost["geometry"] = {"type": "Polygon", "coordinates": [square]}
    write(copy, renamed(), former=[*former(copy), lost])
    assert ("history.geojson", 0, "990102") in faults(copy)


def test_boundaries_of_before_need_adjustments(copy: Path) -> None:
    write(copy, renamed(), former=former(copy))
    (copy / "history.json").unlink()
    assert faults(copy) == [("history.geojson", 0, "")]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"from_on": "x", "adjustments": []}', '{"from_on": "2020-01-01"}']
)
def test_a_file_that_is_no_history_is_named(copy: Path, text: str) -> None:
    (copy / "history.json").write_text(text, encoding="utf-8")
    (problem,) = examine(copy)[1]
    assert problem.file == "history.json"
