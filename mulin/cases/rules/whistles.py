"""A whistle and its calls: tiny lifecycles, who may be called, whose ball it is, what the lead waits for.

Sources: S-074 … S-083, S-099, S-108; design.md §5.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from mulin.cases.rules.closing import Blocker, Missing
from mulin.judgement.rules.sealing import is_complete
from mulin.kernel.errors import BadInput, NotPossible

WORDS_MOST: Final = 500
TASK_MOST: Final = 300
UNITS_MOST: Final = 12  # called by one whistle


class WhistleState(StrEnum):
    """What a whistle waits for; the first that holds, in this order."""

    RULING = "ruling"  # 等裁定: the common superior must say whose it is
    CALLING = "calling"  # 等报到
    HANDLING = "handling"  # 处置中
    SUMMING = "summing"  # 等汇总: every unit has replied
    SUMMED = "summed"  # the caller reads the summary and ends the whistle
    ENDED = "ended"


class CallState(StrEnum):
    """Where one called unit stands."""

    CALLING = "calling"  # 等报到
    REPORTED_IN = "reported_in"  # 已报到
    REFUSED = "refused"  # 拒绝报到: a ruling is pending
    REPLIED = "replied"  # 已报结果
    RELEASED = "released"  # the superior let it go


class RulingOutcome(StrEnum):
    """What the superior rules on a refusal."""

    REPORT_IN = "report_in"  # it is theirs: report in
    OTHER = "other"  # another unit takes it
    RELEASE = "release"  # nobody is needed for this part


class Part(StrEnum):
    """A called unit's part."""

    LEAD = "lead"
    ASSIST = "assist"


class Deed(StrEnum):
    """What changes one call."""

    REPORT_IN = "report_in"
    REFUSE = "refuse"
    REPLY = "reply"
    RULE_IN = "rule_in"  # the superior: report in
    RELEASE = "release"


CALL_MOVES: Final[Mapping[CallState, Mapping[Deed, CallState]]] = {
    CallState.CALLING: {Deed.REPORT_IN: CallState.REPORTED_IN, Deed.REFUSE: CallState.REFUSED},
    CallState.REPORTED_IN: {Deed.REPLY: CallState.REPLIED},
    CallState.REFUSED: {Deed.RULE_IN: CallState.CALLING, Deed.RELEASE: CallState.RELEASED},
    CallState.REPLIED: {Deed.REPLY: CallState.REPLIED},  # a better result replaces the first, until summed up
    CallState.RELEASED: {},
}
LIVE: Final = frozenset(CallState) - {CallState.RELEASED}


class ImpossibleDeed(NotPossible):
    """The call is not in a state that allows it."""

    def __init__(self, state: CallState, deed: Deed) -> None:
        super().__init__("「%(state)s」的单位现在不能做「%(deed)s」", state=state.value, deed=deed.value)
        self.state, self.deed = state, deed


class AlreadyRuled(NotPossible):
    """The common superior put the matter here; it cannot be handed back again."""

    def __init__(self) -> None:
        super().__init__("共同上级已经裁定由本单位办，不能再退")


class WhistleOver(NotPossible):
    """The whistle has ended."""

    def __init__(self) -> None:
        super().__init__("这次吹哨已经结束")


class NotCalled(NotPossible):
    """The actor's unit is not one of those called, or not any more."""

    def __init__(self) -> None:
        super().__init__("本单位不在这次吹哨叫的单位里")


class NotLead(NotPossible):
    """The actor's unit is not the lead of the whistle."""

    def __init__(self) -> None:
        super().__init__("由主办单位汇总")


class NoStep(NotPossible):
    """The table of whistles has no row for a caller of this kind."""

    def __init__(self) -> None:
        super().__init__("本级单位没有可用的吹哨规则")


def after(state: CallState, deed: Deed) -> CallState:
    """Return the state of a call once ``deed`` is done.

    :raises ImpossibleDeed: the graph has no such edge
    """
    try:
        return CALL_MOVES[state][deed]
    except KeyError:
        raise ImpossibleDeed(state, deed) from None


