"""Consulting the file of a mediation, known to have been done; the cases behind the figures of mediations."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from mulin.cases.actions.mediating import consult_mediation
from mulin.cases.queries import mediations
from mulin.cases.rules.mediation import OUTCOMES, MediationStage
from mulin.console import worklists
from mulin.console.door import StaffRequest, show, show_part, staff
from mulin.console.mediation_faces import STAGES
from mulin.console.views.rates import page_of, period_of, show_counted
from mulin.kernel.errors import NotFound


@require_safe
@staff
def mediated(request: StaffRequest) -> HttpResponse:
    """Show exactly the cases a number of mediations counts."""
    period, asked = period_of(request)
    named = request.GET.get("outcome", "")
    if named and named not in set(OUTCOMES):
        raise NotFound(gettext_noop("没有这个数字"))
    outcome, page = MediationStage(named) if named else None, page_of(request)
    found = mediations.cases_mediated(
        request.actor, outcome=outcome, since=period.since, until=period.until, page=page
    )
    word = STAGES[outcome][0] if outcome else _("结束的调解")
    back = f"{reverse('console:figures')}?{urlencode(asked)}"
    return show_counted(request, found, word=word, page=page, back=back, back_word=_("统计"), period=period)


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
