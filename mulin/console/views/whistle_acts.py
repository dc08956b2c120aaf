"""The acts on a whistle: one form each, one post each, and what a refusal of it shows."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from mulin.cases.queries import whistles as found
from mulin.cases.queries.doors import StaleCase
from mulin.cases.queries.page import case_page
from mulin.cases.queries.whistle_shapes import WhistlePage
from mulin.cases.rules.lifecycle import Act
from mulin.console import attempt, posted, words
from mulin.console.door import StaffRequest, staff
from mulin.console.views.whistles import extra_of, show_ruling, show_whistle, tab_faces
from mulin.console.whistle_answers import WHISTLE_FORMS
from mulin.console.whistle_forms import WhistleDoing, WhistleForm
from mulin.kernel.errors import NotFound, Refusal


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def act(request: StaffRequest, whistle_id: UUID, name: str) -> HttpResponse:
    """Show the form of an act on a whistle, or do it."""
    if name not in WHISTLE_FORMS:
        raise NotFound(gettext_noop("没有这一步"))
    kind = WHISTLE_FORMS[Act(name)]
    page = found.whistle_page(request.actor, whistle_id, now=request.now)
    extra = extra_of(request, kind.act, page)
    if kind.act is Act.RULE:
        extra["ruling"] = request.GET.get("ruling", "")
    if request.method != "POST":
        form = kind(initial={"key": uuid4().hex, "version": page.case.version})
        form.prepare(page, extra=extra)
        return _form(request, form, page)
    form = kind(request.POST, request.FILES)
    form.prepare(page, extra=extra)
    return _done(request, form, page)


def _done(request: StaffRequest, form: WhistleForm, page: WhistlePage) -> HttpResponse:
    """Do the act; what is refused comes back with every typed word."""
    try:
        held = posted.held(form, request)
        if not form.is_valid():
            return _form(request, form, page, status=422)
        doing = WhistleDoing(page, form.cleaned_data["version"], held, request.actor, request.now)
        attempt.do(request, form, held, act=lambda: form.do(doing))
    except StaleCase:
        fresh = case_page(request.actor, page.case.pk, now=request.now)
        offers = found.whistle_page(request.actor, page.id, now=request.now).offers
        return _form(request, form, page, **attempt.overtaken(request, form, fresh, offers))
    except Refusal as refusal:
        return _form(request, form, page, **attempt.refused(form, refusal))
    return _after(request, form, page)


def _form(
    request: StaffRequest, form: WhistleForm, page: WhistlePage, *, status: int = 200, **more: Any
) -> HttpResponse:
    """Show the form of an act as the whistle stands; that of a ruling on the ruling's page."""
    form.mark_errors()
    if form.act is Act.RULE:
        return _ruling(request, form, status=status, **more)
    context = {
        "form": form,
        "act": form.act.value,
        "action": reverse("console:whistle_act", args=[page.id, form.act.value]),
        "back": reverse("console:whistle", args=[page.id]),
        "case": page.case,
        "page": page,
        "section": "whistles",
        "held": posted.held_count(form),
        **more,
    }
    return attempt.form_page(request, context, status=status)


def _ruling(request: StaffRequest, form: WhistleForm, *, status: int, **more: Any) -> HttpResponse:
    """Show the ruling's own page: its form stands beside what it is about."""
    number = str(form["ruling"].value() or "")
    if not number.isdigit():
        raise NotFound(gettext_noop("没有这件裁定"))
    return show_ruling(request, int(number), form=form, status=status, **more)


def _after(request: StaffRequest, form: WhistleForm, page: WhistlePage) -> HttpResponse:
    """Show the whistle, or the ruling, as it stands now."""
    said = _("%(act)s：已办好") % {"act": words.act(form.act)}
    ruling = form.cleaned_data.get("ruling")
    if not request.htmx:
        messages.success(request, said, extra_tags="ok")
        name, at = ("ruling", ruling) if ruling else ("whistle", page.id)
        return HttpResponseRedirect(reverse(f"console:{name}", args=[at]))
    if ruling:
        return show_ruling(request, ruling, said=said)
    fresh = found.whistle_page(request.actor, page.id, now=request.now)
    tabs = tab_faces(found.whistle_counts(request.actor))
    return show_whistle(request, fresh, said=said, tabs=tabs)
