"""Reading a pack from its folder: every file, every fault, before anything is done with it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, time
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from mulin.cases.rules.dispatch import Row as DispatchRow
from mulin.cases.rules.escalation import Rung
from mulin.cases.rules.milestones import Step
from mulin.cases.rules.whistles import StepRow
from mulin.catalogue import queries as catalogue
from mulin.catalogue.rules.items import ItemRow, Kind
from mulin.clocks.rules.specs import Row as CalendarRow
from mulin.judgement.rules.reviews import ReviewRule
from mulin.packs.queries.folder import MANIFEST, BadPack, Folder, of_sheet
from mulin.packs.queries.history import read_history
from mulin.packs.queries.manifest import manifest
from mulin.packs.rules import (
    after_tables,
    clock_tables,
    geojson,
    grade_table,
    pack,
    thing_tables,
    whistle_table,
)
from mulin.packs.rules.cells import BadCell
from mulin.packs.rules.checks import check
from mulin.packs.rules.division_table import COLUMNS as DIVISIONS
from mulin.packs.rules.division_table import division_row
from mulin.packs.rules.pack import Pack, Source, Table
from mulin.packs.rules.problems import Problem
from mulin.packs.rules.review_table import COLUMNS as REVIEWS
from mulin.people.rules.plans import UnitRow
from mulin.people.rules.structure import KindRow, PostRow, RoleRow, TermRow
from mulin.places.rules.ground import AreaEdition, BuildingThere, CompoundThere
from mulin.places.rules.things import ThingKindRow, ThingThere
from mulin.telling.rules.routes import Route
from mulin.worklog.rules.labels import LabelRow

R = TypeVar("R")
Line = TypeVar("Line", DispatchRow, StepRow)

_LISTS: Final = str.maketrans("；、，;", ",,,,")


def _term(since: date, *, from_on: date | None, **cells: Any) -> TermRow:
    """Return a line of the staff table; one without a first day begins with the pack."""
    return TermRow(from_on=from_on or since, **cells)


def read_pack(path: Path) -> Pack:
    """Return the pack in a folder, read, typed and checked as a whole.

    :raises BadPack: naming everything that is wrong, in every file
    """
    read, problems = examine(path)
    if problems:
        raise BadPack(problems)
    return read


def read_things(content: bytes, *, name: str, kinds: Collection[str]) -> Table[ThingThere]:
    """Return the things a sheet of its own lists (``kinds``: the classes there are), for an import by hand.

    :raises BadPack: naming everything that is wrong with it
    """
    folder = Folder(Path())
    table = folder.rows_of(content, name, thing_tables.THINGS, ThingThere)
    problems = [*folder.problems, *thing_tables.check_thing_table(table, kinds, None, coded=False)]
    if problems:
        raise BadPack(problems)
    return table


def examine(path: Path) -> tuple[Pack, tuple[Problem, ...]]:
    """Return the pack in a folder as far as it can be read, and everything wrong with it.

    :raises BadPack: there is no pack there at all
    """
    if not (path / MANIFEST).is_file():
        what, how = "没有 %(file)s", "请给出资料包所在的文件夹，里面应有 %(file)s"
        raise BadPack([Problem(str(path.name), 0, "", what, how, {"file": MANIFEST})])
    folder = Folder(path.resolve())
    folder.check_names()
    head = manifest(folder)
    permits = folder.permits()
    outlines = _outlines(folder)
    kinds = folder.table("unit_kinds", pack.KINDS, KindRow)
    items, list_digest = _items(folder, kinds.rows)
    read = replace(
        head,
        digest=folder.digest(),
        kinds=kinds,
        roles=folder.table("roles", pack.ROLES, partial(_role, permits)),
        posts=folder.table("posts", pack.POSTS, _post),
        units=folder.table("units", pack.UNITS, UnitRow),
        staff=folder.table("staff", pack.STAFF, partial(_term, head.from_on)),
        areas=_areas(folder, "areas", head.from_on),
        compounds=folder.table("compounds", pack.COMPOUNDS, partial(_compound, outlines)),
        buildings=folder.table("buildings", pack.BUILDINGS, _building),
        history=read_history(folder, _areas),
        divisions=folder.table("divisions", DIVISIONS, partial(division_row, head.from_on)),
        items=items,
        list_digest=list_digest,
        calendars=_lined(folder.table("calendars", clock_tables.CALENDARS, partial(CalendarRow, 0))),
        profiles=_profiles(folder),
        ladder=folder.table("escalation", pack.ESCALATION, Rung),
        routes=folder.table("notices", pack.NOTICES, _notice),
        dispatch=_numbered(folder.table("dispatch", pack.DISPATCH, _dispatch_row)),
        script=folder.table("visits", after_tables.VISITS, after_tables.ScriptLine),
        formula=folder.table("formula", after_tables.FORMULA, after_tables.FormulaLine),
        grades=grade_table.numbered(folder.table("grades", grade_table.COLUMNS, grade_table.grade_row)),
        reviews=folder.table("reviews", REVIEWS, ReviewRule),
        labels=folder.table("labels", pack.LABELS, LabelRow),
        thing_kinds=folder.table("thing_kinds", thing_tables.KINDS, ThingKindRow),
        things=folder.table("things", thing_tables.THINGS, ThingThere),
        whistles=_numbered(folder.table("whistles", whistle_table.COLUMNS, whistle_table.step_row)),
    )
    known = {role.code for role in read.roles.rows}
    for role in sorted(permits.keys() - known):
        folder.complain("permits.csv", 1, role, "没有这个角色", "请在 roles 表里加上，或改正表头")
    for code in sorted(outlines.keys() - {c.code for c in read.compounds.rows}):
        folder.complain("compounds.geojson", 0, code, "没有编码为 %(code)s 的小区", "请改正编码", code=code)
    folder.problems += check(read, items={item.code for item in read.items})
    return read, tuple(folder.problems)


def _items(folder: Folder, kinds: tuple[KindRow, ...]) -> tuple[tuple[ItemRow, ...], str]:
    """Return the list's items, read by the catalogue, and the digest of their file."""
    file = folder.find("list", ".csv", ".xlsx")
    if file is None:
        return (), ""
    draft = catalogue.read_list(
        file, name=folder.called(file), kinds=[Kind(kind.code, kind.name, kind.rank) for kind in kinds]
    )
    folder.problems += [of_sheet(fault) for fault in draft.problems]
    return draft.items, draft.digest


