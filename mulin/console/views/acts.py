"""The acts on a case: one form each, one post each, and what a refusal of it shows."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from mulin.cases.queries import supervisions, whistle_choices, worklist
from mulin.cases.queries.doors import StaleCase
from mulin.cases.queries.page import CasePage, case_page, dispatch_proposal
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.supervision import Stage
from mulin.catalogue import queries as catalogue
from mulin.console import (
    after_forms,
    attempt,
    case_faces,
    door,
    mediation_forms,
    moments,
    posted,
    whistle_faces,
    words,
    worklists,
)
from mulin.console.act_base import ActForm, Doing
from mulin.console.act_forms import FORMS
from mulin.console.door import StaffRequest, show_part, staff
from mulin.console.views.case import right_side
from mulin.kernel.errors import BadInput, NotFound, Refusal
from mulin.people.queries.days import day_of

if TYPE_CHECKING:
    from mulin.cases.models import Supervision

DANGER: Final = frozenset({Act.DECLINE})
# Which supervisions an act is about.
WAITS: Final = {Act.REPLY_SUPERVISION: Stage.ASKED, Act.VERIFY_SUPERVISION: Stage.REPLIED}


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def act(request: StaffRequest, case_id: UUID, name: str) -> HttpResponse:
    """Show the form of an act, or do it."""
    if name not in FORMS:
        raise NotFound(gettext_noop("没有这一步"))
    kind = FORMS[Act(name)]
    page = case_page(request.actor, case_id, now=request.now)
    extra = _extra(request, kind.act, page)
    if request.method != "POST":
        blank = {"key": uuid4().hex, "version": page.case.version}
        form = kind(initial=blank)
        form.prepare(page, extra=extra)
        return _form(request, form, page, extra=extra)
    form = kind(request.POST, request.FILES)
    form.prepare(page, extra=extra)
    return _done(request, form, page, extra)


def _extra(request: StaffRequest, act: Act, page: CasePage) -> dict[str, Any]:
    """Return what only one kind of form needs."""
    if act is Act.DISPATCH:
        proposal = dispatch_proposal(request.actor, page.case.pk, now=request.now)
        why = case_faces.rule_words(proposal.why, by="") if proposal.lead else ""
        return {"proposal": proposal, "proposal_why": why}
    if act is Act.MATCH:
        items = catalogue.items_in_force(day_of(request.now))
        return {
            "items": [(item.code, f"{item.code} {item.name}") for item in items],
            "suggestion_why": case_faces.suggestion_words(page.case.suggestion),
        }
    if act is Act.WHISTLE:
        items = catalogue.items_in_force(day_of(request.now))
        units = whistle_choices.to_call(request.actor, page.case, now=request.now)
        return {
            "items": [(item.code, f"{item.code} {item.name}") for item in items],
            "units": units,
            "no_units": not units,
            "grades": whistle_faces.grades_face(
                whistle_choices.graded(
                    request.actor,
                    page.case,
                    item=page.case.item.code if page.case.item else "",
                    now=request.now,
                ),
                chosen=request.GET.get("grade", "") or request.POST.get("grade", ""),
                query=request.GET.urlencode(),
            ),
            "grade_url": reverse("console:act", args=[page.case.pk, act.value]),
            "ask": request.GET.get("ask", "")[:500],
        }
    if act is Act.RETURN:
        return {"choices": {"better_unit": whistle_choices.to_return(page.case)}}
    if act is Act.MERGE:
        return {"nearby": worklist.duplicates_of(request.actor, page.case, now=request.now)}
    if act in after_forms.ACTS:
        return after_forms.about(request.actor, act, page)
    if act in mediation_forms.ACTS:
        return mediation_forms.about(act, page, now=request.now)
    if act in (Act.ANSWER, Act.HEAR):
        results = [event.words for event in page.timeline if event.kind == "case.finished" and event.words]
        return {"report": request.GET.get("report", ""), "results": results[:1]}
    if act in WAITS:
        found = [each for each in supervisions.open_items(page.case) if each.state == WAITS[act].value]
        return {"supervisions": [(str(each.pk), supervision_words(each, request)) for each in found]}
    return {}


def supervision_words(item: "Supervision", request: StaffRequest) -> str:
    """Return a supervision as one line of a choice."""
    said = item.reply if item.state == Stage.REPLIED.value else item.asked
    facts = {"unit": item.unit.short_name, "moment": moments.short(item.raised_at, request.now)}
    return _("%(unit)s · %(moment)s") % facts + (f" · {said.text[:40]}" if said else "")


def _done(request: StaffRequest, form: ActForm, page: CasePage, extra: Mapping[str, Any]) -> HttpResponse:
    """Do the act; what is refused comes back with every typed word."""
    try:
        held = posted.held(form, request)
        if not form.is_valid():
            return _form(request, form, page, extra=extra, status=422)
        _find_target(form, request)
        doing = Doing(page, form.cleaned_data["version"], held, request.actor, request.now)
        attempt.do(request, form, held, act=lambda: form.do(doing))
    except StaleCase:
        fresh = case_page(request.actor, page.case.pk, now=request.now)
        shown = attempt.overtaken(request, form, fresh, fresh.offers)
        return _form(request, form, fresh, extra=extra, **shown)
    except Refusal as refusal:
        return _form(request, form, page, extra=extra, **attempt.refused(form, refusal))
    return _after(request, form.act, page.case.pk)


def _find_target(form: ActForm, request: StaffRequest) -> None:
    """Find the case a duplicate goes into, by the ticked one or by its number."""
    if form.act is not Act.MERGE:
        return
    said = form.cleaned_data
    number = said["number"].strip()
    if number:
        found = worklist.search(request.actor, text=number, now=request.now).rows
        row = next((row for row in found if row.number == number or row.number.endswith(number)), None)
        if row is None:
            raise BadInput(gettext_noop("没有这个编号的事项"), where="number")
        said["target"] = row.id
    elif said["into"]:
        try:
            said["target"] = UUID(said["into"])
        except ValueError:
            raise BadInput(gettext_noop("请选择一件"), where="into") from None
    else:
        raise BadInput(gettext_noop("请选择要并入的事项，或写编号"), where="into")


def _form(
    request: StaffRequest,
    form: ActForm,
    page: CasePage,
    *,
    extra: Mapping[str, Any],
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Show the form of an act as the case stands."""
    form.mark_errors()
    back, query = _from(request, page.case.pk)
    context = {
        "form": form,
        "act": form.act.value,
        "danger": form.act in DANGER,
        "action": reverse("console:act", args=[page.case.pk, form.act.value]) + query,
        "back": back,
        "case": page.case,
        "section": "queue",
        "held": posted.held_count(form),
        "ready": status == 200 and _is_ready(form, extra),
        **extra,
        **more,
    }
    return attempt.form_page(request, context, status=status)


