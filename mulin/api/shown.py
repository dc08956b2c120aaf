"""What the API answers: shapes for the contract and the tests; an answer is not validated a second time."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from mulin.cases.queries.clock_past import ClockHistory
from mulin.cases.queries.page import CasePage, Event, Offer, Part, Step, Voice
from mulin.cases.rules import lifecycle
from mulin.cases.rules.lifecycle import PublicStep, State
from mulin.places.rules.located import Outcome

if TYPE_CHECKING:
    from mulin.cases.models import Case, Photo
    from mulin.people.models import Unit


class Shown(BaseModel):
    """The base of every answer."""

    model_config = ConfigDict(extra="forbid")


class Done(Shown):
    """It was done."""

    done: bool


class UnitShown(Shown):
    """A unit by code and name."""

    code: str
    name: str


class ReportTaken(Shown):
    """A report has come in: keep the tracking code, it opens everything else."""

    tracking_code: str
    tracking_url: str
    received_at: datetime
    first_look_by: datetime | None


class PhotoTaken(Shown):
    """A photo was cleaned and waits three days to be cited in a report or a result."""

    photo: str
    width: int
    height: int


class CaseBrief(Shown):
    """Where a case stands."""

    id: UUID
    number: str
    title: str
    kind: str
    state: State
    step: PublicStep
    version: int
    item: str | None
    desk: UnitShown
    lead: UnitShown | None
    address: str
    report_count: int
    reported_at: datetime
    due_at: datetime | None


class PhotoShown(Shown):
    """A photo of a case."""

    digest: str
    phase: str
    at: datetime
    width: int
    height: int


class CaseShown(CaseBrief):
    """A case with all that hangs on it."""

    longitude: float | None
    latitude: float | None
    place: list[str]
    located: dict[str, Any]
    suggestion: dict[str, Any]
    due_why: dict[str, Any]
    clock_history: ClockHistory
    in_compound: bool
    reopened: int
    decline_reason: str
    reports: list[Voice]
    parts: list[Part]
    photos: list[PhotoShown]
    timeline: list[Event]
    offers: list[Offer]
    steps: list[Step]


class StaffReportTaken(Shown):
    """A report has come in by staff or another system."""

    tracking_code: str
    replayed: bool
    report_id: UUID
    case: CaseBrief


class ContactShown(Shown):
    """What the vault held; the look is on record."""

    phone: str
    name: str


class GrantShown(Shown):
    """One post and what it permits."""

    unit: str
    post: str
    acts: list[str]


class MeShown(Shown):
    """Who the token stands for."""

    account_id: int
    name: str
    posts: list[GrantShown]


class UnitRow(Shown):
    """A unit of the city."""

    id: int
    code: str
    kind: str
    name: str
    until_on: date | None


class UnitsShown(Shown):
    """One page of units."""

    units: list[UnitRow]
    page: int
    has_more: bool


class ItemShown(Shown):
    """One item of the list in force."""

    code: str
    name: str
    path: list[str]
    module: str
    lead_kind: str
    in_compound: bool
    limit_value: int
    limit_kind: str
    evidence: list[str]
    closing_standard: str
    checklist: list[str]
    is_public: bool
    is_example: bool


class ItemsShown(Shown):
    """The list in force."""

    items: list[ItemShown]


class DivisionShown(Shown):
    """A level of the official table around a place, and how the address wrote it."""

    level: str
    code: str
    name: str
    said: str


class CorrectionShown(Shown):
    """A piece of an address that was read as a name, and which error it holds."""

    written: str
    read: str
    kind: str


class LocatedShown(Shown):
    """Where a place lies: the outcome, the area it is sure of, the candidates, and why."""

    outcome: Outcome
    reason: dict[str, Any]
    area_code: str
    area_name: str
    area_kind: str
    unit_code: str
    chain: list[dict[str, str]]
    compound_code: str
    compound_name: str
    building_code: str
    stairwell_code: str
    dwelling: str
    candidates: list[dict[str, Any]]
    edge_metres: int | None
    edition_from: date | None
    synthetic: bool
    lon: float | None
    lat: float | None
    division: list[DivisionShown]
    confidence: float | None
    corrections: list[CorrectionShown]
    because: list[dict[str, Any]]


class EntryShown(Shown):
    """One thing that happened; ``facts`` hold nothing personal."""

    id: int
    at: datetime
    kind: str
    subject: str
    account_id: int
    unit_id: int | None
    facts: dict[str, Any]


class EntriesShown(Shown):
    """Entries in the order they became certain; ask again with ``cursor`` for what came after."""

    entries: list[EntryShown]
    cursor: str


def unit(shown: "Unit | None") -> dict[str, str] | None:
    """Return a unit by code and name."""
    return {"code": shown.code, "name": shown.name} if shown else None


def brief(case: "Case") -> dict[str, object]:
    """Return where ``case`` stands."""
    state = State(case.state)
    return {
        "id": case.pk,
        "number": case.number,
        "title": case.title,
        "kind": case.kind,
        "state": state,
        "step": lifecycle.public_step(state),
        "version": case.version,
        "item": case.item.code if case.item else None,
        "desk": unit(case.desk),
        "lead": unit(case.lead),
        "address": case.address,
        "report_count": case.report_count,
        "reported_at": case.reported_at,
        "due_at": case.due_at,
    }


def case(page: CasePage) -> dict[str, object]:
    """Return a case with all that hangs on it."""
    one = page.case
    return {
        **brief(one),
        "longitude": one.lon,
        "latitude": one.lat,
        "place": page.place,
        "located": one.place,
        "suggestion": one.suggestion,
        "due_why": one.due_why,
        "clock_history": page.clock_history,
        "in_compound": one.in_compound,
        "reopened": one.reopened,
        "decline_reason": one.decline_reason,
        "reports": page.reports,
        "parts": page.parts,
        "photos": [_photo(photo) for photo in page.photos],
        "timeline": page.timeline,
        "offers": page.offers,
        "steps": page.steps,
    }


def _photo(photo: "Photo") -> dict[str, object]:
    return {
        "digest": photo.digest,
        "phase": photo.phase,
        "at": photo.at,
        "width": photo.width,
        "height": photo.height,
    }