@dataclass(frozen=True, slots=True)
class StepRow:
    """One row of the whistle table; limits as value and kind, ``handle_value`` 0 for the list item's own."""

    line: int
    caller_kind: str
    called_kinds: tuple[str, ...]
    report_value: int
    report_kind: str
    handle_value: int
    handle_kind: str
    ruling_value: int
    ruling_kind: str
    evaluate_value: int
    evaluate_kind: str
    aspects: tuple[str, ...]
    scale: int
    is_example: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A unit as these rules see it."""

    id: int
    kind: str
    path: str
    is_territory: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """A unit to be called: its code, its part, what it is to do."""

    unit: str
    task: str
    lead: bool = False


def check_asked(asked: Sequence[Asked], *, some: bool = True) -> None:
    """Refuse a list of units that nobody could act on.

    :raises BadInput: nobody, too many, one twice, a task missing, not exactly one lead among several
    """
    if some and not asked:
        raise BadInput("请选择要叫的单位", where="units")
    if len(asked) > UNITS_MOST:
        raise BadInput("一次最多叫 %(most)d 个单位", where="units", most=UNITS_MOST)
    codes = [each.unit for each in asked]
    for code in codes:
        if codes.count(code) > 1:
            raise BadInput("单位 %(code)s 叫了两次", where="units", code=code)
    for each in asked:
        if not each.task.strip():
            raise BadInput("请写明要 %(code)s 办什么", where="units", code=each.unit)
        if len(each.task) > TASK_MOST or "\x00" in each.task:
            raise BadInput("要办的事最多 %(most)d 个字", where="units", most=TASK_MOST)


def lead_of(asked: Sequence[Asked]) -> str:
    """Return the code of the unit that sums up: the one marked, or the only one.

    :raises BadInput: several units and not exactly one lead among them
    """
    leads = [each.unit for each in asked if each.lead]
    if len(asked) == 1:
        return asked[0].unit
    if len(leads) != 1:
        raise BadInput("叫几个单位时要指定一个主办", where="units")
    return leads[0]


def may_call(caller: Body, called: Body, kinds: Collection[str]) -> bool:
    """Return whether ``caller`` may call ``called``: a territory around it, or an office of one around it."""
    if called.id == caller.id or called.kind not in kinds:
        return False
    if called.is_territory:
        return caller.path.startswith(called.path)
    return caller.path.startswith(above(called.path)) if above(called.path) else False


def above(path: str) -> str:
    """Return the path of the unit above; empty at the root."""
    parts = [part for part in path.split("/") if part][:-1]
    return "".join(f"{part}/" for part in parts)


def common_superior(paths: Sequence[str]) -> str:
    """Return the path of the nearest unit above all of ``paths`` and none of them; empty if there is none.

    The root itself is the answer when one of the bodies stands directly below nobody else: where a ball ends
    must exist as long as a tree does (W3).
    """
    split = [[part for part in path.split("/") if part] for path in paths if path]
    if not split:
        return ""
    shared: list[str] = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    if shared in split and len(shared) > 1:
        shared = shared[:-1]
    return "".join(f"{part}/" for part in shared)


def state_of(calls: Collection[CallState], *, summed: bool, ended: bool) -> WhistleState:
    """Return what a whistle waits for."""
    live = [state for state in calls if state in LIVE]
    if ended:
        return WhistleState.ENDED
    if CallState.REFUSED in live:
        return WhistleState.RULING
    if CallState.CALLING in live:
        return WhistleState.CALLING
    if CallState.REPORTED_IN in live:
        return WhistleState.HANDLING
    return WhistleState.SUMMED if summed or not live else WhistleState.SUMMING


def blocks_sum_up(calls: Collection[CallState], *, has_lead: bool) -> tuple[Blocker, ...]:
    """Return what the lead still waits for before it can sum up."""
    live = [state for state in calls if state in LIVE]
    counts = (
        (Missing.CALLS, live.count(CallState.CALLING)),
        (Missing.RULINGS, live.count(CallState.REFUSED)),
        (Missing.REPLIES, len(live) - live.count(CallState.REPLIED)),
        (Missing.LEAD, int(not has_lead)),
    )
    return tuple(Blocker(missing, count) for missing, count in counts if count)


def blocks_end(calls: Collection[CallState], *, summed: bool) -> tuple[Blocker, ...]:
    """Return what the caller still waits for before it can end the whistle."""
    live = [state for state in calls if state in LIVE]
    if not live or summed:
        return ()
    lacking = blocks_sum_up(calls, has_lead=True)
    return (*lacking, Blocker(Missing.SUMMARY))


def must_rise(returned_before: int) -> bool:
    """Return whether a return between two bodies goes to their common superior: the second does (S-099)."""
    return returned_before >= 1


def pair_of(one: int, other: int) -> tuple[int, int]:
    """Return two bodies in one order, whoever returned to whom."""
    return (one, other) if one < other else (other, one)


def pauses_of(
    spells: Collection[tuple[datetime, datetime | None]],
) -> tuple[tuple[datetime, datetime | None], ...]:
    """Return the stretches in which a refuser's clock stood still: from asking for a ruling to the ruling."""
    return tuple(sorted(spells, key=lambda spell: spell[0]))


@dataclass(frozen=True, slots=True)
class Seat:
    """One sealed judgement that may be given: who judges whom."""

    judge: int
    judged: int


def seats_of(caller: int, called: Sequence[tuple[int, CallState]]) -> tuple[Seat, ...]:
    """Return who judges whom: the caller each unit that has a part, and each of them the caller."""
    units = dict.fromkeys(unit for unit, state in called if state in LIVE)
    return tuple(seat for unit in units for seat in (Seat(caller, unit), Seat(unit, caller)))


def opens(
    seats: Collection[Seat],
    given: Collection[Seat],
    *,
    ended_at: datetime | None,
    until: datetime | None,
    now: datetime,
) -> bool:
    """Return whether the seal breaks: the whistle is over and all are in, or the term is."""
    if ended_at is None:
        return False
    return is_complete(seats, given) or (until is not None and now >= until)
