"""What the acts on whistles ask: the step in force, who can be called, returns, precedents, who is silent."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from mulin.cases.models import (
    Alarm,
    Assignment,
    Call,
    Case,
    Evaluation,
    Ruling,
    Settings,
    Whistle,
    WhistleStep,
)
from mulin.cases.queries import plain, routing
from mulin.cases.rules import whistles as rules
from mulin.cases.rules.whistles import Body, CallState, StepRow
from mulin.kernel.errors import NotFound
from mulin.people.models import Unit

_IN_FORCE: Final = """
where caller_kind = %s
  and from_on = (select max(from_on) from cases_whistlestep where from_on <= %s)
order by line
"""


@dataclass(frozen=True, slots=True)
class Precedent:
    """A ruling that may be cited: what the superior said when it was last asked the like."""

    id: int
    ruled_at: datetime
    outcome: rules.RulingOutcome
    case_number: str
    whistle_id: UUID | None
    item_code: str
    asker: str
    refuser: str
    unit: str  # whose it became; "" when released
    unit_code: str
    superior: str
    rule_cited: str
    words: str


def steps_for(kind: str, on: date) -> list[WhistleStep]:
    """Return what a unit of ``kind`` may whistle for, by the table in force."""
    return plain.rows(WhistleStep, _IN_FORCE, [kind, on])


def step_rows(on: date) -> list[StepRow]:
    """Return the whole table in force on a day, as rows."""
    newest = WhistleStep.objects.filter(from_on__lte=on).order_by("-from_on").values("from_on")[:1]
    return [
        StepRow(
            line=step.line,
            caller_kind=step.caller_kind,
            called_kinds=tuple(step.called_kinds),
            report_value=step.report_value,
            report_kind=step.report_kind,
            handle_value=step.handle_value,
            handle_kind=step.handle_kind,
            ruling_value=step.ruling_value,
            ruling_kind=step.ruling_kind,
            evaluate_value=step.evaluate_value,
            evaluate_kind=step.evaluate_kind,
            aspects=tuple(step.aspects),
            scale=step.scale,
            is_example=step.is_example,
        )
        for step in WhistleStep.objects.filter(from_on__in=newest).order_by("line")
    ]


def body(unit: Unit) -> Body:
    """Return a unit as the rules see it; its kind must be at hand."""
    return Body(unit.pk, unit.kind_id, unit.path, unit.kind.family == "territory")


def units_by_code(codes: Iterable[str]) -> tuple[Unit, ...]:
    """Return the running units with these codes with their kinds, in the order asked.

    :raises NotFound: naming the first code nobody has
    """
    codes = list(codes)
    found = Unit.objects.select_related("kind").filter(code__in=codes, until_on__isnull=True)
    known = {unit.code: unit for unit in found}
    for code in codes:
        if code not in known:
            raise NotFound("没有编码为 %(code)s 的单位", code=code)
    return tuple(known[code] for code in codes)


def callable_units(caller: Unit, *, on: date, most: int = 400) -> tuple[Unit, ...]:
    """Return the units ``caller`` may call today: what the whistle's form offers."""
    kinds = {kind for step in steps_for(caller.kind_id, on) for kind in step.called_kinds}
    around = [int(part) for part in caller.path.split("/") if part]
    chain = Unit.objects.filter(pk__in=around).values_list("path", flat=True)
    beside = Q(pk__in=around)
    for path in chain:
        beside |= Q(path__regex=rf"^{path}\d+/$")
    found = Unit.objects.select_related("kind").filter(beside, kind__in=kinds, until_on__isnull=True)
    own = body(caller)
    units = [unit for unit in found.order_by("kind__rank", "code") if rules.may_call(own, body(unit), kinds)]
    return tuple(units[:most])


def whistle_of(case: Case, whistle_id: UUID) -> Whistle:
    """Return a whistle of a case that is locked already.

    :raises NotFound: it is not one of this case
    """
    whistle = Whistle.objects.select_related("step").filter(pk=whistle_id, case=case).first()
    if whistle is None:
        raise NotFound("这件事项里没有这次吹哨")
    return whistle


def calls_of(whistle: Whistle) -> list[Call]:
    """Return the calls of a whistle in the order they were made."""
    return list(Call.objects.filter(whistle=whistle).select_related("unit").order_by("pk"))


def evaluations_of(whistle: Whistle) -> list[Evaluation]:
    """Return what was judged so far, content and all: for acts, never for a page."""
    return list(Evaluation.objects.filter(whistle=whistle).order_by("pk"))


def seats(whistle: Whistle, calls: Iterable[Call]) -> tuple[rules.Seat, ...]:
    """Return who judges whom in a whistle."""
    return rules.seats_of(whistle.caller_id, [(call.unit_id, CallState(call.state)) for call in calls])


def superior_of(units: Iterable[Unit], *, fallback: Unit) -> Unit:
    """Return the nearest unit above all of ``units``, else the city's fallback desk (属地兜底)."""
    path = rules.common_superior([unit.path for unit in units])
    ids = [int(part) for part in path.split("/") if part]
    found = Unit.objects.filter(pk=ids[-1], until_on__isnull=True).first() if ids else None
    return found or fallback


