"""The files of a pack's folder, and of the pack it stands on, with the faults met while reading them."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from mulin.gateways import sheets
from mulin.kernel.errors import BadInput
from mulin.packs.rules import geojson
from mulin.packs.rules.acts import KNOWN_ACTS, RELATIONS
from mulin.packs.rules.cells import Column, read_cells
from mulin.packs.rules.pack import Source, Table
from mulin.packs.rules.problems import Problem

R = TypeVar("R")

MANIFEST: Final = "pack.toml"
TABLES: Final = (
    "unit_kinds", "roles", "permits", "posts", "units", "staff", "compounds", "buildings", "list", "dispatch",
    "escalation", "notices", "calendars", "profiles",
    "visits", "formula", "whistles", "grades", "reviews", "labels", "divisions",
    "thing_kinds", "things",
)  # fmt: skip
MAPS: Final = ("areas", "compounds", "history")
# What lies on the ground and who works there is of one place: never taken from a base.
OF_THE_PLACE: Final = frozenset(
    {"units", "staff", "areas", "compounds", "buildings", "divisions", "things", "history"}
)
DATA: Final = (".csv", ".xlsx", ".geojson", ".json", ".toml")
JSON_BYTES: Final = 64_000_000


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


class Folder:
    """The files of a pack and the faults met while reading them; what it does not bring is its base's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.base: Path | None = None
        self.problems: list[Problem] = []

    def complain(self, file: str, row: int, column: str, what: str, how: str, **facts: str | int) -> None:
        self.problems.append(Problem(file, row, column, what, how, facts))

    def find(self, stem: str, *endings: str) -> Path | None:
        """Return the one file of that stem, from the base if the pack brings none; two are a fault."""
        for path in (self.path, self.base if stem not in OF_THE_PLACE else None):
            found = [] if path is None else [f for e in endings if (f := path / (stem + e)).is_file()]
            if len(found) > 1:
                names = "、".join(file.name for file in found)
                name = self.called(found[1])
                self.complain(name, 0, "", "同一张表有两个文件：%(names)s", "请只留一个", names=names)
            if found:
                return found[0]
        return None

    def called(self, file: Path) -> str:
        """Return the name a fault gives a file: with its folder when it is the base's."""
        return file.name if file.parent == self.path else f"{file.parent.name}/{file.name}"

    def check_names(self) -> None:
        """Refuse data files nobody will read: most often a misspelt name."""
        known = (
            {MANIFEST, "history.json"}
            | {f"{t}{e}" for t in TABLES for e in (".csv", ".xlsx")}
            | {f"{m}.geojson" for m in MAPS}
        )
        for file in sorted(self.path.iterdir()):
            if file.suffix in (*DATA, ".yaml", ".yml") and file.name not in known:
                how = "可用的文件名：%(names)s"
                self.complain(file.name, 0, "", "不认识这个文件", how, names="、".join(sorted(known)))

    def table(self, stem: str, columns: tuple[Column, ...], make: Callable[..., R]) -> Table[R]:
        """Return the rows of a table; without a file there are none."""
        file = self.find(stem, ".csv", ".xlsx")
        return Table() if file is None else self.rows_of(file, self.called(file), columns, make)

    def rows_of(
        self, file: Path | bytes, name: str, columns: tuple[Column, ...], make: Callable[..., R]
    ) -> Table[R]:
        """Return the sound rows of one sheet."""
        wanted = [sheets.Column(c.key, c.title, required=c.required) for c in columns]
        rows: list[R] = []
        sources: list[Source] = []
        try:
            for row in sheets.read(file, name=name, columns=wanted).rows:
                self.problems += [of_sheet(fault) for fault in row.problems]
                values, faults = read_cells(columns, row.cells)
                for column, fault in faults:
                    cell = row.cells.get(column.key, "")[:40]
                    self.complain(name, row.number, column.title, fault.what, fault.how, cell=cell)
                if not faults:
                    rows.append(make(**values))
                    sources.append(Source(name, row.number))
        except sheets.SheetError as fault:
            self.problems.append(of_sheet(fault))
        return Table(tuple(rows), tuple(sources))

    def permits(self) -> dict[str, set[tuple[str, str]]]:
        """Return act and relation by role, from a matrix: a cell names the relations a role needs one of."""
        file = self.find("permits", ".csv", ".xlsx")
        if file is None:
            return {}
        name = self.called(file)
        permits: dict[str, set[tuple[str, str]]] = {}
        try:
            sheet = sheets.read(file, name=name)
            first, *roles = sheet.headers
            if first not in ("act", "行为"):
                self.complain(name, 1, first, "第一列应是「行为」", "第一列写行为，其后每列一个角色编码")
            permits = {role: set() for role in roles}
            for row in sheet.rows:
                self.problems += [of_sheet(fault) for fault in row.problems]
                self._permit(name, row, first, permits)
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

    def digest(self) -> str:
        """Return one number for the whole content: data files by name, those of the base that count too."""
        whole = hashlib.sha256()
        for file in self._files():
            content = file.read_bytes()
            whole.update(f"{self.called(file)}\0{len(content)}\0".encode())
            whole.update(content)
        return whole.hexdigest()

    def _files(self) -> Iterator[Path]:
        own = _data(self.path)
        yield from own
        if self.base is not None:
            brought = {file.stem for file in own if file.name != MANIFEST} | OF_THE_PLACE
            yield from (file for file in _data(self.base) if file.stem not in brought)


def _data(path: Path) -> list[Path]:
    return [file for file in sorted(path.iterdir()) if file.suffix in DATA and file.is_file()]
