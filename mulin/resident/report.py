"""Report in four screens: what, where, how to reach you, done; plain forms, scripts only add comfort."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mulin.cases.actions.intake import file_report
from mulin.cases.queries import worklist
from mulin.cases.rules.intake import ADDRESS_MAX, PHOTOS_MAX, ContactGiven, Kind
from mulin.kernel.actor import PUBLIC
from mulin.kernel.errors import BadInput, Refusal
from mulin.people.queries.days import day_of
from mulin.people.rules.phones import normal_phone
from mulin.places.queries import ground as places
from mulin.places.queries import things
from mulin.places.queries.things import Spot
from mulin.resident import draft as drafts
from mulin.resident import ground, limits, pictures
from mulin.resident.door import Fault, fault_of, page, render, status_of
from mulin.resident.draft import Draft

TEXT_MAX: Final = 2_000
NAME_MAX: Final = 40
HERE_DEGREES: Final = 0.0005  # some fifty metres
NEAR_MOST: Final = 2  # more would push the map off a phone


@require_http_methods(["GET", "POST"])
@page
def say(request: HttpRequest) -> HttpResponse:
    """First screen: what is wrong, in words, photos or both."""
    if request.method == "GET":
        code = request.GET.get("at", "")
        draft = told(drafts.drafted(request) or drafts.fresh(), request.GET)
        return _say(request, draft, code=code, spot=scanned(code) if code else None)
    text = request.POST.get("text", "").replace("\r\n", "\n").replace("\x00", "")
    draft = told(drafts.begun(request), request.POST)
    draft = drafts.saved(request, draft, text=text[: TEXT_MAX * 5])
    faults = pictures.take(request, draft)
    if request.POST.get("do") == "photos":
        return _say(request, draft, faults) if faults else redirect("resident:say")
    if len(text) > TEXT_MAX:
        most = {"most": TEXT_MAX, "now": len(text)}
        faults.append(Fault("text", _("最多 %(most)d 个字，现在 %(now)d 个，请删短一些") % most))
    if not faults and not draft.is_said:
        faults.append(Fault("text", _("请写几句发生了什么，或者拍一张照片")))
    return _say(request, draft, faults) if faults else redirect("resident:place")


def told(draft: Draft, where: QueryDict) -> Draft:
    """Return the draft with what a link told beforehand: the kind of voice, the place a poster hangs at."""
    kind, address = where.get("kind", ""), plain(where.get("address", ""))
    if kind in set(Kind):
        draft = replace(draft, kind=kind)
    if address and not draft.place:
        draft = replace(draft, address=address)
    draft = at_code(draft, where.get("at", ""))
    try:
        found = None if draft.place else pin(where.get("lon", ""), where.get("lat", ""))
    except BadInput:  # a worn poster is no reason to turn anybody away
        found = None
    return replace(draft, lon=found[0], lat=found[1]) if found else draft


def at_code(draft: Draft, code: str) -> Draft:
    """Return the draft with the place a code on a wall stands for; an unknown code changes nothing."""
    spot = scanned(code) if code and not draft.place else None
    if spot is None:
        return draft
    about = spot.code if spot.what == "thing" else ""
    return replace(draft, lon=spot.lon, lat=spot.lat, address=spot.address or spot.name, thing=about)


def scanned(code: str) -> Spot | None:
    """Return what a code on a wall stands for today."""
    return things.spot_of(code[:32].replace("\x00", ""), on=day_of(timezone.now()))


def is_there(draft: Draft, lon: float, lat: float) -> bool:
    """Return whether a pin still stands about where the scanned code put it."""
    if draft.lon is None or draft.lat is None:
        return False
    return abs(lon - draft.lon) < HERE_DEGREES and abs(lat - draft.lat) < HERE_DEGREES


def plain(address: str) -> str:
    """Return an address as it can be kept."""
    return address.replace("\x00", "").strip()[:ADDRESS_MAX]


def _say(
    request: HttpRequest,
    draft: Draft,
    faults: Sequence[Fault] = (),
    *,
    code: str = "",
    spot: Spot | None = None,
) -> HttpResponse:
    context = {
        "spot": spot,
        "code": code[:32] if spot else "",
        "is_unknown": bool(code) and spot is None,
        "draft": draft,
        "photos": draft.photos,
        "photos_max": PHOTOS_MAX,
        "text_max": TEXT_MAX,
        "faults": faults,
        "step": 1,
    }
    return render(request, "say.html", context, status=422 if faults else 200)


@require_http_methods(["GET", "POST"])
@page
def place(request: HttpRequest) -> HttpResponse:
    """Second screen: where it is, by pin or by address, or not at all."""
    draft = drafts.drafted(request)
    if draft is None or not draft.is_said:
        return redirect("resident:say")
    if request.method == "GET":
        return _place(request, draft)
    do = request.POST.get("do", "here")
    if do == "unclear":
        drafts.saved(
            request,
            draft,
            place="unclear",
            lon=None,
            lat=None,
            address=plain(request.POST.get("address", "")),
            joins="",
            thing="",
        )
        return redirect("resident:contact")
    try:
        found = pin(request.POST.get("lon", ""), request.POST.get("lat", ""))
    except BadInput as refusal:
        return _place(request, draft, [fault_of(refusal)])
    joins = drafts.unsealed(do.removeprefix("join:")) if do.startswith("join:") else ""
    if found is not None and do != "find":
        lon, lat = found
        drafts.saved(
            request,
            draft,
            place="point",
            lon=lon,
            lat=lat,
            address=plain(request.POST.get("address", "")),
            joins=joins,
            thing=draft.thing if is_there(draft, lon, lat) else "",
        )
        return redirect("resident:contact")
    return _by_address(request, draft, goes_on=do != "find")


def _by_address(request: HttpRequest, draft: Draft, *, goes_on: bool) -> HttpResponse:
    """Take the address as the place: surely known, one of several, or only as words."""
    address = plain(request.POST.get("address", ""))
    if not address:
        words = _("请写小区、楼号或路口；说不清就按“说不清”")
        return _place(request, draft, [Fault("address", words)])
    where = ground.named(address, request.POST.get("candidate", ""), on=day_of(timezone.now()))
    lon, lat = (where.located.lon, where.located.lat) if where.is_exact else (None, None)
    draft = drafts.saved(
        request, draft, place="address", address=where.words, joins="", lon=lon, lat=lat, thing=""
    )
    if goes_on and (where.is_settled or request.POST.get("asked") == address):
        return redirect("resident:contact")
    return _place(request, draft, where=where)


def _place(
    request: HttpRequest, draft: Draft, faults: Sequence[Fault] = (), *, where: ground.Where | None = None
) -> HttpResponse:
    today = day_of(timezone.now())
    if where is None and draft.lon is not None and draft.lat is not None:
        where = ground.pointed(draft.lon, draft.lat, on=today)
    context = {
        "draft": draft,
        "where": where,
        "is_danger": limits.is_danger(draft.text),
        "faults": faults,
        "step": 2,
        **(near(where) if where is not None else {}),
    }
    return render(request, "place.html", context, status=422 if faults else 200)


def pin(lon: str, lat: str) -> tuple[float, float] | None:
    """Return the point a page sent, or nothing when it sent none.

    :raises BadInput: it is no point on Earth
    """
    if not lon and not lat:
        return None
    try:
        east, north = float(lon), float(lat)
    except ValueError:
        raise BadInput(_("地图上的位置没有读出来，请再点一次，或写地址"), where="address") from None
    places.locate_point(lon=east, lat=north, on=day_of(timezone.now()))
    return east, north


@require_http_methods(["GET"])
@page
def where(request: HttpRequest) -> HttpResponse:
    """Say what lies under the pin, or what an address means, as a piece of the second screen."""
    today = day_of(timezone.now())
    address = plain(request.GET.get("address", ""))
    try:
        found = None if address else pin(request.GET.get("lon", ""), request.GET.get("lat", ""))
    except BadInput as refusal:
        return render(request, "_where.html", {"fault": fault_of(refusal)}, status=422)
    if address:
        there = ground.named(address, request.GET.get("candidate", ""), on=today)
    elif found:
        there = ground.pointed(*found, on=today)
    else:
        return render(request, "_where.html", {"where": None})
    return render(request, "_where.html", {"where": there, **near(there)})


def near(there: ground.Where) -> dict[str, object]:
    """Return the nearest cases of others, for "也是这件" and, where one was just closed, "没修好" (W11)."""
    lon, lat = there.located.lon, there.located.lat
    if not there.is_exact or lon is None or lat is None:
        return {}
    found = worklist.nearby(lon=lon, lat=lat, now=timezone.now(), most=NEAR_MOST)
    return {"near": [(each, drafts.sealed(each.id)) for each in found]}


@require_http_methods(["GET", "POST"])
@page
def contact(request: HttpRequest) -> HttpResponse:
    """Third screen: how to be told the result, if one wants to; then the report is sent."""
    already = drafts.code_of(request, request.POST.get("draft", ""))
    if already:  # the button was pressed twice: one report
        return redirect("resident:done", code=already)
    draft = drafts.drafted(request)
    if draft is None or not draft.is_said:
        return redirect("resident:say")
    if not draft.place:
        return redirect("resident:place")
    if request.method == "GET":
        return _contact(request, draft)
    limits.take_turn(limits.REPORTS, request, text=draft.text)
    try:
        given = None if request.POST.get("do") == "bare" else contact_given(request)
        if request.POST.get("website") or draft.is_hasty:
            raise BadInput(_("提交得太快了。请再看一遍，过几秒再按一次“提交”"))
        filed = file_report(filing=drafts.filing_of(draft, given), actor=PUBLIC, now=timezone.now())
    except Refusal as refusal:
        return _contact(request, draft, [fault_of(refusal)], status=status_of(refusal))
    drafts.sent(request, draft, filed.report.tracking_code)
    return redirect("resident:done", code=filed.report.tracking_code)


def contact_given(request: HttpRequest) -> ContactGiven | None:
    """Return what was given of a contact, or nothing.

    :raises BadInput: the number is none, or the name is too long
    """
    phone, name = request.POST.get("phone", "").strip(), request.POST.get("name", "").strip()
    may_call = request.POST.get("may_call") == "1"
    if len(name) > NAME_MAX:
        raise BadInput(_("称呼最多 %(most)d 个字"), where="name", most=NAME_MAX)
    if may_call and not phone:
        raise BadInput(_("要回访就得有手机号；不留也可以，请去掉回访的勾"), where="phone")
    if not phone and not name:
        return None
    return ContactGiven(phone=normal_phone(phone) if phone else "", name=name, may_call=may_call)


def _contact(
    request: HttpRequest, draft: Draft, faults: Sequence[Fault] = (), *, status: int = 200
) -> HttpResponse:
    # What is typed here goes back to the page that sent it and nowhere else: it is not kept in the draft.
    typed = {key: request.POST.get(key, "") for key in ("phone", "name", "may_call")}
    context = {"draft": draft, "typed": typed, "faults": faults, "step": 3}
    return render(request, "contact.html", context, status=status)
