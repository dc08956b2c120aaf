"""Trying an act by its form: done once by its key; refused or overtaken, the form keeps every word."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.http import HttpResponse

from mulin.cases.queries.page import CasePage, Offer
from mulin.cases.rules.closing import NotYet
from mulin.cases.rules.intake import PhotoGiven
from mulin.console import door, past_faces, posted, words
from mulin.console.asking import AskForm
from mulin.console.door import StaffRequest, show, show_part
from mulin.kernel.errors import Refusal
from mulin.ledger.actions import once


def do(
    request: StaffRequest, form: AskForm, photos: tuple[PhotoGiven, ...], *, act: Callable[[], object]
) -> None:
    """Do the act once by the form's key; its photos are kept for good with it.

    :raises Refusal: as the act refuses; nothing is kept then
    """
    key = form.cleaned_data["key"]

    def kept() -> bytes:
        posted.keep(photos, draft=key)
        act()
        return b"done"

    scope = f"console:{request.actor.account_id}"
    once(scope=scope, key=key, digest=posted.digest(request), act=kept)


def refused(form: AskForm, refusal: Refusal) -> dict[str, Any]:
    """Say what was wrong beside its field where it has one; return what the page shows of it otherwise."""
    status, why = door.status_of(refusal), door.worded(refusal)
    where = getattr(refusal, "where", "")
    if where in form.fields and form.is_bound:
        form.is_valid()
        form.add_error(where, why)
        return {"status": status}
    if isinstance(refusal, NotYet):
        why = words.lacking(refusal.blockers)
    return {"status": status, "problem": {"title": door.TITLES[status], "why": why}}


def overtaken(
    request: StaffRequest, form: AskForm, page: CasePage, offers: Iterable[Offer]
) -> dict[str, Any]:
    """Keep every typed word with the version now read; return what is shown of what changed meanwhile."""
    said = request.POST.copy()
    said["version"] = str(page.case.version)
    form.data = said
    stale = {
        "events": [past_faces.event_face(event) for event in page.timeline[:3]],
        "state": words.state(page.case.state),
        "desk": page.case.desk.short_name,
        "possible": any(offer.act is form.act and offer.possible for offer in offers),
    }
    return {"status": 409, "stale": stale}


def form_page(request: StaffRequest, context: Mapping[str, Any], *, status: int) -> HttpResponse:
    """Show the form of an act: in the dialog for htmx, as a page of its own otherwise."""
    if not request.htmx:
        return show(request, "console/act/form.html", context, status=status)
    response = show_part(request, "console/act/_form.html", context, status=status)
    if status != 200:
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
    return response
