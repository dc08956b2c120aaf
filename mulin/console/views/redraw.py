"""Drawing boundaries anew: choose on the map or in lists, see all that follows, do it as one act."""

from typing import Any, Final
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from mulin.boundaries import policy
from mulin.boundaries.actions.adjusting import adjust_boundaries
from mulin.boundaries.queries import previews
from mulin.boundaries.queries.previews import CASES_A_PAGE, Preview
from mulin.boundaries.rules.plan import BadPlan, read_plan
from mulin.cases.rules.handovers import How
from mulin.console import city_faces, door, redraw_said
from mulin.console.door import StaffRequest, show, staff
from mulin.console.redraw_said import Said
from mulin.kernel.errors import BadInput, Refusal
from mulin.people.queries.days import day_of
from mulin.people.rules.successions import Fate
from mulin.places.queries import ground as places

AREAS_LISTED: Final = 300
FATES: Final = {
    Fate.FOLLOWS: gettext_lazy("跟到新单位"),
    Fate.NO_SEAT: gettext_lazy("新单位没有空位"),
    Fate.NO_POST: gettext_lazy("新单位没有这个岗位"),
    Fate.HELD: gettext_lazy("本来就在新单位任职"),
    Fate.ENDS: gettext_lazy("没有指定去处，到期结束"),
}


@require_safe
@staff
def redraw(request: StaffRequest) -> HttpResponse:
    """Show the page on which new boundaries are drawn."""
    policy.require(request.actor)
    return _editing(request, Said())


@require_safe
@staff
def cut(request: StaffRequest) -> HttpResponse:
    """Give the two outlines a line would cut an area into."""
    on = city_faces.a_day(request.GET.get("on", ""), day_of(request.now))
    try:
        parts = redraw_said.pieces(request.GET.get("area", ""), request.GET.get("cut", "")[:20_000], on=on)
    except BadInput as refusal:
        return JsonResponse({"why": door.worded(refusal)}, status=422)
    return JsonResponse({"pieces": parts})


@require_POST
@staff
def preview(request: StaffRequest) -> HttpResponse:
    """Show everything a plan would do, or what is wrong with it; with ``back`` the page it was drawn on."""
    policy.require(request.actor)
    today = day_of(request.now)
    try:
        plan = redraw_said.said(request, today=today)
    except BadInput as refusal:
        kept = {name: request.POST.get(name, "")[:400] for name in ("on", "reason", "document")}
        return _editing(request, Said(**kept, lines=_kept(request)), refusal=refusal, status=422)
    if "back" in request.POST:
        return _editing(request, plan)
    try:
        read = read_plan(plan.plan)
        found = previews.preview(request.actor, read)
    except BadInput as refusal:
        return _editing(request, plan, refusal=refusal, status=422)
    except Refusal as refusal:
        return _editing(request, plan, refusal=refusal, status=409)
    return show(request, "console/city/preview.html", _previewed(request, plan, found, _page(request)))


def _page(request: StaffRequest) -> int:
    asked = request.POST.get("page", "1")
    return max(1, int(asked)) if asked.isdecimal() and len(asked) <= 5 else 1


def _kept(request: StaffRequest) -> tuple[dict[str, Any], ...]:
    """Return the lines that were gathered before, if they can be read."""
    try:
        return redraw_said.with_file(
            Said(), {"lines": redraw_said.parsed(request.POST.get("lines") or "[]", "lines")}
        ).lines
    except BadInput:
        return ()


