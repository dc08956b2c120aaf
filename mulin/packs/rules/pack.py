"""A pack as values: its tables, the columns they may have, and where each row came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Generic, TypeAlias, TypeVar

from mulin.cases.rules.dispatch import Row as DispatchRow
from mulin.cases.rules.escalation import Rung
from mulin.cases.rules.grades import GradeRow
from mulin.cases.rules.milestones import Step
from mulin.cases.rules.whistles import StepRow
from mulin.catalogue.rules.items import ItemRow
from mulin.clocks.rules.specs import Row as CalendarRow
from mulin.judgement.rules.reviews import ReviewRule
from mulin.packs.rules.after_tables import FormulaLine, ScriptLine
from mulin.packs.rules.cells import (
    Column,
    code,
    codes,
    day,
    degrees,
    post_roles,
    span,
    text,
    whole,
    words,
    yes_or_no,
)
from mulin.packs.rules.history import History
from mulin.people.rules.plans import UnitRow
from mulin.people.rules.structure import KindRow, PostRow, RoleRow, TermRow
from mulin.places.rules.divisions import Division
from mulin.places.rules.ground import AreaEdition, BuildingThere, CompoundThere
from mulin.places.rules.things import ThingKindRow, ThingThere
from mulin.telling.rules.routes import Route
from mulin.worklog.rules.labels import LabelRow

R = TypeVar("R")
Setting: TypeAlias = str | int | bool

# Kinds of unit that a row of the buildings table founds by itself (levels 6 and 7).
BUILDING: Final = "building"
STAIRWELL: Final = "stairwell"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row stands: file and row number, as a spreadsheet shows it (a feature's number in a map)."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """The rows of a table, each with its source."""

    rows: tuple[R, ...] = ()
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """A district as data, read and typed; nothing in it refers to the database."""

    name: str = ""
    title: str = ""
    version: str = ""
    from_on: date = date.min
    is_example: bool = False
    digest: str = ""
    list_code: str = "matters"
    list_name: str = ""
    edition: str = ""
    list_digest: str = ""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    kinds: Table[KindRow] = Table()
    roles: Table[RoleRow] = Table()
    posts: Table[PostRow] = Table()
    units: Table[UnitRow] = Table()
    staff: Table[TermRow] = Table()
    areas: Table[AreaEdition] = Table()
    compounds: Table[CompoundThere] = Table()
    buildings: Table[BuildingThere] = Table()
    divisions: Table[Division] = Table()
    items: tuple[ItemRow, ...] = ()
    dispatch: Table[DispatchRow] = Table()
    ladder: Table[Rung] = Table()
    calendars: Table[CalendarRow] = Table()
    profiles: Table[Step] = Table()
    routes: Table[Route] = Table()
    script: Table[ScriptLine] = Table()
    formula: Table[FormulaLine] = Table()
    whistles: Table[StepRow] = Table()
    grades: Table[GradeRow] = Table()
    reviews: Table[ReviewRule] = Table()
    labels: Table[LabelRow] = Table()
    thing_kinds: Table[ThingKindRow] = Table()
    history: History | None = None
    things: Table[ThingThere] = Table()

    def all_units(self) -> Table[UnitRow]:
        """Return the units listed, and those that buildings and stairwells are."""
        kinds = {kind.code for kind in self.kinds.rows}
        rows, sources = list(self.units.rows), list(self.units.sources)
        for building, source in zip(self.buildings.rows, self.buildings.sources, strict=True):
            derived = _units_of(building, kinds)
            rows += derived
            sources += [source] * len(derived)
        return Table(tuple(rows), tuple(sources))


def _units_of(building: BuildingThere, kinds: set[str]) -> list[UnitRow]:
    if BUILDING not in kinds:
        return []
    units = [UnitRow(building.code, BUILDING, building.name, building.grid_code)]
    if STAIRWELL in kinds:
        units += [
            UnitRow(stair, STAIRWELL, f"{building.name}{name}", building.code)
            for name, stair in building.stairwells
        ]
    return units


def stairs(building: str, cell: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return name and unit code of each stairwell: a plain number counts them, words name them."""
    if len(cell) == 1 and cell[0].isdigit():
        cell = tuple(f"{number}单元" for number in range(1, min(int(cell[0]), 99) + 1))
    return tuple((name, f"{building}-{number}") for number, name in enumerate(cell, 1))


