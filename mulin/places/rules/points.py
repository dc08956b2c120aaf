"""Point to grid: a tree of outlines and the answer it gives, with distance to the edge and rivals."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from mulin.places.rules.ground import AreaEdition, BuildingThere, CompoundThere, Ground, Plane, plane_of
from mulin.places.rules.located import Candidate, Fact, Located, Outcome, Reason, Step

# 示例: about the error of a phone's position between houses; nearer to an edge, the neighbour is named too.
BORDER_METRES: Final = 15.0
# 示例: a pin beside a house of a compound without an outline means the compound.
BESIDE_METRES: Final = 40.0
# Deeper than this is an overlap of two outlines, less is the width of the line between them.
LINE_METRES: Final = 0.5
GRID: Final = "grid"


class AreaIndex:
    """The areas of one day, ready for lookup; immutable, shared by threads."""

    def __init__(self, areas: Sequence[AreaEdition], *, border_metres: float = BORDER_METRES) -> None:
        self.border_metres = border_metres
        ordered = sorted(areas, key=lambda area: area.code)
        shapes = [shapely.from_wkb(area.outline) for area in ordered]
        self.plane: Plane = plane_of(shapes)
        flat: list[BaseGeometry] = self.plane.flatten(shapes)
        shapely.prepare(flat)
        self.area_of: Mapping[str, AreaEdition] = {area.code: area for area in ordered}
        self.shape_of: Mapping[str, BaseGeometry] = dict(zip(self.area_of, shapes, strict=True))
        self._chain_of = {area.code: self._walk(area.code) for area in ordered}
        grids = [(a, s) for a, s in zip(ordered, flat, strict=True) if a.kind == GRID]
        wider = [(a, s) for a, s in zip(ordered, flat, strict=True) if a.kind != GRID]
        self._grids = [area for area, _ in grids]
        self._shapes = [shape for _, shape in grids]
        self._edges = [shape.boundary for shape in self._shapes]
        shapely.prepare(self._edges)
        self._tree = shapely.STRtree(self._shapes)
        self.grid_codes = tuple(area.code for area in self._grids)
        self.grid_shapes, self.grid_tree = self._shapes, self._tree  # in metres, for many points at once
        self._wider = [area for area, _ in wider]
        self._wider_sizes = [shape.area for _, shape in wider]
        self._wider_tree = shapely.STRtree([shape for _, shape in wider])

    def _walk(self, code: str) -> tuple[Step, ...]:
        steps: list[Step] = []
        while (area := self.area_of.get(code)) is not None and len(steps) < 10:
            steps.append(Step(area.kind, area.code, area.name, area.unit_code))
            code = area.parent_code
        return tuple(steps)

    def chain(self, code: str) -> tuple[Step, ...]:
        """Return the areas from ``code`` outwards; empty when there is none."""
        return self._chain_of.get(code, ())

    def candidate(self, code: str, metres: float | None = None) -> Candidate:
        """Return the area as something that may be meant."""
        area = self.area_of[code]
        return Candidate(
            area.code, area.name, area.kind, area.unit_code, None if metres is None else round(metres)
        )

    def answer(
        self,
        code: str,
        outcome: Outcome,
        reason: Reason,
        *,
        edge_metres: int | None = None,
        candidates: tuple[Candidate, ...] = (),
        at: tuple[float, float] | None = None,
    ) -> Located:
        """Return an answer that is sure of area ``code``."""
        area = self.area_of[code]
        return Located(
            outcome=outcome,
            reason=reason,
            area_code=area.code,
            area_name=area.name,
            area_kind=area.kind,
            unit_code=area.unit_code,
            chain=self.chain(code),
            edition_from=area.from_on,
            synthetic=area.synthetic,
            edge_metres=edge_metres,
            candidates=candidates,
            lon=at[0] if at else None,
            lat=at[1] if at else None,
        )

    def locate(self, lon: float, lat: float, *, on: date) -> Located:
        """Return which grid takes the position, and why."""
        return self.locate_flat(self.plane.point(lon, lat), (lon, lat), on=on)

    def locate_flat(self, point: shapely.Point, at: tuple[float, float], *, on: date) -> Located:
        """Return which grid takes the point, given in metres and, to be told again, in degrees.

        Of several grids that hold the point the smallest code takes it, in whatever order they came.
        """
        if not self._grids and not self._wider:
            reason = Reason("no_areas", {"on": on.isoformat()})
            return Located(Outcome.UNKNOWN, reason, lon=at[0], lat=at[1])
        near = self._tree.query(point, predicate="dwithin", distance=self.border_metres).tolist()
        near.sort()  # by code: the shapes were loaded in that order
        holding = [i for i in near if self._shapes[i].intersects(point)]
        if len(holding) > 1:
            return self._shared(point, holding, near, at)
        if holding:
            return self._single(point, holding[0], near, at)
        if near:
            return self._just_outside(point, near, at)
        return self._without_grid(point, at)

    def _names(self, indexes: Sequence[int]) -> str:
        return "、".join(self._grids[i].name for i in indexes)

    def _rivals(self, point: shapely.Point, indexes: Sequence[int]) -> tuple[Candidate, ...]:
        return tuple(
            self.candidate(self._grids[i].code, float(self._shapes[i].distance(point))) for i in indexes
        )

    def _single(
        self, point: shapely.Point, taker: int, near: Sequence[int], at: tuple[float, float]
    ) -> Located:
        area = self._grids[taker]
        edge = round(float(self._edges[taker].distance(point)))
        others = [i for i in near if i != taker]
        if not others:
            reason = Reason("inside", {"area": area.name, "edge_m": edge})
            return self.answer(area.code, Outcome.INSIDE, reason, edge_metres=edge, at=at)
        reason = Reason("near_edge", {"area": area.name, "edge_m": edge, "others": self._names(others)})
        rivals = self._rivals(point, others)
        return self.answer(area.code, Outcome.BORDER, reason, edge_metres=edge, candidates=rivals, at=at)

    def _shared(
        self, point: shapely.Point, holding: Sequence[int], near: Sequence[int], at: tuple[float, float]
    ) -> Located:
        taker = holding[0]
        area = self._grids[taker]
        others = [i for i in near if i != taker]
        deep = [i for i in holding if self._edges[i].distance(point) > LINE_METRES]
        rivals = self._rivals(point, others)
        if len(deep) > 1:
            facts: dict[str, Fact] = {
                "area": area.name,
                "count": len(holding),
                "others": self._names(holding),
            }
            reason = Reason("overlap", facts)
            return self.answer(area.code, Outcome.AMBIGUOUS, reason, edge_metres=0, candidates=rivals, at=at)
        reason = Reason("on_edge", {"area": area.name, "others": self._names(others)})
        return self.answer(area.code, Outcome.BORDER, reason, edge_metres=0, candidates=rivals, at=at)

    def _just_outside(self, point: shapely.Point, near: Sequence[int], at: tuple[float, float]) -> Located:
        metres, taker = min((float(self._shapes[i].distance(point)), i) for i in near)
        area = self._grids[taker]
        rivals = self._rivals(point, [i for i in near if i != taker])
        reason = Reason("just_outside", {"area": area.name, "edge_m": round(metres)})
        return self.answer(
            area.code, Outcome.BORDER, reason, edge_metres=round(metres), candidates=rivals, at=at
        )

    def _without_grid(self, point: shapely.Point, at: tuple[float, float]) -> Located:
        nearest = self._nearest(point)
        facts: dict[str, Fact] = {
            "nearest": nearest[0].name if nearest else "—",
            "metres": nearest[0].metres or 0 if nearest else 0,
        }
        around = self._wider_tree.query(point, predicate="intersects")
        if len(around) == 0:
            reason = Reason("outside_all", facts)
            return Located(Outcome.OUTSIDE, reason, candidates=nearest, lon=at[0], lat=at[1])
        _, _, narrowest = min((self._wider_sizes[int(i)], self._wider[int(i)].code, int(i)) for i in around)
        area = self._wider[narrowest]
        reason = Reason("no_grid", {"area": area.name, **facts})
        return self.answer(area.code, Outcome.OUTSIDE, reason, candidates=nearest, at=at)

    def _nearest(self, point: shapely.Point) -> tuple[Candidate, ...]:
        if not self._grids:
            return ()
        indexes, metres = self._tree.query_nearest(point, return_distance=True)
        metre, index = min((float(m), int(i)) for i, m in zip(indexes, metres, strict=True))
        return (self.candidate(self._grids[index].code, metre),)


class CompoundIndex:
    """Which compound a point lies in: by its outline, else by the nearest of its houses."""

    def __init__(self, ground: Ground, plane: Plane) -> None:
        drawn = [(c, c.outline) for c in ground.compounds if c.outline is not None]
        self._drawn: list[CompoundThere] = [compound for compound, _ in drawn]
        self._shapes = plane.flatten([shapely.from_wkb(outline) for _, outline in drawn])
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        undrawn = {c.code: c for c in ground.compounds if c.outline is None}
        houses: list[BuildingThere] = [b for b in ground.buildings if b.compound_code in undrawn]
        self._owners = [undrawn[b.compound_code] for b in houses]
        self._houses = shapely.STRtree([plane.point(b.lon, b.lat) for b in houses])

    def around(self, point: shapely.Point) -> CompoundThere | None:
        """Return the compound of a point in metres; of several the smallest code."""
        near = [int(i) for i in self._tree.query(point)]
        hits = [self._drawn[i] for i in near if self._shapes[i].intersects(point)]
        if not hits and self._owners:
            beside = self._houses.query(point, predicate="dwithin", distance=BESIDE_METRES)
            hits = [self._owners[int(i)] for i in beside]
        return min(hits, key=_code, default=None)


def _code(compound: CompoundThere) -> str:
    return compound.code