def _editing(
    request: StaffRequest, plan: Said, *, refusal: Refusal | None = None, status: int = 200
) -> HttpResponse:
    want = city_faces.asked(request)
    atlas = places.atlas_on(want.on)
    areas = [area for area in atlas.areas.area_of.values() if area.kind == want.kind]
    around = sorted({area.parent_code for area in areas})
    within = request.GET.get("within", "")[:32]
    listed = [area for area in areas if not within or area.parent_code == within]
    context = {
        **city_faces.tabs(request, "changes"),
        "page_kind": "redraw",
        "want": want,
        "plan": plan,
        "lines": redraw_said.described(plan.lines, on=want.on),
        "flaws": _flaws(refusal),
        "kinds": city_faces.KINDS.items(),
        "ways": [(way, redraw_said.KINDS[way]) for way in redraw_said.BY_HAND],
        "parents": [atlas.areas.area_of[code] for code in around if code in atlas.areas.area_of],
        "within": within,
        "areas": listed[:AREAS_LISTED],
        "more": len(listed) > AREAS_LISTED,
        "bounds": city_faces.box_of([atlas.areas.shape_of[area.code].bounds for area in listed]),
        "tiles": city_faces.TILES,
        "synthetic": any(area.synthetic for area in areas),
    }
    return show(request, "console/city/redraw.html", context, status=status)


def _flaws(refusal: Refusal | None) -> list[str]:
    """Return everything that is wrong, each with its line."""
    if isinstance(refusal, BadPlan):
        said = [
            (each.line, _(each.why) % each.facts if each.facts else _(each.why)) for each in refusal.flaws
        ]
        return [_("第 %(n)d 行：%(why)s") % {"n": n, "why": why} if n else why for n, why in said]
    return [door.worded(refusal)] if refusal else []


def _previewed(request: StaffRequest, plan: Said, found: Preview, page: int) -> dict[str, Any]:
    counts = found.counts()
    names = {area.unit_code: area.name for area in found.effect.ground.areas}
    names |= {area.unit_code: area.name for area in found.effect.outcome.areas}
    return {
        **city_faces.tabs(request, "changes"),
        "page_kind": "redraw",
        "plan": plan,
        "key": uuid4().hex,
        "counts": counts,
        "rows": previews.line_rows(found.effect, found.moves),
        "words": redraw_said.KINDS,
        "cases": [
            {
                "id": case.case_id,
                "number": case.number,
                "was": names.get(case.was.place or "", case.was.place),
                "to": names.get(case.to.place or "", case.to.place),
                "desk": names.get(case.to.desk, case.to.desk) if case.was.desk != case.to.desk else "",
                "by_share": case.how is How.SHARE,
            }
            for case in found.cases(page=page)
        ],
        "may_open": request.actor.may("see_case"),
        "page": page,
        "pages": -(-counts["cases_moved"] // CASES_A_PAGE),
        "terms": _terms(found, names),
    }


def _terms(found: Preview, names: dict[str, str]) -> list[tuple[str, str, int]]:
    """Return how many posts go where and what becomes of them; nobody is named here."""
    sums: dict[tuple[str, str], int] = {}
    for each in found.units.terms:
        key = (names.get(each.to, each.to), str(FATES[each.fate]))
        sums[key] = sums.get(key, 0) + 1
    return [(to, fate, number) for (to, fate), number in sorted(sums.items())]


@require_POST
@staff
def adjust(request: StaffRequest) -> HttpResponse:
    """Do it: areas, units, staff and open cases as one act, however often the form is sent."""
    plan = redraw_said.said(request, today=day_of(request.now))
    key = request.POST.get("key", "")[:64]
    made = adjust_boundaries(
        plan=read_plan(plan.plan), key=f"console:{key}" if key else "", actor=request.actor, now=request.now
    )
    said = (
        _("边界已调整，%(day)s 起生效；%(n)d 件在办换了单位")
        if made.applied_at
        else _("边界已定好，%(day)s 起生效；到那天约 %(n)d 件在办换单位")
    )
    facts = {"day": made.on.isoformat(), "n": made.counts["cases_moved"]}
    messages.success(request, said % facts, extra_tags="ok")
    kind = made.lines[0]["area_kind"] if made.lines else ""
    kept = f"&kind={kind}" if kind in city_faces.KINDS else ""
    return HttpResponseRedirect(f"{reverse('console:changes')}?new={made.on.isoformat()}{kept}")
