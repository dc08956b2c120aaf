"""Questions of space and time on screen: an area on a day, a place through time, what an outline held."""

import json
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mulin.cases.queries.worklist import rows_of
from mulin.console import case_faces, door, fields
from mulin.console.door import StaffRequest, show, staff
from mulin.console.insight_faces import AREA_KINDS, SPANS, SPELLS, WHATS
from mulin.console.views.places import located_words, number
from mulin.console.views.units import asked_day
from mulin.insight.queries import datasets, gaps, grounds, histories, matters, reaching, states
from mulin.insight.queries import inside as insides
from mulin.insight.queries.histories import SpellKind
from mulin.insight.queries.matters import What
from mulin.insight.rules.asked import Span, outline_of
from mulin.kernel.errors import BadInput, NotFound, Refusal
from mulin.people.queries.days import day_of

DAY: Final = {"class": "field", "type": "date"}
TEXT_MOST: Final = 200_000
TABS: Final = {
    **dict.fromkeys(("state", "place", "inside", "gaps"), "asks"),
    **dict.fromkeys(("ledger", "scenes", "data"), "ledgers"),
    "coverage": "coverage",
}


def code_of(request: StaffRequest, name: str = "code") -> str:
    """Return a code of the query string."""
    return request.GET.get(name, "")[:32].replace("\x00", "")


def page_context(request: StaffRequest, sub: str, on: date) -> dict[str, Any]:
    """Return what every page of these shows."""
    tab = TABS.get(sub, "")
    return {"section": "city", "tab": tab, "sub": sub, "on": on, "is_today": on == day_of(request.now)}


def asked_area(request: StaffRequest, on: date) -> tuple[str, list[tuple[str, str]]]:
    """Return the area asked for, else the widest the actor sees, and those to choose from."""
    offered = grounds.areas_offered(request.actor, on=on)
    chosen = code_of(request, "area") or (offered[0].code if offered else "")
    return chosen, [(one.code, one.name) for one in offered]


@require_safe
@staff
def state(request: StaffRequest) -> HttpResponse:
    """Show what an area was on a day, with the way out to what lies around and in it."""
    on = asked_day(request)
    area, offered = asked_area(request, on)
    context = {**page_context(request, "state", on), "area": area, "offered": offered}
    if not area:
        return show(request, "console/insight/state.html", context)
    try:
        told = states.state_of(request.actor, area, on=on)
    except NotFound as refusal:
        context |= {"refused": door.worded(refusal)}
        return show(request, "console/insight/state.html", context, status=404)
    asked = {"of": "state", "area": area, "on": on.isoformat()}
    context |= {
        "told": told,
        "kind_word": AREA_KINDS.get(told.area.kind, told.area.kind),
        "chain": list(reversed(told.chain)),
        "cases": [
            {"word": WHATS[what], "n": n, "url": cases_url({**asked, "what": what.value})}
            for what, n in told.cases.items()
        ],
        "things": [
            (_("网格"), told.grids), (_("小区"), told.compounds), (_("楼栋"), told.buildings),
            (_("单元"), told.stairwells), (_("户"), told.dwellings), (_("物业企业"), told.firms),
            (_("楼院党小组"), told.groups), (_("没有小组的楼栋"), told.without_group),
        ],
    }  # fmt: skip
    return show(request, "console/insight/state.html", context)


def cases_url(asked: dict[str, str]) -> str:
    """Return the address of the cases a number counts."""
    return f"{reverse('console:insight_cases')}?{urlencode(asked)}"


@require_safe
@staff
def cases(request: StaffRequest) -> HttpResponse:
    """Show exactly the cases a number of these pages counts, fifty at a time."""
    of, on, area = request.GET.get("of", ""), asked_day(request), code_of(request, "area")
    after = _uuid(request.GET.get("after", ""))
    found: Sequence[UUID]
    if of == "state" and request.GET.get("what", "") in set(What):
        what = What(request.GET["what"])
        found = states.cases_of(request.actor, area, what, on=on, after=after)
        word, back = (
            WHATS[what],
            f"{reverse('console:insight_state')}?{urlencode({'area': area, 'on': on.isoformat()})}",
        )
    elif of == "border":
        found = gaps.border_cases(request.actor, area=area, on=on, after=after)
        word, back = gettext_lazy("位置在边界上的在办事项"), reverse("console:insight_gaps")
    elif of == "place":
        lon, lat = number(request, "lon"), number(request, "lat")
        year = request.GET.get("year", "")
        if not year.isdecimal() or len(year) != 4:
            raise BadInput("年份不对", where="year")
        code = code_of(request)
        found = histories.cases_of(request.actor, code, year=int(year), lon=lon, lat=lat, after=after)
        word = gettext_lazy("这里这一年的事项")
        asked = {"code": code} if code else {"lon": str(lon), "lat": str(lat)}
        back = f"{reverse('console:insight_place')}?{urlencode(asked)}"
    else:
        raise NotFound("没有这个数字")
    context = {**page_context(request, "", on), "word": word, "back": back, **_listed(request, found)}
    return show(request, "console/insight/cases.html", context)