def _role(permits: Mapping[str, set[tuple[str, str]]], *, code: str, **values: str) -> RoleRow:
    return RoleRow(code=code, permits=frozenset(permits.get(code, ())), **values)


def _post(*, norm_max: int, seats_max: int, **values: Any) -> PostRow:
    return PostRow(norm_max=norm_max or None, seats_max=seats_max or None, **values)


def _compound(outlines: Mapping[str, bytes], *, code: str, **values: Any) -> CompoundThere:
    outline = outlines.get(code)
    return CompoundThere(code=code, outline=outline, synthetic=outline is not None, **values)


def _building(*, code: str, stairwells: tuple[str, ...], **values: Any) -> BuildingThere:
    return BuildingThere(code=code, stairwells=pack.stairs(code, stairwells), **values)


def _numbered(table: Table[Line]) -> Table[Line]:
    """Give each rule the number of its row: reasons cite it."""
    rows = zip(table.rows, table.sources, strict=True)
    return replace(table, rows=tuple(replace(row, line=source.line) for row, source in rows))


def _lined(table: Table[CalendarRow]) -> Table[CalendarRow]:
    rows = zip(table.rows, table.sources, strict=True)
    return replace(table, rows=tuple(replace(row, line=source.line) for row, source in rows))


def _profiles(folder: Folder) -> Table[Step]:
    read: Table[dict[str, Any]] = folder.table("profiles", clock_tables.PROFILES, dict)
    steps, problems = clock_tables.steps(read)
    folder.problems += problems
    return steps


def _dispatch_row(
    *, item: str, area: str, compound: str, hours: str, lead: str, assist: str, notify: str
) -> DispatchRow:
    several = [
        tuple(part.strip() for part in cell.translate(_LISTS).split(",") if part.strip())
        for cell in (assist, notify)
    ]
    return DispatchRow(0, lead, item, area, compound, hours, several[0], several[1])


def _notice(*, quiet: tuple[time, time] | None, **values: str) -> Route:
    begin, end = quiet or (None, None)
    return Route(quiet_from=begin, quiet_until=end, **values)


def _areas(folder: Folder, stem: str, from_on: date) -> Table[AreaEdition]:
    name, features = folder.json(stem)
    areas: list[AreaEdition] = []
    sources: list[Source] = []
    for number, feature in features:
        found = geojson.area(number, feature, name, from_on)
        if isinstance(found, AreaEdition):
            areas.append(found)
            sources.append(Source(name, number))
        else:
            folder.problems += found
    return Table(tuple(areas), tuple(sources))


def _outlines(folder: Folder) -> dict[str, bytes]:
    name, features = folder.json("compounds")
    outlines: dict[str, bytes] = {}
    for number, feature in features:
        code = feature["properties"].get("code")
        if not isinstance(code, str) or code in outlines:
            folder.complain(
                name, number, "code", "没有编码，或编码重复", "每个小区一个 Feature，code 为小区编码"
            )
            continue
        try:
            outlines[code] = geojson.outline(feature.get("geometry"))
        except BadCell as fault:
            folder.complain(name, number, "geometry", fault.what, fault.how)
    return outlines
