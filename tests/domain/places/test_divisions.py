"""The division table through time: dated imports, all or nothing, the past kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from mulin.kernel.errors import NotAllowed
from mulin.ledger.models import Entry
from mulin.places.actions.divisions import import_divisions
from mulin.places.models import Division as Row
from mulin.places.queries import ground
from mulin.places.queries.divisions import divisions_on
from mulin.places.queries.ground import LaterChange
from mulin.places.rules.divisions import Division
from mulin.places.rules.imports import BadGround
from tests.make import places as make
from tests.make.places import NEW_YEAR, NOON

pytestmark = pytest.mark.django_db

SPRING = date(2026, 3, 1)
TOWN = Division("990101001000", "street", "望山街道", parent_code="990101000000")
VILLAGE = Division("990101001001", "village", "李庄村委会", parent_code=TOWN.code)


def put(*divisions: Division, on: date = NEW_YEAR, **more: object) -> dict[str, int]:
    """Import divisions; return what it changed."""
    asked = {"divisions": divisions, "from_on": on, "actor": make.SYSTEM, "now": NOON, **more}
    return import_divisions(**asked).counts()  # type: ignore[arg-type]


def names(on: date) -> list[str]:
    return [division.name for division in divisions_on(on)]


def test_a_village_that_is_renamed_keeps_its_old_name_on_old_days() -> None:
    assert put(TOWN, VILLAGE) == {"new": 2, "changed": 0, "ended": 0, "same": 0}
    assert put(TOWN, replace(VILLAGE, name="新李庄村委会"), on=SPRING)["changed"] == 1
    assert (names(NEW_YEAR), names(SPRING)) == (["望山街道", "李庄村委会"], ["望山街道", "新李庄村委会"])
    assert put(TOWN, on=SPRING, complete=True)["ended"] == 1
    assert names(SPRING) == ["望山街道"]
    facts = [entry.facts["from_on"] for entry in Entry.objects.filter(kind="places.divisions_imported")]
    assert facts == ["2026-01-01", "2026-03-01", "2026-03-01"]


def test_the_same_table_again_writes_nothing_and_what_is_left_out_stays() -> None:
    put(TOWN, VILLAGE)
    assert put(VILLAGE) == {"new": 0, "changed": 0, "ended": 0, "same": 1}
    assert Entry.objects.filter(kind="places.divisions_imported").count() == 1
    assert len(names(SPRING)) == 2


def test_addresses_follow_a_change_at_once() -> None:
    make.drawn(*make.community())
    assert ground.atlas_on(SPRING).ground.divisions == ()
    put(TOWN)
    assert [division.code for division in ground.atlas_on(SPRING).ground.divisions] == [TOWN.code]


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        pytest.param(lambda: put(TOWN, actor=make.clerk("import_areas")), NotAllowed, id="another-post"),
        pytest.param(
            lambda: put(replace(TOWN, name="改名街道"), on=date(2025, 5, 1)), LaterChange, id="past"
        ),
        pytest.param(lambda: put(replace(TOWN, level="ward")), BadGround, id="unknown-level"),
        pytest.param(lambda: put(replace(TOWN, level="county")), BadGround, id="code-of-another-level"),
        pytest.param(lambda: put(replace(TOWN, name="山")), BadGround, id="no-name"),
        pytest.param(lambda: put(VILLAGE, VILLAGE), BadGround, id="twice"),
        pytest.param(
            lambda: put(TOWN, replace(TOWN, code="990101002000", parent_code=TOWN.code)),
            BadGround,
            id="parent-of-the-same-level",
        ),
    ],
)
def test_a_refused_import_leaves_no_trace(act: Callable[[], object], refusal: type[Exception]) -> None:
    put(TOWN)
    before = list(Row.objects.values()), Entry.objects.count()
    with pytest.raises(refusal):
        act()
    assert (list(Row.objects.values()), Entry.objects.count()) == before


def test_its_own_permission_is_enough() -> None:
    assert put(TOWN, actor=make.clerk("import_divisions"))["new"] == 1
