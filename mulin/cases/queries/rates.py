"""The three rates (三率) over valid visit-backs, and the residents' own ratings: only ten and more."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from mulin.cases import policy
from mulin.cases.models import Case, Rating, Report, Visit, VisitPlan
from mulin.cases.queries.completion import PAGE, SEE, Period, street_names
from mulin.cases.queries.script import formulas
from mulin.cases.rules.aftercare import Satisfied, Solved, VisitOutcome, VisitWhy
from mulin.cases.rules.rates import FormulaRow, Rate, ThreeRates, Visits, change, hidden, share, three_rates
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotAllowed, NotPossible

# Who was drawn by lot, and every case of a compound; whoever complains again is no sample of anything.
COUNTED: Final = (VisitWhy.SAMPLE.value, VisitWhy.COMPOUND.value)


class VisitCount(StrEnum):
    """A number of the three rates; each opens exactly the cases it counts."""

    VALID = "valid"
    RESPONDED = "responded"
    SOLVED = "solved"
    PARTLY = "partly"
    SATISFIED = "satisfied"
    BASIC = "basic"
    NOT_REACHED = "not_reached"
    REFUSED = "refused"


_VALID: Final = Q(outcome=VisitOutcome.CONTACTED.value)
WHERE: Final[Mapping[VisitCount, Q]] = {
    VisitCount.VALID: _VALID,
    VisitCount.RESPONDED: _VALID & Q(responded=True),
    VisitCount.SOLVED: _VALID & Q(solved=Solved.YES.value),
    VisitCount.PARTLY: _VALID & Q(solved=Solved.PARTLY.value),
    VisitCount.SATISFIED: _VALID & Q(satisfied=Satisfied.YES.value),
    VisitCount.BASIC: _VALID & Q(satisfied=Satisfied.BASIC.value),
    VisitCount.NOT_REACHED: Q(outcome=VisitOutcome.NOT_REACHED.value),
    VisitCount.REFUSED: Q(outcome=VisitOutcome.REFUSED.value),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: the whole, or one street; ``hidden`` when somebody could be picked out of it."""

    code: str
    name: str
    visits: Visits
    rates: ThreeRates
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Rates:
    """The three rates of a period with what they were computed from."""

    formula: FormulaRow
    whole: Line
    streets: tuple[Line, ...]
    not_reached: int
    refused: int


@dataclass(frozen=True, slots=True)
class Ratings:
    """What residents rated themselves: satisfied ÷ rated, and how many of those answered did (S-107)."""

    answered: int
    rated: int
    solved: Rate
    satisfied: Rate

    @property
    def response(self) -> Rate:
        """Return rated ÷ answered."""
        return share(self.rated, self.answered)


@dataclass(frozen=True, slots=True)
class Wave:
    """One plan as a survey wave, and how satisfaction changed since the one before (S-114)."""

    plan: VisitPlan
    visits: Visits
    satisfaction: Rate
    change: tuple[str, str] | None = None


def rates(actor: Actor, period: Period) -> Rates:
    """Return the three rates of the visit-backs made in a period, by the formula of its last day.

    :raises NotAllowed: no post of the actor permits to see figures
    :raises NotPossible: no formula was published by then
    """
    policy.require_anywhere(actor, SEE)
    formula = formula_on(period)
    made = _made(actor, period)
    lines = made.values("case__place_unit").annotate(
        **{f"n_{name.value}": Count("pk", filter=where) for name, where in WHERE.items()}
    )
    streets = street_names()
    sums: dict[tuple[str, str], Visits] = {}
    whole, not_reached, refused = Visits(), 0, 0
    for line in lines.order_by():
        numbers: Mapping[str, Any] = line
        visits = _visits(numbers)
        key = streets.get(numbers["case__place_unit"], ("", ""))
        sums[key] = sums.get(key, Visits()) + visits
        whole += visits
        not_reached += numbers["n_not_reached"]
        refused += numbers["n_refused"]
    found = [Line(*key, visits, three_rates(visits, formula)) for key, visits in sorted(sums.items())]
    small = hidden([line.visits.valid for line in found])
    told = tuple(replace(line, is_hidden=index in small) for index, line in enumerate(found))
    total = Line("", "", whole, three_rates(whole, formula), is_hidden=0 < whole.valid < 10)
    return Rates(formula, total, told, not_reached, refused)


def _visits(line: Mapping[str, Any]) -> Visits:
    names = ("valid", "responded", "solved", "partly", "satisfied", "basic")
    return Visits(**{name: line[f"n_{name}"] for name in names})


