"""Everything one case page shows, in a constant number of questions, and the acts that are possible now."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from mulin.cases import policy
from mulin.cases.models import Assignment, Case, Photo, Remark, Report
from mulin.cases.queries import beside, calls, clock_past, doors, routing, worklist
from mulin.cases.queries.calls import Precedent
from mulin.cases.rules import closing, lifecycle
from mulin.cases.rules.closing import Blocker
from mulin.cases.rules.dispatch import NoRule
from mulin.cases.rules.lifecycle import Act, PublicStep, State
from mulin.kernel.actor import SYSTEM, Actor
from mulin.ledger import queries as ledger
from mulin.people.models import Account, Unit

# The order of buttons; what a resident does has no button here.
STAFF_ACTS: Final = tuple(act for act in Act if act not in (Act.HEAR, Act.ASK_REVIEW))
# The one button a state is waiting for.
PRIMARY: Final[Mapping[State, Act]] = {
    State.RECEIVED: Act.DISPATCH,
    State.REGISTERED: Act.DISPATCH,
    State.DISPATCHED: Act.ACCEPT,
    State.IN_HAND: Act.FINISH,
    State.WAITING: Act.FINISH,
    State.HANDLED: Act.APPROVE,
    State.CHECKED: Act.CLOSE,
    State.UNDER_REVIEW: Act.ADMIT,
}
# What a side record waits for, where the state waits for nothing of this actor.
OWED: Final = (
    Act.VISIT, Act.REVIEW_APPEAL, Act.DECIDE_APPEAL, Act.CONFIRM_EXCLUSION, Act.REPLY_SUPERVISION,
    Act.VERIFY_SUPERVISION,
)  # fmt: skip
STEPS: Final = tuple(step for step in PublicStep if step is not PublicStep.DECLINED)


@dataclass(frozen=True, slots=True)
class Offer:
    """An act the actor's posts permit in this state; not possible while something is ``missing``."""

    act: Act
    possible: bool
    missing: tuple[Blocker, ...]
    primary: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One of the six public steps; ``at`` when it was reached."""

    step: PublicStep
    at: datetime | None
    is_done: bool
    is_now: bool


@dataclass(frozen=True, slots=True)
class Voice:
    """One report as staff see it: no contact, no rating."""

    id: UUID
    tracking_code: str
    channel: str
    kind: str
    text: str
    anonymous: bool
    on_behalf: bool
    has_contact: bool
    received_at: datetime
    answer: str
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's part in the case."""

    role: str
    unit: str
    unit_code: str
    given_by: str
    given_at: datetime
    accepted_at: datetime | None
    returned_at: datetime | None
    return_reason: str
    is_running: bool
    why: dict[str, object]


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline: a ledger entry with the words that went with it."""

    at: datetime
    kind: str
    unit: str
    account: str  # "" for the resident and the system
    by_system: bool  # nobody did it: the clock, or what follows from another act
    words: str
    is_public: bool
    facts: Mapping[str, object]
    units: Mapping[str, str]  # names of the units the facts point at: {"to": "仙坛社区"}


@dataclass(frozen=True, slots=True)
class CasePage:
    """A case with all that hangs on it."""

    case: Case
    place: tuple[str, ...]
    clock: worklist.Clock | None
    clock_history: clock_past.ClockHistory
    reports: tuple[Voice, ...]
    parts: tuple[Part, ...]
    photos: tuple[Photo, ...]
    timeline: tuple[Event, ...]
    offers: tuple[Offer, ...]
    steps: tuple[Step, ...]
    may_reveal: bool


def case_page(actor: Actor, case_id: UUID, *, now: datetime) -> CasePage:
    """Return the page of one case.

    :raises NotFound: there is no such case for this actor
    """
    case = doors.case_to_see(actor, case_id)
    reports = list(case.reports.select_related("contact").order_by("received_at"))
    parts = list(case.assignments.select_related("unit", "given_unit").order_by("given_at", "pk"))
    photos = tuple(case.photos.order_by("at"))
    blockers = _close_blockers(case, reports, now=now)
    return CasePage(
        case=case,
        place=worklist.place_names(case, worklist._names([case])),
        clock=worklist.clock_of(case, now),
        clock_history=clock_past.history_of(case, now=now),
        reports=tuple(_voice(report) for report in reports),
        parts=tuple(_part(part) for part in parts),
        photos=photos,
        timeline=timeline_of(case),
        offers=_offers(actor, case, close_blockers=blockers, now=now),
        steps=steps_of(case),
        may_reveal=policy.may(actor, "reveal_contact", case),
    )


def _close_blockers(case: Case, reports: Collection[Report], *, now: datetime) -> tuple[Blocker, ...]:
    if case.state != State.CHECKED:
        return ()
    rated = 0
    if case.in_compound:
        rated = case.reports.filter(ratings__round=case.reopened).count()
    return beside.blocks_closing(case) + closing.blocks_close(
        unanswered=sum(report.answered_at is None for report in reports),
        in_compound=case.in_compound,
        unrated=len(reports) - rated,
        checked_at=case.checked_at,
        rating_days=doors.settings().rating_days if case.in_compound else 0,
        now=now,
    )


def _offers(
    actor: Actor, case: Case, *, close_blockers: tuple[Blocker, ...], now: datetime
) -> tuple[Offer, ...]:
    state = State(case.state)
    other = closing.blocks_check(handler_id=case.handled_by_id, checker_id=actor.account_id)
    missing: dict[Act, tuple[Blocker, ...]] = {
        **dict.fromkeys(lifecycle.ENDING, aside_open := beside.blocks_closing(case)),
        Act.APPROVE: other,
        Act.FAIL: other,
        Act.UPHOLD: other + aside_open,
        Act.ADMIT: other,
        Act.CLOSE: other + close_blockers,
        Act.FINISH: beside.blocks_finishing(case),
        **(aside := beside.offers(actor, case, now=now)),
    }
    primary = PRIMARY.get(state)
    if primary is Act.CLOSE and any(b.missing is closing.Missing.ANSWERS for b in close_blockers):
        primary = Act.ANSWER
    offers = []
    for act in STAFF_ACTS:
        if act in lifecycle.SIDE and act not in aside:
            continue
        if act in lifecycle.possible_acts(state) and policy.may(actor, act, case):
            lacking = missing.get(act, ())
            offers.append(Offer(act, not lacking, lacking, act is primary and not lacking))
    if not any(offer.primary for offer in offers):
        owed = next((act for act in OWED if Offer(act, True, (), False) in offers), None)
        offers = [replace(offer, primary=offer.act is owed) for offer in offers]
    return tuple(offers)


def _voice(report: Report) -> Voice:
    return Voice(
        id=report.pk,
        tracking_code=report.tracking_code,
        channel=report.channel,
        kind=report.kind,
        text=report.text,
        anonymous=report.anonymous,
        on_behalf=report.on_behalf,
        has_contact=report.contact is not None and report.contact.erased_at is None,
        received_at=report.received_at,
        answer=report.answer,
        answered_at=report.answered_at,
    )


def _part(part: Assignment) -> Part:
    return Part(
        role=part.role,
        unit=part.unit.short_name,
        unit_code=part.unit.code,
        given_by=part.given_unit.short_name if part.given_unit else "",
        given_at=part.given_at,
        accepted_at=part.accepted_at,
        returned_at=part.returned_at,
        return_reason=part.return_reason,
        is_running=part.ended_at is None,
        why=part.why,
    )


_UNIT_FACTS: Final = ("to", "by", "better", "desk", "place", "was", "unit", "superior")


_BY_RATING: Final = ("case.reopened", "case.supervised")


def _units_in(facts: Mapping[str, object]) -> dict[str, int]:
    """Return the facts that point at units."""
    return {name: pk for name in _UNIT_FACTS if isinstance(pk := facts.get(name), int)}


def timeline_of(case: Case) -> tuple[Event, ...]:
    """Return what happened to ``case``, newest first, with names and words."""
    entries = ledger.entries_of(case.pk)
    remarks = {remark.pk: remark for remark in Remark.objects.filter(case=case)}
    unit_ids = {entry.unit_id for entry in entries if entry.unit_id}
    unit_ids |= {pk for entry in entries for pk in _units_in(entry.facts).values()}
    units = dict(Unit.objects.filter(pk__in=unit_ids).values_list("pk", "short_name"))
    people = {entry.account_id for entry in entries if entry.account_id > 0}
    names = dict(Account.objects.filter(pk__in=people).values_list("pk", "person__name"))
    # What a rating led to by itself, in the same moment, would tell those it judges what it was.
    at_once = {entry.at for entry in entries if entry.kind in _BY_RATING and not entry.unit_id}
    events = []
    for entry in reversed(entries):
        if entry.kind == "case.rated" and entry.at in at_once:
            continue
        said = entry.facts.get("said")
        remark = remarks.get(said) if isinstance(said, int) else None
        events.append(
            Event(
                at=entry.at,
                kind=entry.kind,
                unit=units.get(entry.unit_id or 0, ""),
                account=names.get(entry.account_id, ""),
                by_system=entry.account_id == SYSTEM.account_id,
                words=remark.text if remark else "",
                is_public=remark.is_public if remark else False,
                facts=entry.facts,
                units={name: units[pk] for name, pk in _units_in(entry.facts).items() if pk in units},
            )
        )
    return tuple(events)


def steps_of(case: Case) -> tuple[Step, ...]:
    """Return the six public steps of ``case`` with the moment each was reached."""
    state = State(case.state)
    reached = {
        PublicStep.REPORTED: case.reported_at,
        PublicStep.REGISTERED: case.registered_at,
        PublicStep.DISPATCHED: case.dispatched_at,
        PublicStep.HANDLING: case.accepted_at,
        PublicStep.ANSWERING: case.checked_at,
        PublicStep.CLOSED: case.closed_at,
    }
    step = lifecycle.public_step(state)
    at = STEPS.index(step) if step in STEPS else 0
    return tuple(
        Step(
            step=each,
            at=reached[each] if index <= at else None,
            is_done=index < at or (each is PublicStep.CLOSED and state is State.CLOSED),
            is_now=index == at and state not in lifecycle.FINAL,
        )
        for index, each in enumerate(STEPS)
    )


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the dispatch form starts with: the table's answer, or nothing when a person must choose."""

    lead: Unit | None
    assist: tuple[Unit, ...]
    notify: tuple[Unit, ...]
    why: routing.Why
    choices: tuple[Unit, ...]  # units the actor may name as lead
    precedents: tuple[Precedent, ...] = ()  # earlier rulings on the item: the choice may lean on one


def dispatch_proposal(actor: Actor, case_id: UUID, *, now: datetime, most: int = 400) -> Proposal:
    """Return the dispatch table's answer for a case and the units the actor may choose instead.

    :raises NotFound: there is no such case for this actor
    """
    case = doors.case_to_see(actor, case_id)
    below = routing.units_below(actor, Act.DISPATCH, most=most)
    precedents = calls.precedents_for(item=case.item.code) if case.item else ()
    try:
        route = routing.route(case, now=now)
    except NoRule:
        return Proposal(None, (), (), {}, below, precedents)
    return Proposal(route.lead, route.assist, route.notify, route.why, below, precedents)
