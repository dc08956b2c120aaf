"""Mediation (调解) over the API: its acts, what of it may be seen, how many ended how."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import AfterValidator, BaseModel, Field

from mulin.api import answers, said, shown
from mulin.api.auth import StaffRequest
from mulin.cases.actions import mediating
from mulin.cases.queries import mediations
from mulin.cases.queries.doors import case_to_see
from mulin.cases.rules.mediation import Consent, Ending, MediationStage, Party

if TYPE_CHECKING:
    from mulin.cases.models import Case

router = Router(tags=["mediation"])
Id = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


class MediationProposed(said.ActSaid):
    """Whose mediators are asked: the community's, unless a unit above it is named."""

    unit: Annotated[str, Field(max_length=40, pattern=r"^[0-9A-Za-z_.\-]*$")] = ""


class ConsentSaid(said.ActSaid):
    """Which party agreed, and how; the second yes opens the file."""

    mediation_id: Id
    party: Party = Field(strict=False)
    how: Consent = Field(strict=False)


class SessionSaid(said.ActSaid):
    """When and where both met, and what was said: sealed at once."""

    mediation_id: Id
    at: datetime | None = Field(None, strict=False, description="not before both agreed; now if left out")
    place: Annotated[str, Field(min_length=1, max_length=80), AfterValidator(said.storable)]
    text: said.Words


class AgreementSaid(said.ActSaid):
    """What both agreed on: sealed at once."""

    mediation_id: Id
    text: said.Words


class EndingSaid(said.ActSaid):
    """Why it ends without an agreement; nobody is the worse for it."""

    mediation_id: Id
    ending: Ending = Field(strict=False)


class SessionShown(shown.Shown):
    """When and where."""

    at: datetime
    place: str


class InsideShown(shown.Shown):
    """What only the file's mediators see."""

    first_at: datetime | None
    first_how: str
    second_at: datetime | None
    second_how: str
    ending: str
    sessions: list[SessionShown]


class MediationShown(shown.Shown):
    """That a mediation runs, or how it ended; `inside` only for its mediators."""

    id: UUID
    stage: MediationStage
    unit: shown.UnitShown
    asked_at: datetime
    opened_at: datetime | None
    settled_at: datetime | None
    due_at: datetime | None = Field(description="binds the staff, never the parties")
    inside: InsideShown | None


class MediationsShown(shown.Shown):
    """The mediations of a case, oldest first."""

    mediations: list[MediationShown]


class SessionWordsShown(SessionShown):
    """A session with what was said."""

    words: str


class FileShown(shown.Shown):
    """What a file holds; the look is on record."""

    sessions: list[SessionWordsShown]
    agreement: str


class OutcomesShown(shown.Shown):
    """How many mediations ended in a period, and how; below ten they are not split."""

    ended: int
    counts: dict[str, int] | None = Field(description="by `agreed`, `not_agreed`, `ended`")


class MediatedShown(shown.Shown):
    """Exactly the cases a number counts, a page of fifty."""

    cases: list[UUID]
    page: int
    has_more: bool


class PeriodAsked(BaseModel):
    """The days a figure is about; both count."""

    since: date = Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))
    until: date = Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))

    def bounds(self) -> dict[str, datetime]:
        """Return the period as the queries know it."""
        days = {"since": self.since, "until": self.until + timedelta(days=1)}
        return {name: timezone.make_aware(datetime.combine(day, time())) for name, day in days.items()}


def _act(
    request: StaffRequest, case_id: UUID, act: Callable[..., "Case"], body: said.ActSaid, **more: Any
) -> HttpResponse:
    def done() -> dict[str, object]:
        now = timezone.now()
        return shown.brief(act(case_id=case_id, version=body.version, actor=request.auth, now=now, **more))

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.post(
    "/cases/{uuid:case_id}/propose_mediation", response=shown.CaseBrief, operation_id="propose_mediation"
)
def propose_mediation(request: StaffRequest, case_id: UUID, body: MediationProposed) -> HttpResponse:
    """Propose a mediation (调解); it begins only when both parties agree."""
    return _act(request, case_id, mediating.propose_mediation, body, unit=body.unit)


@router.post("/cases/{uuid:case_id}/record_consent", response=shown.CaseBrief, operation_id="record_consent")
def record_consent(request: StaffRequest, case_id: UUID, body: ConsentSaid) -> HttpResponse:
    """Write down that a party agreed; who the party is stands nowhere."""
    act = partial(mediating.record_consent, mediation_id=UUID(body.mediation_id))
    return _act(request, case_id, act, body, party=body.party, how=body.how)


