"""Judging a new case: register, place, match, merge, dispatch, decline."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F

from mulin.cases.actions import clockwork, moves, whistle_moves
from mulin.cases.models import Assignment, Case, Photo, Report
from mulin.cases.queries import calls as asking
from mulin.cases.queries import doors, routing, supervisions, whistle_offers
from mulin.cases.queries.routing import Why
from mulin.cases.rules import closing
from mulin.cases.rules.dispatch import NoRule
from mulin.cases.rules.holds import Cause
from mulin.cases.rules.lifecycle import FINAL, Act, State
from mulin.catalogue import queries as catalogue
from mulin.kernel.actor import SYSTEM, Actor, Relation
from mulin.kernel.errors import BadInput, NotAllowed, NotPossible
from mulin.kernel.statements import Kept
from mulin.ledger.actions import record, whole
from mulin.people.models import Unit

_GIVE = (
    "insert into cases_assignment (case_id, unit_id, role, given_unit_id, given_at, why, return_reason)"
    " values "
)
UNSETTLED = frozenset({State.RECEIVED.value, State.REGISTERED.value})


@whole
def register_case(*, case_id: UUID, version: int | None = None, actor: Actor, now: datetime) -> Case:
    """Take a case on (立案) before it is clear who deals with it.

    :raises NotFound: there is no such case for this actor
    :raises NotAllowed: the case does not lie on a desk of theirs
    :raises ImpossibleAct: it was taken on already
    """
    move = moves.begin(Act.REGISTER, case_id=case_id, version=version, actor=actor, now=now)
    move.save(registered_at=now)
    move.record("registered")
    return move.case


@whole
def correct_place(
    *,
    case_id: UUID,
    lon: float | None,
    lat: float | None,
    address: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Say where a case really is; one not yet dispatched goes to the desk of the new place.

    :raises BadInput: neither a point nor an address was given, or half a point
    """
    if lon is None and lat is None and not address.strip():
        raise BadInput("请给出位置或地址", where="address")
    if (lon is None) != (lat is None):
        raise BadInput("经度和纬度要一起给", where="longitude" if lon is None else "latitude")
    move = moves.begin(Act.LOCATE, case_id=case_id, version=version, actor=actor, now=now)
    case, settings = move.case, doors.settings()
    located = routing.locate(lon=lon, lat=lat, address=address, now=now)
    chain = routing.chain_at(located)
    place_unit = chain[0] if chain else None
    desk = case.desk
    if case.state in UNSETTLED:
        desk = routing.intake_desk(chain, settings)
    was = case.place_unit_id
    move.save(
        lon=lon,
        lat=lat,
        address=address.strip(),
        place=located.as_json(),
        place_unit=place_unit,
        compound_code=located.compound_code,
        in_compound=_goes_compound(case, located.compound_code),
        desk=desk,
    )
    move.record("placed", was=was, place=case.place_unit_id, outcome=located.outcome.value, desk=desk.pk)
    return case


def _goes_compound(case: Case, compound_code: str) -> bool:
    """Return whether the case runs as 三单一访: a matter of the compound, inside one (S-086, S-087)."""
    return bool(compound_code) and case.item is not None and case.item.in_compound


@whole
def match_item(*, case_id: UUID, item: str, version: int | None = None, actor: Actor, now: datetime) -> Case:
    """Match a case to an item of the list in force; the suggestion it overrules is kept.

    :raises NotFound: no item of the edition in force has this code
    """
    move = moves.begin(Act.MATCH, case_id=case_id, version=version, actor=actor, now=now)
    case = move.case
    was = case.item.code if case.item else ""
    case.item = catalogue.item_in_force(item, on=routing.today(now))
    changes: dict[str, object] = {
        "item": case.item,
        "module": case.item.module,
        "in_compound": _goes_compound(case, case.compound_code),
    }
    promised = case.due_at
    if case.dispatched_at is not None:
        settings = doors.settings()
        limit, source = moves.limit_of(case, settings)
        changes |= clockwork.bind_milestones(move, settings, dispatched_at=case.dispatched_at)
        changes |= clockwork.anew(
            case, cause=Cause.ITEM, settings=settings, now=now, limit=limit, source=source
        )
    move.save(**changes)
    move.record(
        "matched",
        was=was,
        item=item,
        suggested=str(case.suggestion.get("code", "")),
        promised=promised.isoformat() if promised else "",
    )
    return case


