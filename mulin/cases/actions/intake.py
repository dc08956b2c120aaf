"""How a voice comes in: one act for every channel, idempotent by source number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from mulin.cases import policy
from mulin.cases.actions import checking, clockwork, moves
from mulin.cases.models import Case, CaseSearch, Photo, Reception, Report
from mulin.cases.queries import doors, routing
from mulin.cases.rules import grams, intake
from mulin.cases.rules.aftercare import window_open
from mulin.cases.rules.intake import Channel, Filing, PhotoGiven, ReceptionEnd
from mulin.cases.rules.lifecycle import OPEN, State
from mulin.catalogue import queries as catalogue
from mulin.clocks.rules import deadlines
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import BadInput, NotPossible
from mulin.kernel.ids import new_id
from mulin.kernel.statements import Kept
from mulin.ledger.actions import record, whole
from mulin.ledger.rules.privacy import Json
from mulin.people.actions.contacts import seal_contact
from mulin.people.models import Contact
from mulin.places.queries import things
from mulin.places.rules.located import Located

FILE = "file_report"
NOT_FIXED = "又有人反映没有修好，重办"
_BEFORE = Kept("select id, digest from cases_report where source = %s and source_no = %s")
_NUMBER = Kept("select nextval('cases_number')")
PUBLIC_CHANNELS = frozenset({Channel.WEB, Channel.API})


@dataclass(frozen=True, slots=True)
class Filed:
    """What came of a filing; ``replayed`` when the same number had been filed before."""

    report: Report
    case: Case
    replayed: bool

    @property
    def first_look_by(self) -> datetime | None:
        """Return until when somebody was to judge it: the promise at intake, however the case went on."""
        if not self.replayed:
            return self.case.due_at
        settings, start = doors.settings(), self.report.received_at
        limit = Limit(settings.triage_minutes, LimitKind.WORKING_MINUTES)
        calendar = clockwork.calendar_of(self.case, settings, start)
        return deadlines.deadline(start=start, limit=limit, calendar=calendar).due_at


class SourceNumberReused(BadInput):
    """The same source number came again with other words."""

    def __init__(self, source_no: str) -> None:
        super().__init__("编号 %(source_no)s 已经用过，内容不同", where="source_no", source_no=source_no)


def file_report(*, filing: Filing, actor: Actor, now: datetime) -> Filed:
    """Take a voice into the pool: a report with its tracking code, and a case unless it joins one.

    :raises BadInput: a part of the filing is wrong; ``where`` names it
    :raises SourceNumberReused: its number was used for other words
    :raises NotAllowed: the channel is staff's and the actor may not file, or not at that place
    """
    filing = intake.checked(filing, now=now)
    unit_id = None
    if actor.is_staff or filing.channel not in PUBLIC_CHANNELS:
        unit_id = policy.require_at(actor, FILE, lambda: _spot(filing, now=now))
    digest = filing.digest()
    already = _filed_before(filing, digest)
    if already is not None:
        return already
    try:
        with transaction.atomic():
            return _file(filing, digest, actor=actor, unit_id=unit_id, now=now)
    except IntegrityError:
        already = _filed_before(filing, digest)  # the same number came twice at once: the other one won
        if already is None:
            raise
        return already


def _spot(filing: Filing, *, now: datetime) -> str:
    """Return the path of the narrowest unit the filing's place lies in: stairwell, building, grid."""
    filing = _at_thing(filing, now=now) if filing.thing else filing
    located = routing.locate(lon=filing.lon, lat=filing.lat, address=filing.address, now=now)
    return routing.spot_at(located)


def _filed_before(filing: Filing, digest: str) -> Filed | None:
    # Written out: every filing asks this, and building it anew costs ten times what running it does.
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, (filing.source, filing.source_no))
        found = cursor.fetchone()
    if found is None:
        return None
    if found[1] != digest:
        raise SourceNumberReused(filing.source_no)
    report = Report.objects.select_related("case").get(pk=found[0])
    return Filed(report, report.case, replayed=True)


def _file(filing: Filing, digest: str, *, actor: Actor, unit_id: int | None, now: datetime) -> Filed:
    filing = _at_thing(filing, now=now) if filing.thing else filing
    located = routing.locate(lon=filing.lon, lat=filing.lat, address=filing.address, now=now)
    case = _joined(filing.joins, now=now) if filing.joins else None
    joined = case is not None
    if case is None:
        case = _open_case(filing, located, unit_id=unit_id, now=now)
    contact = _contact(filing, now=now)
    report = Report(
        id=new_id(),
        case=case,
        tracking_code=intake.new_tracking_code(),
        channel=filing.channel.value,
        source=filing.source,
        source_no=filing.source_no,
        digest=digest,
        kind=filing.kind.value,
        text=filing.text,
        anonymous=filing.anonymous,
        on_behalf=filing.on_behalf,
        contact=contact,
        lon=filing.lon,
        lat=filing.lat,
        address=filing.address,
        filed_by_id=actor.staff_id,
        filed_unit_id=unit_id,
        received_at=filing.received_at or now,
    )
    moves.add(report)
    if filing.photos:
        _keep_photos(report, filing.photos, actor=actor, now=now)
    facts: dict[str, Json] = {} if joined else {"moved": moves.moved_since(moves.NOWHERE, case)}
    record(
        "case.joined" if joined else "case.filed",
        subject=case.pk,
        actor=actor,
        at=now,
        as_unit=unit_id,
        report=str(report.pk),
        channel=filing.channel.value,
        desk=case.desk_id,
        place=located.outcome.value,
        photos=len(filing.photos),
        after=case.state,
        version=case.version,
        **facts,
    )
    return Filed(report, case, replayed=False)


