"""The board of whistles and the page of one: everything they show, in a constant number of questions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from mulin.cases import policy
from mulin.cases.models import Call, Case, Evaluation, Ruling, Whistle
from mulin.cases.queries import clock, doors, whistle_offers
from mulin.cases.queries import whistle_parts as parts
from mulin.cases.queries.page import Event, Offer, timeline_of
from mulin.cases.queries.whistle_shapes import (
    CallColumn,
    CalledUnit,
    Slot,
    WhistleBoard,
    WhistlePage,
    WhistleRow,
)
from mulin.cases.rules import whistles as rules
from mulin.cases.rules.closing import Blocker
from mulin.cases.rules.lifecycle import Act, State, possible_acts
from mulin.cases.rules.whistles import CallState, Seat, WhistleState
from mulin.kernel.actor import Actor, Relation
from mulin.kernel.errors import NotFound
from mulin.people.models import Unit, UnitKind

PAGE: Final = 50
_JUDGING: Final = (Act.RULE, Act.EVALUATE, Act.OBJECT)
COUNT_MOST: Final = 1_000


class WhistleTab(StrEnum):
    """The five tabs of the board."""

    CALLING = "calling"  # 等报到
    HANDLING = "handling"  # 处置中
    RULING = "ruling"  # 等裁定
    SUMMING = "summing"  # 等汇总, and summed up but not ended
    DONE = "done"  # 已完成


STATES_OF: Final[Mapping[WhistleTab, tuple[str, ...]]] = {
    WhistleTab.CALLING: (WhistleState.CALLING.value,),
    WhistleTab.HANDLING: (WhistleState.HANDLING.value,),
    WhistleTab.RULING: (WhistleState.RULING.value,),
    WhistleTab.SUMMING: (WhistleState.SUMMING.value, WhistleState.SUMMED.value),
    WhistleTab.DONE: (WhistleState.ENDED.value,),
}


def _scope(actor: Actor) -> Q:
    """Return the whistles that concern ``actor``: raised below, called to, or to be ruled by their units."""
    seen = Q(pk__isnull=True)
    for grant in actor.grants:
        relations = grant.relations(policy.SEE)
        if Relation.ANY in relations:
            return Q(pk__isnull=False)
        if not relations:
            continue
        if relations & {Relation.PLACE, Relation.BRANCH}:
            below = Unit.objects.filter(path__startswith=grant.unit_path).values("pk")
            seen |= Q(caller__in=below)
        else:
            seen |= Q(caller=grant.unit_id)
        seen |= Q(Exists(Call.objects.filter(whistle=OuterRef("pk"), unit=grant.unit_id)))
        seen |= Q(Exists(Ruling.objects.filter(call__whistle=OuterRef("pk"), superior=grant.unit_id)))
    return seen


def whistles_for(actor: Actor) -> QuerySet[Whistle]:
    """Return the whistles that concern ``actor``."""
    return Whistle.objects.filter(_scope(actor))


def whistle_board(actor: Actor, *, tab: WhistleTab, now: datetime, page: int = 1) -> WhistleBoard:
    """Return one page of a tab of the board with the counts of all tabs."""
    mine = whistles_for(actor)
    order = ("-ended_at", "-pk") if tab is WhistleTab.DONE else ("report_due_at", "pk")
    first = (page - 1) * PAGE
    found = list(
        mine.filter(state__in=STATES_OF[tab])
        .select_related("case", "caller__kind", "item", "ask")
        .order_by(*order)[first : first + PAGE + 1]
    )
    calls = _calls([whistle.pk for whistle in found[:PAGE]])
    return WhistleBoard(
        rows=tuple(_row(whistle, calls.get(whistle.pk, []), now) for whistle in found[:PAGE]),
        page=page,
        has_more=len(found) > PAGE,
        counts=whistle_counts(actor),
    )


def whistle_counts(actor: Actor) -> dict[str, int]:
    """Return how many whistles each tab holds, none counted beyond the cap."""
    mine = whistles_for(actor)
    ended = mine.filter(state=WhistleState.ENDED.value).values("pk")[: COUNT_MOST + 1].count()
    running = mine.exclude(state=WhistleState.ENDED.value)
    by_state = dict(running.order_by().values_list("state").annotate(Count("pk")))
    counts = {tab.value: sum(by_state.get(state, 0) for state in states) for tab, states in STATES_OF.items()}
    return counts | {WhistleTab.DONE.value: ended}


def _calls(whistles: Sequence[UUID]) -> dict[UUID, list[Call]]:
    found: dict[UUID, list[Call]] = {}
    related = ("unit__kind", "refusal", "result", "better_unit", "escalated_to")
    for call in Call.objects.filter(whistle__in=whistles).select_related(*related).order_by("pk"):
        found.setdefault(call.whistle_id, []).append(call)
    for calls in found.values():
        calls.sort(key=lambda call: (call.role != rules.Part.LEAD, call.pk))
    return found


def _row(whistle: Whistle, calls: Sequence[Call], now: datetime) -> WhistleRow:
    live = [call for call in calls if call.state in rules.LIVE]
    dues = [due for call in live if (due := parts.owes(call)) is not None]
    due_at = min(dues, default=None)
    called = _kind_of(calls)
    return WhistleRow(
        id=whistle.pk,
        case_id=whistle.case_id,
        number=whistle.case.number,
        title=whistle.case.title,
        is_example=whistle.case.is_example,
        round=whistle.round,
        caller=whistle.caller.short_name,
        caller_kind=whistle.caller.kind.name,
        caller_kind_en=whistle.caller.kind.name_en,
        called_kind=called.name if called else "",
        called_kind_en=called.name_en if called else "",
        units=tuple(
            CalledUnit(
                call.unit.code,
                call.unit.short_name,
                call.role == rules.Part.LEAD,
                CallState(call.state),
            )
            for call in live
        ),
        state=WhistleState(whistle.state),
        ask=whistle.ask.text,
        item_code=whistle.item.code if whistle.item else "",
        item_name=whistle.item.name if whistle.item else "",
        off_list=whistle.off_list,
        raised_at=whistle.raised_at,
        due_at=due_at,
        is_late=due_at is not None and due_at < now,
    )


def _kind_of(calls: Sequence[Call]) -> UnitKind | None:
    return calls[0].unit.kind if calls else None


def whistle_page(actor: Actor, whistle_id: UUID, *, now: datetime) -> WhistlePage:
    """Return the page of one whistle.

    :raises NotFound: there is no such whistle for this actor
    """
    related = ("step", "caller__kind", "lead_unit", "item__edition", "ask", "summary")
    whistle = Whistle.objects.select_related(*related).filter(pk=whistle_id).first()
    if whistle is None:
        raise NotFound("没有这次吹哨")
    case = doors.case_to_see(actor, whistle.case_id)
    rounds = list(case.whistles.select_related("caller").order_by("round"))
    by_round = _calls([each.pk for each in rounds])
    calls = by_round.get(whistle.pk, [])
    return _page(actor, case, whistle, calls, rounds, by_round, now)


@dataclass(frozen=True, slots=True)
class _Sides:
    """What the sides of a whistle have said and may do, as far as the actor reads it."""

    open_to: Mapping[Act, tuple[Blocker, ...]]
    events: tuple[Event, ...]
    slots: tuple[Slot, ...]
    columns: tuple[CallColumn, ...]
    rulings: list[Ruling]


def _sides(actor: Actor, case: Case, whistle: Whistle, calls: list[Call], now: datetime) -> _Sides:
    rulings = list(
        Ruling.objects.filter(call__whistle=whistle)
        .select_related("superior", "unit", "words", "refuser")
        .order_by("-pk")
    )
    judged = list(Evaluation.objects.filter(whistle=whistle).select_related("judge", "judged").order_by("pk"))
    given = {Seat(each.judge_id, each.judged_id): each for each in judged}
    objected = {seat for seat, each in given.items() if each.objected_at}
    open_to = whistle_offers.offers_on(actor, case, whistle, calls, rulings, given=given, objected=objected)
    events = tuple(event for event in timeline_of(case) if "whistle" in event.facts)
    precedents = parts.precedents(whistle, rulings)
    called = {call.unit_id for call in calls}
    able = {
        act: whistle_offers.units_that_may(actor, act, case, called) if act in open_to else set()
        for act in _JUDGING
    }
    slots = parts.slots_of(
        actor, whistle, calls, given, may_give=able[Act.EVALUATE], may_object=able[Act.OBJECT]
    )
    columns = tuple(
        parts.column(actor, call, rulings, events, precedents, slots, able[Act.RULE], now) for call in calls
    )
    return _Sides(open_to, events, slots, columns, rulings)


def _page(
    actor: Actor,
    case: Case,
    whistle: Whistle,
    calls: list[Call],
    rounds: list[Whistle],
    by_round: Mapping[UUID, list[Call]],
    now: datetime,
) -> WhistlePage:
    sides = _sides(actor, case, whistle, calls, now)
    live = [call for call in calls if call.state in rules.LIVE]
    accepted = case.lead is not None and case.accepted_at is not None
    called = _kind_of(calls)
    beside = _on_the_case(actor, case, now) if whistle.ended_at is None else {}
    return WhistlePage(
        id=whistle.pk,
        case=case,
        round=whistle.round,
        state=WhistleState(whistle.state),
        caller=whistle.caller.short_name,
        caller_kind=whistle.caller.kind.name,
        caller_kind_en=whistle.caller.kind.name_en,
        called_kind=called.name if called else "",
        called_kind_en=called.name_en if called else "",
        ask=whistle.ask.text,
        item_code=whistle.item.code if whistle.item else "",
        item_name=whistle.item.name if whistle.item else "",
        edition=whistle.item.edition.name if whistle.item else "",
        item_is_example=whistle.item.is_example if whistle.item else False,
        off_list=whistle.off_list,
        off_list_why=whistle.off_list_why,
        grade=whistle.grade,
        raised_at=whistle.raised_at,
        report_due_at=min(
            (c.report_due_at for c in live if c.state == CallState.CALLING and c.report_due_at), default=None
        ),
        handle_due_at=min(
            (c.handle_due_at for c in live if not c.replied_at and c.handle_due_at), default=None
        ),
        summary=whistle.summary.text if whistle.summary else "",
        summed_up_at=whistle.summed_up_at,
        ended_at=whistle.ended_at,
        columns=tuple(column for column in sides.columns if column.state in rules.LIVE),
        released=tuple(column for column in sides.columns if column.state not in rules.LIVE),
        needs=parts.needs_of(case, whistle, live, sides.rulings),
        seal=parts.seal_of(whistle, sides.slots),
        rounds=tuple(
            parts.round_of(each, by_round.get(each.pk, [])) for each in rounds if each.pk != whistle.pk
        ),
        timeline=sides.events,
        offers=_offers(
            {**sides.open_to, **beside},
            replied=all(call.replied_at is not None for call in live if parts.is_mine(actor, call)),
        ),
        answerable=(case.lead if accepted and case.lead else case.first_unit).short_name,
        is_accepted=accepted,
        to_read=any(call.read_at is None and parts.is_mine(actor, call) for call in live),
    )


_FIRST: Final = (Act.RULE, Act.REPORT_IN, Act.REPLY, Act.SUM_UP, Act.END, Act.URGE, Act.EVALUATE, Act.OBJECT)


def _offers(open_to: Mapping[Act, tuple[Blocker, ...]], *, replied: bool) -> tuple[Offer, ...]:
    """Return the acts as buttons: the first that is possible and not yet done is the one to press."""
    wanted = [act for act in _FIRST if not (replied and act is Act.REPLY)]
    primary = next((act for act in wanted if act in open_to and not open_to[act]), None)
    return tuple(
        Offer(act, not missing, missing, act is primary)
        for act in Act
        if (missing := open_to.get(act)) is not None
    )


def _on_the_case(actor: Actor, case: Case, now: datetime) -> dict[Act, tuple[Blocker, ...]]:
    """Return the acts on the case itself that one wants while its whistle is open: a note, more time."""
    possible = possible_acts(State(case.state))
    wanted = [
        act for act in (Act.NOTE, Act.ASK_EXTENSION) if act in possible and policy.may(actor, act, case)
    ]
    clocked = clock.side_offers(actor, case, now) if Act.ASK_EXTENSION in wanted else {}
    return {act: clocked.get(act, ()) for act in wanted if act is Act.NOTE or act in clocked}


def rounds_of(case: Case, *, now: datetime) -> tuple[WhistleRow, ...]:
    """Return the whistles of a case its page has opened, the newest first; mostly there is none."""
    related = ("caller__kind", "item", "ask")
    found = list(Whistle.objects.filter(case=case).select_related(*related).order_by("-round"))
    if not found:
        return ()
    calls = _calls([whistle.pk for whistle in found])
    for whistle in found:
        whistle.case = case
    return tuple(_row(whistle, calls.get(whistle.pk, []), now) for whistle in found)