@whole
def merge_case(
    *,
    case_id: UUID,
    into: UUID,
    reason: str,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Link a duplicate: its reports, each with its own code, move to ``into`` and are answered there (S-072).

    :raises BadInput: no reason was given, or a case was to be merged into itself
    :raises NotPossible: the other case is over
    :raises NotYet: a whistle or a supervision of this one is open
    """
    reason = moves.words(reason, where="reason", most=300)
    if into == case_id:
        raise BadInput("不能并入自己", where="into")
    # Both rows in one order whoever merges which, so that two dispatchers cannot deadlock.
    for pk in sorted((case_id, into)):
        doors.case_to_change(actor, pk)
    move = moves.begin(Act.MERGE, case_id=case_id, version=version, actor=actor, now=now)
    target = doors.case_to_change(actor, into)
    if target.state in FINAL:
        raise NotPossible("要并入的事项已经结束")
    closing.require(_holds(move.case))
    remark = move.say(reason)
    changes = _settle(move, None, remark.pk)
    moved = Report.objects.filter(case=move.case).update(case=target)
    Photo.objects.filter(case=move.case).update(case=target)
    Case.objects.filter(pk=target.pk).update(report_count=F("report_count") + moved, version=F("version") + 1)
    Assignment.objects.filter(case=move.case, ended_at__isnull=True).update(ended_at=now)
    move.save(merged_into=target, report_count=0, closed_at=now, **changes)
    move.record("merged", into=str(target.pk), reports=moved)
    record(
        "case.joined",
        subject=target.pk,
        actor=actor,
        at=now,
        as_unit=move.unit_id,
        merged=str(case_id),
        reports=moved,
        after=target.state,
        version=target.version + 1,
    )
    return move.case


@whole
def dispatch_case(
    *,
    case_id: UUID,
    lead: str | None,
    assist: Sequence[str] = (),
    notify: Sequence[str] = (),
    reason: str = "",
    precedent: int | None = None,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> Case:
    """Send a case to the unit that deals with it: by the dispatch table, or by hand with a reason.

    A case that was returned twice is sent by the common superior, whose choice is a ruling (S-099).

    :param lead: unit code of the lead (主办); ``None`` follows the table, assist and notify included
    :param precedent: an earlier ruling the choice leans on; kept with its reason
    :raises NoRule: the table was to decide and has no row for this case
    :raises NotAllowed: the unit lies outside the dispatcher's branch and the table does not name it
    :raises BadInput: another unit than the table's was chosen without a reason
    """
    move = moves.begin(Act.DISPATCH, case_id=case_id, version=version, actor=actor, now=now)
    case = move.case
    chosen, assisting, notified, why = _chosen(
        move, lead=lead, assist=assist, notify=notify, reason=reason.strip()
    )
    if precedent is not None:
        why = {**why, "precedent": asking.precedent_number(precedent)}
    if move.before is State.DISPATCHED:
        Assignment.objects.filter(case=case, ended_at__isnull=True).update(ended_at=now)
    _give_parts(move, why, lead=(chosen,), assist=assisting, notify=notified)
    changes: dict[str, object] = {
        "lead": chosen,
        "desk": chosen,
        "dispatcher_id": move.unit_id,
        "registered_at": case.registered_at or now,
        **(_settle(move, chosen, move.say(reason).pk if reason else None) if case.rulings_open else {}),
    }
    if case.dispatched_at is None:  # the first promise stands, however often the ball comes back
        settings = move.settings
        limit, source = moves.limit_of(case, settings)
        changes |= {
            "dispatched_at": now,
            **clockwork.due(case, settings, start=now, limit=limit, source=source),
            **clockwork.bind_milestones(move, settings, dispatched_at=now),
        }
    move.save(**changes)
    move.record(
        "dispatched",
        to=chosen.pk,
        assist=[unit.pk for unit in assisting],
        notify=[unit.pk for unit in notified],
        how=why["how"],
        line=why.get("line"),
    )
    return case


def _holds(case: Case) -> tuple[closing.Blocker, ...]:
    """Return what must be settled before a case may end without a result."""
    return whistle_offers.holds_closing(case) + supervisions.holds_closing(case)


def _settle(move: moves.Move, unit: Unit | None, said: int | None) -> dict[str, object]:
    """Settle what the common superior was asked about a case returned twice; return the columns to change."""
    if not move.case.rulings_open:
        return {}
    whistle_moves.settle_return(move, unit=unit, said=said)
    return {"rulings_open": 0}


def _give_parts(move: moves.Move, why: Mapping[str, object], **units: Sequence[Unit]) -> None:
    """Write down who has which part from now on; said out plainly, as every dispatch does it."""
    reason = json.dumps(why, ensure_ascii=False)
    values: list[Any] = []
    for role, named in units.items():
        for unit in named:
            values += (move.case.pk, unit.pk, role, move.unit_id, move.now, reason)
    with connection.cursor() as cursor:
        rows = ", ".join(["(%s, %s, %s, %s, %s, %s, '')"] * (len(values) // 6))
        cursor.execute(Kept(_GIVE + rows), values)


def _chosen(
    move: moves.Move, *, lead: str | None, assist: Sequence[str], notify: Sequence[str], reason: str
) -> tuple[Unit, tuple[Unit, ...], tuple[Unit, ...], Why]:
    """Return lead, assisting and notified units with the reason to store."""
    try:
        table = routing.route(move.case, settings=move.settings, now=move.now)
    except NoRule:
        if lead is None:
            raise
        table = None
    if lead is None and table is not None:
        return table.lead, table.assist, table.notify, table.why
    chosen, *others = routing.units_by_code([str(lead), *assist, *notify])
    by_table = table is not None and table.lead.pk == chosen.pk
    if not by_table:
        _require_within(move, chosen)
        if not reason:
            raise BadInput("和派遣表不一样，请写明为什么", where="reason")
    why: Why = table.why if table is not None and by_table else {"how": "hand"}
    why = {**why, "reason": reason}
    if table is not None and not by_table:
        why["instead_of"] = table.lead.code
    return chosen, tuple(others[: len(assist)]), tuple(others[len(assist) :]), why


def _require_within(move: moves.Move, unit: Unit) -> None:
    """Refuse a unit that is not at or below the dispatcher's own; upwards and sideways one whistles."""
    if move.actor == SYSTEM:
        return
    for grant in move.actor.grants:
        relations = grant.relations(Act.DISPATCH)
        if Relation.ANY in relations or (relations and unit.path.startswith(grant.unit_path)):
            return
    raise NotAllowed("只能派给本单位和下级单位；派遣表里的单位除外")


@whole
def decline_case(
    *, case_id: UUID, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Case:
    """Refuse a case (不予受理); the reason is the answer to everybody who reported it (S-063).

    :raises BadInput: no reason was given
    :raises NotYet: a record beside it, such as a whistle, is open
    """
    reason = moves.words(reason, where="reason", most=300)
    move = moves.begin(Act.DECLINE, case_id=case_id, version=version, actor=actor, now=now)
    closing.require(_holds(move.case))
    remark = move.say(reason, public=True)
    changes = _settle(move, None, remark.pk)
    Report.objects.filter(case=move.case, answered_at__isnull=True).update(
        answer=reason, answered_at=now, answered_unit=move.unit_id
    )
    move.save(
        decline_reason=reason,
        closed_at=now,
        handled_by_id=actor.staff_id,
        **changes,
    )
    move.record("declined", said=remark.pk)
    return move.case