@router.post("/cases/{uuid:case_id}/hold_session", response=shown.CaseBrief, operation_id="hold_session")
def hold_session(request: StaffRequest, case_id: UUID, body: SessionSaid) -> HttpResponse:
    """Write down a session of an open mediation."""
    act = partial(mediating.hold_session, mediation_id=UUID(body.mediation_id), at=body.at)
    return _act(request, case_id, act, body, place=body.place, text=body.text)


@router.post(
    "/cases/{uuid:case_id}/record_agreement", response=shown.CaseBrief, operation_id="record_agreement"
)
def record_agreement(request: StaffRequest, case_id: UUID, body: AgreementSaid) -> HttpResponse:
    """Write down what both agreed on; the mediation is over."""
    act = partial(mediating.record_agreement, mediation_id=UUID(body.mediation_id))
    return _act(request, case_id, act, body, text=body.text)


@router.post("/cases/{uuid:case_id}/end_mediation", response=shown.CaseBrief, operation_id="end_mediation")
def end_mediation(request: StaffRequest, case_id: UUID, body: EndingSaid) -> HttpResponse:
    """End a mediation without an agreement: not agreed, a party left, court, referred."""
    act = partial(mediating.end_mediation, mediation_id=UUID(body.mediation_id))
    return _act(request, case_id, act, body, ending=body.ending)


@router.get("/cases/{uuid:case_id}/mediations", response=MediationsShown, operation_id="read_mediations")
def read_mediations(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Read that a mediation runs, or how it ended; its mediators read a little more."""
    rows = mediations.rows_of(request.auth, case_to_see(request.auth, case_id))
    return answers.answer({"mediations": [_shown(row) for row in rows]})


def _shown(row: mediations.MediationRow) -> dict[str, Any]:
    inside = row.inside
    return {
        "id": row.id,
        "stage": row.stage,
        "unit": {"code": row.unit_code, "name": row.unit},
        "asked_at": row.asked_at,
        "opened_at": row.opened_at,
        "settled_at": row.settled_at,
        "due_at": row.due_at,
        "inside": inside
        and {
            "first_at": inside.first_at,
            "first_how": inside.first_how,
            "second_at": inside.second_at,
            "second_how": inside.second_how,
            "ending": inside.ending,
            "sessions": [{"at": at, "place": place} for at, place in inside.sessions],
        },
    }


@router.post(
    "/cases/{uuid:case_id}/mediations/{uuid:mediation_id}/consult",
    response=FileShown,
    operation_id="consult_mediation",
)
def consult_mediation(request: StaffRequest, case_id: UUID, mediation_id: UUID) -> HttpResponse:
    """Read what a file holds, as one of its mediators; the look is on record.

    Never answered from a receipt: looking again is looking again.
    """
    file = mediating.consult_mediation(
        case_id=case_id, mediation_id=mediation_id, actor=request.auth, now=timezone.now()
    )
    return answers.answer(
        {
            "sessions": [{"at": one.at, "place": one.place, "words": one.words} for one in file.sessions],
            "agreement": file.agreement,
        }
    )


@router.get("/figures/mediations", response=OutcomesShown, operation_id="read_mediation_figures")
def read_mediation_figures(request: StaffRequest, asked: Annotated[PeriodAsked, Query()]) -> HttpResponse:
    """Read how many mediations ended in a period, and how; below ten they are not split."""
    found = mediations.outcomes(request.auth, **asked.bounds())
    counts = {stage.value: number for stage, number in found.counts.items()}
    return answers.answer({"ended": found.ended, "counts": counts if found.is_shown else None})


@router.get("/figures/mediations/cases", response=MediatedShown, operation_id="read_mediated_cases")
def read_mediated_cases(
    request: StaffRequest,
    asked: Annotated[PeriodAsked, Query()],
    outcome: Annotated[MediationStage | None, Query()] = None,
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> HttpResponse:
    """Read exactly the cases a number of mediations counts."""
    found = mediations.cases_mediated(request.auth, outcome=outcome, page=page, **asked.bounds())
    most = mediations.PAGE
    return answers.answer({"cases": found[:most], "page": page, "has_more": len(found) > most})
