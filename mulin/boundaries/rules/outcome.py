"""What a plan makes of the ground: areas after it, who follows whom in what share, and what does not fit."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from mulin.boundaries.rules.plan import WHOLE, Flaws, Kind, Line, Plan, Target
from mulin.boundaries.rules.shares import shared_out
from mulin.places.rules.ground import AreaEdition, Plane, plane_of
from mulin.places.rules.survey import survey


@dataclass(frozen=True, slots=True)
class Link:
    """Area ``source`` goes to ``target``: its share of the source, and the share it makes of the target."""

    line: int
    kind: Kind
    source: str
    target: str
    source_unit: str
    target_unit: str
    share: int  # millionths of the source
    back: int  # millionths of the target
    hectares: float


@dataclass(frozen=True, slots=True)
class LineDone:
    """What a line comes to on the ground."""

    number: int
    kind: Kind
    before: tuple[AreaEdition, ...]
    after: tuple[AreaEdition, ...]
    hectares_before: float
    hectares_after: float
    hectares_moved: float  # ground that changes hands


@dataclass(frozen=True, slots=True)
class Outcome:
    """The ground after a plan."""

    areas: tuple[AreaEdition, ...]
    begun: tuple[AreaEdition, ...]
    ended: tuple[str, ...]
    links: tuple[Link, ...]
    lines: tuple[LineDone, ...]
    units_ended: frozenset[str]
    units_found: Mapping[str, AreaEdition]  # by unit code
    units_renamed: Mapping[str, str]
    units_moved: Mapping[str, str]  # to another parent
    touched: frozenset[str]  # areas that end or are drawn anew

    def heirs(self) -> dict[str, list[tuple[str, int]]]:
        """Return of each unit who follows it, the largest share first."""
        shares: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for link in self.links:
            shares[link.source_unit][link.target_unit] += link.share
        return {unit: sorted(those.items(), key=by_share) for unit, those in shares.items()}


def by_share(each: tuple[str, int]) -> tuple[int, str]:
    """Return what sorts heirs: the largest share first, of equals the smaller code."""
    return -each[1], each[0]


def work_out(
    plan: Plan, standing: Sequence[AreaEdition], *, used: Collection[str], units: Collection[str]
) -> Outcome:
    """Return what a plan makes of the areas ``standing`` on its day.

    ``used`` are all codes of areas and units there ever were, ``units`` those of the units that stand.

    :raises BadPlan: naming every line whose areas, codes, outlines or shares do not fit
    """
    flaws = Flaws()
    known = {area.code: area for area in standing}
    _check_codes(plan, known, used, units, flaws)
    flaws.refuse()
    made = {
        number: [_drawn(target, line, known) for target in line.into]
        for number, line in enumerate(plan.lines, 1)
        if line.kind is not Kind.END
    }
    begun = {area.code: area for areas in made.values() for area in areas}
    ended = {code for line in plan.lines for code in line.sources} - begun.keys()
    given = {t.code for line in plan.lines for t in line.into if t.parent_code}
    heirs = {c: t.outline for line in plan.lines if line.kind is Kind.END for t in line.into if (c := t.code)}
    for code, outline in heirs.items():
        if outline is not None and code not in begun and code in known:
            begun[code] = replace(known[code], outline=outline)
    after = {code: area for code, area in known.items() if code not in ended} | begun
    ground = _Flat([*standing, *begun.values()], known, after)
    links = [link for number, line in enumerate(plan.lines, 1) for link in _links(number, line, ground)]
    _adopt(after, links, ended, given, ground)
    begun |= {code: area for code, area in after.items() if code in known and area != known[code]}
    begun = {code: after[code] for code in begun if after[code] != known.get(code)}
    _check_ground(plan, after, made, flaws)
    flaws.refuse()
    return _outcome(plan, known, after, begun, ended, links, ground, units)


class _Flat:
    """The areas before and after in metres."""

    def __init__(
        self,
        every: Sequence[AreaEdition],
        before: Mapping[str, AreaEdition],
        after: Mapping[str, AreaEdition],
    ) -> None:
        outlines = {area.outline for area in every}
        shapes = {outline: shapely.from_wkb(outline) for outline in outlines}
        self._plane: Plane = plane_of(list(shapes.values()))
        self._flat = dict(zip(shapes, self._plane.flatten(list(shapes.values())), strict=True))
        self.before, self.after = before, after

    def old(self, code: str) -> BaseGeometry:
        """Return the outline before."""
        return self._flat[self.before[code].outline]

    def new(self, code: str) -> BaseGeometry:
        """Return the outline after."""
        return self._flat[self.after[code].outline]

    def common(self, source: str, target: str) -> float:
        """Return how many hectares of ``source`` come to ``target``; strips of drawing error are none."""
        if self.before[source].outline == self.after[target].outline:
            return float(self.old(source).area) / 10_000
        shared = self.old(source).intersection(self.new(target))
        return float(shared.area) / 10_000 if not shared.buffer(-1).is_empty else 0.0


def _check_codes(
    plan: Plan,
    known: Mapping[str, AreaEdition],
    used: Collection[str],
    units: Collection[str],
    flaws: Flaws,
) -> None:
    gone = {c for line in plan.lines for c in line.sources}
    made = {t.code for line in plan.lines if line.kind is not Kind.END for t in line.into}
    for number, line in enumerate(plan.lines, 1):
        for code in line.sources:
            if code not in known:
                flaws.add(number, "from", "%(code)s 在 %(day)s 不存在", code=code, day=plan.on.isoformat())
        for target in line.into:
            code, unit = target.code, target.unit_code
            if line.kind is Kind.END:
                if code not in made and (code not in known or code in gone):
                    flaws.add(number, "into", "承接的 %(code)s 在这一天之后不存在", code=code)
            elif code not in line.sources and code in used:
                flaws.add(number, "code", "编码 %(code)s 已经用过，请用新的编码", code=code)
            if unit and unit not in units and unit in used and unit not in known:
                flaws.add(number, "unit_code", "单位 %(code)s 已经撤销，请用新的编码", code=unit)
            if target.parent_code and target.parent_code not in known.keys() - (gone - made) | made:
                flaws.add(number, "parent_code", "上级 %(code)s 在这一天之后不存在", code=target.parent_code)


def _drawn(target: Target, line: Line, known: Mapping[str, AreaEdition]) -> AreaEdition:
    """Return the area a target stands for; what it leaves out is as its source had it."""
    source = known.get(target.code) if target.code in line.sources else None
    like = source or (known[line.sources[0]] if line.sources else None)
    outline = target.outline
    if outline is None:
        shapes = [shapely.from_wkb(known[code].outline) for code in line.sources]
        outline = known[line.sources[0]].outline if len(shapes) == 1 else _union(shapes)
    return AreaEdition(
        code=target.code,
        kind=target.kind or (like.kind if like else ""),
        name=target.name or (like.name if like else ""),
        parent_code=target.parent_code or (like.parent_code if like else ""),
        unit_code=target.unit_code or (source.unit_code if source else target.code),
        outline=outline,
        from_on=source.from_on if source else _EARLIEST,
        synthetic=like.synthetic if like else False,
        source=like.source if like else "",
        source_system=like.source_system if like else "",
        accuracy_m=like.accuracy_m if like else None,
        grid_type=target.grid_type or (like.grid_type if like else ""),
    )


_EARLIEST: Final = date.min  # an edition begins with the day of the plan


def _union(shapes: Sequence[BaseGeometry]) -> bytes:
    return bytes(shapely.to_wkb(shapely.union_all(list(shapes))))


def _links(number: int, line: Line, ground: _Flat) -> list[Link]:
    """Return who follows each source, in millionths that add up to the whole."""
    raw: dict[tuple[str, str], tuple[Fraction, float]] = {}
    for source in line.sources:
        whole = float(ground.old(source).area) / 10_000
        if any(source in target.shares for target in line.into):
            for target in line.into:
                share = target.shares.get(source, Fraction(0))
                raw[source, target.code] = (share, whole * float(share))
            continue
        common = {target.code: ground.common(source, target.code) for target in line.into}
        if not any(common.values()) and line.into:
            common[line.into[0].code] = whole
        for code, hectares in common.items():
            raw[source, code] = (Fraction(hectares), hectares)
    return _in_millionths(number, line, raw, ground)


def _in_millionths(
    number: int, line: Line, raw: Mapping[tuple[str, str], tuple[Fraction, float]], ground: _Flat
) -> list[Link]:
    targets = [target.code for target in line.into]
    shares = {
        (source, target): part
        for source in line.sources
        for target, part in zip(
            targets, shared_out(WHOLE, [raw[source, target][0] for target in targets]), strict=True
        )
    }
    backs = {
        (source, target): part
        for target in targets
        for source, part in zip(
            line.sources, shared_out(WHOLE, [raw[source, target][1] for source in line.sources]), strict=True
        )
    }
    return [
        Link(
            line=number,
            kind=line.kind,
            source=source,
            target=target,
            source_unit=ground.before[source].unit_code,
            target_unit=ground.after[target].unit_code,
            share=share,
            back=backs[source, target],
            hectares=round(raw[source, target][1], 4),
        )
        for (source, target), share in shares.items()
        if share
    ]


def _adopt(
    after: dict[str, AreaEdition],
    links: Sequence[Link],
    ended: Collection[str],
    given: Collection[str],
    ground: _Flat,
) -> None:
    """Give areas whose parent ended or was drawn anew the follower they lie in, unless the plan says."""
    followers: dict[str, list[str]] = defaultdict(list)
    for link in links:
        followers[link.source].append(link.target)
    for code, area in list(after.items()):
        those = followers.get(area.parent_code)
        if not those or code in given or (those == [area.parent_code]):
            continue
        mine = ground.new(code)
        most = max(those, key=lambda each: (float(mine.intersection(ground.new(each)).area), each))
        if most != area.parent_code:
            after[code] = replace(area, parent_code=most)


def _check_ground(
    plan: Plan,
    after: Mapping[str, AreaEdition],
    made: Mapping[int, Sequence[AreaEdition]],
    flaws: Flaws,
) -> None:
    """Survey the whole ground as it would stand, and blame the line that draws what does not fit."""
    of_line = {area.code: number for number, areas in made.items() for area in areas}
    children = {area.parent_code: of_line[area.code] for area in after.values() if area.code in of_line}
    for problem in survey(after.values()):
        line = of_line.get(problem.code) or children.get(problem.code, 0)
        name = after[problem.code].name
        flaws.add(line, "outline", "「%(name)s」" + problem.what, name=name, **problem.facts)


def _outcome(
    plan: Plan,
    known: Mapping[str, AreaEdition],
    after: Mapping[str, AreaEdition],
    begun: Mapping[str, AreaEdition],
    ended: Collection[str],
    links: Sequence[Link],
    ground: _Flat,
    units: Collection[str],
) -> Outcome:
    governing = {area.unit_code for area in after.values()}
    old_units = {known[code].unit_code for line in plan.lines for code in line.sources}
    found = {a.unit_code: a for a in begun.values() if a.unit_code not in units}
    moved: dict[str, str] = {}
    renamed: dict[str, str] = {}
    for code, area in begun.items():
        before = known.get(code)
        if before is None or area.unit_code in found or area.unit_code != before.unit_code:
            continue
        if area.name != before.name:
            renamed[area.unit_code] = area.name
        if area.parent_code != before.parent_code and area.parent_code in after:
            moved[area.unit_code] = after[area.parent_code].unit_code
    same = {code for code in begun if code in known and known[code].outline == begun[code].outline}
    return Outcome(
        areas=tuple(sorted(after.values(), key=lambda area: area.code)),
        begun=tuple(begun.values()),
        ended=tuple(sorted(ended)),
        links=tuple(links),
        lines=tuple(_done(n, line, known, after, ground, links) for n, line in enumerate(plan.lines, 1)),
        units_ended=frozenset(old_units - governing) & frozenset(units),
        units_found=found,
        units_renamed=renamed,
        units_moved=moved,
        touched=frozenset((set(begun) | set(ended)) - same),
    )


def _done(
    number: int,
    line: Line,
    known: Mapping[str, AreaEdition],
    after: Mapping[str, AreaEdition],
    ground: _Flat,
    links: Sequence[Link],
) -> LineDone:
    mine = [link for link in links if link.line == number]
    return LineDone(
        number=number,
        kind=line.kind,
        before=tuple(known[code] for code in line.sources),
        after=tuple(after[target.code] for target in line.into),
        hectares_before=round(sum(float(ground.old(code).area) for code in line.sources) / 10_000, 4),
        hectares_after=round(sum(float(ground.new(t.code).area) for t in line.into) / 10_000, 4),
        hectares_moved=round(sum(link.hectares for link in mine if link.source != link.target), 4),
    )
