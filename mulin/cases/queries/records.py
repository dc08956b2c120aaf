"""What a year of whistles said of each department from below (下对上考核, S-108): means of ten and more only.

The departments stand in the order of the tree, never in that of their means.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from mulin.cases import policy
from mulin.cases.models import Case
from mulin.cases.queries.completion import PAGE, SEE
from mulin.cases.rules.rates import LEAST
from mulin.kernel.actor import Actor, Relation
from mulin.kernel.errors import BadInput, NotAllowed, NotPossible

UNITS_MOST: Final = 500
# Who whistled judges whom it called. A year is that of the opening: once it is over, nothing comes to it.
_GIVEN: Final = """
from cases_evaluation e
join cases_whistle w on w.id = e.whistle_id and w.caller_id = e.judge_id
join cases_whistlestep step on step.id = w.step_id
join people_unit unit on unit.id = e.judged_id
join people_unitkind kind on kind.code = unit.kind_id and kind.family = 'department'
where w.opened_at >= %(since)s and w.opened_at < %(until)s
    and (%(everywhere)s or e.judged_id = any(%(own)s) or unit.path like any(%(below)s))
"""
_RECORDS: Final = f"""
with given as (
    select e.id, e.judged_id, unit.code, unit.short_name, unit.path, e.scores, e.objected_at, step.scale
    {_GIVEN}
)
select judged_id, code, short_name, count(*), count(objected_at),
    (select coalesce(jsonb_agg(jsonb_build_array(aspect, scale, n, mean) order by aspect, scale), '[]') from (
        select aspect, one.scale, count(*) as n, round(avg(score::numeric), 2) as mean
        from given one cross join lateral jsonb_each_text(one.scores) as s (aspect, score)
        where one.judged_id = given.judged_id group by aspect, one.scale) as told)
from given group by judged_id, code, short_name, path order by path limit %(most)s
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Aspect:
    """How a department was found in one aspect: the mean on a scale from one to ``scale``."""

    name: str
    scale: int
    count: int
    mean: float | None


@dataclass(frozen=True, slots=True)
class Record:
    """The year of one department; ``aspects`` without means while they would tell a single judgement."""

    unit_id: int
    code: str
    name: str
    count: int
    objected: int
    aspects: tuple[Aspect, ...]
    is_own: bool

    @property
    def is_hidden(self) -> bool:
        """Return whether there are too few evaluations for anything to be told."""
        return self.count < LEAST


def year_of(year: int) -> Mapping[str, datetime]:
    """Return when a year begins and ends.

    :raises BadInput: it is none of these centuries
    """
    if not 2000 <= year <= 2200:
        raise BadInput("年份不对", where="year")
    since, until = (timezone.make_aware(datetime(each, 1, 1)) for each in (year, year + 1))  # noqa: DTZ001
    return {"since": since, "until": until}


def records(actor: Actor, *, year: int, now: datetime) -> tuple[Record, ...]:
    """Return the records of a year: of the departments below the actor's posts, and of the actor's own.

    The judged read their own means when the year is over: each new one would give away what was given.

    :raises BadInput: it is no year
    """
    asked = _asked(actor, year)
    with connection.cursor() as cursor:
        cursor.execute(_RECORDS, {**asked, "most": UNITS_MOST})
        rows = cursor.fetchall()
    over = asked["until"] <= now
    return tuple(_record(row, own=row[0] in asked["own"], over=over) for row in rows)


def _asked(actor: Actor, year: int) -> dict[str, Any]:
    """Return the span of a year, and whose records the actor may see."""
    grants = [grant for grant in actor.grants if grant.relations(SEE)]
    return {
        **year_of(year),
        "everywhere": any(Relation.ANY in grant.relations(SEE) for grant in grants),
        "own": [grant.unit_id for grant in actor.grants],
        "below": [f"{grant.unit_path}%" for grant in grants],
    }


def _record(row: tuple[Any, ...], *, own: bool, over: bool) -> Record:
    unit_id, code, name, count, objected, aspects = row
    told = count >= LEAST and (over or not own)
    return Record(
        unit_id,
        code,
        name,
        count,
        objected,
        tuple(
            Aspect(aspect, scale, n, float(mean) if told and n >= LEAST else None)
            for aspect, scale, n, mean in json.loads(aspects)
        ),
        own,
    )


def cases_judged(actor: Actor, *, year: int, unit: str, page: int = 1) -> tuple[UUID, ...]:
    """Return the cases in whose whistles a department was judged, newest first, a page and one more.

    :raises NotAllowed: no post of the actor permits to see figures, or it is the actor's own unit
    :raises NotPossible: there are fewer than ten that the actor may know of
    """
    policy.require_anywhere(actor, SEE)
    seen = Case.objects.filter(policy.seen_by(actor)).values("pk")
    with connection.cursor() as cursor:
        statement = f"select e.judged_id, w.case_id {_GIVEN} and unit.code = %(unit)s"
        cursor.execute(statement, {**_asked(actor, year), "unit": unit})
        rows = cursor.fetchall()
    if {judged for judged, _case in rows} & {grant.unit_id for grant in actor.grants}:
        raise NotAllowed("评价不对被评单位逐件公开")
    if len(rows) < LEAST:
        raise NotPossible("不足 10 份，不逐件显示")
    first = (page - 1) * PAGE
    ids = Case.objects.filter(pk__in={case for _judged, case in rows}).filter(pk__in=seen)
    return tuple(ids.order_by("-pk").values_list("pk", flat=True)[first : first + PAGE + 1])
