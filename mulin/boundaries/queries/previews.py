"""What an adjustment would do, worked out without doing it: ground, things, units, terms, open cases."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from mulin.boundaries import policy
from mulin.boundaries.models import Adjustment, Succession
from mulin.boundaries.rules.outcome import Outcome, by_share, work_out
from mulin.boundaries.rules.plan import BadPlan, Flaw, Flaws, Kind, Plan
from mulin.cases.queries import handovers
from mulin.cases.queries.handovers import CaseMoved, Moves
from mulin.cases.rules.handovers import Chain, Reform
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotPossible
from mulin.people.queries import successions as people
from mulin.people.queries.successions import UnitsAfter
from mulin.people.rules.plans import UnitRow
from mulin.people.rules.rows import BadRows
from mulin.people.rules.successions import NOBODY, Changed
from mulin.places.models import Area
from mulin.places.queries import ground as places
from mulin.places.rules.ground import AreaEdition, Ground
from mulin.places.rules.points import AreaIndex
from mulin.places.rules.regrid import Regrid, regrid

CASES_A_PAGE: Final = 200


class AlreadyMoved(NotPossible):
    """A later adjustment has handed cases over already: the past is not drawn anew under it."""


@dataclass(frozen=True, slots=True)
class Effect:
    """Everything an adjustment does, before anything is written."""

    outcome: Outcome
    ground: Ground
    things: Regrid
    changed: Changed
    reform: Reform


@dataclass(frozen=True, slots=True)
class Preview:
    """An adjustment as it would be: the effect, the units and terms, and the open cases that change hands."""

    effect: Effect
    units: UnitsAfter
    moves: Moves

    def counts(self) -> dict[str, int]:
        """Return the totals a page shows and the ledger keeps."""
        outcome, things, terms = self.effect.outcome, self.effect.things, self.units.terms
        fates = Counter(moved.fate.value for moved in terms)
        how = Counter(move.how.value for move in self.moves.cases)
        return {
            "areas_before": len(self.effect.ground.areas),
            "areas_after": len(outcome.areas),
            "areas_begun": len(outcome.begun),
            "areas_ended": len(outcome.ended),
            "units_found": len(self.units.plan.found),
            "units_ended": len(self.units.plan.end),
            "units_changed": len(self.units.plan.changed),
            "buildings": len(things.buildings),
            "compounds": len(things.compounds),
            "terms": len(terms),
            "terms_following": fates["follows"],
            "cases_looked_at": self.moves.looked_at,
            "cases_moved": len(self.moves.cases),
            "cases_by_location": how["location"],
            "cases_by_share": how["share"],
            "records_moved": len(self.moves.sides),
        }

    def cases(self, *, page: int = 1) -> tuple[CaseMoved, ...]:
        """Return a page of the cases that change hands, by number."""
        ordered = sorted(self.moves.cases, key=lambda move: move.number)
        return tuple(ordered[(page - 1) * CASES_A_PAGE : page * CASES_A_PAGE])


def effect_of(plan: Plan, ground: Ground) -> Effect:
    """Return what a plan does to the ground of its day and what follows from that.

    :raises BadPlan: naming every line that does not fit
    :raises AlreadyMoved: cases were handed over by a later adjustment
    """
    _require_latest(plan.on)
    _require_old_enough(plan, ground)
    codes = {code for line in plan.lines for t in line.into for code in (t.code, t.unit_code) if code}
    used = set(Area.objects.filter(code__in=codes).values_list("code", flat=True))
    used |= people.codes_known(codes)
    outcome = work_out(plan, ground.areas, used=used, units=people.codes_standing(plan.on))
    things = regrid(ground, outcome.areas, touched=outcome.touched)
    return Effect(outcome, ground, things, _changed(plan, outcome, things, ground), _reform(outcome, ground))


def preview(actor: Actor, plan: Plan) -> Preview:
    """Return what adjusting boundaries by ``plan`` would do; nothing is changed and nobody waits.

    :raises NotAllowed: no post of the actor permits to adjust
    :raises BadPlan: naming every line that does not fit
    :raises LaterChange: something is already drawn from a later day on
    """
    policy.require(actor)
    effect = effect_of(plan, places.ground_to_change(plan.on))
    try:
        units = people.succession(effect.changed, on=plan.on)
    except BadRows as bad:
        raise of_units(bad) from bad
    return Preview(effect, units, moves_of(effect))


def of_units(bad: BadRows) -> BadPlan:
    """Return what is wrong with the units a plan leads to, as flaws of the plan."""
    return BadPlan([Flaw(0, each.column, each.why, dict(each.facts)) for each in bad.problems])


def moves_of(effect: Effect) -> Moves:
    """Return which open cases an effect hands over, as they stand now."""
    buildings, compounds = standing_in(effect.ground, effect.things)
    return handovers.moves_of(effect.reform, effect.outcome.areas, buildings=buildings, compounds=compounds)


@dataclass(frozen=True, slots=True)
class Handing:
    """What decides which unit has an open case after an adjustment."""

    reform: Reform
    areas: tuple[AreaEdition, ...]
    buildings: Mapping[str, str]
    compounds: Mapping[str, tuple[str, ...]]


def handing_of(made: Adjustment) -> Handing:
    """Return what decides about open cases, told by the ground as it was drawn for an adjustment."""
    before, now = places.areas_on(made.on - timedelta(days=1)), places.ground_on(made.on)
    governing = {area.unit_code for area in now.areas}
    drawn = {area.code: area.outline for area in now.areas}
    shares: dict[str, Counter[str]] = {}
    touched: set[str] = set()
    for link in Succession.objects.filter(adjustment=made).order_by("id"):
        shares.setdefault(link.from_unit, Counter())[link.to_unit] += link.share
        touched.add(link.from_code)
    heirs = {
        unit: tuple(sorted(those.items(), key=by_share))
        for unit, those in shares.items()
        if unit not in governing
    }
    redrawn = {a.unit_code for a in before if a.code in touched and drawn.get(a.code) != a.outline}
    buildings, compounds = standing_in(now, Regrid({}, {}))
    reform = Reform(chains(before), chains(now.areas), heirs, frozenset(redrawn))
    return Handing(reform, now.areas, buildings, compounds)


def standing_in(ground: Ground, things: Regrid) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Return in which grids buildings and compounds lie afterwards."""
    buildings = {house.code: house.grid_code for house in ground.buildings} | dict(things.buildings)
    compounds = {each.code: each.grid_codes for each in ground.compounds} | dict(things.compounds)
    return buildings, compounds


