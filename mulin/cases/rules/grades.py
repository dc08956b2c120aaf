"""The table of grades (分级响应, S-070): how bad it is decides whom a level's whistle calls, and how fast."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from mulin.cases.rules import dispatch
from mulin.kernel.errors import BadInput, NotPossible
from mulin.ledger.rules.privacy import Json

GRADES_MOST: Final = 9


class NoGrade(NotPossible):
    """The table of grades has no row of this grade for the caller's level and the matter."""

    def __init__(self, grade: int) -> None:
        super().__init__("级别表里没有本级可用的 %(grade)d 级", grade=grade)


@dataclass(frozen=True, slots=True)
class GradeRow:
    """One row: at this grade a caller of this kind calls these, with this time to report in (0: as usual)."""

    line: int
    grade: int
    name: str
    caller_kind: str
    items: tuple[str, ...]  # codes or prefixes ending in "-"; none: any matter
    call: tuple[str, ...]  # targets as in the dispatch table; the first leads
    report_value: int = 0
    report_kind: str = ""
    is_example: bool = False

    def fit(self, item: str) -> int:
        """Return how exactly the row names ``item``: 0 not at all, 1 as any matter, a code most."""
        if not self.items:
            return 1
        return max(
            (
                len(each) + (1 if each.endswith("-") else 100)
                for each in self.items
                if each == item or (each.endswith("-") and item.startswith(each))
            ),
            default=0,
        )

    def why(self, item: str) -> dict[str, Json]:
        """Return what is stored with a whistle and shown: which row, and what it rests on."""
        because = [each for each in self.items if item and item.startswith(each.rstrip("-"))]
        return {
            "grade": self.grade,
            "label": self.name,
            "line": self.line,
            "because": because,
            "call": list(self.call),
            "report": {"value": self.report_value, "kind": self.report_kind},
        }


def ladder(rows: Iterable[GradeRow], *, caller_kind: str, item: str) -> tuple[GradeRow, ...]:
    """Return the grades a caller may choose from: for each the row that names the matter most exactly."""
    best: dict[int, tuple[int, GradeRow]] = {}
    for row in rows:
        fit = row.fit(item) if row.caller_kind == caller_kind else 0
        if fit and fit > best.get(row.grade, (0, row))[0]:
            best[row.grade] = (fit, row)
    return tuple(row for _, (_, row) in sorted(best.items()))


def check(rows: Sequence[GradeRow]) -> None:
    """Refuse a table that could be read in two ways, or that calls nobody.

    :raises BadInput: naming the line
    """
    first: dict[tuple[int, str, str], int] = {}
    for row in rows:
        where = f"line {row.line}"
        if not 1 <= row.grade <= GRADES_MOST:
            raise BadInput("级别要填 1 到 %(most)d", where=where, most=GRADES_MOST)
        if not row.call:
            raise BadInput("没有写明叫谁", where=where)
        for cell in row.call:
            dispatch.parse_target(cell)
        for item in row.items or ("",):
            other = first.setdefault((row.grade, row.caller_kind, item), row.line)
            if other != row.line:
                raise BadInput("和第 %(other)d 行重复", where=where, other=other)


def report_of(stored: Mapping[str, Json]) -> tuple[int, str]:
    """Return the time to report in that a stored grade sets: 0 if it leaves it as usual."""
    report = stored.get("report")
    if not isinstance(report, Mapping):
        return 0, ""
    return int(str(report["value"])), str(report["kind"])
