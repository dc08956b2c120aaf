"""Map data: a file of outlines checked, tried out and drawn; outlines to take away; the topology report."""

from datetime import date
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from mulin.boundaries.actions.bringing import bring_outlines, preview_outlines
from mulin.console import city_faces, door, fields, outline_forms
from mulin.console.door import StaffRequest, show, staff
from mulin.console.outline_forms import OutlineForm
from mulin.gateways.sheets import SheetError
from mulin.kernel.errors import BadInput, NotAllowed, Refusal
from mulin.people.queries.days import day_of
from mulin.places.actions.outlines import BadFile
from mulin.places.queries import ground
from mulin.places.queries.outline_export import Form, export_outlines
from mulin.places.queries.outline_files import read_outlines
from mulin.places.queries.topology import topology
from mulin.places.rules import coordinates
from mulin.places.rules.coordinates import System
from mulin.places.rules.survey import TOLERANCE_METRES, Fault, Problem

IMPORT: Final = "import_areas"
SHOWN: Final = 200
FAULTS: Final = {
    Fault.OVERLAP: (gettext_noop("重叠"), "bad"),
    Fault.GAP: (gettext_noop("空白"), "bad"),
    Fault.STRAY: (gettext_noop("越界"), "bad"),
    Fault.UNEVEN: (gettext_noop("不重合"), "warn"),
    Fault.OTHER: (gettext_noop("图形"), "bad"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def outlines(request: StaffRequest) -> HttpResponse:
    """Show what is wrong with the ground, let outlines be taken away, and bring a file in."""
    context = _context(request)
    if request.method != "POST":
        return show(request, "console/city/outlines.html", context)
    if not context["may_import"]:
        raise NotAllowed(gettext_noop("您的岗位不能维护区域和小区资料"))
    form = _form(request, OutlineForm(request.POST, request.FILES))
    context["form"] = form
    status = 200
    try:
        if not form.is_valid():
            return show(request, "console/city/outlines.html", context, status=422)
        tried = _asked(request, form)
        if "draw" in request.POST:
            done = bring_outlines(
                **tried["asked"], reason=form.cleaned_data["reason"], document=form.cleaned_data["document"]
            )
            messages.success(
                request, _("已画入 %(n)d 个区域") % {"n": _touched(done.brought.changes)}, extra_tags="ok"
            )
            return HttpResponseRedirect(reverse("console:outlines"))
        context |= tried | {"tried": preview_outlines(**tried["asked"])}
    except BadFile as refused:
        context |= {"problems": refused.faults[:SHOWN], "problems_count": len(refused.faults)}
        status = 422
    except SheetError as fault:
        context |= {"problems": [fault], "problems_count": 1}
        status = 422
    except Refusal as refusal:
        where = getattr(refusal, "where", "")
        form.add_error(where if where in form.fields else None, door.worded(refusal))
        context |= {"held": form.cleaned_data.get("held"), "file_name": form.cleaned_data.get("held_name")}
        status = door.status_of(refusal)
    return show(request, "console/city/outlines.html", context, status=status)


def _touched(changes: Any) -> int:
    return len(changes.new) + len(changes.changed) + len(changes.ended)


def _context(request: StaffRequest) -> dict[str, Any]:
    today = day_of(request.now)
    on = _day(request.GET.get("on", ""), today)
    found = topology(on)
    return {
        **city_faces.tabs(request, "outlines"),
        "form": _form(request, OutlineForm(initial={"from_on": outline_forms.tomorrow(today)})),
        "may_import": request.actor.may(IMPORT),
        "on": on,
        "faults": [_fault(problem) for problem in found[:SHOWN]],
        "faults_count": len(found),
        "tolerance": f"{TOLERANCE_METRES:g}",
        "systems": outline_forms.systems_for(ground.atlas_on(today).areas),
        "kinds": outline_forms.KINDS,
    }


def _form(request: StaffRequest, form: OutlineForm) -> OutlineForm:
    options = outline_forms.systems_for(ground.atlas_on(day_of(request.now)).areas)
    fields.offer(form, "system", options, first=_("按文件里写的"))
    return form


def _asked(request: StaffRequest, form: OutlineForm) -> dict[str, Any]:
    """Return what the act is asked with, and what the page keeps of it."""
    given = form.cleaned_data
    data, name = outline_forms.uploaded(form)
    draft = read_outlines(
        data,
        name=name,
        on=given["from_on"],
        system=coordinates.system_named(given["system"]) if given["system"] else None,
        mapping=outline_forms.pairs_of(given["mapping"]),
    )
    asked = {
        "draft": draft,
        "from_on": given["from_on"],
        "complete": given["complete"],
        "snap": given["snap"],
        "actor": request.actor,
        "now": request.now,
    }
    return {
        "asked": asked,
        "held": outline_forms.held(data),
        "file_name": name,
        "system_name": outline_forms.named(draft.system),
        "error_m": f"{coordinates.conversion_error(draft.system, coordinates.WGS84):g}",
    }


def _fault(problem: Problem) -> dict[str, object]:
    word, tone = FAULTS[problem.spot.fault if problem.spot else Fault.OTHER]
    return {
        "code": problem.code,
        "word": _(word),
        "tone": tone,
        "what": _(problem.what) % problem.facts,
        "how": _(problem.how) % problem.facts,
        "spot": problem.spot,
    }


def _day(text: str, today: date) -> date:
    try:
        return date.fromisoformat(text) if text else today
    except ValueError:
        raise BadInput(gettext_noop("日期应写成 2026-05-11"), where="on") from None


@require_safe
@staff
def outlines_file(request: StaffRequest) -> HttpResponseBase:
    """Give the areas of a kind on a day as a file."""
    try:
        form = Form(request.GET.get("form", Form.GEOJSON.value))
    except ValueError:
        raise BadInput(gettext_noop("没有这种格式"), where="form") from None
    system: System = coordinates.system_named(request.GET.get("system", "wgs84")[:40])
    on = _day(request.GET.get("on", ""), day_of(request.now))
    kind = request.GET.get("kind", "")[:16]
    pieces = export_outlines(kind=kind, on=on, form=form, system=system)
    answer = StreamingHttpResponse(pieces, content_type=form.media_type)
    name = f"areas-{kind or 'all'}-{on.isoformat()}-{system.code}.{form.ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
