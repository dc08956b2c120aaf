"""Components and facilities: imported, recorded, broken, ended, surveyed; and who may not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotFound
from mulin.ledger.queries import entries_of
from mulin.places.actions import things as acts
from mulin.places.models import GridSurvey, Thing, ThingGrid, ThingPast
from mulin.places.queries import things as queries
from mulin.places.rules.things import BadThings, ThingKindRow, ThingThere
from tests.make import places as make

pytestmark = pytest.mark.django_db
DAY = make.NEW_YEAR
LAMP = ThingThere("", "0118", make.lon(50), make.lat(50), state="normal")
KINDS = (
    ThingKindRow("0118", "公用设施", "路灯", "Lamp", "U1"),
    ThingKindRow("0601", "服务设施", "驿站", "Station", is_facility=True),
)


@pytest.fixture(autouse=True)
def ground() -> None:
    county = make.area("990101", make.box(-50, -50, 450, 450), "county")
    whole, *grids = make.community(grids=2)
    make.drawn(county, replace(whole, parent_code="990101"), *grids)
    acts.adopt_thing_kinds(rows=KINDS, actor=SYSTEM, now=make.NOON)


def recorded(**more: object) -> Thing:
    thing = replace(LAMP, **more)  # type: ignore[arg-type]
    return acts.record_thing(thing=thing, from_on=DAY, actor=SYSTEM, now=make.NOON)


def test_a_thing_gets_its_number_its_owner_and_its_grid() -> None:
    first, second = recorded(), recorded(lon=make.lon(150))
    assert (first.code, second.code) == ("9901010118000001", "9901010118000002")
    assert first.owner_code == "U1"
    grids = dict(ThingGrid.objects.values_list("thing__code", "grid_code"))
    assert grids == {first.code: "C1G1", second.code: "C1G2"}
    (entry,) = entries_of(f"thing:{first.code}", limit=9)
    assert entry.kind == "places.thing_recorded"


def test_a_table_is_compared_and_the_same_again_changes_nothing() -> None:
    rows = [replace(LAMP, code="9901010118000007"), LAMP]
    put = {"from_on": DAY, "actor": SYSTEM, "now": make.NOON}
    assert acts.import_things(things=rows, **put).counts() == {"new": 2, "changed": 0, "ended": 0, "same": 0}
    assert set(Thing.objects.values_list("code", flat=True)) == {"9901010118000007", "9901010118000008"}
    coded = [replace(LAMP, code=code) for code in ("9901010118000007", "9901010118000008")]
    assert acts.import_things(things=coded, **put).is_empty
    broken = [replace(coded[0], state="damaged", condition="灯不亮"), coded[1]]
    assert acts.import_things(things=broken, **put).counts()["changed"] == 1
    assert [past.state for past in queries.past_of(queries.thing(coded[0].code))] == ["damaged", "normal"]
    assert acts.import_things(things=coded[:1], complete=True, **put).counts()["ended"] == 1
    assert queries.thing(coded[1].code).until_on == DAY


def test_one_bad_row_and_nothing_is_written() -> None:
    rows = [LAMP, replace(LAMP, kind="0999"), replace(LAMP, code="12")]
    with pytest.raises(BadThings) as refused:
        acts.import_things(things=rows, from_on=DAY, actor=SYSTEM, now=make.NOON)
    assert [number for number, _ in refused.value.problems] == [1, 2]
    assert Thing.objects.count() == 0


def test_a_broken_lamp_and_what_it_was_before() -> None:
    lamp = recorded()
    acts.change_thing_state(code=lamp.code, state="damaged", condition="灯罩碎", actor=SYSTEM, now=make.NOON)
    assert [(p.state, p.condition) for p in queries.past_of(lamp)] == [("damaged", "灯罩碎"), ("normal", "")]
    facts = entries_of(f"thing:{lamp.code}", limit=9)[-1].facts
    assert (facts["before"], facts["after"]) == ("normal", "damaged")
    assert "灯罩碎" not in str(facts)


def test_a_thing_that_ended_stays_readable_on_the_days_before() -> None:
    lamp = recorded()
    gone = date(2026, 3, 1)
    acts.end_thing(code=lamp.code, reason="道路改造", on=gone, actor=SYSTEM, now=make.NOON)
    assert [row.code for row in queries.things(on=DAY)] == [lamp.code]
    assert queries.things(on=gone) == []
    assert queries.spot_of(lamp.code, on=DAY) is not None
    assert queries.spot_of(lamp.code, on=gone) is None
    with pytest.raises(BadInput, match="注销"):
        acts.change_thing_state(code=lamp.code, state="normal", condition="", actor=SYSTEM, now=make.NOON)


def test_boundaries_move_and_the_lamp_stays_where_it_stands() -> None:
    lamp = recorded(lon=make.lon(90))
    first, second = (
        make.area("C1G1", make.box(0, 0, 80, 100), parent="C1"),
        make.area("C1G2", make.box(80, 0, 200, 100), parent="C1"),
    )
    make.drawn(first, second, on=date(2026, 5, 1))
    periods = [(g.grid_code, g.from_on, g.until_on) for g in queries.grids_of_thing(lamp)]
    assert periods == [("C1G2", date(2026, 5, 1), None), ("C1G1", DAY, date(2026, 5, 1))]
    assert [row.grid_code for row in queries.things(on=DAY)] == ["C1G1"]
    assert [row.grid_code for row in queries.things(on=date(2026, 5, 2))] == ["C1G2"]


def test_a_list_is_cut_by_map_class_and_state() -> None:
    lamp, far = recorded(), recorded(lon=make.lon(150), state="damaged")
    station = recorded(kind="0601", name="驿站", hours="每天 08:00-18:00")
    bounds = (make.lon(0), make.lat(0), make.lon(100), make.lat(100))
    assert [r.code for r in queries.things(on=DAY, bounds=bounds)] == [lamp.code, station.code]
    assert [r.code for r in queries.things(on=DAY, kind="06")] == [station.code]
    assert [r.code for r in queries.things(on=DAY, state="damaged")] == [far.code]
    assert [r.code for r in queries.things(on=DAY, facilities=True)] == [station.code]
    assert [r.code for r in queries.things(on=DAY, grid_codes=["C1G2"])] == [far.code]
    assert len(queries.things(on=DAY, most=1)) == 2, "one more than the page tells there is a next"


def test_a_survey_says_when_and_how_many() -> None:
    recorded()
    acts.survey_grid(grid_code="C1G1", on=date(2026, 3, 1), actor=SYSTEM, now=make.NOON)
    acts.survey_grid(grid_code="C1G1", on=date(2026, 3, 1), actor=SYSTEM, now=make.NOON)
    assert GridSurvey.objects.get().things == 1
    first, second = queries.completeness(["C1G1", "C1G2"], on=date(2026, 3, 2))
    assert (first.surveyed_on, first.things, first.is_surveyed) == (date(2026, 3, 1), 1, True)
    assert (second.surveyed_on, second.things) == (None, 0)


def test_a_thing_outside_every_grid_is_named() -> None:
    lost = recorded(lon=make.lon(400))
    assert queries.ungridded(on=DAY) == [lost.code]


CALLS: dict[str, Callable[[Actor, str], object]] = {
    "import_things": lambda who, code: acts.import_things(
        things=[LAMP], from_on=DAY, actor=who, now=make.NOON
    ),
    "record_thing": lambda who, code: acts.record_thing(thing=LAMP, from_on=DAY, actor=who, now=make.NOON),
    "change_thing_state": lambda who, code: acts.change_thing_state(
        code=code, state="damaged", condition="", actor=who, now=make.NOON
    ),
    "end_thing": lambda who, code: acts.end_thing(code=code, reason="拆除", on=DAY, actor=who, now=make.NOON),
    "survey_grid": lambda who, code: acts.survey_grid(grid_code="C1G1", on=DAY, actor=who, now=make.NOON),
}


@pytest.mark.parametrize("name", CALLS)
def test_only_a_post_that_permits_it_does_it(name: str) -> None:
    lamp = recorded()
    others = make.clerk(*(set(CALLS) - {name}))
    with pytest.raises(NotAllowed):
        CALLS[name](others, lamp.code)
    CALLS[name](make.clerk(name), lamp.code)


@pytest.mark.parametrize(
    ("refusal", "call"),
    [
        (NotFound, lambda: acts.change_thing_state(
            code="9901010118000099", state="normal", condition="", actor=SYSTEM, now=make.NOON)),
        (BadInput, lambda: acts.change_thing_state(
            code=recorded().code, state="removed", condition="", actor=SYSTEM, now=make.NOON)),
        (BadInput, lambda: acts.end_thing(
            code=recorded().code, reason=" ", on=DAY, actor=SYSTEM, now=make.NOON)),
        (BadInput, lambda: acts.end_thing(
            code=recorded().code, reason="拆", on=date(2025, 1, 1), actor=SYSTEM, now=make.NOON)),
        (BadInput, lambda: acts.survey_grid(grid_code="C1", on=DAY, actor=SYSTEM, now=make.NOON)),
        (BadInput, lambda: acts.survey_grid(
            grid_code="C1G1", on=date(2027, 1, 1), actor=SYSTEM, now=make.NOON)),
        (BadInput, lambda: recorded(code=recorded().code)),
        (BadInput, lambda: recorded(lon=make.lon(100_000))),
    ],
)  # fmt: skip
def test_what_is_refused(refusal: type[Exception], call: Callable[[], object]) -> None:
    with pytest.raises(refusal):
        call()
    assert ThingPast.objects.filter(state__in=["damaged", "removed"]).count() == 0
