"""How a district's ground came to be: areas as they once stood, and the adjustments since."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import shapely

from mulin.boundaries.rules.outcome import work_out
from mulin.boundaries.rules.plan import BadPlan, Kind, Plan
from mulin.packs.rules.problems import Problem
from mulin.people.rules.plans import UnitRow
from mulin.places.rules.ground import AreaEdition
from mulin.places.rules.survey import survey

PLANS: Final = "history.json"
GROUND: Final = "history.geojson"
MEND: Final = "请改正这一格"


@dataclass(frozen=True, slots=True)
class History:
    """The areas that stood from a day on and are no more, or were otherwise, and what was done to them."""

    from_on: date
    areas: tuple[AreaEdition, ...]
    plans: tuple[Plan, ...]

    def first(self, today: Sequence[AreaEdition]) -> list[AreaEdition]:
        """Return the ground of the first day: what no adjustment made has always stood as it stands today."""
        made = {target.code for plan in self.plans for line in plan.lines for target in line.into}
        known = {area.code: area for area in today if area.code not in made}
        known |= {area.code: area for area in self.areas}
        return [replace(area, from_on=self.from_on) for area in known.values()]

    def first_units(self, units: Sequence[UnitRow], today: Sequence[AreaEdition]) -> list[UnitRow]:
        """Return the units of the first day's areas and what is above them."""
        listed = {unit.code: unit for unit in units}
        areas = {area.code: area for area in self.first(today)}
        rows: dict[str, UnitRow] = {}
        for area in areas.values():
            above = areas.get(area.parent_code)
            made = UnitRow(area.unit_code, area.kind, area.name, above.unit_code if above else "")
            row = listed.get(area.unit_code, made)
            while row.code not in rows:
                rows[row.code] = row
                row = listed.get(row.parent, row)
        return list(rows.values())


def filled(plan: Mapping[str, Any], today: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return a plan whose targets have from today's map (features by code) what they leave out."""
    lines = plan.get("lines")
    return {**plan, "lines": [_line(line, today) for line in lines] if isinstance(lines, list) else lines}


def _line(line: Any, today: Mapping[str, Mapping[str, Any]]) -> Any:
    if not isinstance(line, dict) or not isinstance(line.get("into"), list):
        return line
    drawn = line.get("kind") != Kind.RENAME  # a new name moves no boundary
    return {**line, "into": [_target(target, today, drawn=drawn) for target in line["into"]]}


def _target(target: Any, today: Mapping[str, Mapping[str, Any]], *, drawn: bool) -> Any:
    feature = today.get(str(target.get("code", ""))) if isinstance(target, dict) else None
    if feature is None:
        return target
    about = feature["properties"]
    kept = {
        "name": about.get("name"),
        "kind": about.get("kind"),
        "parent_code": about.get("parent"),
        "unit_code": about.get("unit"),
        "grid_type": about.get("type"),
        "outline": feature.get("geometry") if drawn else None,
    }
    return {**{key: value for key, value in kept.items() if value}, **target}


def check_history(
    history: History, today: Sequence[AreaEdition], units: Sequence[UnitRow], until: date
) -> Iterator[Problem]:
    """Return what is wrong: the first ground, an adjustment, or that it does not lead to today's ground."""
    standing = history.first(today)
    for fault in survey(standing):
        yield Problem(GROUND, 0, f"code {fault.code}", fault.what, fault.how, fault.facts)
    since = history.from_on
    used = {code for area in standing for code in (area.code, area.unit_code)}
    for plan in history.plans:
        if not since < plan.on <= until:
            facts: dict[str, str | int] = {"day": plan.on.isoformat(), "since": since.isoformat()}
            what, how = "调整日期 %(day)s 应晚于 %(since)s，且不晚于资料包的起始日期", "请按日期先后排列"
            yield Problem(PLANS, 0, "on", what, how, facts)
            return
        try:
            standing = list(work_out(plan, standing, used=used, units=used).areas)
        except BadPlan as refused:
            for flaw in refused.flaws:
                said = {key: str(value) for key, value in flaw.facts.items()}
                yield Problem(PLANS, flaw.line, flaw.where, flaw.why, MEND, said)
            return
        since = plan.on
        used |= {code for area in standing for code in (area.code, area.unit_code)}
    known = {unit.code for unit in units}
    drawn = {area.code: area for area in standing}
    for area in today:
        mine = drawn.pop(area.code, None)
        if mine is None or not _alike(mine, area):
            how = "请改正 history.json，或改正 areas.geojson"
            yield Problem(PLANS, 0, area.code, "按历次调整得不出今天的「%(code)s」", how, {"code": area.code})
    for code in sorted(drawn):
        how = "请在 history.json 里写明它何时并入哪里"
        yield Problem(GROUND, 0, code, "「%(code)s」今天已经没有，却没有哪次调整结束它", how, {"code": code})
    for area in history.areas:
        if area.unit_code in known and area.code not in {each.code for each in today}:
            how = "撤销的单位不能再出现在 units 表里"
            yield Problem(GROUND, 0, area.code, "单位「%(code)s」已随区域撤销", how, {"code": area.unit_code})


def _alike(one: AreaEdition, other: AreaEdition) -> bool:
    if (one.kind, one.name, one.parent_code, one.unit_code) != (
        other.kind, other.name, other.parent_code, other.unit_code,
    ):  # fmt: skip
        return False
    return one.outline == other.outline or bool(
        shapely.from_wkb(one.outline).equals(shapely.from_wkb(other.outline))
    )
