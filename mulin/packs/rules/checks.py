"""Whether a pack fits together: every table by itself, and every reference between tables."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from mulin.cases.rules import dispatch, escalation
from mulin.kernel.errors import BadInput
from mulin.packs.rules import clock_tables
from mulin.packs.rules import pack as columns
from mulin.packs.rules.after_tables import check_after
from mulin.packs.rules.cells import Column
from mulin.packs.rules.division_table import check_table as check_divisions
from mulin.packs.rules.grade_table import check_grades
from mulin.packs.rules.history import check_history
from mulin.packs.rules.pack import Pack, Source, Table
from mulin.packs.rules.problems import Problem
from mulin.packs.rules.review_table import check_reviews
from mulin.packs.rules.thing_tables import check_kind_table, check_thing_table
from mulin.packs.rules.whistle_table import check_steps
from mulin.people.rules import plans, structure
from mulin.people.rules.rows import BadRows
from mulin.people.rules.terms import PostRule
from mulin.people.rules.tree import KindRule
from mulin.places.rules.ground import AreaEdition
from mulin.places.rules.register import Surveyed, check_buildings, check_compounds
from mulin.places.rules.survey import Problem as GroundProblem
from mulin.places.rules.survey import survey
from mulin.telling.rules import routes
from mulin.worklog.rules.labels import check_labels

AREA_KINDS: Final = ("city", "county", "street", "community", "grid")
MEND: Final = "请改正这一格"
PERMITS: Final = "permits"


# What a pack may set for the heart; cases.models.Settings holds the values (a test holds the two together).
SETTINGS: Final[Mapping[str, type]] = {
    "prefix": str,
    "city_name": str,
    "brand": str,
    "is_example": bool,
    "intake_kind": str,
    "check_kind": str,
    "fallback_unit_code": str,
    "reopen_days": int,
    "rating_days": int,
    "triage_minutes": int,
    "default_limit_days": int,
    "hotline": str,
    "supervision_days": int,
    "visit_days": int,
    "visit_attempts": int,
    "low_rating": str,
    "repeat_count": int,
    "repeat_days": int,
    "repeat_metres": int,
    "suspension_days": int,
    "suspensions_most": int,
    "extensions_most": int,
    "waiting_days": int,
}


def check(pack: Pack, *, items: Collection[str]) -> list[Problem]:
    """Return everything wrong between the rows of a pack; ``items`` are the codes its rules may cite."""
    return [
        *_people(pack),
        *_ground(pack),
        *check_divisions(pack.divisions),
        *_references(pack),
        *_history(pack),
        *_dispatch(pack, items),
        *check_steps(pack.whistles, {kind.code for kind in pack.kinds.rows}),
        *check_grades(
            pack.grades,
            kinds={kind.code for kind in pack.kinds.rows},
            units={unit.code for unit in pack.all_units().rows},
            items=items,
        ),
        *check_kind_table(pack.thing_kinds, {unit.code for unit in pack.units.rows}),
        *check_thing_table(
            pack.things,
            {kind.code for kind in pack.thing_kinds.rows},
            {unit.code for unit in pack.units.rows},
        ),
        *check_reviews(pack.reviews, {kind.code for kind in pack.kinds.rows}),
        *_settings(pack),
        *_ladder(pack),
        *clock_tables.check_calendars(pack),
        *clock_tables.check_profiles(pack, items),
        *_routes(pack),
        *check_after(pack.script, pack.formula, pack.settings),
    ]


def _people(pack: Pack) -> Iterator[Problem]:
    kinds = {
        row.code: KindRule(row.code, row.name, row.family, row.parents, row.must_cover)
        for row in pack.kinds.rows
    }
    roles = {row.code for row in pack.roles.rows}
    posts = {
        row.code: PostRule(row.code, row.name, row.unit_kind, row.seats_max, row.body, row.sources)
        for row in pack.posts.rows
    }
    units = pack.all_units()
    unit_kinds = {row.code: row.kind for row in units.rows}
    yield from _rows(pack.kinds, columns.KINDS, lambda: structure.check_kinds(pack.kinds.rows, known=()))
    yield from _rows(pack.roles, columns.ROLES, lambda: structure.check_roles(pack.roles.rows))
    yield from _rows(
        pack.posts,
        columns.POSTS,
        lambda: structure.check_posts(pack.posts.rows, kinds=kinds.keys(), roles=roles),
    )
    yield from _rows(
        units, columns.UNITS, lambda: plans.plan(units.rows, kinds=kinds, known={}, on=pack.from_on)
    )
    yield from _rows(pack.labels, columns.LABELS, lambda: check_labels(pack.labels.rows))
    yield from _rows(
        pack.staff,
        columns.STAFF,
        lambda: structure.check_terms(pack.staff.rows, posts=posts, kinds=unit_kinds),
    )


def _rows(table: Table[Any], known: Sequence[Column], check: Callable[[], object]) -> Iterator[Problem]:
    """Run a check of the people package and give its problems their file and row."""
    titles = {column.key: column.title for column in known}
    try:
        check()
    except BadRows as refused:
        for fault in refused.problems:
            source = table.sources[fault.row] if table.sources else Source("", 0)
            facts: dict[str, str | int] = {key: str(value) for key, value in fault.facts}
            if "other" in facts:  # a row of the table, counted from 1
                facts["other"] = table.sources[int(facts["other"]) - 1].line
            if fault.column == PERMITS:
                yield Problem(f"{PERMITS}.csv", 0, table.rows[fault.row].code, fault.why, MEND, facts)
            else:
                column = titles.get(fault.column, fault.column)
                yield Problem(source.file, source.line, column, fault.why, MEND, facts)


def _ground(pack: Pack) -> Iterator[Problem]:
    areas = {area.code: source for area, source in zip(pack.areas.rows, pack.areas.sources, strict=True)}
    surveyed = Surveyed(pack.areas.rows)
    compounds = {compound.code: compound for compound in pack.compounds.rows}
    yield from _twice(pack.areas)
    yield from _spread(survey(_once(pack.areas.rows)), pack.areas, areas, "code")
    yield from _spread(
        check_compounds(pack.compounds.rows, surveyed), pack.compounds, _sources(pack.compounds), "编码"
    )
    yield from _spread(
        check_buildings(pack.buildings.rows, surveyed, compounds),
        pack.buildings,
        _sources(pack.buildings),
        "编码",
    )


def _history(pack: Pack) -> Iterator[Problem]:
    if pack.history is not None:
        yield from check_history(pack.history, _once(pack.areas.rows), pack.units.rows, pack.from_on)


def _once(areas: Sequence[AreaEdition]) -> list[AreaEdition]:
    return list({area.code: area for area in areas}.values())


def _sources(table: Table[Any]) -> dict[str, Source]:
    return {row.code: source for row, source in zip(table.rows, table.sources, strict=True)}


def _spread(
    faults: Sequence[GroundProblem], table: Table[Any], sources: Mapping[str, Source], column: str
) -> Iterator[Problem]:
    """Give problems of the places package their file and row, by the code they name."""
    anywhere = table.sources[0] if table.sources else Source("", 0)
    for fault in faults:
        source = sources.get(fault.code, Source(anywhere.file, 0))
        yield Problem(source.file, source.line, f"{column} {fault.code}", fault.what, fault.how, fault.facts)


def _twice(table: Table[AreaEdition]) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for area, source in zip(table.rows, table.sources, strict=True):
        if area.code in first:
            what, how = "编码「%(code)s」与第 %(other)s 个重复", "每个区域的编码只能出现一次"
            facts: dict[str, str | int] = {"code": area.code, "other": first[area.code]}
            yield Problem(source.file, source.line, "code", what, how, facts)
        first.setdefault(area.code, source.line)


def _references(pack: Pack) -> Iterator[Problem]:
    """Check what names a unit: areas, firms, courtyard groups."""
    kind_of = {unit.code: unit.kind for unit in pack.all_units().rows}
    family_of = {kind.code: kind.family for kind in pack.kinds.rows}
    for area, source in zip(pack.areas.rows, pack.areas.sources, strict=True):
        if area.kind not in AREA_KINDS:
            facts = {"kind": area.kind, "known": "、".join(AREA_KINDS)}
            how = "可用的类别：%(known)s"
            yield Problem(source.file, source.line, "kind", "没有「%(kind)s」这类区域", how, facts)
        if kind_of.get(area.unit_code) != area.kind:
            what, how = "没有编码为「%(unit)s」的同类单位", "请在 units 表里加上这个单位，类别与区域相同"
            yield Problem(source.file, source.line, "unit", what, how, {"unit": area.unit_code})
    for compound, source in zip(pack.compounds.rows, pack.compounds.sources, strict=True):
        firm = compound.firm_code
        if firm and family_of.get(kind_of.get(firm, "")) != "firm":
            what, how = "「%(firm)s」不是物业企业", "请填 units 表里门类为 firm 的单位，没有物业就留空"
            yield Problem(source.file, source.line, "物业企业编码", what, how, {"firm": firm})
    for building, source in zip(pack.buildings.rows, pack.buildings.sources, strict=True):
        group = building.group_code
        if group and family_of.get(kind_of.get(group, "")) != "party":
            what, how = "「%(group)s」不是党组织", "请填 units 表里的楼院小组，没有就留空"
            yield Problem(source.file, source.line, "楼院小组编码", what, how, {"group": group})


def _dispatch(pack: Pack, items: Collection[str]) -> Iterator[Problem]:
    units = {unit.code for unit in pack.all_units().rows}
    kinds = {kind.code for kind in pack.kinds.rows}
    table = pack.dispatch
    for row, source in zip(table.rows, table.sources, strict=True):
        matching = row.item in items or (
            row.item.endswith("-") and any(code.startswith(row.item) for code in items)
        )
        if row.item and not matching:
            what, how = "清单里没有「%(item)s」", "请填清单编码，或以 - 结尾的前缀；留空表示任何事项"
            yield Problem(source.file, source.line, "清单编码", what, how, {"item": row.item})
        if row.area and row.area not in units:
            what, how = "没有单位「%(area)s」", "请填 units 表里的编码；留空表示任何区域"
            yield Problem(source.file, source.line, "区域编码", what, how, {"area": row.area})
        for column, cell, known in (
            ("小区内外", row.compound, dispatch.COMPOUND),
            ("时段", row.hours, dispatch.HOURS),
        ):
            if cell not in known:
                facts = {"cell": cell, "known": "、".join(word for word in known if word)}
                how = "可填 %(known)s，或留空"
                yield Problem(source.file, source.line, column, "「%(cell)s」不认识", how, facts)
        targets = [("主办", row.lead), *(("协办", c) for c in row.assist), *(("知会", c) for c in row.notify)]
        for column, cell in targets:
            yield from _target(source, column, cell, units, kinds)
    for first, second in dispatch.ties(table.rows):
        what, how = "和第 %(other)s 行条件相同，分不出先后", "请合并两行，或把其中一行写得更具体"
        file = table.sources[0].file
        yield Problem(file, second, "清单编码", what, how, {"other": first})


def _ladder(pack: Pack) -> Iterator[Problem]:
    table = pack.ladder
    yield from _first_fault(table, lambda: escalation.check_rungs(table.rows))
    kinds = {kind.code for kind in pack.kinds.rows}
    for row, source in zip(table.rows, table.sources, strict=True):
        how, _, kind = row.to.partition(":")
        if how in ("kind", "place") and kind not in kinds:
            facts = {"kind": kind}
            yield Problem(source.file, source.line, "升级到", "没有单位类别「%(kind)s」", MEND, facts)


def _routes(pack: Pack) -> Iterator[Problem]:
    table = pack.routes
    yield from _first_fault(table, lambda: routes.check_routes(table.rows))


def _first_fault(table: Table[Any], check: Callable[[], object]) -> Iterator[Problem]:
    """Run a check that names the row it stumbles over as its last word, counted from 1."""
    try:
        check()
    except BadInput as refused:
        source = table.sources[int(refused.where.rpartition(" ")[2]) - 1]
        facts: dict[str, str | int] = {key: str(value) for key, value in refused.facts.items()}
        yield Problem(source.file, source.line, "", refused.why, "请改正这一行", facts)


def _target(
    source: Source, column: str, cell: str, units: Collection[str], kinds: Collection[str]
) -> Iterator[Problem]:
    try:
        targets = dispatch.parse_target(cell)
    except BadInput as refused:
        facts = {key: str(value) for key, value in refused.facts.items()}
        yield Problem(source.file, source.line, column, refused.why, MEND, facts)
        return
    for target in targets:
        if target.how == "unit" and target.value not in units:
            what = "没有单位「%(code)s」"
            yield Problem(
                source.file, source.line, column, what, "请填 units 表里的编码", {"code": target.value}
            )
        if target.how == "kind" and target.value not in kinds:
            what, how = "没有单位类别「%(kind)s」", "请填 unit_kinds 表里的编码"
            yield Problem(source.file, source.line, column, what, how, {"kind": target.value})


def _settings(pack: Pack) -> Iterator[Problem]:
    for name, value in pack.settings.items():
        if name not in SETTINGS:
            facts: dict[str, str | int] = {"known": "、".join(sorted(SETTINGS))}
            yield Problem("pack.toml", 0, f"settings.{name}", "没有这一项设定", "可用的：%(known)s", facts)
        elif type(value) is not SETTINGS[name]:
            facts = {"kind": SETTINGS[name].__name__}
            yield Problem("pack.toml", 0, f"settings.{name}", "类型不对", "应为 %(kind)s", facts)
    units = {unit.code for unit in pack.units.rows}
    kinds = {kind.code for kind in pack.kinds.rows}
    for name, among, where in (
        ("fallback_unit_code", units, "units"),
        ("intake_kind", kinds, "unit_kinds"),
        ("check_kind", kinds, "unit_kinds"),
    ):
        chosen = pack.settings.get(name, "")
        if chosen != "" and chosen not in among:
            facts = {"value": str(chosen), "table": where}
            how = "请填 %(table)s 表里的编码"
            yield Problem("pack.toml", 0, f"settings.{name}", "没有「%(value)s」", how, facts)
