"""Reading a pack from its folder: every file, every fault, before anything is done with it."""

import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
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
from mulin.gateways import sheets
from mulin.judgement.rules.reviews import ReviewRule
from mulin.kernel.errors import BadInput
from mulin.packs.rules import after_tables, clock_tables, geojson, grade_table, pack, whistle_table
from mulin.packs.rules.acts import KNOWN_ACTS, RELATIONS
from mulin.packs.rules.cells import BadCell, Column, read_cells
from mulin.packs.rules.checks import check
from mulin.packs.rules.pack import Pack, Source, Table
from mulin.packs.rules.problems import Problem
from mulin.packs.rules.review_table import COLUMNS as REVIEWS
from mulin.people.rules.plans import UnitRow
from mulin.people.rules.structure import KindRow, PostRow, RoleRow, TermRow
from mulin.places.rules.ground import AreaEdition, BuildingThere, CompoundThere
from mulin.telling.rules.routes import Route
from mulin.worklog.rules.labels import LabelRow

R = TypeVar("R")
Line = TypeVar("Line", DispatchRow, StepRow)

MANIFEST: Final = "pack.toml"
TABLES: Final = (
    "unit_kinds", "roles", "permits", "posts", "units", "staff", "compounds", "buildings", "list", "dispatch",
    "escalation", "notices", "calendars", "profiles",
    "visits", "formula", "whistles", "grades", "reviews", "labels",
)  # fmt: skip
MAPS: Final = ("areas", "compounds")
JSON_BYTES: Final = 64_000_000
_LISTS: Final = str.maketrans("；、，;", ",,,,")


