"""From what a file of outlines changes to the lines of a plan: which areas become which."""

from collections.abc import Iterable, Mapping
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from mulin.boundaries.rules.plan import Kind, Line, Target
from mulin.kernel.errors import BadInput
from mulin.places.rules.changes import Changes
from mulin.places.rules.ground import AreaEdition, plane_of

NAMED: Final = 5
_SLIVER_METRES: Final = 2.0  # what two outlines share in a thinner strip is drawing error


class Tangled(BadInput):
    """Several areas become several others: a file does not say who follows whom."""


def lines_of(changes: Changes[AreaEdition], standing: Iterable[AreaEdition]) -> tuple[Line, ...]:
    """Return the lines of an adjustment that draws what the file draws over areas that stand.

    New areas on free ground, areas that end without anybody on their ground, and changes of words alone need
    no line: importing does them.

    :raises Tangled: several areas become several others with other codes
    """
    stood = {area.code: area for area in standing}
    redrawn = {code: area for code, area in changes.changed.items() if area.outline != stood[code].outline}
    old = {code: stood[code] for code in (*redrawn, *changes.ended)}
    new = {**redrawn, **changes.new}
    groups = _groups(old, new)
    return tuple(_line(sources, targets, new) for sources, targets in groups if sources and targets)


def _groups(
    old: Mapping[str, AreaEdition], new: Mapping[str, AreaEdition]
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return who becomes whom: areas of one kind that share ground, old and new, belong together."""
    shapes = [shapely.from_wkb(area.outline) for area in (*old.values(), *new.values())]
    flat = plane_of(shapes).flatten(shapes)
    before = dict(zip(old, flat[: len(old)], strict=True))
    after = dict(zip(new, flat[len(old) :], strict=True))
    group: dict[tuple[str, str], set[tuple[str, str]]] = {
        node: {node} for node in [*(("old", c) for c in old), *(("new", c) for c in new)]
    }
    for source, target in _sharing(old, new, before, after):
        one, other = group["old", source], group["new", target]
        if one is not other:
            one |= other
            for node in other:
                group[node] = one
    found = {id(nodes): nodes for nodes in group.values()}
    return sorted(
        (
            tuple(sorted(code for side, code in nodes if side == "old")),
            tuple(sorted(code for side, code in nodes if side == "new")),
        )
        for nodes in found.values()
    )


def _sharing(
    old: Mapping[str, AreaEdition],
    new: Mapping[str, AreaEdition],
    before: Mapping[str, BaseGeometry],
    after: Mapping[str, BaseGeometry],
) -> Iterable[tuple[str, str]]:
    targets = list(after)
    tree = shapely.STRtree([after[code] for code in targets])
    for source, shape in before.items():
        for index in sorted(tree.query(shape, predicate="intersects").tolist()):
            target = targets[index]
            common = shape.intersection(after[target])
            if source == target or (
                old[source].kind == new[target].kind and not common.buffer(-_SLIVER_METRES / 2).is_empty
            ):
                yield source, target


def _line(sources: tuple[str, ...], targets: tuple[str, ...], new: Mapping[str, AreaEdition]) -> Line:
    if sources == targets:
        kind = Kind.REDRAW
    elif len(targets) == 1:
        kind = Kind.MERGE if len(sources) > 1 else Kind.CONVERT
    elif len(sources) == 1:
        kind = Kind.SPLIT
    else:
        raise Tangled(
            "%(old)s 变成 %(new)s：看不出谁接谁，请另做区划调整方案",
            where="code",
            old="、".join(sources[:NAMED]),
            new="、".join(targets[:NAMED]),
        )
    return Line(kind, sources, tuple(_target(new[code]) for code in targets))


def _target(area: AreaEdition) -> Target:
    return Target(
        code=area.code,
        name=area.name,
        kind=area.kind,
        parent_code=area.parent_code,
        unit_code=area.unit_code,
        grid_type=area.grid_type,
        outline=area.outline,
    )
