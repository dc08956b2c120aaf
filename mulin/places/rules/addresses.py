"""Address text to grid: recognise names, let the house number decide, ask where names leave it open."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from mulin.places.rules import names
from mulin.places.rules.ground import BuildingThere, CompoundThere, Ground
from mulin.places.rules.located import Candidate, Located, Outcome, Reason
from mulin.places.rules.points import GRID, AreaIndex

TEXT_MAX: Final = 500
CANDIDATES_MAX: Final = 12


@dataclass(frozen=True, slots=True)
class Reading:
    """What an address says: each mention is the codes its name may stand for."""

    areas: tuple[tuple[str, ...], ...]
    compounds: tuple[str, ...]
    house: names.House
    grid_number: str


class Gazetteer:
    """The names of one day, ready for lookup; immutable, shared by threads."""

    def __init__(self, ground: Ground, index: AreaIndex) -> None:
        self._index = index
        self.compound_of: Mapping[str, CompoundThere] = {c.code: c for c in ground.compounds}
        self._bearers: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for area in index.area_of.values():
            self._learn(names.area_variants(area.name, area.kind), "area", area.code)
        for compound in ground.compounds:
            self._learn(names.compound_variants(compound.name, compound.aliases), "compound", compound.code)
        self._lengths: dict[str, list[int]] = defaultdict(list)
        for name in sorted(self._bearers, key=len, reverse=True):
            if len(name) not in self._lengths[name[:2]]:
                self._lengths[name[:2]].append(len(name))
        self._houses: dict[tuple[str, str], list[BuildingThere]] = defaultdict(list)
        for building in ground.buildings:
            self._houses[building.compound_code, names.house_key(building.name)].append(building)
        self._children: dict[str, list[str]] = defaultdict(list)
        for area in index.area_of.values():
            self._children[area.parent_code].append(area.code)

    def _learn(self, variants: Iterable[str], what: str, code: str) -> None:
        for variant in variants:
            self._bearers[variant].append((what, code))

    def read(self, text: str) -> Reading:
        """Return the mentions in ``text``, the longest name first wherever two would overlap."""
        written = names.plain(text[:TEXT_MAX])
        areas: list[tuple[str, ...]] = []
        compounds: list[str] = []
        rest = position = 0
        while position < len(written) - 1:
            length = self._longest_at(written, position)
            if not length:
                position += 1
                continue
            bearers = self._bearers[written[position : position + length]]
            mentioned = tuple(code for what, code in bearers if what == "area")
            if mentioned:
                areas.append(mentioned)
            compounds += [code for what, code in bearers if what == "compound" and code not in compounds]
            position += length
            rest = position
        house = names.house_in(written[rest:])
        return Reading(tuple(areas), tuple(compounds), house, names.grid_number(written[rest:]))

    def _longest_at(self, written: str, position: int) -> int:
        lengths = self._lengths.get(written[position : position + 2], ())
        return next((n for n in lengths if written[position : position + n] in self._bearers), 0)

    def locate(self, text: str) -> Located:
        """Return which grid the address text lies in, and why."""
        if not text.strip():
            return Located(Outcome.UNKNOWN, Reason("empty"))
        reading = self.read(text)
        scopes = self._scopes(reading.areas)
        if reading.compounds:
            return self._by_compound(reading, scopes)
        if scopes:
            return self._by_area(reading, scopes)
        return Located(Outcome.UNKNOWN, Reason("not_understood"))

    def _codes_around(self, code: str) -> set[str]:
        return {step.code for step in self._index.chain(code)}

    def _scopes(self, mentions: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        """Return the narrowest areas that fit all mentions; several when a shared name is left open."""
        fitting: tuple[str, ...] = ()
        for mention in mentions:
            if not fitting:
                fitting = mention
                continue
            below = tuple(code for code in mention if any(f in self._codes_around(code) for f in fitting))
            around = tuple(f for f in fitting if self._codes_around(f) & set(mention))
            if not below and not around:
                break  # a second place elsewhere ("opposite the … community"): the first one counts
            fitting = below or around
        return fitting

    def _grids_under(self, code: str) -> list[str]:
        found, ahead = [], [code]
        while ahead:
            at = ahead.pop()
            if self._index.area_of[at].kind == GRID:
                found.append(at)
            ahead += self._children.get(at, [])
        return sorted(found)

    def _by_area(self, reading: Reading, scopes: tuple[str, ...]) -> Located:
        if len(scopes) > 1:
            return self._ask([self._index.candidate(code) for code in scopes], scopes, "same_name")
        area = self._index.area_of[scopes[0]]
        grids = self._grids_under(area.code)
        numbered = [g for g in grids if names.grid_number(self._index.area_of[g].name) == reading.grid_number]
        if area.kind == GRID or (reading.grid_number and len(numbered) == 1):
            grid = area.code if area.kind == GRID else numbered[0]
            return self._sure(grid, Reason("grid_named", {"area": self._index.area_of[grid].name}))
        if len(grids) == 1:
            facts = {"wider": area.name, "area": self._index.area_of[grids[0]].name}
            return self._sure(grids[0], Reason("only_grid_of", facts))
        reason = Reason("only_wider", {"area": area.name, "count": len(grids)})
        candidates = tuple(self._index.candidate(g) for g in grids[:CANDIDATES_MAX])
        return replace(self._sure(area.code, reason), outcome=Outcome.AMBIGUOUS, candidates=candidates)

    def _sure(self, code: str, reason: Reason) -> Located:
        centre = self._index.shape_of[code].representative_point()
        found = self._index.answer(code, Outcome.INSIDE, reason)
        return replace(found, lon=round(centre.x, 6), lat=round(centre.y, 6))

    def _ask(self, candidates: Sequence[Candidate], areas: Sequence[str], code: str) -> Located:
        """Return a question: the candidates, and as far as it goes the area that holds all of them."""
        others = "、".join(self._full_name(c) for c in candidates[:4])
        reason = Reason(code, {"count": len(candidates), "others": others})
        common = self._common(areas)
        shown = tuple(candidates[:CANDIDATES_MAX])
        if not common:
            return Located(Outcome.AMBIGUOUS, reason, candidates=shown)
        return self._index.answer(common, Outcome.AMBIGUOUS, reason, candidates=shown)

    def _full_name(self, candidate: Candidate) -> str:
        code = candidate.code if candidate.kind != "compound" else self._first_grid(candidate.code)
        chain = self._index.chain(code)[1:]
        around = next((s.name for s in chain if s.kind in ("community", "street")), "")
        return f"{candidate.name}（{around}）" if around else candidate.name

    def _common(self, codes: Sequence[str]) -> str:
        chains = [[step.code for step in self._index.chain(code)] for code in codes]
        shared = set.intersection(*(set(chain) for chain in chains))
        return next((code for code in chains[0] if code in shared), "")

    def _first_grid(self, compound: str) -> str:
        grids = self.compound_of[compound].grid_codes
        return grids[0] if grids else ""

    def _may_lie_in(self, compound: str, scopes: Sequence[str]) -> bool:
        """Return whether a compound lies in one of the areas; one without grids may lie anywhere."""
        chains = [self._codes_around(grid) for grid in self.compound_of[compound].grid_codes]
        around = set().union(*chains)
        return not around or bool(around & set(scopes))

    def _by_compound(self, reading: Reading, scopes: tuple[str, ...]) -> Located:
        fitting = [c for c in reading.compounds if not scopes or self._may_lie_in(c, scopes)]
        if not fitting:
            return self._contradiction(reading.compounds, scopes)
        if len(fitting) > 1:
            with_house = [c for c in fitting if self._houses.get((c, reading.house.building))]
            if not reading.house.building or len(with_house) != 1:
                areas = [g for c in fitting for g in self.compound_of[c].grid_codes]
                return self._ask([self._as_candidate(c) for c in fitting], areas, "same_name")
            fitting = with_house
        return self._in_compound(self.compound_of[fitting[0]], reading.house)

    def _as_candidate(self, code: str) -> Candidate:
        return Candidate(code, self.compound_of[code].name, "compound")

    def _contradiction(self, compounds: Sequence[str], scopes: Sequence[str]) -> Located:
        named = "、".join(self._index.area_of[code].name for code in scopes)
        facts = {"named": named, "compound": "、".join(self.compound_of[c].name for c in compounds)}
        candidates = (
            *(self._as_candidate(c) for c in compounds),
            *(self._index.candidate(code) for code in scopes),
        )
        areas = [*scopes, *(g for c in compounds for g in self.compound_of[c].grid_codes)]
        asked = self._ask(candidates, areas, "same_name")
        return replace(asked, reason=Reason("conflict", facts))

    def _in_compound(self, compound: CompoundThere, house: names.House) -> Located:
        buildings = self._houses.get((compound.code, house.building), []) if house.building else []
        if len(buildings) == 1 and self._index.chain(buildings[0].grid_code):
            return self._in_building(compound, buildings[0], house)
        grids = [g for g in compound.grid_codes if self._index.chain(g)]
        facts: dict[str, str | int] = {
            "compound": compound.name,
            "building": house.building + ("号楼" if house.building.isdigit() else "座"),
            "count": len(grids),
            "others": "、".join(self._index.area_of[g].name for g in grids),
        }
        if not grids:
            found = Located(Outcome.UNKNOWN, Reason("compound_no_grid", facts))
        elif len(grids) == 1:
            facts["area"] = self._index.area_of[grids[0]].name
            reason = Reason("building_unknown_one_grid" if house.building else "compound_one_grid", facts)
            found = self._sure(grids[0], reason)
        else:
            reason = Reason("building_unknown" if house.building else "compound_grids", facts)
            found = self._ask([self._index.candidate(g) for g in grids], grids, "same_name")
            found = replace(found, reason=reason)
        return replace(
            found,
            compound_code=compound.code,
            compound_name=compound.name,
            lon=compound.lon,
            lat=compound.lat,
        )

    def _in_building(self, compound: CompoundThere, building: BuildingThere, house: names.House) -> Located:
        stairs = {names.house_key(name): code for name, code in building.stairwells}
        only = next(iter(stairs.values())) if len(stairs) == 1 and not house.stairwell else ""
        what = (
            compound.name
            + building.name
            + (f"{house.stairwell}单元" if house.stairwell else "")
            + house.dwelling
        )
        reason = Reason("dwelling", {"what": what, "area": self._index.area_of[building.grid_code].name})
        return replace(
            self._sure(building.grid_code, reason),
            lon=building.lon,
            lat=building.lat,
            compound_code=compound.code,
            compound_name=compound.name,
            building_code=building.code,
            stairwell_code=stairs.get(house.stairwell, only),
            dwelling=house.dwelling,
        )
