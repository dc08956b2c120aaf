"""Where a case stands, told by its ledger entries alone: what the rows must agree with.

States and moments follow from what kind of thing happened, by the graph of the lifecycle; which unit has the
case and when it is due follow from the facts each act leaves under ``moved``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from mulin.cases.rules import lifecycle, replay_beside, whistles
from mulin.cases.rules.lifecycle import Act, State

# Columns whose every new value an act writes into its entry, under "moved".
MOVED: Final = ("desk_id", "lead_id", "dispatcher_id", "place_unit_id", "item_id", "due_at")
MOMENTS: Final = (
    "reported_at",
    "registered_at",
    "dispatched_at",
    "accepted_at",
    "handled_at",
    "checked_at",
    "closed_at",
)
COUNTED: Final = ("version", "reopened", "report_count", "merged_into_id", "handled_by_id")
FIELDS: Final = ("state", *COUNTED, *MOMENTS, *MOVED)

# The kinds of entries that move a case, and the act each tells of.
ACTS: Final[Mapping[str, Act]] = {
    "case.registered": Act.REGISTER,
    "case.placed": Act.LOCATE,
    "case.matched": Act.MATCH,
    "case.merged": Act.MERGE,
    "case.dispatched": Act.DISPATCH,
    "case.accepted": Act.ACCEPT,
    "case.returned": Act.RETURN,
    "case.asked": Act.ASK,
    "case.heard": Act.HEAR,
    "case.noted": Act.NOTE,
    "case.told": Act.PUBLISH,
    "case.finished": Act.FINISH,
    "case.passed": Act.APPROVE,
    "case.failed": Act.FAIL,
    "case.answered": Act.ANSWER,
    "case.closed": Act.CLOSE,
    "case.declined": Act.DECLINE,
    "case.review_asked": Act.ASK_REVIEW,
    "case.upheld": Act.UPHOLD,
    "case.admitted": Act.ADMIT,
    "case.reopened": Act.REOPEN,
}
_FROM_THE_START: Final = ("dispatched_at", "accepted_at", "handled_at", "checked_at", "closed_at")
_FORGET: Final[Mapping[str, tuple[str, ...]]] = {
    "case.returned": ("accepted_at",),
    "case.failed": ("handled_at", "checked_at"),
    "case.review_asked": ("closed_at",),
    "case.admitted": _FROM_THE_START,
    "case.reopened": _FROM_THE_START,
}
_STAMP: Final[Mapping[str, str]] = {
    "case.registered": "registered_at",
    "case.accepted": "accepted_at",
    "case.finished": "handled_at",
    "case.passed": "checked_at",
    "case.closed": "closed_at",
    "case.declined": "closed_at",
    "case.upheld": "closed_at",
    "case.merged": "closed_at",
    "case.admitted": "registered_at",
    "case.reopened": "registered_at",
}
_HANDLERS: Final = frozenset({"case.finished", "case.declined"})


class Happened(NamedTuple):
    """One entry about a case."""

    kind: str
    at: datetime
    account_id: int
    facts: Mapping[str, Any]


class Torn(Exception):
    """The entries tell no story that the graph allows; ``where`` is the field it breaks at."""

    def __init__(self, where: str, told: object, found: object) -> None:
        super().__init__(f"{where}: {told!r}, {found!r}")
        self.where, self.told, self.found = where, told, found


class Difference(NamedTuple):
    """A column that is not what the ledger says."""

    where: str
    told: object
    stored: object


@dataclass(slots=True)
class Standing:
    """A case as its entries tell it."""

    columns: dict[str, Any] = field(default_factory=lambda: dict.fromkeys(FIELDS))
    answers: dict[str, datetime | None] = field(default_factory=dict)  # by report, of those it began with
    sides: dict[str, str] = field(default_factory=dict)  # "supervision <id>" → where it stands
    tells_units: bool = True  # entries of the first version did not


def fold(entries: Iterable[Happened]) -> Standing:
    """Return how a case stands after ``entries``, which begin with its filing.

    :raises Torn: an entry follows on another that it cannot follow on
    """
    standing = Standing()
    for entry in entries:
        _SPECIAL.get(entry.kind, _moved)(standing, entry)
    return standing


def _filed(standing: Standing, entry: Happened) -> None:
    columns = standing.columns
    if columns["state"] is not None:
        raise Torn("state", "filed twice", columns["state"])
    columns |= {"state": State.RECEIVED.value, "version": 1, "report_count": 1, "reopened": 0}
    columns["reported_at"] = entry.at
    standing.answers[entry.facts["report"]] = None
    standing.tells_units = "moved" in entry.facts
    _put(columns, entry.facts)


def _joined(standing: Standing, entry: Happened) -> None:
    columns = standing.columns
    columns["report_count"] += entry.facts.get("reports", 1)
    if "report" in entry.facts:
        standing.answers[entry.facts["report"]] = None
    _count(columns, entry.facts)


def _moved(standing: Standing, entry: Happened) -> None:
    """Follow an act: along the graph if it moves the case, on the spot if it concerns a record beside it."""
    facts, columns, kind = entry.facts, standing.columns, entry.kind
    _aside(standing, entry)
    if "before" not in facts:
        return  # told of the case, but no act on it: a rating, a look into the vault
    before = columns["state"]
    if facts["before"] != before:
        raise Torn("state", before, facts["before"])
    act = ACTS.get(kind)
    after = before if act is None else _after(State(before), act)
    if facts["after"] != after:
        raise Torn("state", after, facts["after"])
    columns["state"] = after
    _count(columns, facts)
    for name in _FORGET.get(kind, ()):
        columns[name] = None
    if kind in _STAMP:
        columns[_STAMP[kind]] = entry.at
    if kind in _HANDLERS:
        columns["handled_by_id"] = entry.account_id if entry.account_id > 0 else None
    if kind in _TURNS:
        _TURNS[kind](standing, entry)
    _put(columns, facts)


def _aside(standing: Standing, entry: Happened) -> None:
    try:
        replay_beside.follow(standing.sides, entry.kind, entry.facts)
    except whistles.ImpossibleDeed as impossible:
        found = impossible.state.value
        raise Torn(f"call {entry.facts['call']}", impossible.deed.value, found) from None


def _after(before: State, act: Act) -> str:
    if act is Act.HEAR:  # a resident may always add something; only who waited for it goes on
        return State.IN_HAND.value if before is State.WAITING else before.value
    try:
        return lifecycle.after(before, act).value
    except lifecycle.ImpossibleAct:
        raise Torn("state", f"no {act.value} here", before.value) from None


def _count(columns: dict[str, Any], facts: Mapping[str, Any]) -> None:
    columns["version"] += 1
    if facts.get("version", columns["version"]) != columns["version"]:
        raise Torn("version", columns["version"], facts["version"])


def _put(columns: dict[str, Any], facts: Mapping[str, Any]) -> None:
    for name, value in facts.get("moved", {}).items():
        columns[name] = datetime.fromisoformat(value) if name == "due_at" and value else value


def _dispatched(standing: Standing, entry: Happened) -> None:
    for name in ("registered_at", "dispatched_at"):  # the first promise stands
        standing.columns[name] = standing.columns[name] or entry.at


def _again(standing: Standing, entry: Happened) -> None:
    standing.answers = dict.fromkeys(standing.answers)
    if entry.kind == "case.reopened":
        standing.columns["reopened"] += 1


def _merged(standing: Standing, entry: Happened) -> None:
    standing.columns |= {"merged_into_id": entry.facts["into"], "report_count": 0}
    standing.answers = {}


def _answered(standing: Standing, entry: Happened) -> None:
    standing.answers[entry.facts["report"]] = entry.at


def _declined(standing: Standing, entry: Happened) -> None:
    standing.answers = {report: at or entry.at for report, at in standing.answers.items()}


def _reckoned(standing: Standing, entry: Happened) -> None:
    """Follow a calendar that moved the deadline: no act on the case itself, but its next version."""
    standing.columns["version"] += 1
    standing.columns["due_at"] = datetime.fromisoformat(entry.facts["due"])


def _handed_over(standing: Standing, entry: Happened) -> None:
    """Follow boundaries that were adjusted: other units have the case; no act on it, but its next version."""
    standing.columns["version"] += 1
    _put(standing.columns, entry.facts)


_Turn = Callable[[Standing, Happened], None]
_SPECIAL: Final[Mapping[str, _Turn]] = {
    "case.filed": _filed, "case.joined": _joined, "calendar.moved": _reckoned,
    "boundaries.cases_moved": _handed_over,
}  # fmt: skip
_TURNS: Final[Mapping[str, _Turn]] = {
    "case.dispatched": _dispatched,
    "case.admitted": _again,
    "case.reopened": _again,
    "case.merged": _merged,
    "case.answered": _answered,
    "case.declined": _declined,
    "case.upheld": _declined,
}


def differences(
    standing: Standing,
    *,
    stored: Mapping[str, Any],
    answers: Mapping[str, datetime | None],
    sides: Mapping[str, str] = MappingProxyType({}),
) -> list[Difference]:
    """Return where a stored case, its answers and the records beside it differ from what was told."""
    if standing.columns["state"] is None:
        return [Difference("state", None, stored["state"])]
    asked = [name for name in FIELDS if standing.tells_units or name not in MOVED]
    told = standing.columns
    found = [Difference(name, told[name], stored[name]) for name in asked if told[name] != stored[name]]
    if len(answers) != told["report_count"]:
        found.append(Difference("reports", told["report_count"], len(answers)))
    for report, at in standing.answers.items():
        if report not in answers:
            found.append(Difference(f"report {report}", "there", "gone"))
        elif answers[report] != at:
            found.append(Difference(f"answered_at {report}", at, answers[report]))
    every = sorted(standing.sides.keys() | sides.keys())
    beside = [Difference(side, standing.sides.get(side), sides.get(side)) for side in every]
    return found + [one for one in beside if one.told != one.stored]
