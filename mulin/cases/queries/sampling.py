"""Who may be drawn for a visit-back: closed cases of a period with somebody who agreed to be rung."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from mulin.cases import policy
from mulin.cases.models import Case, Report, Visit, VisitPlan
from mulin.cases.rules import sampling
from mulin.cases.rules.lifecycle import State
from mulin.cases.rules.sampling import Sample
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotPossible
from mulin.people.models import Unit
from mulin.people.queries.units import ancestors_in_time

COHORT_MOST: Final = 200_000
_VOICES: Final = """
select distinct on (c.id) c.id, r.id, c.place_unit_id, c.module, r.channel
from cases_case c
join people_unit place on place.id = c.place_unit_id
left join (cases_report r join people_contact k on k.id = r.contact_id and k.may_call and k.erased_at is null)
       on r.case_id = c.id
where c.state = 'closed' and c.closed_at >= %(since)s and c.closed_at < %(until)s and c.excluded_at is null
  and place.path like %(path)s
  and not exists (select 1 from cases_assignment a
                  where a.case_id = c.id and a.role = 'lead' and a.unit_id = %(unit)s)
  and not exists (select 1 from cases_visit v
                  where v.case_id = c.id and v.round = c.reopened and v.why = 'sample')
order by c.id, r.received_at nulls last
limit %(most)s
"""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The voices that may be drawn, each with its stratum: street, module, channel."""

    voices: dict[str, tuple[UUID, tuple[str, ...]]]  # case → report, stratum
    unreachable: int

    @property
    def digest(self) -> str:
        """Return a fingerprint of the list: who draws again can see that it is the same one."""
        return hashlib.sha256("\n".join(sorted(self.voices)).encode()).hexdigest()

    def rows(self, chosen: Collection[str]) -> list[tuple[Case, Report]]:
        """Return the chosen cases with the voice to ask."""
        cases = Case.objects.in_bulk([UUID(key) for key in chosen])
        reports = Report.objects.in_bulk([self.voices[key][0] for key in chosen])
        return [(cases[UUID(key)], reports[self.voices[key][0]]) for key in chosen]


def cohort(unit: Unit, *, since: datetime, until: datetime) -> Cohort:
    """Return what a unit may draw from: closed in ``[since, until)`` in its territory, not led by itself.

    :raises BadInput: the period is empty, or holds more than anybody can ask
    """
    if until <= since:
        raise BadInput("结束要晚于开始", where="until")
    with connection.cursor() as cursor:
        values: dict[str, str | int | datetime] = {
            "since": since,
            "until": until,
            "path": f"{unit.path}%",
            "unit": unit.pk,
            "most": COHORT_MOST + 1,
        }
        cursor.execute(_VOICES, values)
        found = cursor.fetchall()
    if len(found) > COHORT_MOST:
        raise BadInput("这段时间超过 %(most)d 件，请选短一些", where="since", most=COHORT_MOST)
    streets = _streets()
    voices: dict[str, tuple[UUID, tuple[str, ...]]] = {
        str(case): (report, (streets.get(place, ""), module, channel))
        for case, report, place, module, channel in found
        if report is not None
    }
    return Cohort(voices, len(found) - len(voices))


def _streets() -> dict[int, str]:
    codes = dict(Unit.objects.filter(kind="street").values_list("pk", "code"))
    return {unit: codes.get(ways[0].ancestor_id, "") for unit, ways in ancestors_in_time("street").items()}


def drawn(cohort: Cohort, *, wanted: int, seed: str) -> Sample:
    """Return the sample that ``seed`` draws."""
    listed = ((key, stratum) for key, (_, stratum) in cohort.voices.items())
    return sampling.draw(listed, size=wanted, seed=seed)


def plans_for(actor: Actor, *, most: int = 50) -> tuple[VisitPlan, ...]:
    """Return the plans of the actor's units, newest first."""
    own = [grant.unit_id for grant in actor.grants]
    return tuple(VisitPlan.objects.filter(unit__in=own).select_related("unit").order_by("-at")[:most])


def visits_for(actor: Actor, *, now: datetime, most: int = 100) -> tuple[Visit, ...]:
    """Return the visit-backs the actor's units still have to make, the most pressing first."""
    own = [grant.unit_id for grant in actor.grants]
    return tuple(_open().filter(unit__in=own).order_by("due_at", "pk")[:most])


def _open() -> QuerySet[Visit]:
    closed = Case.objects.filter(pk=OuterRef("case_id"), state=State.CLOSED.value)
    waiting = Visit.objects.filter(Exists(closed), done_at__isnull=True)
    return waiting.select_related("case__place_unit", "case__lead", "case__item", "report__contact", "unit")


def coming_visit(report: Report, case: Case) -> Visit | None:
    """Return the visit-back a voice is to expect, if any."""
    waiting = Visit.objects.filter(report=report, round=case.reopened, done_at__isnull=True)
    return waiting.select_related("unit").order_by("due_at").first()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a draw would take, before anybody is rung."""

    cohort: int
    unreachable: int
    chosen: tuple[str, ...]
    strata: tuple[tuple[tuple[str, ...], int, int], ...]


def preview(actor: Actor, act: str, *, since: datetime, until: datetime, wanted: int, seed: str) -> Preview:
    """Return what the actor's unit would draw.

    :raises NotAllowed: no post of the actor permits ``act``
    :raises BadInput: as for drawing
    """
    unit_id = policy.require_anywhere(actor, act)
    if unit_id is None:
        raise NotPossible("回访计划要由岗位上的人来抽")
    found = cohort(Unit.objects.get(pk=unit_id), since=since, until=until)
    sample = drawn(found, wanted=wanted, seed=seed)
    strata = tuple((each.name, each.cases, each.drawn) for each in sample.strata)
    return Preview(len(found.voices), found.unreachable, sample.chosen, strata)
