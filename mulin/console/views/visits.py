"""Visit-backs: what my units have to ask, how a sample is drawn, appeals and exclusions that wait."""

import secrets
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mulin.cases.actions import visits as acts
from mulin.cases.queries import marks, rates, sampling
from mulin.cases.queries.completion import SEE
from mulin.cases.rules.lifecycle import Act
from mulin.console import door, fields
from mulin.console.after_words import APPEALS, EXCLUSIONS, MARKS, WHYS
from mulin.console.door import StaffRequest, show, show_part, staff
from mulin.console.views.contact import ReasonForm
from mulin.kernel.errors import NotAllowed, Refusal
from mulin.people.queries.units import names_of

DAYS: Final = 30


class DrawForm(forms.Form):
    """The period, the size and the seed of a sample."""

    since = forms.DateField(
        label=gettext_lazy("结案从"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "field", "type": "date"}),
    )
    until = forms.DateField(
        label=gettext_lazy("到（含）"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"class": "field", "type": "date"}),
    )
    wanted = forms.IntegerField(
        label=gettext_lazy("抽多少件"), min_value=1, max_value=acts.SAMPLE_MOST,
        widget=forms.NumberInput({"class": "field"}),
    )  # fmt: skip
    seed = fields.words(
        gettext_lazy("种子"),
        most=64,
        one_line=True,
        hint=gettext_lazy("同一种子、同一名单，谁来抽都是同一个样本。建议公开摇出。"),
    )

    def asked(self) -> dict[str, Any]:
        """Return what was asked as the act takes it."""
        given = self.cleaned_data
        midnight = timezone.make_aware(datetime.combine(given["until"] + timedelta(days=1), time()))
        return {
            "since": timezone.make_aware(datetime.combine(given["since"], time())),
            "until": midnight,
            "wanted": given["wanted"],
            "seed": given["seed"],
        }


@require_safe
@staff
def visits(request: StaffRequest) -> HttpResponse:
    """Show the visit-backs my units have to make, the most pressing first."""
    _require(request, Act.VISIT.value, acts.DRAW)
    found = sampling.visits_for(request.actor, now=request.now)
    rows = [{"row": one, "why": WHYS[one.why], "late": one.due_at < request.now} for one in found]
    context = {"section": "visits", "tab": "visits", "rows": rows, **_tabs(request)}
    return show(request, "console/after/visits.html", context)


def _require(request: StaffRequest, *names: str) -> None:
    if not any(request.actor.may(name) for name in names):
        raise NotAllowed("您的岗位不能做这一步")


def _tabs(request: StaffRequest) -> dict[str, object]:
    return {"may_draw": request.actor.may(acts.DRAW), "may_see": request.actor.may(SEE)}


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def plans(request: StaffRequest) -> HttpResponse:
    """Preview a sample, draw it, and show the samples drawn before."""
    _require(request, acts.DRAW)
    if request.method == "POST":
        form, status, problem = DrawForm(request.POST), 422, ""
        if form.is_valid():
            try:
                plan = acts.draw_visits(**form.asked(), actor=request.actor, now=request.now)
            except Refusal as refusal:
                status, problem = door.status_of(refusal), door.worded(refusal)
            else:
                drawn = sum(drawn for _name, _cases, drawn in plan.strata)
                messages.success(request, _("已抽 %(n)d 件") % {"n": drawn}, extra_tags="ok")
                return HttpResponseRedirect(reverse("console:plans"))
        return _plans(request, form, status=status, problem=problem)
    if "seed" not in request.GET:
        today = timezone.localtime(request.now).date()
        first = {
            "since": today - timedelta(days=DAYS),
            "until": today,
            "wanted": 20,
            "seed": f"{today:%Y%m%d}-{secrets.token_hex(3)}",
        }
        return _plans(request, DrawForm(initial=first))
    form = DrawForm(request.GET)
    if not form.is_valid():
        return _plans(request, form, status=422)
    asked = form.asked()
    try:
        preview = sampling.preview(request.actor, acts.DRAW, **asked)
    except Refusal as refusal:
        return _plans(request, form, status=door.status_of(refusal), problem=door.worded(refusal))
    return _plans(request, form, preview=preview)


def _plans(
    request: StaffRequest,
    form: DrawForm,
    *,
    status: int = 200,
    problem: str = "",
    preview: "sampling.Preview | None" = None,
) -> HttpResponse:
    streets = names_of({name[0] for name, _c, _d in preview.strata if name[0]}) if preview else {}
    context = {
        "section": "visits",
        "tab": "plans",
        "form": form,
        "problem": problem,
        "preview": preview,
        "strata": [
            {
                "street": streets.get(name[0], name[0]) or "—",
                "module": name[1],
                "channel": name[2],
                "cases": c,
                "drawn": d,
            }
            for name, c, d in (preview.strata if preview else ())
        ],
        "waves": rates.waves(request.actor) if request.actor.may(SEE) else (),
        "drawn": sampling.plans_for(request.actor) if not request.actor.may(SEE) else (),
        **_tabs(request),
    }
    return show(request, "console/after/plans.html", context, status=status)


@require_safe
@staff
def appeals(request: StaffRequest) -> HttpResponse:
    """Show the appeals and exclusions that wait for somebody, the oldest first."""
    names = (Act.REVIEW_APPEAL, Act.DECIDE_APPEAL, Act.CONFIRM_EXCLUSION, Act.APPEAL, Act.EXCLUDE)
    _require(request, *(name.value for name in names))
    running, proposed = marks.waiting(request.actor)
    mine = {grant.unit_id for grant in request.actor.grants}
    confirms = Act.CONFIRM_EXCLUSION.value if request.actor.may(Act.CONFIRM_EXCLUSION) else ""
    context = {
        "section": "visits",
        "tab": "appeals",
        "appeals": [
            {
                "row": one,
                "mark": MARKS[one.mark],
                "state": APPEALS[one.state],
                "act": act if request.actor.may(act := _next(one.state)) and one.unit_id not in mine else "",
            }
            for one in running
        ],
        "exclusions": [
            {
                "row": one,
                "state": EXCLUSIONS[one.state],
                "reason": reason,
                "act": confirms
                if one.unit_id not in mine
                else "",  # another post than the one that proposed it
            }
            for one, reason in proposed
        ],
        **_tabs(request),
    }
    return show(request, "console/after/appeals.html", context)


def _next(state: str) -> str:
    return (Act.REVIEW_APPEAL if state == "asked" else Act.DECIDE_APPEAL).value


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def ring(request: StaffRequest, case_id: UUID, visit_id: UUID) -> HttpResponse:
    """Ask for the reason, then show once whom to ring; who is rung can read who looked."""
    form = ReasonForm(request.POST or None, initial={"reason": _("回访，问办理结果")})
    context: dict[str, Any] = {
        "form": form,
        "action": reverse("console:ring", args=[case_id, visit_id]),
        "back": reverse("console:visits"),
        "section": "visits",
    }
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            context |= _ring(request, case_id, visit_id, form.cleaned_data["reason"])
            status = context.pop("status", 200)
    template = "console/case/_contact.html" if request.htmx else "console/case/contact.html"
    response = (show_part if request.htmx else show)(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _ring(request: StaffRequest, case_id: UUID, visit_id: UUID, reason: str) -> Mapping[str, Any]:
    try:
        details = acts.reveal_to_visitor(
            case_id=case_id, visit_id=visit_id, reason=reason, actor=request.actor, now=request.now
        )
    except Refusal as refusal:
        status = door.status_of(refusal)
        return {"problem": {"title": door.TITLES[status], "why": door.worded(refusal)}, "status": status}
    return {"details": details}
