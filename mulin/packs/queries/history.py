"""Reading a pack's history: the areas of the first day in a map, and the adjustments since as plans."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from mulin.boundaries.rules.plan import BadPlan, Plan, read_plan
from mulin.packs.queries.folder import Folder
from mulin.packs.rules.history import GROUND, MEND, PLANS, History, filled
from mulin.packs.rules.pack import Table
from mulin.places.rules.ground import AreaEdition


def read_history(folder: Folder, areas: Callable[[Folder, str, date], Table[AreaEdition]]) -> History | None:
    """Return the history of the pack's ground; ``areas`` reads a map. Without the two files there is none."""
    file = folder.path / PLANS
    if not file.is_file():
        if (folder.path / GROUND).is_file():
            folder.complain(GROUND, 0, "", "只有历史边界，没有历次调整", "请连同 history.json 一起给出")
        return None
    try:
        data = json.loads(file.read_bytes())
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as fault:
        folder.complain(PLANS, getattr(fault, "lineno", 0), "", "不是有效的 JSON", MEND)
        return None
    first = _first_day(folder, data)
    given = data.get("adjustments") if isinstance(data, dict) else None
    if first is None or not isinstance(given, list) or not given:
        how = '应写成 {"from_on": "2016-01-01", "adjustments": [调整方案, …]}'
        folder.complain(PLANS, 0, "adjustments", "没有历次调整", how)
        return None
    _, features = folder.json("areas")
    today = {str(feature["properties"].get("code")): feature for _, feature in features}
    plans = [plan for each in given if (plan := _plan(folder, each, today)) is not None]
    if len(plans) < len(given):
        return None
    return History(first, areas(folder, "history", first).rows, tuple(plans))


def _first_day(folder: Folder, data: Any) -> date | None:
    try:
        return date.fromisoformat(data["from_on"])
    except (TypeError, KeyError, ValueError):
        return None


def _plan(folder: Folder, given: Any, today: dict[str, Any]) -> Plan | None:
    try:
        return read_plan(filled(given, today) if isinstance(given, dict) else given)
    except BadPlan as refused:
        for flaw in refused.flaws:
            facts = {key: str(value) for key, value in flaw.facts.items()}
            folder.complain(PLANS, flaw.line, flaw.where, flaw.why, MEND, **facts)
        return None
