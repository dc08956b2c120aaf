"""The page of one case, its photos and its map."""

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from mulin.cases.queries import mediations, supervisions, whistles, worklist
from mulin.cases.queries.page import CasePage, case_page
from mulin.cases.rules.lifecycle import FINAL, RUNNING
from mulin.console import (
    after_faces,
    case_faces,
    clock_faces,
    log_faces,
    mediation_faces,
    past_faces,
    supervision_faces,
    whistle_faces,
    words,
    worklists,
)
from mulin.console.door import StaffRequest, show, show_part, staff
from mulin.gateways import photos
from mulin.kernel.errors import NotFound
from mulin.publications.rules.promises import Act as Promise
from mulin.worklog.queries.labels import labels
from mulin.worklog.rules.labels import Family

if TYPE_CHECKING:
    from mulin.cases.models import Photo


@require_safe
@staff
def case(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Show one case beside the list it was opened from."""
    page = case_page(request.actor, case_id, now=request.now)
    want = worklists.asked(request)
    context = right_side(request, page, query=want.query)
    if request.htmx:
        return show_part(request, "console/case/_case.html", context)
    found = worklist.queue(request.actor, tab=want.tab, filters=want.filters, now=request.now, page=want.page)
    return show(
        request,
        "console/queue.html",
        {**worklists.left_side(request, want, found, current=case_id), **context},
    )


def right_side(request: StaffRequest, page: CasePage, *, query: str) -> dict[str, Any]:
    """Return everything the right side shows."""
    case, now = page.case, request.now
    done_at = case.handled_at or case.closed_at  # a result handed in is what stops the clock
    face = clock_faces.clock(
        state=case.state,
        due_at=case.due_at,
        clock=page.clock,
        now=now,
        done_at=done_at,
        why=case.due_why,
    )
    voices = past_faces.voices_face(page, now=now)
    left, right = case_faces.facts(page)
    lead = case.lead.short_name if case.lead else ""
    return {
        "page": page,
        "case": case,
        "place": case.place,
        "state": {"word": words.state(case.state), "tone": case_faces.STATE_TONES.get(case.state, "ac")},
        "offers": case_faces.offers_face(page, query=query),
        "may_promise": case.state not in FINAL and request.actor.may(Promise.PUBLISH),
        "clocks": [face],
        "clock_why": clock_faces.explained(
            case.due_why,
            due_at=case.due_at,
            now=done_at or now,
            ended=case.state not in RUNNING,
            amber_at=worklist.amber_of(case, case.due_at) if case.due_at else None,
            before=[{**each.why, "cause": each.cause} for each in reversed(page.clock_history.promises)],
        ),
        "loop": log_faces.loop(page, labels(Family.LOOP)),
        "steps": case_faces.steps_face(page, now=now),
        "reasons": case_faces.reasons(page),
        "reasons_title": _("为什么派给%(unit)s") % {"unit": lead}
        if lead
        else _("为什么在%(unit)s") % {"unit": case.desk.short_name},
        "reasons_link": reverse("console:dispatch"),
        "facts_left": left,
        "facts_right": right,
        "voices": voices,
        "voices_title": _("诉求 %(n)d 条") % {"n": len(voices)},
        "voices_hidden": max(len(voices) - 5, 0),
        "any_contact": any(voice.has_contact for voice in page.reports),
        "photos": [_photo_face(photo) for photo in page.photos],
        "photos_title": _("照片 %(n)d 张") % {"n": len(page.photos)} if page.photos else _("照片"),
        "units": past_faces.parts_face(page),
        "whistles": [whistle_faces.row_face(one, now=now) for one in whistles.rounds_of(case, now=now)],
        "supervisions": supervision_faces.case_face(
            supervisions.of_case(request.actor, case, now=now), now=now
        ),
        "mediations": [mediation_faces.face(one, now=now) for one in mediations.rows_of(request.actor, case)],
        "synthetic": bool(case.place.get("synthetic")),
        "has_place": bool(case.place.get("area_code")) or case.lon is not None,
        "timeline": [past_faces.event_face(event) for event in page.timeline],
        "aftercare": after_faces.after_face(request.actor, page, now=now),
        "query": query,
    }


PHASES: Final = {
    "report": gettext_noop("上报"),
    "work": gettext_noop("现场"),
    "result": gettext_noop("处置后"),
    "refusal": gettext_noop("拒绝依据"),
}


def _photo_face(photo: "Photo") -> dict[str, str]:
    address = reverse("console:photo", args=[photo.case_id, photo.digest])
    phase = _(PHASES.get(photo.phase, photo.phase))
    return {
        "full": address,
        "thumb": f"{address}?size=thumb",
        "tag": phase,
        "words": _("%(phase)s照片") % {"phase": phase},
    }


@require_safe
@staff
def photo(request: StaffRequest, case_id: UUID, digest: str) -> FileResponse:
    """Give a photo of a case to somebody who may see the case."""
    page = case_page(request.actor, case_id, now=request.now)
    if digest not in {one.digest for one in page.photos}:
        raise NotFound(gettext_noop("没有这张照片"))
    size: photos.Size = "thumb" if request.GET.get("size") == "thumb" else "full"
    response = FileResponse(photos.path_of(digest, size=size).open("rb"), content_type="image/jpeg")
    # What a digest names never changes; private, because a proxy asks nobody who may see it.
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
