"""One building with its stairwells and dwellings, and the codes on walls; nobody who lives there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from mulin.kernel.errors import NotFound
from mulin.places.models import Building, BuildingGrid, Stairwell
from mulin.places.queries.things import Spot, in_force, things


@dataclass(frozen=True, slots=True)
class StairwellRow:
    """A stairwell and the names of its dwellings."""

    name: str
    unit_code: str
    dwellings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BuildingPage:
    """A building on a day; ``all_grids`` are those it ever lay in."""

    code: str
    name: str
    compound_code: str
    compound_name: str
    grid_code: str
    group_code: str
    all_grids: tuple[str, ...]
    lon: float
    lat: float
    floors: int
    from_on: date
    until_on: date | None
    stairwells: tuple[StairwellRow, ...]

    @property
    def dwellings(self) -> int:
        """Return how many dwellings it has."""
        return sum(len(stair.dwellings) for stair in self.stairwells)


def building_page(code: str, *, on: date) -> BuildingPage:
    """Return everything about a building on a day.

    :raises NotFound: there is none of that code
    """
    found = Building.objects.filter(code=code).select_related("compound").first()
    if found is None:
        raise NotFound("没有编码为 %(code)s 的楼栋", code=code)
    places = list(found.grids.order_by("-from_on"))
    now = next((p for p in places if p.from_on <= on and (p.until_on is None or p.until_on > on)), None)
    stairs = found.stairwells.prefetch_related("dwellings").order_by("unit_code")
    return BuildingPage(
        code=found.code,
        name=found.name,
        compound_code=found.compound.code if found.compound else "",
        compound_name=found.compound.name if found.compound else "",
        grid_code=now.grid_code if now else "",
        group_code=now.group_code if now else "",
        all_grids=tuple(dict.fromkeys(place.grid_code for place in places)),
        lon=found.lon,
        lat=found.lat,
        floors=found.floors,
        from_on=found.from_on,
        until_on=found.until_on,
        stairwells=tuple(
            StairwellRow(
                stair.name,
                stair.unit_code,
                tuple(sorted((home.name for home in stair.dwellings.all()), key=lambda n: (len(n), n))),
            )
            for stair in stairs
        ),
    )


def spots(grid_codes: Sequence[str], *, what: str, on: date, first: int, most: int) -> list[Spot]:
    """Return what codes may be put up in the grids: stairwells, buildings or things, by grid and code."""
    if what == "things":
        page = first // (most - 1) + 1
        return [
            Spot(row.code, "thing", row.name or row.kind_name, row.kind_name, row.lon, row.lat, "")
            for row in things(on=on, grid_codes=grid_codes, page=page, most=most - 1)
        ]
    here = BuildingGrid.objects.filter(in_force(on), in_force(on, "building__"), grid_code__in=grid_codes)
    houses = here.values("building_id")
    if what == "buildings":
        found = Building.objects.filter(pk__in=houses).select_related("compound").order_by("code")
        return [_spot(house, None) for house in found[first : first + most]]
    stairs = Stairwell.objects.filter(building__in=houses).select_related("building__compound")
    return [_spot(stair.building, stair) for stair in stairs.order_by("unit_code")[first : first + most]]


def _spot(house: Building, stair: Stairwell | None) -> Spot:
    compound = house.compound.name if house.compound else ""
    name = f"{house.name}{stair.name}" if stair else house.name
    what = "stairwell" if stair else "building"
    code = stair.unit_code if stair else house.code
    return Spot(code, what, name, compound, house.lon, house.lat, f"{compound}{name}")