def formula_on(period: Period) -> FormulaRow:
    """Return the edition in force on the last day of a period.

    :raises NotPossible: none was published by then
    """
    last = timezone.localtime(period.until - timedelta(microseconds=1)).date()
    found = next((row for row in formulas() if row.from_on <= last), None)
    if found is None:
        raise NotPossible("还没有发布三率公式：请先导入资料包")
    return found


def _made(actor: Actor, period: Period) -> QuerySet[Visit]:
    """Return the visits that count: made in the period, their case not left out, their mark not waived."""
    seen = Case.objects.filter(policy.seen_by(actor))
    made = Visit.objects.filter(
        done_at__gte=period.since, done_at__lt=min(period.until, period.as_of), why__in=COUNTED
    ).exclude(outcome="")
    made = made.exclude(waived_at__lt=period.as_of).exclude(case__excluded_at__lt=period.as_of)
    return made.filter(case__in=seen)


def cases_visited(
    actor: Actor, period: Period, count: VisitCount, *, street: str = "", page: int = 1
) -> tuple[UUID, ...]:
    """Return the ids of exactly the cases a number counts, a page of them and one more.

    :raises NotAllowed: the actor may not see figures, or is among those judged
    :raises NotPossible: there are fewer than ten, somebody could be picked out
    """
    found = rates(actor, period)
    line = next((each for each in (found.whole, *found.streets) if each.code == street), found.whole)
    if line.is_hidden or not line.visits.valid:
        raise NotPossible("不足 10 份，不逐件显示")
    made = _made(actor, period).filter(WHERE[count])
    if street:
        made = made.filter(
            case__place_unit__in=[pk for pk, (code, _) in street_names().items() if code == street]
        )
    own = [grant.unit_id for grant in actor.grants]
    if made.filter(case__assignments__role="lead", case__assignments__unit__in=own).exists():
        raise NotAllowed("里面有本单位承办的事项，评价不对承办单位公开")
    first = (page - 1) * PAGE
    ids = made.order_by("-case_id").values_list("case_id", flat=True).distinct()
    return tuple(ids[first : first + PAGE + 1])


def ratings(actor: Actor, period: Period) -> Ratings:
    """Return what residents rated of the cases reported in a period; silence is not satisfaction.

    :raises NotAllowed: no post of the actor permits to see figures
    """
    policy.require_anywhere(actor, SEE)
    seen = Case.objects.filter(
        policy.seen_by(actor), reported_at__gte=period.since, reported_at__lt=period.until
    ).exclude(excluded_at__lt=period.as_of)
    answered = Report.objects.filter(case__in=seen, answered_at__lt=period.as_of).count()
    given = Rating.objects.filter(
        report__case__in=seen, at__lt=period.as_of, round=F("report__case__reopened")
    )
    counted = given.aggregate(
        n_rated=Count("pk"),
        n_solved=Count("pk", filter=Q(solved=True)),
        n_satisfied=Count("pk", filter=Q(satisfied=True)),
    )
    rated = counted["n_rated"]
    return Ratings(answered, rated, share(counted["n_solved"], rated), share(counted["n_satisfied"], rated))


def waves(actor: Actor, *, most: int = 12) -> tuple[Wave, ...]:
    """Return the samples drawn by the actor's units as waves of a survey, newest first.

    :raises NotAllowed: no post of the actor permits to see figures
    """
    policy.require_anywhere(actor, SEE)
    own = [grant.unit_id for grant in actor.grants]
    plans = list(VisitPlan.objects.filter(unit__in=own).order_by("-at")[:most])
    made = Visit.objects.filter(plan__in=plans, waived_at__isnull=True, case__excluded_at__isnull=True)
    lines = made.values("plan").annotate(
        **{f"n_{name.value}": Count("pk", filter=where) for name, where in WHERE.items()}
    )
    visits = {line["plan"]: _visits(line) for line in lines.order_by()}
    every = formulas()
    found: list[Wave] = []
    for plan in reversed(plans):
        formula = next((row for row in every if row.from_on <= timezone.localtime(plan.at).date()), None)
        if formula is None:
            continue
        counted = visits.get(plan.pk, Visits())
        rate = three_rates(counted, formula).satisfaction
        before = found[-1].satisfaction if found else None
        found.append(Wave(plan, counted, rate, change(before, rate) if before else None))
    return tuple(reversed(found))