class BadPack(BadInput):
    """A pack has faults; ``problems`` names every one of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("资料包有 %(count)s 处问题", where=problems[0].place, count=len(problems))
        self.problems = tuple(problems)


def of_sheet(fault: sheets.SheetError) -> Problem:
    """Return a fault of a sheet as one of the pack."""
    return Problem(
        fault.file, fault.row, fault.column, fault.what.replace("%", "%%"), fault.how.replace("%", "%%")
    )


class _Folder:
    """The files of a pack and the faults met while reading them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []

    def complain(self, file: str, row: int, column: str, what: str, how: str, **facts: str | int) -> None:
        self.problems.append(Problem(file, row, column, what, how, facts))

    def find(self, stem: str, *endings: str) -> Path | None:
        """Return the one file of that stem; two of them are a fault."""
        found = [self.path / (stem + ending) for ending in endings if (self.path / (stem + ending)).is_file()]
        if len(found) > 1:
            names = "、".join(file.name for file in found)
            self.complain(found[1].name, 0, "", "同一张表有两个文件：%(names)s", "请只留一个", names=names)
        return found[0] if found else None

    def check_names(self) -> None:
        """Refuse data files nobody will read: most often a misspelt name."""
        known = (
            {MANIFEST}
            | {f"{t}{e}" for t in TABLES for e in (".csv", ".xlsx")}
            | {f"{m}.geojson" for m in MAPS}
        )
        for file in sorted(self.path.iterdir()):
            if (
                file.suffix in (".csv", ".xlsx", ".geojson", ".toml", ".yaml", ".yml")
                and file.name not in known
            ):
                how = "可用的文件名：%(names)s"
                self.complain(file.name, 0, "", "不认识这个文件", how, names="、".join(sorted(known)))

    def table(self, stem: str, columns: tuple[Column, ...], make: Callable[..., R]) -> Table[R]:
        """Return the rows of a table; without a file there are none."""
        file = self.find(stem, ".csv", ".xlsx")
        if file is None:
            return Table()
        wanted = [sheets.Column(c.key, c.title, required=c.required) for c in columns]
        rows: list[R] = []
        sources: list[Source] = []
        try:
            for row in sheets.read(file, name=file.name, columns=wanted).rows:
                self.problems += [of_sheet(fault) for fault in row.problems]
                values, faults = read_cells(columns, row.cells)
                for column, fault in faults:
                    cell = row.cells.get(column.key, "")[:40]
                    self.complain(file.name, row.number, column.title, fault.what, fault.how, cell=cell)
                if not faults:
                    rows.append(make(**values))
                    sources.append(Source(file.name, row.number))
        except sheets.SheetError as fault:
            self.problems.append(of_sheet(fault))
        return Table(tuple(rows), tuple(sources))

    def permits(self) -> dict[str, set[tuple[str, str]]]:
        """Return act and relation by role, from a matrix: a cell names the relations a role needs one of."""
        file = self.find("permits", ".csv", ".xlsx")
        if file is None:
            return {}
        permits: dict[str, set[tuple[str, str]]] = {}
        try:
            sheet = sheets.read(file, name=file.name)
            first, *roles = sheet.headers
            if first not in ("act", "行为"):
                self.complain(file.name, 1, first, "第一列应是「行为」", "第一列写行为，其后每列一个角色编码")
            permits = {role: set() for role in roles}
            for row in sheet.rows:
                self.problems += [of_sheet(fault) for fault in row.problems]
                self._permit(file.name, row, first, permits)
        except sheets.SheetError as fault:
            self.problems.append(of_sheet(fault))
        return permits

    def _permit(
        self, file: str, row: sheets.Row, first: str, permits: dict[str, set[tuple[str, str]]]
    ) -> None:
        act = row.cells[first].strip()
        if act not in KNOWN_ACTS:
            what, how = "没有「%(act)s」这个行为", "请改成系统里有的行为"
            self.complain(file, row.number, first, what, how, act=act)
        for role, held in permits.items():
            for relation in row.cells[role].replace("|", " ").split():
                if relation not in RELATIONS:
                    what, how = "没有「%(relation)s」这种关系", "可用的关系：%(known)s"
                    known = " ".join(sorted(RELATIONS))
                    self.complain(file, row.number, role, what, how, relation=relation, known=known)
                held.add((act, relation))

    def json(self, stem: str) -> tuple[str, list[tuple[int, Mapping[str, Any]]]]:
        """Return the numbered features of a GeoJSON file; without a file there are none."""
        file = self.find(stem, ".geojson")
        if file is None:
            return "", []
        try:
            if file.stat().st_size > JSON_BYTES:
                self.complain(
                    file.name, 0, "", "文件超过 %(most)s MB", "请简化边界", most=JSON_BYTES // 10**6
                )
                return file.name, []
            data = json.loads(file.read_bytes())
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as fault:
            line = getattr(fault, "lineno", 0)
            self.complain(file.name, line, "", "不是有效的 JSON", "请用地图软件重新导出为 GeoJSON（UTF-8）")
            return file.name, []
        found, problems = geojson.features(data, file.name)
        self.problems += problems
        return file.name, found


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


def examine(path: Path) -> tuple[Pack, tuple[Problem, ...]]:
    """Return the pack in a folder as far as it can be read, and everything wrong with it.

    :raises BadPack: there is no pack there at all
    """
    if not (path / MANIFEST).is_file():
        what, how = "没有 %(file)s", "请给出资料包所在的文件夹，里面应有 %(file)s"
        raise BadPack([Problem(str(path.name), 0, "", what, how, {"file": MANIFEST})])
    folder = _Folder(path)
    folder.check_names()
    head = _manifest(folder)
    permits = folder.permits()
    outlines = _outlines(folder)
    kinds = folder.table("unit_kinds", pack.KINDS, KindRow)
    items, list_digest = _items(folder, kinds.rows)
    read = replace(
        head,
        digest=_digest(path),
        kinds=kinds,
        roles=folder.table("roles", pack.ROLES, partial(_role, permits)),
        posts=folder.table("posts", pack.POSTS, _post),
        units=folder.table("units", pack.UNITS, UnitRow),
        staff=folder.table("staff", pack.STAFF, partial(_term, head.from_on)),
        areas=_areas(folder, head.from_on),
        compounds=folder.table("compounds", pack.COMPOUNDS, partial(_compound, outlines)),
        buildings=folder.table("buildings", pack.BUILDINGS, _building),
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
        whistles=_numbered(folder.table("whistles", whistle_table.COLUMNS, whistle_table.step_row)),
    )
    known = {role.code for role in read.roles.rows}
    for role in sorted(permits.keys() - known):
        folder.complain("permits.csv", 1, role, "没有这个角色", "请在 roles 表里加上，或改正表头")
    for code in sorted(outlines.keys() - {c.code for c in read.compounds.rows}):
        folder.complain("compounds.geojson", 0, code, "没有编码为 %(code)s 的小区", "请改正编码", code=code)
    folder.problems += check(read, items={item.code for item in read.items})
    return read, tuple(folder.problems)


