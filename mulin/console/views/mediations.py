"""Consulting the file of a mediation: for its mediators, and known to have been done."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mulin.cases.actions.mediating import consult_mediation
from mulin.console import worklists
from mulin.console.door import StaffRequest, show, show_part, staff


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def consult(request: StaffRequest, case_id: UUID, mediation_id: UUID) -> HttpResponse:
    """Say that the look is recorded, then show the words once; no page with them can be reopened."""
    context: dict[str, Any] = {
        "action": reverse("console:consult", args=[case_id, mediation_id]),
        "back": reverse("console:case", args=[case_id]) + worklists.asked(request).query,
        "section": "queue",
    }
    if request.method == "POST":
        context["file"] = consult_mediation(
            case_id=case_id, mediation_id=mediation_id, actor=request.actor, now=request.now
        )
    template = "console/case/_file.html" if request.htmx else "console/case/file.html"
    response = (show_part if request.htmx else show)(request, template, context)
    response["Cache-Control"] = "no-store"
    return response
