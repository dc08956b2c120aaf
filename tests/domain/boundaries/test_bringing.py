"""A file that redraws what stands is an adjustment: open cases change hands, and never by the way."""

import json
from typing import Any

import pytest

from mulin.boundaries.actions.bringing import HoldsCases, Tried, bring_outlines, preview_outlines
from mulin.boundaries.models import Adjustment, Succession
from mulin.boundaries.rules.bringing import Tangled
from mulin.cases.models import Case
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput, NotAllowed
from mulin.ledger.models import Entry
from mulin.people.models import Unit
from mulin.places.models import Area
from mulin.places.queries.outline_files import read_outlines
from tests.make import boundaries as make
from tests.make import places as ground
from tests.make.boundaries import DAY, NOON, outline

pytestmark = pytest.mark.django_db

WORDS = {"reason": "示例调整", "document": "示例〔2026〕9号"}
MOVED_BORDER = {"C1G1": (0, 60), "C1G2": (60, 200)}


def file(rows: dict[str, tuple[float, float]], **more: Any) -> dict[str, Any]:
    """Return what an act is asked with: grids of community C1 from west to east, in metres."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": f"{code}网格", "kind": "网格", "parent": "C1"},
            "geometry": outline(*sides),
        }
        for code, sides in rows.items()
    ]
    data = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    draft = read_outlines(data, name="grids.geojson", on=DAY)
    return {"draft": draft, "from_on": DAY, "actor": SYSTEM, "now": NOON, **more}


def stands() -> list[list[dict[str, Any]]]:
    return [list(model.objects.order_by("pk").values()) for model in (Area, Unit, Case, Adjustment, Entry)]


def test_open_cases_change_hands_by_an_adjustment() -> None:
    make.territory()
    case = make.case((80, 50), place="C1G1")
    seen = preview_outlines(**file(MOVED_BORDER))
    assert [(moved.cases, moved.numbers) for moved in seen.moved] == [(1, (case.number,))]
    done = bring_outlines(**file(MOVED_BORDER), **WORDS)
    assert done.cases_moved == 1
    case.refresh_from_db()
    assert case.place_unit is not None
    assert case.place_unit.code == "C1G2"
    made = Adjustment.objects.get()
    assert (made.on, made.reason, made.document) == (DAY, WORDS["reason"], WORDS["document"])
    assert {(each.from_code, each.to_code) for each in Succession.objects.all()} == {
        ("C1G1", "C1G1"), ("C1G1", "C1G2"), ("C1G2", "C1G2"),
    }  # fmt: skip


def test_without_reason_and_document_ground_with_open_cases_stays() -> None:
    make.territory()
    make.case((80, 50), place="C1G1")
    before = stands()
    with pytest.raises(HoldsCases, match="有 1 件未结事项"):
        bring_outlines(**file(MOVED_BORDER))
    with pytest.raises(BadInput, match="请写明"):
        bring_outlines(**file(MOVED_BORDER), reason="示例")
    assert stands() == before


def test_ground_without_open_cases_needs_no_reason() -> None:
    make.territory()
    assert bring_outlines(**file(MOVED_BORDER)).brought.changes.counts()["changed"] == 2
    assert not Adjustment.objects.exists()


@pytest.mark.parametrize(
    ("rows", "kind"),
    [
        pytest.param({"C1G9": (0, 200)}, "merge", id="merge"),
        pytest.param({"C1G1": (0, 50), "C1G7": (50, 100), "C1G2": (100, 200)}, "split", id="split"),
        pytest.param({"C1G8": (0, 100), "C1G2": (100, 200)}, "convert", id="convert"),
    ],
)
def test_who_follows_whom_is_read_from_the_ground(rows: dict[str, tuple[float, float]], kind: str) -> None:
    make.territory(communities=1)
    make.case((80, 50), place="C1G1")
    bring_outlines(**file(rows, complete=True), **WORDS)
    assert {each.kind for each in Succession.objects.all()} == {kind}
    assert {area.code for area in Area.objects.filter(kind="grid", until_on=None)} == set(rows)
    assert set(rows) <= set(Unit.objects.filter(until_on=None).values_list("code", flat=True))


def test_several_that_become_several_others_are_refused() -> None:
    make.territory(communities=1)
    before = stands()
    with pytest.raises(Tangled, match="看不出谁接谁"):
        bring_outlines(**file({"C1G8": (0, 60), "C1G9": (60, 200)}, complete=True), **WORDS)
    assert stands() == before


def test_it_takes_both_posts() -> None:
    make.territory()
    clerk = ground.clerk("import_areas")
    with pytest.raises(NotAllowed):
        bring_outlines(**file(MOVED_BORDER, actor=clerk), **WORDS)
    with pytest.raises(NotAllowed):
        preview_outlines(**file(MOVED_BORDER, actor=ground.clerk("adjust_boundaries")))
    assert isinstance(bring_outlines(**file(MOVED_BORDER, actor=clerk)), Tried)