def _items(folder: _Folder, kinds: tuple[KindRow, ...]) -> tuple[tuple[ItemRow, ...], str]:
    """Return the list's items, read by the catalogue, and the digest of their file."""
    file = folder.find("list", ".csv", ".xlsx")
    if file is None:
        return (), ""
    draft = catalogue.read_list(
        file, name=file.name, kinds=[Kind(kind.code, kind.name, kind.rank) for kind in kinds]
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


def _profiles(folder: _Folder) -> Table[Step]:
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


def _areas(folder: _Folder, from_on: date) -> Table[AreaEdition]:
    name, features = folder.json("areas")
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


def _outlines(folder: _Folder) -> dict[str, bytes]:
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


_MANIFEST_KEYS: Final[Mapping[str, type]] = {
    "name": str,
    "title": str,
    "version": str,
    "from_on": date,
    "is_example": bool,
}
_LIST_KEYS: Final[Mapping[str, type]] = {"code": str, "name": str, "edition": str}


def _manifest(folder: _Folder) -> Pack:
    try:
        data = tomllib.loads((folder.path / MANIFEST).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        folder.complain(MANIFEST, 0, "", "不是有效的 TOML：%(fault)s", "请按示例资料包修改", fault=str(fault))
        return Pack()
    for key in sorted(data.keys() - {"pack", "list", "settings"}):
        folder.complain(MANIFEST, 0, key, "不认识这一节", "可用的节：[pack] [list] [settings]")
    head = _section(folder, data, "pack", _MANIFEST_KEYS)
    listed = _section(folder, data, "list", _LIST_KEYS)
    settings = data.get("settings", {})
    if not isinstance(settings, dict):
        folder.complain(MANIFEST, 0, "settings", "不是一节", "请写成 [settings]")
        settings = {}
    return Pack(
        name=head.get("name", ""),
        title=head.get("title", ""),
        version=head.get("version", ""),
        from_on=head.get("from_on", date.min),
        is_example=head.get("is_example", False),
        list_code=listed.get("code", "matters"),
        list_name=listed.get("name", ""),
        edition=listed.get("edition", ""),
        settings={str(key): value for key, value in settings.items()},
    )


def _section(folder: _Folder, data: Mapping[str, Any], name: str, keys: Mapping[str, type]) -> dict[str, Any]:
    """Return the section with its values of the right kind; complain about the others."""
    section = data.get(name)
    if not isinstance(section, dict):
        folder.complain(MANIFEST, 0, f"[{name}]", "缺少这一节", "请按示例资料包补上")
        return {}
    for key in sorted(section.keys() - keys.keys()):
        how = "可用的：%(keys)s"
        folder.complain(MANIFEST, 0, f"{name}.{key}", "不认识这一项", how, keys="、".join(keys))
    good = {key: value for key, value in section.items() if key in keys and type(value) is keys[key]}
    for key in keys.keys() - good.keys():
        how = "应为 %(kind)s"
        folder.complain(MANIFEST, 0, f"{name}.{key}", "缺少这一项，或类型不对", how, kind=keys[key].__name__)
    return good


def _digest(path: Path) -> str:
    """Return one number for the whole content: data files by name, nothing else."""
    whole = hashlib.sha256()
    for file in sorted(path.iterdir()):
        if file.suffix in (".csv", ".xlsx", ".geojson", ".toml") and file.is_file():
            content = file.read_bytes()
            whole.update(f"{file.name}\0{len(content)}\0".encode())
            whole.update(content)
    return whole.hexdigest()
