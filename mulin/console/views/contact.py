"""Looking into the contact vault: with a reason, and known to whom it concerns."""

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mulin.cases.actions.handling import reveal_contact
from mulin.console import door, fields, worklists
from mulin.console.door import StaffRequest, show, show_part, staff
from mulin.kernel.errors import Refusal


class ReasonForm(forms.Form):
    """Why somebody needs the contact."""

    reason = fields.words(
        gettext_lazy("为什么要联系"),
        most=200,
        one_line=True,
        hint=gettext_lazy("诉求人用查询码能看到：哪个单位、什么时间、为什么看过。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def contact(request: StaffRequest, case_id: UUID, report_id: UUID) -> HttpResponse:
    """Ask for the reason, then show the contact once; it is never part of a page that can be reopened."""
    form = ReasonForm(request.POST or None)
    context = {
        "form": form,
        "action": reverse("console:contact", args=[case_id, report_id]),
        "back": reverse("console:case", args=[case_id]) + worklists.asked(request).query,
        "section": "queue",
    }
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            context["details"] = reveal_contact(
                case_id=case_id,
                report_id=report_id,
                reason=form.cleaned_data["reason"],
                actor=request.actor,
                now=request.now,
            )
        except Refusal as refusal:
            status = door.status_of(refusal)
            context["problem"] = {"title": door.TITLES[status], "why": door.worded(refusal)}
    elif request.method == "POST":
        status = 422
    template = "console/case/_contact.html" if request.htmx else "console/case/contact.html"
    response = (show_part if request.htmx else show)(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response