KINDS: Final = (
    Column("code", "编码", code, required=True),
    Column("name", "名称", text, required=True, most=40),
    Column("name_en", "英文名称", text, required=True, most=60),
    Column("family", "门类", text, required=True),
    Column("parents", "可属于", codes),
    Column("rank", "层级", whole, required=True),
    Column("must_cover", "须覆盖区域", yes_or_no),
)
ROLES: Final = (
    Column("code", "编码", code, required=True),
    Column("name", "名称", text, required=True, most=40),
    Column("name_en", "英文名称", text, required=True, most=60),
    Column("area", "领域", text, required=True),
    Column("administers", "管理员类别", text),
)
POSTS: Final = (
    Column("code", "编码", code, required=True),
    Column("name", "名称", text, required=True, most=40),
    Column("name_en", "英文名称", text, required=True, most=60),
    Column("aliases", "别称", words),
    Column("unit_kind", "单位类别", code, required=True),
    Column("norm_min", "配备下限", whole),
    Column("norm_max", "配备上限", whole),  # 0 or empty: none
    Column("seats_max", "名额", whole),  # 0 or empty: any number
    Column("slot_of", "所属配置", text, most=32),
    Column("body", "所属班子", code),
    Column("leads", "负责人", yes_or_no),
    Column("is_worker", "社区工作者", yes_or_no),
    Column("on_grid", "定岗网格", yes_or_no),
    Column("roles", "角色", post_roles),
    Column("sources", "来源", codes),
    Column("public_contact", "可向居民公开", yes_or_no),
)
UNITS: Final = (
    Column("code", "编码", code, required=True),
    Column("kind", "类别", code, required=True),
    Column("name", "名称", text, required=True, most=80),
    Column("short_name", "简称", text, most=40),
    Column("parent", "上级编码", code),
    Column("phone", "值班电话", text, most=32),
    Column("covers", "覆盖区域编码", codes, most=2_000),
)
STAFF: Final = (
    Column("staff_no", "工号", code, required=True),
    Column("name", "姓名", text, required=True, most=60),
    Column("unit", "单位编码", code, required=True),
    Column("post", "岗位", code, required=True),
    Column("full_time", "专职", yes_or_no),
    Column("source", "来源", code),
    Column("source_unit", "来源单位编码", code),
    Column("from_on", "起始日期", day),
    Column("until_on", "截止日期", day),
)
COMPOUNDS: Final = (
    Column("code", "编码", code, required=True),
    Column("name", "名称", text, required=True, most=80),
    Column("aliases", "别名", words),
    Column("grid_codes", "网格编码", codes, required=True, most=2_000),
    Column("firm_code", "物业企业编码", code),
    Column("lon", "经度", degrees, required=True),
    Column("lat", "纬度", degrees, required=True),
)
BUILDINGS: Final = (
    Column("code", "编码", code, required=True, most=28),  # stairwell codes add "-99"
    Column("name", "名称", text, required=True, most=40),
    Column("compound_code", "小区编码", code),
    Column("grid_code", "网格编码", code, required=True),
    Column("group_code", "楼院小组编码", code),
    Column("stairwells", "单元", words, required=True),
    Column("floors", "层数", whole),
    Column("doors", "每层户数", whole),
    Column("lon", "经度", degrees, required=True),
    Column("lat", "纬度", degrees, required=True),
)
DISPATCH: Final = (
    Column("item", "清单编码", text, most=32),
    Column("area", "区域编码", code),
    Column("compound", "小区内外", text),
    Column("hours", "时段", text),
    Column("lead", "主办", text, required=True, most=60),
    Column("assist", "协办", text),
    Column("notify", "知会", text),
)
LABELS: Final = (
    Column("family", "类别", text, required=True, most=16),
    Column("code", "编码", code, required=True),
    Column("name", "名称", text, required=True, most=40),
    Column("name_en", "英文名称", text, required=True, most=60),
    Column("maps_to", "对应公开步骤", codes),
    Column("is_example", "示例", yes_or_no),
)
ESCALATION: Final = (
    Column("level", "级别", whole, required=True),
    Column("after_hours", "超期小时", whole, required=True),
    Column("to", "升级到", text, required=True, most=40),
    Column("supervise", "督办", yes_or_no),
)
NOTICES: Final = (
    Column("kind", "台账条目", text, required=True, most=64),
    Column("who", "告诉谁", text, required=True, most=16),
    Column("channel", "渠道", text, required=True, most=8),
    Column("words", "用语", text, required=True, most=32),
    Column("quiet", "静默时段", span),
)
