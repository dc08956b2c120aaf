"""Address text to grid: recognise names, let the house number decide, ask where names leave it open."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from mulin.places.rules import names
from mulin.places.rules.divisions import Level
from mulin.places.rules.ground import BuildingThere, CompoundThere, Ground
from mulin.places.rules.located import Candidate, Located, Outcome, Reason
from mulin.places.rules.nodes import BARE, LOOSE, OWN, tree
from mulin.places.rules.points import GRID, AreaIndex
from mulin.places.rules.reading import Reader, Reading
from mulin.places.rules.spellings import Bearer, Spellings
from mulin.places.rules.understood import SURE_FROM, asking, understand

CANDIDATES_MAX: Final = 12
OPEN: Final = frozenset(("same_name", "near_names", "conflict"))  # which of several places is meant


class Gazetteer:
    """The names of one day, ready for lookup; immutable, shared by threads."""

    def __init__(self, ground: Ground, index: AreaIndex) -> None:
        self._index = index
        self.compound_of: Mapping[str, CompoundThere] = {c.code: c for c in ground.compounds}
        self._nodes = tree(ground.divisions, tuple(index.area_of.values()))
        self._node_of = {node.area_code: node for node in self._nodes.values() if node.area_code}
        self._houses: dict[tuple[str, str], list[BuildingThere]] = defaultdict(list)
        for building in ground.buildings:
            self._houses[building.compound_code, names.house_key(building.name)].append(building)
        self._children: dict[str, list[str]] = defaultdict(list)
        for area in index.area_of.values():
            self._children[area.parent_code].append(area.code)
        self._tops: dict[str, list[str]] = defaultdict(list)  # the widest areas drawn in an undrawn division
        for code, node in sorted(self._node_of.items()):
            if not any(self._nodes[up].area_code for up in node.around):
                for up in node.around:
                    self._tops[up].append(code)
        self._reader = Reader(self._nodes, self._learnt(), self._may_lie_in_nodes)

    def _learnt(self) -> Spellings:
        """Return all names of all nodes and compounds, the way people write them."""
        spellings = Spellings()
        for node in self._nodes.values():
            area = self._index.area_of.get(node.area_code)
            official = node.division
            stem = names.stem_of(official.name, official.level) if official else ""
            own = Bearer("node", node.key, OWN, stem)
            if area:
                fuzzy = area.kind != GRID
                spellings.learn(names.area_variants(area.name, area.kind), own, fuzzy=fuzzy)
            if official:
                full, other = names.division_variants(official.name, official.level)
                spellings.learn(full, own, fuzzy=True)
                spellings.learn([names.plain(official.short_name)], own, fuzzy=False)
                spellings.learn(other, replace(own, grade=LOOSE), fuzzy=True)
                spellings.learn([stem], replace(own, grade=BARE), fuzzy=False)
        for compound in self.compound_of.values():
            written = names.compound_variants(compound.name, compound.aliases)
            spellings.learn(written, Bearer("compound", compound.code, OWN), fuzzy=True)
        return spellings

    def read(self, text: str) -> Reading:
        """Return what stands in ``text``: the names that fit together best."""
        return self._reader.read(text)

    def locate(self, text: str) -> Located:
        """Return which grid the address text lies in, how sure that is, and why."""
        if not text.strip():
            return Located(Outcome.UNKNOWN, Reason("empty"), confidence=0.0)
        reading = self.read(text)
        scopes = self._scopes(reading.nodes)
        if reading.compounds:
            found = self._by_compound(reading, scopes)
        elif reading.nodes:
            found = self._by_nodes(reading)
        else:
            return Located(Outcome.UNKNOWN, Reason("not_understood"), confidence=0.0)
        return self._understood(reading, found)

    def _understood(self, reading: Reading, found: Located) -> Located:
        """Return the answer with what was understood; one that is not sure enough asks."""
        node = self._node_of.get(found.area_code)
        if len(reading.nodes) == 1 and not reading.compounds:
            named = self._nodes[reading.nodes[0]]
            node = named if node is None or node.key in named.around else node
        up = [self._nodes[key] for key in reversed(node.around)] if node else []
        chain = [*up, node] if node else []
        known = understand(reading, [n for n in chain if n.level != GRID] or chain, found.compound_code)
        if found.reason.code in OPEN:
            known = asking(known, len(found.candidates))
        elif found.outcome in (Outcome.INSIDE, Outcome.OUTSIDE) and known.confidence < SURE_FROM:
            found = self._unsure(reading, found)
        return replace(
            found,
            division=known.division,
            confidence=known.confidence,
            corrections=known.corrections,
            because=known.because,
        )

    def _unsure(self, reading: Reading, found: Located) -> Located:
        """Return a question instead of a guess: sure only of the area around, the guess its candidate."""
        if found.compound_code:
            candidate = self._as_candidate(found.compound_code)
        elif found.grid_code:
            candidate = self._index.candidate(found.grid_code)
        else:
            candidate = self._candidate(reading.nodes[0])
        also = [self._candidate(key) for key in reading.also if key not in reading.nodes][
            : CANDIDATES_MAX - 1
        ]
        candidates = (candidate, *also)
        reason = Reason("unsure", {"read": "、".join(self._full_name(c) for c in candidates)})
        around = found.chain[1].code if len(found.chain) > 1 else found.area_code
        if not around:
            return Located(Outcome.AMBIGUOUS, reason, candidates=candidates)
        return self._index.answer(around, Outcome.AMBIGUOUS, reason, candidates=candidates)

    def _candidate(self, key: str) -> Candidate:
        node = self._nodes[key]
        return (
            self._index.candidate(node.area_code) if node.area_code else Candidate(key, node.name, node.level)
        )

    def around(self, code: str) -> str | None:
        """Return what tells a candidate from its namesakes; nothing if no place has that code."""
        if code in self.compound_of:
            steps = self._index.chain(self._first_grid(code))
            return next((step.name for step in steps if step.kind == "community"), "")
        node = self._node_of.get(code) or self._nodes.get(code)
        if node is None:
            return None
        if node.area_code:
            return node.name
        return next((self._nodes[k].name for k in node.around if self._nodes[k].level == Level.STREET), "")

    def chosen(self, text: str, code: str) -> str:
        """Return ``text`` with the words that lead it to the candidate chosen."""
        around = self.around(code)
        if around is None:
            return text
        compound, node = self.compound_of.get(code), self._nodes.get(code)
        if compound is not None:
            written = names.compound_variants(compound.name, compound.aliases)
            around += "" if any(name in names.plain(text) for name in written) else written[0]
        elif node is not None and not node.area_code:
            around += node.name
        if not around or around in text:
            return text
        return around if text in around else f"{around} {text}"

    def _covering(self, key: str) -> str:
        """Return the narrowest area drawn that is the node or lies around it."""
        found = (self._nodes[each].area_code for each in (key, *self._nodes[key].around))
        return next((code for code in found if code), "")

    def _scopes(self, nodes: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(code for key in nodes if (code := self._covering(key))))

    def _may_lie_in_nodes(self, compound: str, nodes: Sequence[str]) -> bool:
        return self._may_lie_in(compound, self._scopes(nodes))

    def _codes_around(self, code: str) -> set[str]:
        return {step.code for step in self._index.chain(code)}

    def _grids_under(self, code: str) -> list[str]:
        found, ahead = [], [code]
        while ahead:
            at = ahead.pop()
            if self._index.area_of[at].kind == GRID:
                found.append(at)
            ahead += self._children.get(at, [])
        return sorted(found)

    def _by_nodes(self, reading: Reading) -> Located:
        if len(reading.nodes) > 1:
            candidates = [self._candidate(key) for key in reading.nodes]
            return self._ask(candidates, [self._covering(key) for key in reading.nodes], _open(reading))
        node = self._nodes[reading.nodes[0]]
        if node.area_code:
            return self._by_area(reading, node.area_code)
        tops = self._tops.get(node.key, [])
        if len(tops) == 1:
            return self._by_area(reading, tops[0])
        if tops:
            count = sum(len(self._grids_under(code)) for code in tops)
            reason = Reason("only_wider", {"area": node.name, "count": count})
            candidates = [self._index.candidate(code) for code in tops[:CANDIDATES_MAX]]
            return Located(Outcome.AMBIGUOUS, reason, candidates=tuple(candidates))
        covering = self._covering(node.key)
        if not covering:
            return Located(Outcome.OUTSIDE, Reason("division_outside", {"division": node.name}))
        facts = {"division": node.name, "area": self._index.area_of[covering].name}
        return self._index.answer(covering, Outcome.OUTSIDE, Reason("division_only", facts))

    def _by_area(self, reading: Reading, code: str) -> Located:
        area = self._index.area_of[code]
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
        if candidate.code in self._nodes and not self._nodes[candidate.code].area_code:
            around = self.around(candidate.code)
            return f"{candidate.name}（{around}）" if around else candidate.name
        code = candidate.code if candidate.kind != "compound" else self._first_grid(candidate.code)
        chain = self._index.chain(code)[1:]
        around = next((s.name for s in chain if s.kind in ("community", "street")), "")
        return f"{candidate.name}（{around}）" if around else candidate.name

    def _common(self, codes: Sequence[str]) -> str:
        if not all(codes):
            return ""
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
                return self._ask([self._as_candidate(c) for c in fitting], areas, _open(reading))
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


def _open(reading: Reading) -> str:
    """Return why several places are meant: they bear one name, or names near the one written."""
    return "near_names" if reading.hits and reading.hits[-1].is_near else "same_name"
