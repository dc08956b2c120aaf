"""Components and facilities (部件、设施): a list by area, one of them with its cases, a table brought in."""

from datetime import date
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mulin.cases.queries import at_places
from mulin.cases.queries.worklist import rows_of
from mulin.console import case_faces, door, fields, thing_faces
from mulin.console.door import StaffRequest, show, staff
from mulin.console.log_faces import worded
from mulin.console.views.rates import page_of
from mulin.console.views.units import asked_day
from mulin.kernel.errors import BadInput, NotAllowed
from mulin.packs.queries import BadPack, read_things
from mulin.people.queries import units
from mulin.people.queries.days import day_of
from mulin.places.actions import things as acts
from mulin.places.queries import ground
from mulin.places.queries import things as lookup
from mulin.places.rules.acts import Act
from mulin.places.rules.things import CONDITION_MAX, ThingState

SECTION: Final = "city"
FAULTS_SHOWN: Final = 20
SHEET_BYTES: Final = 16_000_000


class StateForm(forms.Form):
    """What a thing is like now."""

    state = fields.choice(
        gettext_lazy("现在怎样"),
        [(state.value, thing_faces.STATES[state]) for state in ThingState if state is not ThingState.REMOVED],
    )
    condition = fields.words(gettext_lazy("状况"), most=CONDITION_MAX, required=False, one_line=True)


class EndForm(forms.Form):
    """Why and since when a thing is no longer there."""

    on = forms.DateField(
        label=gettext_lazy("从哪天起"), widget=forms.DateInput({"class": "field", "type": "date"})
    )
    reason = fields.words(gettext_lazy("为什么"), most=CONDITION_MAX, one_line=True)


@require_safe
@staff
def things(request: StaffRequest) -> HttpResponse:
    """Show the things of an area on a day, and how far its grids were surveyed."""
    return show(request, "console/things/things.html", _page(request))


def _page(request: StaffRequest) -> dict[str, Any]:
    on, page = asked_day(request), page_of(request)
    here = thing_faces.territory(request, on)
    kind, state = request.GET.get("kind", "")[:8], request.GET.get("state", "")[:16]
    found = lookup.things(on=on, grid_codes=here.grids, kind=kind, state=state, page=page)
    surveyed = lookup.completeness(here.grids, on=on)
    kinds = lookup.kinds()
    return {
        "section": SECTION,
        "tab": "things",
        "on": on,
        "here": here,
        "kind": kind,
        "state": state,
        "kinds": [(one.code, worded(one.name, one.name_en)) for one in kinds],
        "states": [(one.value, thing_faces.STATES[one]) for one in ThingState],
        "rows": thing_faces.line_faces(found[: lookup.PAGE], on),
        "page": page,
        "has_more": len(found) > lookup.PAGE,
        "grids": surveyed,
        "sums": thing_faces.summed(surveyed),
        "lost": lookup.ungridded(on=on),
        "may_import": request.actor.may(Act.IMPORT_THINGS),
        "may_survey": request.actor.may(Act.SURVEY_GRID),
        "today": day_of(request.now),
    }


@require_safe
@staff
def thing(request: StaffRequest, code: str) -> HttpResponse:
    """Show one thing: what and where it is, whose it is, what it was like, its cases (S-217)."""
    return show(request, "console/things/thing.html", _thing(request, code))


def _thing(request: StaffRequest, code: str) -> dict[str, Any]:
    one = lookup.thing(code)
    areas = ground.atlas_on(day_of(request.now)).areas
    grids = [
        (step, areas.area_of[step.grid_code].name if step.grid_code in areas.area_of else step.grid_code)
        for step in lookup.grids_of_thing(one)
    ]
    running = next((step.grid_code for step, _name in grids if step.until_on is None), "")
    cases = at_places.cases_of_thing(request.actor, code)
    return {
        "section": SECTION,
        "tab": "things",
        "one": one,
        "kind": worded(one.kind.name, one.kind.name_en),
        "state": {"word": thing_faces.STATES.get(one.state, one.state), "tone": thing_faces.TONES[one.state]},
        "chain": [step.name for step in reversed(areas.chain(running)) if step.kind != "county"],
        "grids": grids,
        "owner": units.names_of([one.owner_code]).get(one.owner_code, one.owner_code),
        "past": [
            {"row": row, "word": thing_faces.STATES.get(row.state, row.state)} for row in lookup.past_of(one)
        ],
        "cases": [
            case_faces.row_face(row, now=request.now)
            for row in rows_of(request.actor, cases, now=request.now)
        ],
        "may_file": request.actor.may("file_report"),
        "state_form": StateForm(initial={"state": one.state, "condition": one.condition})
        if one.until_on is None and request.actor.may(Act.CHANGE_THING_STATE)
        else None,
        "end_form": EndForm(initial={"on": day_of(request.now).isoformat()})
        if one.until_on is None and request.actor.may(Act.END_THING)
        else None,
    }