def _keep_photos(report: Report, photos: Sequence[PhotoGiven], *, actor: Actor, now: datetime) -> None:
    Photo.objects.bulk_create(
        Photo(
            id=new_id(),
            case_id=report.case_id,
            report=report,
            digest=photo.digest,
            width=photo.width,
            height=photo.height,
            phase="report",
            account_id=actor.staff_id,
            at=now,
        )
        for photo in photos
    )


def _at_thing(filing: Filing, *, now: datetime) -> Filing:
    """Return a filing with the spot of the component it names, unless it brings its own.

    :raises BadInput: there is no such component today
    """
    spot = things.spot_of(filing.thing, on=routing.today(now))
    if spot is None or spot.what != "thing":
        raise BadInput("没有编码为 %(code)s 的部件或设施", where="thing", code=filing.thing)
    if filing.lon is not None:
        return filing
    return replace(filing, lon=spot.lon, lat=spot.lat, address=filing.address or spot.name)


def _joined(case_id: UUID, *, now: datetime) -> Case | None:
    """Return the open case a voice adds itself to, counted up; nothing if it is over.

    Who adds their voice to one just closed says it is not fixed: it is taken up again (W11).
    """
    case = Case.objects.select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is not None and case.state == State.CLOSED:
        case = _taken_up_again(case, now=now)
    if case is None or case.state not in OPEN:
        return None
    case.report_count += 1
    case.version += 1
    case.save(update_fields=["report_count", "version"])
    return case


def _taken_up_again(case: Case, *, now: datetime) -> Case | None:
    window = doors.settings().reopen_days
    if not window_open(closed_at=case.closed_at, reopen_days=window, now=now):
        return None
    return checking.reopen_case(
        case_id=case.pk, reason=NOT_FIXED, because="another_voice", actor=SYSTEM, now=now
    )


def _open_case(filing: Filing, located: Located, *, unit_id: int | None, now: datetime) -> Case:
    settings = doors.settings()
    chain = routing.chain_at(located)
    place_unit = chain[0] if chain else None
    desk = routing.intake_desk(chain, settings)
    title = filing.title.strip() or intake.title_of(filing.text)
    suggestion = catalogue.suggest(f"{title} {filing.text[:300]}", on=routing.today(now))
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER)
        (serial,) = cursor.fetchone()
    case = Case(
        id=new_id(),
        number=f"{settings.prefix}-{timezone.localtime(now):%Y%m%d}-{serial % 1_000_000:06d}",
        title=title,
        kind=filing.kind.value,
        state=State.RECEIVED.value,
        is_example=settings.is_example,
        suggestion=suggestion.as_json() if suggestion else {},
        lon=filing.lon if filing.lon is not None else located.lon,
        lat=filing.lat if filing.lat is not None else located.lat,
        address=filing.address,
        place=located.as_json(),
        place_unit=place_unit,
        compound_code=located.compound_code,
        thing_code=filing.thing,
        desk=desk,
        first_unit_id=unit_id or desk.pk,
        reported_at=now,
    )
    limit = Limit(settings.triage_minutes, LimitKind.WORKING_MINUTES)
    look = clockwork.due(case, settings, start=now, limit=limit, source=clockwork.TRIAGE)
    case.due_at, case.due_why = look["due_at"], look["due_why"]
    moves.add(case)
    moves.add(
        CaseSearch(case=case, grams=grams.grams(f"{case.number} {title} {filing.text} {filing.address}"))
    )
    return case


def _contact(filing: Filing, *, now: datetime) -> Contact | None:
    given = filing.contact
    if given is None or not (given.phone or given.name):
        return None
    return seal_contact(phone=given.phone, name=given.name, may_call=given.may_call, now=now)


@whole
def log_reception(*, matter: str, outcome: ReceptionEnd, actor: Actor, now: datetime) -> Reception:
    """Write down a walk-in reception and how it ended (S-066).

    :raises BadInput: nothing was written down
    :raises NotAllowed: the actor may not take reports
    """
    unit_id = policy.require_anywhere(actor, FILE)
    if unit_id is None:
        raise NotPossible("接待要由岗位上的人登记")
    reception = Reception.objects.create(
        id=new_id(),
        unit_id=unit_id,
        account_id=actor.account_id,
        matter=moves.words(matter, where="matter"),
        outcome=outcome.value,
        at=now,
    )
    record(
        "reception.logged",
        subject=reception.pk,
        actor=actor,
        at=now,
        as_unit=unit_id,
        outcome=outcome.value,
    )
    return reception


@whole
def file_reception(*, reception_id: UUID, filing: Filing, actor: Actor, now: datetime) -> Filed:
    """Turn a logged reception into a report with the words already taken down (S-066).

    :raises NotPossible: there is no such reception of the actor's unit, or it became a report already
    """
    unit_id = policy.require_anywhere(actor, FILE) or 0
    reception = (
        Reception.objects.select_for_update(of=("self",)).filter(pk=reception_id, unit_id=unit_id).first()
    )
    if reception is None or reception.report_id is not None:
        raise NotPossible("没有这条接待记录，或已经转为诉求")
    filed = file_report(
        filing=replace(filing, text=filing.text.strip() or reception.matter, channel=Channel.COUNTER),
        actor=actor,
        now=now,
    )
    reception.report = filed.report
    reception.outcome = ReceptionEnd.FILED.value
    reception.save(update_fields=["report", "outcome"])
    return filed
