"""From a table of units to what has to be done: which are new, renamed, moved, re-covered, ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from mulin.people.rules import tree
from mulin.people.rules.rows import Imported, Problems
from mulin.people.rules.tree import KindRule

CODE_MAX: Final = 32
NAME_MAX: Final = 80
SHORT_MAX: Final = 40


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit as a table says it stands from a day on; codes name the parent and the territories it serves."""

    code: str
    kind: str
    name: str
    parent: str = ""
    short_name: str = ""
    phone: str = ""
    covers: tuple[str, ...] = ()
    from_on: date | None = None  # founded on; empty = the day of the import

    @property
    def short(self) -> str:
        """Return the short name, which is the name where none is given."""
        return self.short_name or self.name[:SHORT_MAX]


@dataclass(frozen=True, slots=True)
class UnitState:
    """A unit as it stands on the day of the import."""

    kind: str
    name: str
    short_name: str
    parent: str
    phone: str
    covers: frozenset[str]
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What the table changes, by unit code; a unit may be in several."""

    found: tuple[UnitRow, ...]
    rename: tuple[UnitRow, ...]
    move: tuple[UnitRow, ...]
    rephone: tuple[UnitRow, ...]
    recover: tuple[UnitRow, ...]
    end: tuple[str, ...]
    same: int

    @property
    def changed(self) -> frozenset[str]:
        """Return the codes of the units that stay and change."""
        return frozenset(row.code for row in (*self.rename, *self.move, *self.rephone, *self.recover))

    def counts(self) -> Imported:
        """Return how many units the plan touches."""
        return Imported(added=len(self.found), changed=len(self.changed), ended=len(self.end), same=self.same)


def plan(
    rows: Sequence[UnitRow],
    *,
    kinds: Mapping[str, KindRule],
    known: Mapping[str, UnitState],
    ends: Sequence[str] = (),
    on: date,
) -> Plan:
    """Return what ``rows`` change in the ``known`` units from ``on``; those in ``ends`` are dissolved then.

    :raises BadRows: a row breaks a rule; all broken rows are named
    """
    problems = Problems()
    after = _kinds_after(rows, known, ends)
    for number, row in enumerate(rows):
        _check_form(number, row, kinds, known, problems)
        _check_place(number, row, kinds, after, problems)
        _check_ground(number, row, kinds, after, problems)
    _check_twice(rows, problems)
    _check_circles(rows, known, problems)
    _check_founding(rows, known, on, problems)
    _check_ends(ends, rows, kinds, known, problems)
    problems.refuse()
    old = [row for row in rows if row.code in known]
    rename = tuple(row for row in old if (row.name, row.short) != _names(known[row.code]))
    move = tuple(row for row in old if row.parent != known[row.code].parent)
    rephone = tuple(row for row in old if row.phone != known[row.code].phone)
    recover = tuple(row for row in old if frozenset(row.covers) != known[row.code].covers)
    touched = {row.code for row in (*rename, *move, *rephone, *recover)}
    return Plan(
        found=tuple(row for row in rows if row.code not in known),
        rename=rename,
        move=move,
        rephone=rephone,
        recover=recover,
        end=tuple(ends),
        same=len(old) - len(touched),
    )


def _names(state: UnitState) -> tuple[str, str]:
    return state.name, state.short_name


def _kinds_after(
    rows: Sequence[UnitRow], known: Mapping[str, UnitState], ends: Sequence[str]
) -> dict[str, str]:
    """Return the kind of every unit that stands once the plan is done."""
    gone = set(ends)
    standing = {
        code: state.kind for code, state in known.items() if state.until_on is None and code not in gone
    }
    return standing | {row.code: row.kind for row in rows}


def _check_form(
    number: int,
    row: UnitRow,
    kinds: Mapping[str, KindRule],
    known: Mapping[str, UnitState],
    problems: Problems,
) -> None:
    if not row.code or len(row.code) > CODE_MAX or row.code != row.code.strip():
        problems.add(number, "code", "编码不能为空，最多 %(most)s 个字符，前后不能有空格", most=CODE_MAX)
    if not row.name or len(row.name) > NAME_MAX:
        problems.add(number, "name", "名称不能为空，最多 %(most)s 个字", most=NAME_MAX)
    if len(row.short_name) > SHORT_MAX:
        problems.add(number, "short_name", "简称最多 %(most)s 个字", most=SHORT_MAX)
    if row.kind not in kinds:
        problems.add(number, "kind", "没有这类单位：%(kind)s", kind=row.kind)
    state = known.get(row.code)
    if state is not None and state.until_on is not None:
        problems.add(
            number, "code", "%(code)s 已于 %(day)s 撤销，请用新的编码", code=row.code, day=state.until_on
        )
    elif state is not None and state.kind != row.kind:
        problems.add(
            number, "kind", "%(code)s 已是 %(kind)s，单位的类别不能改", code=row.code, kind=state.kind
        )


def _check_place(
    number: int, row: UnitRow, kinds: Mapping[str, KindRule], after: Mapping[str, str], problems: Problems
) -> None:
    kind = kinds.get(row.kind)
    if kind is None:
        return
    if not row.parent:
        if not kind.is_root:
            problems.add(number, "parent", "%(kind)s必须有上级单位", kind=kind.name)
        return
    parent = kinds.get(after.get(row.parent, ""))
    if parent is None:
        problems.add(number, "parent", "没有上级单位 %(parent)s", parent=row.parent)
    elif parent.code not in kind.parents:
        problems.add(number, "parent", "%(kind)s不能归到%(parent)s", kind=kind.name, parent=parent.name)


def _check_ground(
    number: int, row: UnitRow, kinds: Mapping[str, KindRule], after: Mapping[str, str], problems: Problems
) -> None:
    for code in row.covers:
        covered = kinds.get(after.get(code, ""))
        if covered is None:
            problems.add(number, "covers", "没有地域单位 %(code)s", code=code)
        elif covered.family != tree.TERRITORY:
            problems.add(number, "covers", "%(code)s 不是地域单位", code=code)
    kind = kinds.get(row.kind)
    if kind is not None and kind.must_cover and not row.covers:
        problems.add(number, "covers", "%(kind)s必须对应一个地域单位", kind=kind.name)


def _check_twice(rows: Sequence[UnitRow], problems: Problems) -> None:
    first: dict[str, int] = {}
    for number, row in enumerate(rows):
        if row.code in first:
            problems.add(
                number, "code", "%(code)s 与第 %(other)s 行重复", code=row.code, other=first[row.code] + 1
            )
        first.setdefault(row.code, number)


def _check_circles(rows: Sequence[UnitRow], known: Mapping[str, UnitState], problems: Problems) -> None:
    parents = {code: state.parent for code, state in known.items() if state.parent}
    parents.update({row.code: row.parent for row in rows if row.parent})
    lost = tree.circles(parents)
    for number, row in enumerate(rows):
        if row.code in lost:
            problems.add(number, "parent", "%(code)s 归到了自己或自己的下级单位", code=row.code)


def _check_founding(
    rows: Sequence[UnitRow], known: Mapping[str, UnitState], on: date, problems: Problems
) -> None:
    """Nothing is founded before what it belongs to."""
    since = {code: state.from_on for code, state in known.items()}
    since.update({row.code: row.from_on or on for row in rows if row.code not in known})
    for number, row in enumerate(rows):
        if row.code not in known and row.parent in since and since[row.code] < since[row.parent]:
            problems.add(number, "from_on", "成立日期早于上级单位的成立日期 %(day)s", day=since[row.parent])


def _check_ends(
    ends: Sequence[str],
    rows: Sequence[UnitRow],
    kinds: Mapping[str, KindRule],
    known: Mapping[str, UnitState],
    problems: Problems,
) -> None:
    """What is dissolved must stand, and nothing that stays may hang on it."""
    gone = set(ends)
    stays = {code: state for code, state in known.items() if state.until_on is None and code not in gone}
    kept = {row.code: row.parent for row in rows}
    for number, code in enumerate(ends):
        if code not in known or known[code].until_on is not None:
            problems.add(number, "ends", "没有可撤销的单位 %(code)s", code=code)
        if code in kept:
            problems.add(number, "ends", "%(code)s 既要撤销又在表中", code=code)
    for code, state in stays.items():
        if code in kept:
            continue
        if state.parent in gone:
            problems.add(ends.index(state.parent), "ends", "撤销后 %(code)s 没有上级单位", code=code)
        if kinds[state.kind].must_cover and state.covers and state.covers <= gone:
            problems.add(
                min(map(ends.index, state.covers)), "ends", "撤销后 %(code)s 没有对应的地域单位", code=code
            )