@require_POST
@staff
def thing_state(request: StaffRequest, code: str) -> HttpResponse:
    """Say what a thing is like now."""
    form = StateForm(request.POST)
    return _done(request, code, form, "state_form", acts.change_thing_state, _("已记下现在的状态"))


@require_POST
@staff
def thing_end(request: StaffRequest, code: str) -> HttpResponse:
    """Say that a thing is no longer there."""
    return _done(request, code, EndForm(request.POST), "end_form", acts.end_thing, _("已注销"))


def _done(request: StaffRequest, code: str, form: forms.Form, name: str, act: Any, told: str) -> HttpResponse:
    """Do an act on a thing with what a form says; show the form again where it is refused."""
    status = 422
    try:
        if form.is_valid():
            act(code=code, actor=request.actor, now=request.now, **form.cleaned_data)
            messages.success(request, told, extra_tags="ok")
            return HttpResponseRedirect(reverse("console:thing", args=[code]))
    except BadInput as refusal:
        form.add_error(refusal.where if refusal.where in form.fields else None, door.worded(refusal))
    return show(request, "console/things/thing.html", {**_thing(request, code), name: form}, status=status)


@require_POST
@staff
def survey(request: StaffRequest) -> HttpResponse:
    """Say that every thing of a grid was compared on a day."""
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        raise BadInput("请填写日期", where="on") from None
    grid = request.POST.get("grid", "")[:32]
    acts.survey_grid(grid_code=grid, on=on, actor=request.actor, now=request.now)
    messages.success(request, _("已记下普查日期"), extra_tags="ok")
    return HttpResponseRedirect(f"{reverse('console:things')}?area={request.POST.get('area', '')[:32]}")


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def import_things(request: StaffRequest) -> HttpResponse:
    """Bring in a table of things: look first what it would do, then do it; every fault says where."""
    if not request.actor.may(Act.IMPORT_THINGS):
        raise NotAllowed("您的岗位不能做这一步")
    context: dict[str, Any] = {
        "section": SECTION,
        "tab": "things",
        "on": day_of(request.now),
        "kinds": lookup.kinds(),
    }
    if request.method != "POST":
        return show(request, "console/things/import.html", context)
    try:
        context |= _imported(request)
    except BadPack as refusal:
        context |= {
            "faults": [
                (each.place, _(each.what) % each.facts if each.facts else _(each.what), each.how)
                for each in refusal.problems[:FAULTS_SHOWN]
            ],
            "faulty": len(refusal.problems),
        }
        return show(request, "console/things/import.html", context, status=422)
    except BadInput as refusal:
        return show(
            request, "console/things/import.html", {**context, "why": door.worded(refusal)}, status=422
        )
    if context["is_done"]:
        messages.success(request, _("已导入"), extra_tags="ok")
        return HttpResponseRedirect(reverse("console:things"))
    return show(request, "console/things/import.html", context)


def _imported(request: StaffRequest) -> dict[str, Any]:
    upload = request.FILES.get("file")
    if upload is None or upload.size is None or upload.size > SHEET_BYTES:
        raise BadInput("请选一个 csv 或 xlsx 文件，最大 16 MB", where="file")
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        raise BadInput("请填写日期", where="on") from None
    name = (upload.name or "things.csv").replace("\x00", "")[:80]
    table = read_things(upload.read(), name=name, kinds={kind.code for kind in lookup.kinds()})
    is_done = request.POST.get("do") == "import"
    put = acts.import_things if is_done else acts.preview_things
    changes = put(things=table.rows, from_on=on, actor=request.actor, now=request.now)
    return {"counts": changes.counts(), "on": on, "file": name, "is_done": is_done}