def returns_between(case: Case, one: int, other: int) -> int:
    """Return how often ``case`` went back between two bodies: returned dispatches and refused calls."""
    pair = (one, other)
    dispatched = Assignment.objects.filter(
        case=case, role="lead", returned_at__isnull=False, unit__in=pair, given_unit__in=pair
    ).count()
    refused = Call.objects.filter(
        whistle__case=case, refused_at__isnull=False, unit__in=pair, whistle__caller__in=pair
    ).count()
    return dispatched + refused


def is_ruled_to(case: Case, unit_id: int) -> bool:
    """Return whether the common superior put ``case`` with this unit: it may not return it again."""
    newest = Ruling.objects.filter(case=case, call__isnull=True, ruled_at__isnull=False).order_by("-pk")
    return newest.values_list("unit_id", flat=True).first() == unit_id


def open_ruling(case: Case) -> Ruling | None:
    """Return the ruling that a case returned twice waits for."""
    return Ruling.objects.filter(case=case, call__isnull=True, ruled_at__isnull=True).first()


def ruling_of(case: Case, ruling_id: int) -> Ruling:
    """Return a ruling of a case that is locked already.

    :raises NotFound: it is not one of this case
    """
    related = Ruling.objects.select_related("call__unit", "call__whistle__step")
    ruling = related.filter(pk=ruling_id, case=case, call__isnull=False).first()
    if ruling is None:
        raise NotFound("这件事项里没有这次裁定")
    return ruling


def pauses_of(call: Call) -> tuple[tuple[datetime, datetime | None], ...]:
    """Return when a call's clock stood still, from its rulings."""
    spells = Ruling.objects.filter(call=call).values_list("asked_at", "ruled_at")
    return rules.pauses_of(list(spells))


_NAMED: Final = ("case", "call", "asker", "refuser", "unit", "superior", "words")


def precedents_for(*, item: str = "", units: Collection[int] = (), most: int = 5) -> tuple[Precedent, ...]:
    """Return earlier rulings on an item, or on what these units refused, newest first."""
    like = Q(pk__isnull=True)
    if item:
        like |= Q(item_code=item)
    if units:
        like |= Q(refuser__in=list(units), item_code=item) if item else Q(refuser__in=list(units))
    found = Ruling.objects.filter(like, ruled_at__isnull=False).select_related(*_NAMED)
    return tuple(precedent(ruling) for ruling in found.order_by("-ruled_at")[:most])


def precedent(ruling: Ruling) -> Precedent:
    """Return a ruling as it is cited."""
    return Precedent(
        id=ruling.pk,
        ruled_at=ruling.ruled_at or ruling.asked_at,
        outcome=rules.RulingOutcome(ruling.outcome),
        case_number=ruling.case.number,
        whistle_id=ruling.call.whistle_id if ruling.call else None,
        item_code=ruling.item_code,
        asker=ruling.asker.short_name,
        refuser=ruling.refuser.short_name,
        unit=ruling.unit.short_name if ruling.unit else "",
        unit_code=ruling.unit.code if ruling.unit else "",
        superior=ruling.superior.short_name,
        rule_cited=ruling.rule_cited,
        words=ruling.words.text if ruling.words else "",
    )


def precedent_number(ruling_id: int) -> int:
    """Return the id of a ruling that may be cited.

    :raises NotFound: nobody has ruled so
    """
    if not Ruling.objects.filter(pk=ruling_id, ruled_at__isnull=False).exists():
        raise NotFound("没有这个先例")
    return ruling_id


def calls_overdue(now: datetime, *, most: int = 1_000) -> QuerySet[Call]:
    """Return the called units that are silent past their term and were not escalated yet, oldest first."""
    silent = Call.objects.filter(
        state=CallState.CALLING.value, escalated_at__isnull=True, report_due_at__lt=now
    )
    return silent.select_related("whistle", "unit").order_by("report_due_at", "pk")[:most]


def rulings_overdue(now: datetime, *, most: int = 1_000) -> QuerySet[Ruling]:
    """Return the rulings nobody gave in time and whose miss is not noted yet, oldest first."""
    clock = Concat(Value("ruling:"), Cast(OuterRef("pk"), CharField()))
    noted = Alarm.objects.filter(case=OuterRef("case"), clock=clock, due_at=OuterRef("due_at"))
    waiting = Ruling.objects.filter(~Exists(noted), ruled_at__isnull=True, due_at__lt=now)
    return waiting.select_related("superior").order_by("due_at", "pk")[:most]


def sealed_past_term(now: datetime, *, most: int = 1_000) -> list[Whistle]:
    """Return the ended whistles whose evaluations are still sealed although their term is over."""
    found = Whistle.objects.filter(ended_at__isnull=False, opened_at__isnull=True, evaluate_until__lte=now)
    return list(found.order_by("evaluate_until", "pk")[:most])


def unit_above(unit: Unit) -> Unit | None:
    """Return the running unit above, or nothing at the root."""
    path = rules.above(unit.path)
    return Unit.objects.filter(path=path, until_on__isnull=True).first() if path else None


def fallback(settings: Settings) -> Unit:
    """Return the desk of what no place and no tree leads to."""
    return routing.fallback_desk(settings)


def unit_of(unit_id: int) -> Unit:
    """Return a unit with its kind."""
    return Unit.objects.select_related("kind").get(pk=unit_id)


def today(now: datetime) -> date:
    """Return the city's day."""
    return routing.today(now)