def chains(areas: Sequence[AreaEdition]) -> dict[str, Chain]:
    """Return the kinds and units around each unit that governs an area."""
    index = AreaIndex(areas)
    return {
        area.unit_code: tuple((step.kind, step.unit_code) for step in index.chain(area.code))
        for area in areas
    }


def _require_latest(on: date) -> None:
    later = Adjustment.objects.filter(on__gt=on).order_by("on").values_list("on", flat=True).first()
    if later is not None:
        raise AlreadyMoved("已有 %(day)s 起生效的区划调整，不能再调整它之前的边界", day=later.isoformat())


def _require_old_enough(plan: Plan, ground: Ground) -> None:
    """Refuse to end on its first day what was founded that day: it never came to count."""
    unit_of = {area.code: area.unit_code for area in ground.areas}
    flaws = Flaws()
    young = people.codes_founded_on(plan.on)
    for number, line in enumerate(plan.lines, 1):
        for code in line.sources:
            if unit_of.get(code) in young:
                flaws.add(number, "from", "%(code)s 当天才成立，不能同日再调整", code=code)
    flaws.refuse()


def _reform(outcome: Outcome, ground: Ground) -> Reform:
    heirs = {unit: tuple(those) for unit, those in outcome.heirs().items() if unit in outcome.units_ended}
    unit_of = {area.code: area.unit_code for area in ground.areas}
    redrawn = frozenset(unit_of[code] for code in outcome.touched if code in unit_of)
    return Reform(chains(ground.areas), chains(outcome.areas), heirs, redrawn)


