"""What a dated import would do to what stands, or why it may not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from mulin.kernel.errors import BadInput
from mulin.places.rules.changes import Changes, compare
from mulin.places.rules.ground import AreaEdition, BuildingThere, CompoundThere, Ground
from mulin.places.rules.register import Surveyed, check_buildings, check_compounds
from mulin.places.rules.survey import Problem, survey


class BadGround(BadInput):
    """What was given does not fit together on the ground; ``problems`` names everything that is wrong."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        why = "共 %(count)s 处问题，第一处：%(first)s"
        super().__init__(why, where=first.code, count=len(problems), first=first.what % first.facts)
        self.problems = tuple(problems)


def _timeless(area: AreaEdition) -> AreaEdition:
    return replace(area, from_on=date.min, until_on=None)


def import_of_areas(
    standing: Ground, areas: Sequence[AreaEdition], *, complete_kinds: Iterable[str]
) -> Changes[AreaEdition]:
    """Return what drawing ``areas`` changes; those of ``complete_kinds`` that are not given end.

    :raises BadGround: the ground would not be sound
    """
    problems = [
        Problem(code, "编码出现了不止一次", "每个区域在同一天只能有一个边界")
        for code, count in sorted(Counter(area.code for area in areas).items())
        if count > 1
    ]
    given = {area.code: area for area in areas}
    complete = set(complete_kinds)
    standing_by_code = {area.code: area for area in standing.areas}
    leaving = {c: a for c, a in standing_by_code.items() if a.kind in complete and c not in given}
    kept = {code: area for code, area in standing_by_code.items() if code not in leaving}
    problems += survey({**kept, **given}.values())
    if problems:
        raise BadGround(problems)
    changes = compare(kept, given, essence=_timeless, complete=False)
    return replace(changes, ended=leaving)


def import_of_compounds(
    standing: Ground, compounds: Sequence[CompoundThere], *, complete: bool
) -> Changes[CompoundThere]:
    """Return what recording ``compounds`` changes.

    :raises BadGround: naming every compound that does not fit
    """
    problems = check_compounds(compounds, Surveyed(standing.areas))
    if problems:
        raise BadGround(problems)
    old = {compound.code: compound for compound in standing.compounds}
    given = {c.code: replace(c, grid_codes=tuple(sorted(c.grid_codes))) for c in compounds}
    return compare(old, given, essence=lambda compound: compound, complete=complete)


def import_of_buildings(
    standing: Ground, buildings: Sequence[BuildingThere], *, complete: bool
) -> Changes[BuildingThere]:
    """Return what recording ``buildings`` changes.

    :raises BadGround: naming every building that does not fit
    """
    compounds = {compound.code: compound for compound in standing.compounds}
    problems = check_buildings(buildings, Surveyed(standing.areas), compounds)
    if problems:
        raise BadGround(problems)
    old = {building.code: building for building in standing.buildings}
    given = {b.code: replace(b, stairwells=tuple(sorted(b.stairwells, key=_by_code))) for b in buildings}
    return compare(old, given, essence=lambda building: building, complete=complete)


def _by_code(stairwell: tuple[str, str]) -> str:
    return stairwell[1]