def _from(request: StaffRequest, case_id: UUID) -> tuple[str, str]:
    """Return where the button was, and the query that remembers it: on a whistle's page, or on the case's."""
    whistle = request.GET.get("whistle", "")
    try:
        return reverse("console:whistle", args=[UUID(whistle)]), f"?whistle={whistle}"
    except ValueError:
        query = worklists.asked(request).query
        return reverse("console:case", args=[case_id]) + query, query


def _is_ready(form: ActForm, extra: Mapping[str, Any]) -> bool:
    """Return whether the form can be sent as it stands: its button then has the focus."""
    if form.act is Act.DISPATCH:
        return extra["proposal"].lead is not None
    return form.act is Act.CLOSE or (form.act is Act.MATCH and bool(form.initial.get("item")))


def _after(request: StaffRequest, act: Act, case_id: UUID) -> HttpResponse:
    """Show the case as it stands now, and its row in the list; or go back to the whistle one came from."""
    said = _("%(act)s：已办好") % {"act": words.act(act)}
    want = worklists.asked(request)
    if not request.htmx or "whistle" in request.GET:
        messages.success(request, said, extra_tags="ok")
        return door.go(request, _from(request, case_id)[0])
    page = case_page(request.actor, case_id, now=request.now)
    counts = worklist.queue_counts(request.actor, now=request.now, unit=want.filters.unit)
    context = {
        **right_side(request, page, query=want.query),
        **worklists.after_act(request, want, page, counts),
        "said": said,
    }
    return show_part(request, "console/case/_after.html", context)
