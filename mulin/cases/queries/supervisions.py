"""Supervisions (督办): what they hold back, what can be done to them, the list, the collected notices."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, QuerySet

from mulin.cases import policy
from mulin.cases.models import Bulletin, Case, Supervision
from mulin.cases.rules.closing import Blocker, Missing
from mulin.cases.rules.lifecycle import FINAL, Act, State
from mulin.cases.rules.supervision import Stage
from mulin.kernel.actor import Actor, Grant
from mulin.kernel.errors import NotFound

PAGE: Final = 50
COUNT_MOST: Final = 1_000
ITEMS_MOST: Final = 5_000
READ: Final = "see_supervisions"


@dataclass(frozen=True, slots=True)
class SupervisionRow:
    """One supervision with its case; words only for who may see the case."""

    id: UUID
    case_id: UUID
    number: str
    title: str
    case_state: str
    unit: str
    stage: Stage
    raised_by: str  # the unit, or "" when the clock did it
    raised_at: datetime
    due_at: datetime
    is_late: bool
    why: str
    reply: str
    replied_at: datetime | None
    verdict: str
    verified_at: datetime | None
    returns: int
    bulletin: str


@dataclass(frozen=True, slots=True)
class SupervisionPage:
    """One page of a stage, and how many each stage holds (capped)."""

    rows: tuple[SupervisionRow, ...]
    page: int
    has_more: bool
    counts: Mapping[str, int]


def holds_closing(case: Case) -> tuple[Blocker, ...]:
    """Return what still holds the closing: every supervision that is not settled."""
    open_ones = case.supervisions_open
    return (Blocker(Missing.SUPERVISION, open_ones),) if open_ones else ()


def side_offers(actor: Actor, case: Case, now: datetime) -> Mapping[Act, tuple[Blocker, ...]]:
    """Return which acts on supervisions of ``case`` are open to ``actor``."""
    if State(case.state) in FINAL:
        return {}
    offers: dict[Act, tuple[Blocker, ...]] = {Act.SUPERVISE: ()}
    if not case.supervisions_open:
        return offers
    for each in open_items(case):
        if each.state == Stage.ASKED and any(grant.unit_id == each.unit_id for grant in actor.grants):
            offers[Act.REPLY_SUPERVISION] = ()
        if each.state == Stage.REPLIED and any(verifies(each, grant) for grant in actor.grants):
            offers[Act.VERIFY_SUPERVISION] = ()
    return offers


def verifies(item: Supervision, grant: Grant) -> bool:
    """Return whether a unit may re-check: who raised it or stands above; by the clock, any but the asked."""
    if grant.unit_id == item.unit_id:
        return False
    return item.raised_unit is None or item.raised_unit.path.startswith(grant.unit_path)


def open_items(case: Case) -> list[Supervision]:
    """Return the supervisions of ``case`` that are not settled, oldest first."""
    found = Supervision.objects.filter(case=case).exclude(state=Stage.SETTLED.value)
    return list(found.select_related("unit", "raised_unit", "asked", "reply").order_by("raised_at", "pk"))


def item_of(case: Case, supervision_id: UUID) -> Supervision:
    """Return one supervision of a locked case.

    :raises NotFound: the case has no such one
    """
    found = Supervision.objects.select_related("unit", "raised_unit").filter(pk=supervision_id, case=case)
    item = found.first()
    if item is None:
        raise NotFound("没有这条督办")
    return item


def _seen(actor: Actor) -> QuerySet[Supervision]:
    policy.require_anywhere(actor, READ)
    cases = Case.objects.filter(policy.seen_by(actor)).values("pk")
    return Supervision.objects.filter(case__in=cases)


def board(actor: Actor, *, stage: Stage | None, now: datetime, page: int = 1) -> SupervisionPage:
    """Return one page of the supervisions ``actor`` may see, the most pressing first.

    :raises NotAllowed: no post of the actor permits it
    """
    seen = _seen(actor)
    some = seen.order_by("-raised_at")[:COUNT_MOST]
    by_stage = Supervision.objects.filter(pk__in=some.values("pk")).values_list("state")
    counts = {stage.value: 0 for stage in Stage} | dict(by_stage.annotate(n=Count("pk")).order_by())
    found = seen.filter(state=stage.value) if stage else seen
    order = ("-raised_at", "pk") if stage in (None, Stage.SETTLED) else ("due_at", "pk")
    first = (page - 1) * PAGE
    rows = list(_full(found).order_by(*order)[first : first + PAGE + 1])
    return SupervisionPage(tuple(_row(row, now) for row in rows[:PAGE]), page, len(rows) > PAGE, counts)


def _full(found: QuerySet[Supervision]) -> QuerySet[Supervision]:
    return found.select_related("case", "unit", "raised_unit", "asked", "reply", "verdict", "bulletin")


def _row(item: Supervision, now: datetime) -> SupervisionRow:
    stage = Stage(item.state)
    return SupervisionRow(
        id=item.pk,
        case_id=item.case_id,
        number=item.case.number,
        title=item.case.title,
        case_state=item.case.state,
        unit=item.unit.short_name,
        stage=stage,
        raised_by=item.raised_unit.short_name if item.raised_unit else "",
        raised_at=item.raised_at,
        due_at=item.due_at,
        is_late=stage is Stage.ASKED and item.due_at < now,
        why=item.asked.text if item.asked else "",
        reply=item.reply.text if item.reply else "",
        replied_at=item.replied_at,
        verdict=item.verdict.text if item.verdict else "",
        verified_at=item.verified_at,
        returns=item.returns,
        bulletin=item.bulletin.title if item.bulletin else "",
    )


def raised_between(
    actor: Actor, *, since: datetime, until: datetime, now: datetime
) -> Iterator[SupervisionRow]:
    """Yield the supervisions raised in ``[since, until)`` that ``actor`` may see, for a notice or an export.

    :raises NotAllowed: no post of the actor permits it
    """
    found = _full(_seen(actor).filter(raised_at__gte=since, raised_at__lt=until))
    for item in found.order_by("unit__path", "raised_at", "pk").iterator(chunk_size=500):
        yield _row(item, now)


def not_yet_noticed(actor: Actor, *, since: datetime, until: datetime) -> list[UUID]:
    """Return the supervisions of a period that no collected notice holds yet."""
    found = _seen(actor).filter(raised_at__gte=since, raised_at__lt=until, bulletin=None)
    return list(found.order_by("raised_at", "pk").values_list("pk", flat=True)[:ITEMS_MOST])


def of_case(actor: Actor, case: Case, *, now: datetime) -> tuple[SupervisionRow, ...]:
    """Return the supervisions of a case its page has opened, the newest first, to whom it permits."""
    if not actor.may(READ):
        return ()
    found = list(_full(Supervision.objects.filter(case=case)).order_by("-raised_at", "pk")[:PAGE])
    for item in found:
        item.case = case
    return tuple(_row(item, now) for item in found)


def bulletins(actor: Actor, *, most: int = 50) -> list[dict[str, Any]]:
    """Return the newest collected notices with how many items each holds and how many are settled.

    :raises NotAllowed: no post of the actor permits it
    """
    policy.require_anywhere(actor, READ)
    found = list(Bulletin.objects.select_related("unit").order_by("-issued_at", "-pk")[:most])
    seen = _seen(actor).filter(bulletin__in=[each.pk for each in found])
    held: dict[int, dict[str, int]] = {}
    for bulletin, state, n in seen.values_list("bulletin", "state").annotate(n=Count("pk")).order_by():
        held.setdefault(bulletin, {})[state] = n
    return [
        {
            "id": each.pk,
            "title": each.title,
            "since": each.since,
            "until": each.until,
            "unit": each.unit.short_name,
            "issued_at": each.issued_at,
            "items": sum(held.get(each.pk, {}).values()),
            "settled": held.get(each.pk, {}).get(Stage.SETTLED.value, 0),
        }
        for each in found
    ]


def bulletin_rows(
    actor: Actor, bulletin_id: int, *, now: datetime
) -> tuple[Bulletin, Sequence[SupervisionRow]]:
    """Return a collected notice and its items as they stand now.

    :raises NotFound: there is none
    :raises NotAllowed: no post of the actor permits it
    """
    bulletin = Bulletin.objects.select_related("unit").filter(pk=bulletin_id).first()
    if bulletin is None:
        raise NotFound("没有这份通报")
    found = _full(_seen(actor).filter(bulletin=bulletin)).order_by("unit__path", "raised_at", "pk")
    return bulletin, [_row(item, now) for item in found[:ITEMS_MOST]]
