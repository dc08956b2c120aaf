"""Tables a pack brings: kinds of unit, roles with their permits, kinds of post, terms; checked as a whole."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from mulin.kernel.actor import Relation
from mulin.people.rules.acts import CONTENT
from mulin.people.rules.rows import Problems
from mulin.people.rules.terms import SECONDMENT, PostRule

FAMILIES: Final = frozenset({"territory", "department", "party", "firm", "residents", "service"})
AREAS: Final = frozenset({"party", "government", "service", "technical"})
ADMINISTRATORS: Final = frozenset({"system", "security", "audit"})
ONLY: Final = frozenset({"", "full", "part"})


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind of unit; no ``parents`` = it stands at the top."""

    code: str
    name: str
    name_en: str
    family: str
    parents: tuple[str, ...]
    rank: int
    must_cover: bool = False


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A role with its permits: pairs of act and relation."""

    code: str
    name: str
    name_en: str
    area: str
    permits: frozenset[tuple[str, str]]
    administers: str = ""


@dataclass(frozen=True, slots=True)
class PostRow:
    """A kind of post; ``roles`` are pairs of role code and "" (every holder), "full" or "part" (time)."""

    code: str
    name: str
    name_en: str
    unit_kind: str
    roles: frozenset[tuple[str, str]] = frozenset()
    aliases: tuple[str, ...] = ()
    norm_min: int = 0
    norm_max: int | None = None
    seats_max: int | None = None
    slot_of: str = ""
    body: str = ""
    leads: bool = False
    is_worker: bool = False
    on_grid: bool = False
    sources: tuple[str, ...] = ()
    public_contact: bool = False


@dataclass(frozen=True, slots=True)
class TermRow:
    """A person holds a post in a unit; ``staff_no`` names the person, who is made known if new."""

    staff_no: str
    name: str
    unit: str
    post: str
    from_on: date
    until_on: date | None = None
    full_time: bool = True
    source: str = ""
    source_unit: str = ""
    work_phone: str = ""


def check_kinds(rows: Sequence[KindRow], *, known: Collection[str]) -> None:
    """Return if the kinds of unit fit together.

    :raises BadRows: a row breaks a rule
    """
    problems = Problems()
    codes = {row.code for row in rows} | set(known)
    _check_codes([row.code for row in rows], problems)
    for number, row in enumerate(rows):
        if row.family not in FAMILIES:
            problems.add(number, "family", "没有这个类别：%(family)s", family=row.family)
        for parent in row.parents:
            if parent not in codes:
                problems.add(number, "parents", "没有这类单位：%(kind)s", kind=parent)
    problems.refuse()


def check_roles(rows: Sequence[RoleRow]) -> None:
    """Return if the roles fit together; an administrator's role shows no case (等保 三员分立).

    :raises BadRows: a row breaks a rule
    """
    problems = Problems()
    _check_codes([row.code for row in rows], problems)
    relations = {relation.value for relation in Relation}
    for number, row in enumerate(rows):
        if row.area not in AREAS:
            problems.add(number, "area", "没有这个业务领域：%(area)s", area=row.area)
        if row.administers and row.administers not in ADMINISTRATORS:
            problems.add(number, "administers", "没有这类管理员：%(kind)s", kind=row.administers)
        for act, relation in sorted(row.permits):
            if not act:
                problems.add(number, "permits", "缺少操作名称")
            if relation not in relations:
                problems.add(number, "permits", "没有这种关系：%(relation)s", relation=relation)
            if row.administers and act in CONTENT:
                problems.add(number, "permits", "管理员角色不能查看业务内容：%(act)s", act=act)
    problems.refuse()


def check_posts(rows: Sequence[PostRow], *, kinds: Collection[str], roles: Collection[str]) -> None:
    """Return if the posts fit together and with what is known.

    :raises BadRows: a row breaks a rule
    """
    problems = Problems()
    _check_codes([row.code for row in rows], problems)
    for number, row in enumerate(rows):
        if row.unit_kind not in kinds:
            problems.add(number, "unit_kind", "没有这类单位：%(kind)s", kind=row.unit_kind)
        for role, only in sorted(row.roles):
            if role not in roles:
                problems.add(number, "roles", "没有这个角色：%(role)s", role=role)
            if only not in ONLY:
                problems.add(number, "roles", "只能是全部、full 或 part：%(only)s", only=only)
        if row.norm_min < 0 or (row.norm_max is not None and row.norm_max < row.norm_min):
            problems.add(number, "norm_max", "配备标准的上限低于下限")
        if row.seats_max is not None and row.seats_max < max(row.norm_min, 1):
            problems.add(number, "seats_max", "名额少于配备标准")
    problems.refuse()


def check_terms(rows: Sequence[TermRow], *, posts: Mapping[str, PostRule], kinds: Mapping[str, str]) -> None:
    """Return if each term is well formed; ``kinds`` gives the kind of each standing unit.

    :raises BadRows: a row breaks a rule
    """
    problems = Problems()
    names: dict[str, str] = {}
    for number, row in enumerate(rows):
        if not row.staff_no.strip():
            problems.add(number, "staff_no", "缺少工号")
        if not row.name.strip():
            problems.add(number, "name", "缺少姓名")
        if names.setdefault(row.staff_no, row.name) != row.name:
            problems.add(number, "name", "同一工号 %(staff_no)s 有两个姓名", staff_no=row.staff_no)
        if row.until_on is not None and row.until_on <= row.from_on:
            problems.add(number, "until_on", "任期结束日期必须晚于开始日期")
        if row.source_unit and row.source_unit not in kinds:
            problems.add(number, "source_unit", "没有单位 %(unit)s", unit=row.source_unit)
        if row.source == SECONDMENT:
            _check_secondment(number, row, problems)
        _check_seat(number, row, posts, kinds, problems)
    problems.refuse()


def _check_secondment(number: int, row: TermRow, problems: Problems) -> None:
    if not row.source_unit:
        problems.add(number, "source_unit", "派驻要写明派出单位")
    elif row.source_unit == row.unit:
        problems.add(number, "source_unit", "派出单位和派驻单位不能相同")
    if row.until_on is None:
        problems.add(number, "until_on", "派驻要写明截止日期")


def _check_seat(
    number: int,
    row: TermRow,
    posts: Mapping[str, PostRule],
    kinds: Mapping[str, str],
    problems: Problems,
) -> None:
    post, kind = posts.get(row.post), kinds.get(row.unit)
    if kind is None:
        problems.add(number, "unit", "没有单位 %(unit)s", unit=row.unit)
    if post is None:
        problems.add(number, "post", "没有岗位 %(post)s", post=row.post)
        return
    if kind is not None and post.unit_kind != kind:
        problems.add(number, "post", "这个单位没有%(post)s这个岗位", post=post.name)
    if post.sources and row.source not in post.sources:
        problems.add(
            number, "source", "%(post)s不能从这里选任：%(source)s", post=post.name, source=row.source
        )


def _check_codes(codes: Sequence[str], problems: Problems) -> None:
    first: dict[str, int] = {}
    for number, code in enumerate(codes):
        if not code or code != code.strip():
            problems.add(number, "code", "编码不能为空，前后不能有空格")
        if code in first:
            problems.add(number, "code", "%(code)s 与第 %(other)s 行重复", code=code, other=first[code] + 1)
        first.setdefault(code, number)