def _listed(request: StaffRequest, found: Sequence[UUID]) -> dict[str, Any]:
    shown = found[: matters.PAGE]
    rows = rows_of(request.actor, shown, now=request.now)
    return {
        "rows": [case_faces.row_face(row, now=request.now) for row in rows],
        "next": shown[-1] if len(found) > matters.PAGE else None,
    }


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise BadInput("页码不对", where="after") from None


@require_safe
@staff
def place(request: StaffRequest) -> HttpResponse:
    """Show the history of a place, and what is nearest to it."""
    on, code = day_of(request.now), code_of(request)
    lon, lat = number(request, "lon"), number(request, "lat")
    context = {**page_context(request, "place", on), "code": code, "lon": lon, "lat": lat}
    if not code and (lon is None or lat is None):
        return show(request, "console/insight/place.html", context)
    try:
        told = histories.history(request.actor, code, lon=lon, lat=lat)
        near = reaching.nearest(request.actor, lon=told.lon, lat=told.lat, now=request.now)
    except Refusal as refusal:
        context |= {"refused": door.worded(refusal)}
        return show(request, "console/insight/place.html", context, status=door.status_of(refusal))
    asked = {"of": "place", "code": code} if code else {"of": "place", "lon": str(lon), "lat": str(lat)}
    context |= {
        "told": told,
        "spells": [
            (AREA_KINDS.get(spell.note, "") if spell.kind is SpellKind.AREA else SPELLS[spell.kind], spell)
            for spell in told.spells
        ],
        "years": [(each, cases_url({**asked, "year": str(each.year)})) for each in told.years],
        "near": near,
        **located_words(near.located),
    }
    return show(request, "console/insight/place.html", context)


@require_safe
@staff
def missing(request: StaffRequest) -> HttpResponse:
    """Show what is missing: officers of grids, groups of buildings, stewards; and cases on a border."""
    on = asked_day(request)
    context = {
        **page_context(request, "gaps", on),
        "gaps": gaps.gaps(request.actor, on=on),
        "border_url": cases_url({"of": "border"}),
        **_listed(request, gaps.border_cases(request.actor)),
    }
    return show(request, "console/insight/gaps.html", context)


class InsideForm(forms.Form):
    """An outline, two days, and which cases to list."""

    polygon = forms.CharField(
        label=gettext_lazy("范围（GeoJSON）"),
        max_length=TEXT_MOST,
        widget=forms.Textarea({"class": "field", "rows": 6, "spellcheck": "false"}),
        help_text=gettext_lazy("Polygon 或 MultiPolygon，经度在前，WGS-84，最多 2,000 个顶点。"),
    )
    since = forms.DateField(label=gettext_lazy("从哪天"), widget=forms.DateInput(DAY))
    until = forms.DateField(label=gettext_lazy("到哪天（含）"), widget=forms.DateInput(DAY))
    what = fields.choice(gettext_lazy("列出哪些"), [(what.value, word) for what, word in SPANS.items()])
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def inside(request: StaffRequest) -> HttpResponse:
    """Show what an outline held between two days; a question, nothing is kept of it."""
    today = day_of(request.now)
    first = {
        "since": (today - timedelta(days=30)).isoformat(),
        "until": today.isoformat(),
        "what": "reported",
    }
    form = InsideForm(request.POST if request.method == "POST" else None, initial=first)
    context: dict[str, Any] = {**page_context(request, "inside", today), "form": form}
    status = 200
    if request.method == "POST":
        try:
            if form.is_valid():
                context |= _inside(request, form.cleaned_data)
            else:
                status = 422
        except Refusal as refusal:
            where = getattr(refusal, "where", "")
            form.add_error(where if where in form.fields else None, door.worded(refusal))
            status = door.status_of(refusal)
    return show(request, "console/insight/inside.html", context, status=status)


def _inside(request: StaffRequest, said: dict[str, Any]) -> dict[str, Any]:
    try:
        outline = outline_of(json.loads(said["polygon"]))
    except (ValueError, RecursionError):
        raise BadInput("应为 GeoJSON 的 Polygon 或 MultiPolygon", where="polygon") from None
    found = insides.inside(
        request.actor,
        outline,
        Span(_start(said["since"]), _start(said["until"] + timedelta(days=1))),
        what=What(said["what"]),
        after=said["after"],
    )
    rows = rows_of(request.actor, found.cases, now=request.now)
    return {
        "found": found,
        "counts": [(SPANS[what], n, what == found.what) for what, n in found.counts.items()],
        "rows": [case_faces.row_face(row, now=request.now) for row in rows],
        "next": found.cases[-1] if found.more else None,
    }


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


@require_safe
@staff
def data(request: StaffRequest) -> HttpResponse:
    """Show the data catalogue: every table, whose it is, what for, on what basis, for how long."""
    english = request.LANGUAGE_CODE.startswith("en")
    rows = [row.words(english=english) | {"holds": row.personal} for row in datasets.datasets()]
    context = {**page_context(request, "data", day_of(request.now)), "rows": rows}
    return show(request, "console/insight/data.html", context)
