"""What the board of whistles and the page of one are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from mulin.cases.models import Case
from mulin.cases.queries.calls import Precedent
from mulin.cases.queries.page import Event, Offer
from mulin.cases.rules.whistles import CallState, RulingOutcome, WhistleState


@dataclass(frozen=True, slots=True)
class CalledUnit:
    """A called unit on the board: its name, its part, where it stands."""

    code: str
    name: str
    is_lead: bool
    state: CallState


@dataclass(frozen=True, slots=True)
class WhistleRow:
    """One line of the board."""

    id: UUID
    case_id: UUID
    number: str
    title: str
    is_example: bool
    round: int
    caller: str
    caller_kind: str
    caller_kind_en: str
    called_kind: str
    called_kind_en: str
    units: tuple[CalledUnit, ...]
    state: WhistleState
    ask: str
    item_code: str
    item_name: str
    off_list: bool
    raised_at: datetime
    due_at: datetime | None  # the next moment somebody must have answered by
    is_late: bool


@dataclass(frozen=True, slots=True)
class WhistleBoard:
    """One page of a tab, most pressing first, and the counts of all tabs (capped at ``COUNT_MOST``)."""

    rows: tuple[WhistleRow, ...]
    page: int
    has_more: bool
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class RulingView:
    """The superior's ruling on one refusal: asked, or given."""

    id: int
    superior: str
    asked_at: datetime
    due_at: datetime | None
    due_why: dict[str, object]
    is_late: bool
    ruled_at: datetime | None
    outcome: RulingOutcome | None
    unit: str
    rule_cited: str
    words: str
    may_rule: bool
    precedents: tuple[Precedent, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a unit will not report in, on what grounds, and whom it names instead."""

    at: datetime
    words: str
    rule: str
    documents: str
    photos: tuple[str, ...]  # digests
    better_unit: str
    better_code: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One sealed judgement: ``words`` and ``scores`` stay empty while sealed or not for this actor."""

    judge: str
    judged: str
    judge_id: int
    judged_id: int
    is_given: bool
    is_open: bool
    may_give: bool
    may_object: bool
    words: str = ""
    scores: Mapping[str, int] | None = None  # never shown to the judged
    objection: str = ""
    objected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallColumn:
    """One called unit as a column of the page."""

    id: int
    unit_id: int
    code: str
    name: str
    is_lead: bool
    state: CallState
    task: str
    called_at: datetime
    read_at: datetime | None
    report_due_at: datetime | None
    report_why: dict[str, object]
    handle_due_at: datetime | None
    handle_why: dict[str, object]
    is_late: bool  # the answer it owes next is overdue
    reported_at: datetime | None
    arrives_at: datetime | None
    crew: str
    refusal: Refusal | None
    rulings: tuple[RulingView, ...]  # newest first
    replied_at: datetime | None
    result: str
    photos: tuple[str, ...]  # digests shown with the result
    urged: int
    urged_at: datetime | None
    escalated_at: datetime | None
    escalated_to: str
    returns: int
    is_mine: bool
    released_at: datetime | None
    events: tuple[Event, ...]  # newest first
    slots: tuple[Slot, ...]


class NeedKind(StrEnum):
    """What closing still waits for."""

    REPORT_IN = "report_in"
    RULING = "ruling"
    RESULTS = "results"
    SUMMARY = "summary"
    END = "end"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Need:
    """One line of 结案还差: by whom, until when, how many, and whether it is done."""

    kind: NeedKind
    unit: str
    is_lead: bool
    due_at: datetime | None
    count: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class Seal:
    """How the evaluations open: how many are in, of how many, by when, and when they did."""

    given: int
    of: int
    until: datetime | None
    opened_at: datetime | None
    aspects: tuple[str, ...]
    scale: int


@dataclass(frozen=True, slots=True)
class Round:
    """Another round of the same case."""

    id: UUID
    round: int
    caller: str
    called: tuple[str, ...]
    state: WhistleState
    raised_at: datetime
    reported_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class WhistlePage:
    """A whistle with all that hangs on it."""

    id: UUID
    case: Case
    round: int
    state: WhistleState
    caller: str
    caller_kind: str
    caller_kind_en: str
    called_kind: str
    called_kind_en: str
    ask: str
    item_code: str
    item_name: str
    edition: str
    item_is_example: bool
    off_list: bool
    off_list_why: str
    grade: Mapping[str, Any]  # the row of the table of grades it was called by, or {}
    raised_at: datetime
    report_due_at: datetime | None  # the nearest a unit still owes
    handle_due_at: datetime | None
    summary: str
    summed_up_at: datetime | None
    ended_at: datetime | None
    columns: tuple[CallColumn, ...]
    released: tuple[CallColumn, ...]  # let go by a ruling
    needs: tuple[Need, ...]
    seal: Seal
    rounds: tuple[Round, ...]  # the other rounds of the case, oldest first
    timeline: tuple[Event, ...]  # of all rounds, newest first
    offers: tuple[Offer, ...]
    answerable: str  # 首问负责: who answers for the matter now
    is_accepted: bool
    to_read: bool  # a call of the actor's own that nobody has opened yet
