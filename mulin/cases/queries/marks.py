"""What counts for or against a unit after closing, what was appealed, what is left out; who may act."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from mulin.cases import policy
from mulin.cases.models import Appeal, Case, Exclusion, Phrase, Visit
from mulin.cases.rules.aftercare import AppealState, ExclusionState, Mark, Satisfied, Solved, has_mark
from mulin.cases.rules.closing import Blocker, Missing
from mulin.cases.rules.lifecycle import Act, State
from mulin.kernel.actor import Actor


def bad_visits(case: Case, *, round_: int) -> QuerySet[Visit]:
    """Return the visits that count against the lead: of a round, and of the one before, which they ended."""
    bad = Q(solved=Solved.NO.value) | Q(satisfied=Satisfied.NO.value)
    rounds = (round_, round_ - 1)
    return Visit.objects.filter(
        bad, case=case, round__in=rounds, done_at__isnull=False, waived_at__isnull=True
    )


def was_late(case: Case) -> bool:
    """Return whether the result was handed in after the deadline (K29): the raw fact, appeal or not."""
    return case.due_at is not None and case.handled_at is not None and case.handled_at > case.due_at


def marks_of(case: Case) -> frozenset[Mark]:
    """Return the marks of a closed case that still count."""
    late = was_late(case) and case.late_waived_at is None
    bad = bad_visits(case, round_=case.reopened).count()
    return frozenset(mark for mark in Mark if has_mark(mark, was_late=late, bad_visits=bad))


@dataclass(frozen=True, slots=True)
class After:
    """What stands beside a closed case: visits to make, appeals, exclusions, marks."""

    visits: tuple[Visit, ...] = ()
    appeals: tuple[Appeal, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    late: bool = False

    def to_make(self, actor: Actor) -> Visit | None:
        """Return the visit-back the actor's units are to make, if there is one."""
        own = {grant.unit_id for grant in actor.grants if grant.relations(Act.VISIT)}
        return next((v for v in self.visits if v.done_at is None and v.unit_id in own), None)

    def running(self, state: AppealState) -> Appeal | None:
        """Return the appeal that waits for its review, or for its decision."""
        return next((appeal for appeal in self.appeals if appeal.state == state), None)

    def proposed(self) -> Exclusion | None:
        """Return the exclusion that waits for its second person."""
        return next((one for one in self.exclusions if one.state == ExclusionState.PROPOSED), None)


def after_of(case: Case) -> After:
    """Return what stands beside ``case``; nothing is asked while it was never closed."""
    if case.state != State.CLOSED and not case.reopened:
        return After()
    units = ("unit", "reviewed_unit")
    return After(
        visits=tuple(Visit.objects.filter(case=case).select_related("unit").order_by("opened_at")),
        appeals=tuple(Appeal.objects.filter(case=case).select_related(*units).order_by("asked_at")),
        exclusions=tuple(Exclusion.objects.filter(case=case).select_related("unit").order_by("proposed_at")),
        late=was_late(case),
    )


def side_offers(actor: Actor, case: Case, now: datetime) -> Mapping[Act, tuple[Blocker, ...]]:
    """Return the acts of after-care open to ``actor``; before closing there are none."""
    if case.state != State.CLOSED:
        return {}
    after = after_of(case)
    found: dict[Act, tuple[Blocker, ...]] = {}
    if after.to_make(actor) is not None:
        found[Act.VISIT] = ()
    appealed = {appeal.mark for appeal in after.appeals if appeal.round == case.reopened}
    if any(grant.relations(Act.APPEAL) for grant in actor.grants) and marks_of(case) - appealed:
        found[Act.APPEAL] = ()
    asked, reviewed = after.running(AppealState.ASKED), after.running(AppealState.REVIEWED)
    if asked is not None:
        found[Act.REVIEW_APPEAL] = _another(actor, case, Act.REVIEW_APPEAL, asked)
    if reviewed is not None:
        found[Act.DECIDE_APPEAL] = _another(actor, case, Act.DECIDE_APPEAL, reviewed)
    proposed = after.proposed()
    if proposed is not None:
        same = actor.account_id == proposed.proposed_by_id
        grant = policy.grant_for(actor, Act.CONFIRM_EXCLUSION, case)
        same = same or (grant is not None and grant.post == proposed.proposed_post)
        found[Act.CONFIRM_EXCLUSION] = (Blocker(Missing.SECOND_PERSON),) if same else ()
    elif case.excluded_at is None:
        found[Act.EXCLUDE] = ()
    return found


def _another(actor: Actor, case: Case, act: Act, appeal: Appeal) -> tuple[Blocker, ...]:
    """Return whether somebody else of another unit is needed."""
    grant = policy.grant_for(actor, act, case)
    unit_id = grant.unit_id if grant is not None else None
    spoke = {(appeal.asked_by_id, appeal.unit_id), (appeal.reviewed_by_id, appeal.reviewed_unit_id)}
    if any(actor.account_id == who or unit_id == unit for who, unit in spoke if unit is not None):
        return (Blocker(Missing.SECOND_PERSON),)
    return ()


def waiting(actor: Actor, *, most: int = 100) -> tuple[tuple[Appeal, ...], tuple[tuple[Exclusion, str], ...]]:
    """Return the appeals and exclusions of cases the actor may see that wait, the oldest first."""
    seen = Case.objects.filter(policy.seen_by(actor))
    appeals = Appeal.objects.filter(state__in=("asked", "reviewed"), case__in=seen)
    exclusions = Exclusion.objects.filter(state=ExclusionState.PROPOSED.value, case__in=seen)
    said = dict(Phrase.objects.filter(kind="exclusion").values_list("code", "text"))
    return (
        tuple(appeals.select_related("case", "unit").order_by("asked_at")[:most]),
        tuple(
            (one, said.get(one.reason, one.reason))
            for one in exclusions.select_related("case", "unit").order_by("proposed_at")[:most]
        ),
    )