def _changed(plan: Plan, outcome: Outcome, things: Regrid, ground: Ground) -> Changed:
    """Return what follows for units: buildings' units go where the buildings lie, the rest to the heirs."""
    unit_of = {area.code: area.unit_code for area in outcome.areas}
    sources = {link.target_unit: link.source_unit for link in reversed(outcome.links)}
    heirs = {unit: those[0][0] for unit, those in outcome.heirs().items() if unit in outcome.units_ended}
    parents = {code: unit_of[grid] for code, grid in things.buildings.items()}
    standing = people.codes_known(parents)
    parents = {code: parent for code, parent in parents.items() if code in standing}
    return Changed(
        found=tuple(
            UnitRow(code=unit, kind=area.kind, name=area.name, parent=unit_of.get(area.parent_code, ""))
            for unit, area in outcome.units_found.items()
        ),
        like={unit: sources[unit] for unit in outcome.units_found if unit in sources},
        renamed=outcome.units_renamed,
        parents={**parents, **outcome.units_moved},
        heirs=heirs,
        staff=_staff(plan, outcome, ground, heirs),
    )


def _staff(plan: Plan, outcome: Outcome, ground: Ground, heirs: Mapping[str, str]) -> dict[str, str]:
    """Return who takes over the staff of each unit that ends: whom its line names, else the largest heir."""
    unit_before = {area.code: area.unit_code for area in ground.areas}
    unit_after = {area.code: area.unit_code for area in outcome.areas}
    staff = dict(heirs)
    for line in plan.lines:
        if line.staff:
            to = NOBODY if line.staff == NOBODY else unit_after[line.staff]
            staff |= {unit_before[code]: to for code in line.sources if unit_before[code] in heirs}
    return staff


def line_rows(effect: Effect, moves: Moves | None = None) -> list[dict[str, object]]:
    """Return what each line does, as plain values: kinds, codes and names, hectares, things, open cases."""
    ground, outcome = effect.ground, effect.outcome
    houses = Counter(house.grid_code for house in ground.buildings)
    homes: Counter[str] = Counter()
    for house in ground.buildings:
        homes[house.grid_code] += len(house.stairwells) * len(house.dwellings())
    below: dict[str, set[str]] = {}
    index = AreaIndex(ground.areas)
    for area in ground.areas:
        for step in index.chain(area.code):
            below.setdefault(step.code, set()).add(area.code)
    touched: dict[str, int] = Counter()
    for move in moves.cases if moves else ():
        for _, unit in effect.reform.before.get(move.was.place, (("", move.was.desk),)):
            touched[unit] += 1
    rows: list[dict[str, object]] = []
    for line in outcome.lines:
        inside = {code for area in line.before for code in below.get(area.code, {area.code})}
        rows.append(
            {
                "line": line.number,
                "kind": line.kind.value,
                "area_kind": next((area.kind for area in (*line.before, *line.after)), ""),
                "before": [{"code": a.code, "title": a.name, "unit": a.unit_code} for a in line.before],
                "after": [{"code": a.code, "title": a.name, "unit": a.unit_code} for a in line.after],
                "hectares_before": line.hectares_before,
                "hectares_after": line.hectares_after,
                "hectares_moved": 0.0 if line.kind is Kind.RENAME else line.hectares_moved,
                "buildings": sum(houses[code] for code in inside),
                "dwellings": sum(homes[code] for code in inside),
                "cases": sum(touched[area.unit_code] for area in line.before),
            }
        )
    return rows
