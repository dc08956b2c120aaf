"""What residents do without an account: report, follow, add words, rate, ask for a review."""

from typing import Annotated, Any

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import Path, Router

from mulin.api import answers, limits, photos, said, shown
from mulin.cases.actions import handling, intake, voice
from mulin.cases.queries import tracking
from mulin.cases.rules.intake import Channel, ContactGiven, Filing
from mulin.gateways.photos import path_of
from mulin.kernel.actor import PUBLIC
from mulin.kernel.errors import NotFound
from mulin.kernel.ids import new_id
from mulin.ledger.actions import KeyReused

router = Router(tags=["reports"])
Code = Annotated[
    str, Path(max_length=20, pattern=r"^[0-9A-Za-z \-]+$", description="tracking code, 7K3M-92QD")
]


@router.post("/reports", response={201: shown.ReportTaken}, operation_id="file_report", auth=None)
def file_report(request: HttpRequest, body: said.ReportSaid) -> HttpResponse:
    """Report something; the tracking code answered is all one needs to follow it.

    With an Idempotency-Key, sending the same again is answered the same; without, every call is a new report.
    """
    limits.take_turn(request)
    # Intake is idempotent by source number and its answer never changes: the key needs no receipt besides.
    source_no = answers.key_of(request) or str(new_id())
    try:
        filed = intake.file_report(
            filing=filing_of(body, channel=Channel.API, source="api", source_no=source_no),
            actor=PUBLIC,
            now=timezone.now(),
        )
    except intake.SourceNumberReused:
        raise KeyReused("这个幂等键已经用于另一个请求", where=answers.KEY_HEADER) from None
    code = filed.report.tracking_code
    taken = {
        "tracking_code": code,
        "tracking_url": request.build_absolute_uri(f"/api/v1/reports/{code}"),
        "received_at": filed.report.received_at,
        "first_look_by": filed.first_look_by,
    }
    return answers.answer(taken, status=201, replayed=filed.replayed)


@router.get("/reports/{code}", response=tracking.Tracking, operation_id="follow_report", auth=None)
def follow_report(request: HttpRequest, code: Code) -> HttpResponse:
    """See where a report stands: six steps, who is responsible, the answer."""
    return answers.answer(tracking.track(code, now=timezone.now()))


@router.post("/reports/{code}/words", response=shown.Done, operation_id="hear_resident", auth=None)
def hear_resident(request: HttpRequest, code: Code, body: said.WordsSaid) -> HttpResponse:
    """Add words to a report, or answer what was asked."""
    limits.take_turn(request)

    def act() -> dict[str, Any]:
        handling.hear_resident(tracking_code=code, text=body.text, actor=PUBLIC, now=timezone.now())
        return {"done": True}

    return answers.answer_once(request, act, who="public")


@router.post("/reports/{code}/rating", response=shown.Done, operation_id="rate_report", auth=None)
def rate_report(request: HttpRequest, code: Code, body: said.RatingSaid) -> HttpResponse:
    """Say whether it is solved and whether one is satisfied; those it judges never see it."""
    limits.take_turn(request)

    def act() -> dict[str, Any]:
        voice.rate_report(
            tracking_code=code,
            solved=body.solved,
            satisfied=body.satisfied,
            words=body.words,
            again=body.again,
            actor=PUBLIC,
            now=timezone.now(),
        )
        return {"done": True}

    return answers.answer_once(request, act, who="public")


@router.post("/reports/{code}/review", response=shown.Done, operation_id="ask_review", auth=None)
def ask_review(request: HttpRequest, code: Code, body: said.ReasonSaid) -> HttpResponse:
    """Ask the unit above to look again at a refusal."""
    limits.take_turn(request)

    def act() -> dict[str, Any]:
        voice.ask_review(tracking_code=code, reason=body.reason, actor=PUBLIC, now=timezone.now())
        return {"done": True}

    return answers.answer_once(request, act, who="public")


@router.post("/reports/{code}/reopen", response=shown.Done, operation_id="ask_reopen", auth=None)
def ask_reopen(request: HttpRequest, code: Code, body: said.ReasonSaid) -> HttpResponse:
    """Say of a closed matter that it is not fixed, inside its window."""
    limits.take_turn(request)

    def act() -> dict[str, Any]:
        voice.ask_reopen(tracking_code=code, reason=body.reason, actor=PUBLIC, now=timezone.now())
        return {"done": True}

    return answers.answer_once(request, act, who="public")


@router.post(
    "/reports/{code}/contact/withdraw", response=shown.Done, operation_id="withdraw_contact", auth=None
)
def withdraw_contact(request: HttpRequest, code: Code) -> HttpResponse:
    """Take one's contact back: it is erased at once, the matter goes on."""
    limits.take_turn(request)

    def act() -> dict[str, Any]:
        voice.withdraw_contact(tracking_code=code, actor=PUBLIC, now=timezone.now())
        return {"done": True}

    return answers.answer_once(request, act, who="public")


@router.get(
    "/reports/{code}/photos/{digest}", operation_id="read_photo", auth=None, openapi_extra=photos.JPEG
)
def read_photo(request: HttpRequest, code: Code, digest: photos.Digest) -> HttpResponseBase:
    """See a photo: one's own, or one of the result."""
    if not tracking.photo_is_public(code, digest):
        raise NotFound("没有这张照片")
    return FileResponse(path_of(digest).open("rb"), content_type="image/jpeg")


def filing_of(body: said.ReportSaid, *, channel: Channel, source: str, source_no: str) -> Filing:
    """Return what was said as the domain hears it; photos cited are kept from now on."""
    contact = body.contact
    return Filing(
        text=body.text,
        channel=channel,
        source=source,
        source_no=source_no,
        kind=body.kind,
        title=body.title if isinstance(body, said.StaffReportSaid) else "",
        lon=body.longitude,
        lat=body.latitude,
        address=body.address,
        thing=body.thing,
        anonymous=body.anonymous,
        on_behalf=isinstance(body, said.StaffReportSaid) and body.on_behalf,
        contact=ContactGiven(contact.phone, contact.name, contact.may_call) if contact else None,
        photos=photos.cited(body.photos),
    )
