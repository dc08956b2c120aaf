"""What a resident sees under a tracking code: six plain steps, an honest date, who answers, who looked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from mulin.cases.models import Case, Rating, Remark, Report, Requirement, Visit
from mulin.cases.queries import doors
from mulin.cases.queries.page import Step, steps_of
from mulin.cases.queries.sampling import coming_visit
from mulin.cases.rules import lifecycle
from mulin.cases.rules.aftercare import VisitWhy, window_open
from mulin.cases.rules.lifecycle import Act, PublicStep, State
from mulin.people.models import Contact, ContactView

RATEABLE = frozenset({State.CHECKED, State.CLOSED})


@dataclass(frozen=True, slots=True)
class Told:
    """Public words said on the way, with photos' digests of the same moment left to the page."""

    at: datetime
    act: str
    unit: str
    words: str


@dataclass(frozen=True, slots=True)
class Needed:
    """A thing to bring; ``asked`` when staff asked for it, else it is only on the list's item."""

    text: str
    asked: bool


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at the contact: which unit, why, when; never which person."""

    at: datetime
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tracking:
    """One voice and how its matter stands; holds nothing of other voices."""

    report_id: UUID
    tracking_code: str
    title: str
    text: str
    address: str
    place: str
    reported_at: datetime
    step: PublicStep
    steps: tuple[Step, ...]
    is_over: bool
    is_example: bool
    due_at: datetime | None
    provisional: bool
    is_overdue: bool
    is_handed_in: bool  # somebody else looks at the result now
    responsible: str  # the unit whose move it is
    first_unit: str  # 首问负责
    is_accepted: bool
    same_voices: int  # others who reported the same
    told: tuple[Told, ...]
    own_photos: tuple[str, ...]
    result_photos: tuple[str, ...]
    question: str  # what staff wait to hear; "" when nothing
    checklist: tuple[Needed, ...]  # 一次性告知: everything the matter may take, shown at once
    answer: str
    answered_at: datetime | None
    answered_by: str
    may_rate: bool
    is_rated: bool
    decline_reason: str
    may_ask_review: bool
    may_add: bool
    reopened: int
    reopen_until: datetime | None
    may_doubt: bool  # closed, inside the window, and not said before
    visit_due: datetime | None  # somebody will ask how it went, until then; one may decline
    visit_by: str
    has_contact: bool
    looks: tuple[Look, ...]
    hotline: str


def _broke_its_promise(case: Case, now: datetime) -> bool:
    """Return whether a case still open had no result by its deadline."""
    late = case.due_at is not None and case.due_at < (case.handled_at or now)
    return late and State(case.state) in lifecycle.OPEN


def track(tracking_code: str, *, now: datetime) -> Tracking:
    """Return how the matter behind a tracking code stands.

    :raises NotFound: no report has this code
    """
    report = doors.report_by_code(tracking_code)
    case = Case.objects.select_related(*doors.RELATED).get(pk=report.case_id)
    settings, state = doors.settings(), State(case.state)
    remarks = list(
        Remark.objects.filter(case=case, is_public=True).select_related("unit").order_by("at", "pk")
    )
    reviewed = Remark.objects.filter(case=case, act=Act.ASK_REVIEW.value).exists()
    photos = list(case.photos.order_by("at").values_list("digest", "phase", "report_id"))
    contact = report.contact if report.contact and report.contact.erased_at is None else None
    is_rated = Rating.objects.filter(report=report, round=case.reopened).exists()
    answered = report.answered_at is not None
    visit = coming_visit(report, case)
    asked = [remark for remark in remarks if remark.act == Act.ASK]
    return Tracking(
        report_id=report.pk,
        tracking_code=report.tracking_code,
        title=case.title if case.report_count < 2 else "",
        text=report.text,
        address=report.address or case.address,
        place=case.place_unit.name if case.place_unit else "",
        reported_at=report.received_at,
        step=lifecycle.public_step(state),
        steps=steps_of(case),
        is_over=state in lifecycle.FINAL,
        is_example=case.is_example,
        due_at=case.due_at,
        provisional=bool(case.due_why.get("provisional")),
        is_overdue=_broke_its_promise(case, now),
        is_handed_in=state is State.HANDLED,
        responsible=case.desk.name,
        first_unit=case.first_unit.name,
        is_accepted=case.accepted_at is not None,
        same_voices=max(case.report_count - 1, 0),
        told=tuple(Told(r.at, r.act, r.unit.name if r.unit else "", r.text) for r in remarks),
        own_photos=tuple(digest for digest, phase, of in photos if phase == "report" and of == report.pk),
        result_photos=tuple(digest for digest, phase, _ in photos if phase == "result"),
        question=asked[-1].text if asked and state is State.WAITING else "",
        checklist=_checklist(case, asked=bool(asked)) if state in lifecycle.OPEN else (),
        answer=report.answer,
        answered_at=report.answered_at,
        answered_by=report.answered_unit.name if report.answered_unit else "",
        may_rate=answered and state in RATEABLE and not is_rated,
        is_rated=is_rated,
        decline_reason=case.decline_reason,
        may_ask_review=state is State.DECLINED and not reviewed,
        may_add=state in lifecycle.OPEN,
        reopened=case.reopened,
        reopen_until=case.closed_at + timedelta(days=settings.reopen_days) if case.closed_at else None,
        may_doubt=_may_doubt(report, case, settings.reopen_days, now=now),
        visit_due=visit.due_at if visit and state is State.CLOSED else None,
        visit_by=visit.unit.name if visit else "",
        has_contact=contact is not None,
        looks=_looks(contact),
        hotline=settings.hotline,
    )


def _checklist(case: Case, *, asked: bool) -> tuple[Needed, ...]:
    """Return what was asked for and what the public item lists besides, each once."""
    wanted = Requirement.objects.filter(case=case).order_by("pk").values_list("text", flat=True)
    things = dict.fromkeys(wanted, True) if asked else {}
    listed = case.item.checklist if case.item is not None and case.item.is_public else ()
    return tuple(Needed(text, known) for text, known in (dict.fromkeys(listed, False) | things).items())


def _looks(contact: Contact | None) -> tuple[Look, ...]:
    if contact is None:
        return ()
    views = ContactView.objects.filter(contact=contact).select_related("unit").order_by("-at")
    return tuple(Look(view.at, view.unit.name, view.reason) for view in views)


def _may_doubt(report: Report, case: Case, reopen_days: int, *, now: datetime) -> bool:
    if case.state != State.CLOSED or not window_open(
        closed_at=case.closed_at, reopen_days=reopen_days, now=now
    ):
        return False
    said = Visit.objects.filter(case=case, round=case.reopened, report=report, why=VisitWhy.DOUBT.value)
    return not said.exists()


def photo_is_public(tracking_code: str, digest: str) -> bool:
    """Return whether the holder of a tracking code may see a photo: their own, or the result's.

    :raises NotFound: no report has this code
    """
    report = doors.report_by_code(tracking_code)
    photos = report.case.photos.filter(digest=digest)
    return photos.filter(phase="result").exists() or photos.filter(report=report).exists()
