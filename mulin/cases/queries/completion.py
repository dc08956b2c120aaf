"""How much was completed (办结率, S-103): a cohort as it stood at a moment, so the answer stays the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from mulin.cases import policy
from mulin.cases.models import Case
from mulin.cases.queries.handovers import place_then
from mulin.cases.rules.rates import percent
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput
from mulin.people.models import Unit
from mulin.people.queries.units import ancestors_in_time

SEE: Final = "see_rates"
PAGE: Final = 50
DAYS_MOST: Final = 366  # one question is about a year at most


class Count(StrEnum):
    """A number of the completion table; each opens exactly the cases it counts."""

    RECEIVED = "received"
    CLOSED = "closed"
    OPEN = "open"
    ON_TIME = "on_time"
    LATE = "late"
    WAIVED = "late_waived"
    NO_LIMIT = "no_limit"
    REOPENED = "reopened"
    DECLINED = "declined"
    EXCLUDED = "excluded"


_TAKEN: Final = "not excluded and state not in ('merged', 'declined', 'under_review')"
_DONE: Final = "not excluded and state = 'closed'"
WHERE: Final[Mapping[Count, str]] = {
    Count.RECEIVED: _TAKEN,
    Count.CLOSED: _DONE,
    Count.OPEN: f"{_TAKEN} and state <> 'closed'",
    # In time or late is the result handed in, not the check and the closing after it (K29).
    Count.ON_TIME: f"{_DONE} and handled_at <= due_at",
    Count.LATE: f"{_DONE} and handled_at > due_at and not waived",
    Count.WAIVED: f"{_DONE} and handled_at > due_at and waived",
    Count.NO_LIMIT: f"{_DONE} and due_at is null",
    Count.REOPENED: f"{_TAKEN} and reopened > 0",
    Count.DECLINED: "not excluded and state in ('declined', 'under_review')",
    Count.EXCLUDED: "excluded and state <> 'merged'",
}

# What has not moved since the moment asked about stands in its row: what ended before, and what is open with
# no entry since. Of the others the ledger tells.
_STOOD: Final = """
with cohort (id, state, handled_at, closed_at, due_at, reopened, excluded_at, waived_at, place) as ({cohort}),
asked as materialized (
    select *, %(present)s or (state in ('closed', 'declined', 'merged') and closed_at < %(as_of)s)
        or (closed_at is null and coalesce(%(as_of)s > (
            select max(e.at) from ledger_entry e
            where e.subject = cohort.id::text and e.subject_kind = 'case'), false)) as quiet
    from cohort
),
moment as (
    select id, place, excluded_at, waived_at, state, handled_at, due_at, reopened from asked where quiet
    union all
    select id, place, excluded_at, waived_at, coalesce(told.state, 'received'), told.handled_at,
           coalesce(told.due_at, asked.due_at), coalesce(told.reopened, 0)
    from asked cross join lateral (
        select (array_agg(facts->>'after' order by e.id desc) filter (where facts ? 'after'))[1] as state,
               max(e.at) filter (where e.kind = 'case.finished') as handled_at,
               (array_agg(facts->'moved'->>'due_at' order by e.id desc)
                   filter (where facts->'moved' ? 'due_at'))[1]::timestamptz as due_at,
               count(*) filter (where e.kind = 'case.reopened') as reopened
        from ledger_entry e
        where e.subject = asked.id::text and e.subject_kind = 'case' and e.at < %(as_of)s
    ) told where not asked.quiet
),
stood as (
    select id, place, state, handled_at, due_at, reopened,
           coalesce(excluded_at < %(as_of)s, false) as excluded,
           coalesce(waived_at < %(as_of)s, false) as waived
    from moment
)
"""


@dataclass(frozen=True, slots=True)
class Period:
    """The days a figure is about, and the moment it is told as of: by default their end, never the future."""

    since: datetime
    until: datetime
    as_of: datetime

    @classmethod
    def of(
        cls, since: datetime, until: datetime, *, now: datetime, as_of: datetime | None = None
    ) -> "Period":
        """Return a period told as of its end, or as of ``as_of``.

        :raises BadInput: it ends before it begins, or is longer than a year
        """
        if until <= since:
            raise BadInput("结束要晚于开始", where="until")
        if until - since > timedelta(days=DAYS_MOST, hours=1):  # an hour: clocks may have been put back
            raise BadInput("一次最多看 %(days)d 天", where="until", days=DAYS_MOST)
        return cls(since, until, min(now, as_of or until))


@dataclass(frozen=True, slots=True)
class Completion:
    """The numbers of one line: the whole, or one street."""

    code: str
    name: str
    counts: Mapping[Count, int]

    @property
    def rate(self) -> str:
        """Return closed ÷ received in per cent."""
        return percent(self.counts[Count.CLOSED], self.counts[Count.RECEIVED])

    @property
    def on_time(self) -> str:
        """Return closed in time ÷ closed with a limit that counts; what has no limit is in neither."""
        on_time = self.counts[Count.ON_TIME]
        return percent(on_time, on_time + self.counts[Count.LATE])

    @property
    def reopened(self) -> str:
        """Return reopened ÷ received."""
        return percent(self.counts[Count.REOPENED], self.counts[Count.RECEIVED])


def completion(actor: Actor, period: Period, *, now: datetime) -> tuple[Completion, ...]:
    """Return the whole the actor may see, then each street; asked again, the digits are the same.

    :raises NotAllowed: no post of the actor permits to see figures
    """
    policy.require_anywhere(actor, SEE)
    columns = ", ".join(f"count(*) filter (where {where})" for where in WHERE.values())
    rows = _asked(actor, period, f"select place, {columns} from stood group by place", now=now)  # noqa: S608
    streets = street_names()
    sums: dict[tuple[str, str], list[int]] = {}
    whole = [0] * len(WHERE)
    for place, *numbers in rows:
        held = sums.setdefault(streets.get(place, ("", "")), [0] * len(WHERE))
        for index, number in enumerate(numbers):
            held[index] += number
            whole[index] += number
    lines = [
        Completion(*street, dict(zip(WHERE, held, strict=True))) for street, held in sorted(sums.items())
    ]
    return (Completion("", "", dict(zip(WHERE, whole, strict=True))), *lines)


def cases_counted(
    actor: Actor, period: Period, count: Count, *, street: str = "", now: datetime, page: int = 1
) -> tuple[UUID, ...]:
    """Return the ids of exactly the cases a number counts, newest first, a page of them and one more.

    :raises NotAllowed: no post of the actor permits to see figures
    """
    policy.require_anywhere(actor, SEE)
    within = [pk for pk, (code, _) in street_names().items() if code == street] if street else []
    question = f"select id from stood where {WHERE[count]}"  # noqa: S608 - our own words
    question += " and place = any(%(within)s)" if street else ""
    question += " order by id desc limit %(most)s offset %(first)s"
    rows = _asked(actor, period, question, now=now, within=within, most=PAGE + 1, first=(page - 1) * PAGE)
    return tuple(row[0] for row in rows)


def _asked(
    actor: Actor, period: Period, question: str, *, now: datetime, **more: Any
) -> list[tuple[Any, ...]]:
    seen = Case.objects.filter(
        policy.seen_by(actor), reported_at__gte=period.since, reported_at__lt=period.until
    ).values_list(
        "pk", "state", "handled_at", "closed_at", "due_at", "reopened", "excluded_at", "late_waived_at",
        place_then("reported_at"),
    )  # fmt: skip
    cohort, named = said_out(seen)
    with connection.cursor() as cursor:
        cursor.execute(
            _STOOD.replace("{cohort}", cohort) + question,
            {**named, "as_of": period.as_of, "present": period.as_of >= now, **more},
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def said_out(cases: QuerySet[Case, Any]) -> tuple[str, dict[str, Any]]:
    """Return a question about cases as a part of a longer statement, with the values it names."""
    sql, values = cases.query.sql_with_params()
    named = {f"p{number}": value for number, value in enumerate(values)}
    return sql % tuple(f"%({name})s" for name in named), named


def street_names() -> dict[int | None, tuple[str, str]]:
    """Return code and name of the street around each unit, as the tree stands."""
    streets = {unit.pk: (unit.code, unit.name) for unit in Unit.objects.filter(kind="street")}
    return {
        unit: streets[ways[0].ancestor_id]
        for unit, ways in ancestors_in_time("street").items()
        if ways[0].ancestor_id in streets
    }
