"""Mediations (调解): what they hold back, who may do what, what others see of them, how many ended how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, QuerySet

from mulin.cases import policy
from mulin.cases.models import Case, Mediation, Settings
from mulin.cases.queries import routing
from mulin.cases.rules.closing import Blocker, Missing
from mulin.cases.rules.lifecycle import FINAL, Act, State
from mulin.cases.rules.mediation import LEAST, OUTCOMES, RUNNING, MediationStage, Party
from mulin.kernel.actor import Actor, Grant
from mulin.kernel.errors import NotFound, NotPossible
from mulin.people.models import Unit
from mulin.people.queries.holders import holders

PAGE: Final = 50
SEE: Final = "see_rates"
_WORK: Final[Mapping[MediationStage, tuple[Act, ...]]] = {
    MediationStage.PROPOSED: (Act.CONSENT, Act.END_MEDIATION),
    MediationStage.OPEN: (Act.HOLD_SESSION, Act.AGREE, Act.END_MEDIATION),
}


@dataclass(frozen=True, slots=True)
class SessionWords:
    """One session with its words: for the file's mediators only."""

    at: datetime
    place: str
    words: str

    def __repr__(self) -> str:  # a traceback or a log line must not say what was said
        return "SessionWords(…)"


@dataclass(frozen=True, slots=True)
class FileWords:
    """What a file holds: for its mediators only."""

    sessions: tuple[SessionWords, ...]
    agreement: str

    def __repr__(self) -> str:
        return "FileWords(…)"


@dataclass(frozen=True, slots=True)
class Inside:
    """What only the mediators see of a file without opening its words."""

    first_at: datetime | None
    first_how: str
    second_at: datetime | None
    second_how: str
    ending: str
    sessions: tuple[tuple[datetime, str], ...]


@dataclass(frozen=True, slots=True)
class MediationRow:
    """What everybody who sees the case sees: that a mediation runs or how it ended, and who mediates."""

    id: UUID
    stage: MediationStage
    unit: str
    unit_code: str
    asked_at: datetime
    opened_at: datetime | None
    settled_at: datetime | None
    due_at: datetime | None
    inside: Inside | None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How many mediations ended how in a period; below ten they are not split."""

    ended: int
    counts: Mapping[MediationStage, int]

    @property
    def is_shown(self) -> bool:
        """Return whether there are enough to be split."""
        return self.ended >= LEAST


def holds_closing(case: Case) -> tuple[Blocker, ...]:
    """Return what still holds the closing: a mediation that is not over."""
    return (Blocker(Missing.MEDIATION, case.mediations_open),) if case.mediations_open else ()


def side_offers(actor: Actor, case: Case, now: datetime) -> Mapping[Act, tuple[Blocker, ...]]:
    """Return which acts of mediation are open to ``actor``; one mediation runs at a time."""
    if State(case.state) in FINAL:
        return {}
    if not case.mediations_open:
        return {Act.PROPOSE_MEDIATION: ()}
    file = running(case)
    acts = _WORK[MediationStage(file.state)] if file else ()
    return {act: () for act in acts if any(may_do(grant, act, file) for grant in actor.grants)}


def may_do(grant: Grant, act: Act, file: Mediation | None) -> bool:
    """Return whether a post may: of the mediating unit; a mere proposal its proposer takes back."""
    if file is None:
        return False
    if act is Act.END_MEDIATION and file.state == MediationStage.PROPOSED:
        return grant.unit_id in (file.unit_id, file.asked_unit_id)
    return grant.unit_id == file.unit_id and bool(grant.relations(Act.HOLD_SESSION))


def running(case: Case) -> Mediation | None:
    """Return the mediation of ``case`` that is not over."""
    return Mediation.objects.filter(case=case, state__in=[stage.value for stage in RUNNING]).first()


def file_of(case: Case, mediation_id: UUID) -> Mediation:
    """Return one mediation of a locked case.

    :raises NotFound: the case has no such one
    """
    found = Mediation.objects.select_related("agreement").filter(pk=mediation_id, case=case).first()
    if found is None:
        raise NotFound("没有这份调解")
    return found


def given(file: Mediation) -> dict[Party, bool]:
    """Return which parties have agreed."""
    return {Party.FIRST: file.first_at is not None, Party.SECOND: file.second_at is not None}


def units_around(case: Case) -> list[Unit]:
    """Return the units whose mediators may be asked: around the place of the case, nearest first."""
    return routing.chain_of(case.place_unit) or routing.chain_of(case.desk)


def units_to_ask(case: Case, *, now: datetime) -> list[Unit]:
    """Return those of the units around a case that have a mediator today."""
    able = holders(Act.HOLD_SESSION, now=now)
    return [unit for unit in units_around(case) if unit.pk in able]


def usual(around: Sequence[Unit], settings: Settings) -> Unit | None:
    """Return whose mediators are asked unless somebody says otherwise: those of the community."""
    return routing.nearest(around, settings.check_kind) or next(iter(around), None)


def rows_of(actor: Actor, case: Case) -> tuple[MediationRow, ...]:
    """Return the mediations of a case, oldest first; what is inside only for their mediators."""
    found = Mediation.objects.filter(case=case).select_related("unit").prefetch_related("sessions")
    return tuple(_row(file, actor) for file in found.order_by("asked_at", "pk"))


def _row(file: Mediation, actor: Actor) -> MediationRow:
    inside = None
    if any(may_do(grant, Act.HOLD_SESSION, file) for grant in actor.grants):
        inside = Inside(
            file.first_at,
            file.first_how,
            file.second_at,
            file.second_how,
            file.ending,
            tuple(sorted((each.at, each.place) for each in file.sessions.all())),
        )
    return MediationRow(
        id=file.pk,
        stage=MediationStage(file.state),
        unit=file.unit.short_name,
        unit_code=file.unit.code,
        asked_at=file.asked_at,
        opened_at=file.opened_at,
        settled_at=file.settled_at,
        due_at=file.due_at,
        inside=inside,
    )


def _settled(actor: Actor, since: datetime, until: datetime) -> QuerySet[Mediation]:
    policy.require_anywhere(actor, SEE)
    seen = Case.objects.filter(policy.seen_by(actor)).values("pk")
    return Mediation.objects.filter(settled_at__gte=since, settled_at__lt=until, case__in=seen)


def outcomes(actor: Actor, *, since: datetime, until: datetime) -> Outcomes:
    """Return how the mediations settled in ``[since, until)`` ended, of the cases ``actor`` sees.

    :raises NotAllowed: no post of the actor permits to see figures
    """
    by_state = _settled(actor, since, until).values_list("state").annotate(n=Count("pk")).order_by()
    found = dict(by_state)
    counts = {stage: found.get(stage.value, 0) for stage in OUTCOMES}
    return Outcomes(sum(counts.values()), counts)


def cases_mediated(
    actor: Actor, *, outcome: MediationStage | None, since: datetime, until: datetime, page: int = 1
) -> tuple[UUID, ...]:
    """Return the ids of exactly the cases a number counts, a page of them and one more.

    :raises NotAllowed: no post of the actor permits to see figures
    :raises NotPossible: there are fewer than ten to split
    """
    if outcome is not None and not outcomes(actor, since=since, until=until).is_shown:
        raise NotPossible("不足 10 件，不按结果分开")
    found = _settled(actor, since, until)
    if outcome is not None:
        found = found.filter(state=outcome.value)
    first = (page - 1) * PAGE
    return tuple(
        found.order_by("-settled_at", "pk").values_list("case_id", flat=True)[first : first + PAGE + 1]
    )
