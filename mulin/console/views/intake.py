"""Taking down a report at a counter, on the telephone, from paper or on a round."""

from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from mulin.cases.actions import intake
from mulin.cases.queries import figures, worklist
from mulin.cases.rules.intake import Channel, ContactGiven, Filing, Kind, PhotoGiven
from mulin.catalogue import queries as catalogue
from mulin.console import case_faces, door, fields, moments, words
from mulin.console.door import StaffRequest, show, show_part, staff
from mulin.console.views.places import number
from mulin.gateways import photos
from mulin.kernel.errors import NotAllowed, Refusal
from mulin.people.queries.days import day_of
from mulin.places.queries import things

CHANNELS: Final = (Channel.COUNTER, Channel.PHONE, Channel.PAPER, Channel.GRID)
LOG_DAYS: Final = 30
# What the rules call a part of a filing, and the field that holds it here.
FIELD_OF: Final = {"longitude": "lon", "latitude": "lat", "contact": "phone"}


class IntakeForm(forms.Form):
    """One voice as somebody else writes it down."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    reception = forms.UUIDField(widget=forms.HiddenInput, required=False)
    channel = forms.ChoiceField(
        label=gettext_lazy("怎么来的"), choices=[(one.value, words.CHANNELS[one]) for one in CHANNELS],
        widget=forms.RadioSelect, initial=Channel.COUNTER.value,
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("性质"), choices=[(one.value, words.KINDS[one]) for one in Kind],
        widget=forms.RadioSelect, initial=Kind.NEED.value,
    )  # fmt: skip
    text = fields.words(
        gettext_lazy("反映了什么"), most=10_000, rows=5, hint=gettext_lazy("照诉求人的话写，不写身份证号。")
    )
    address = fields.words(
        gettext_lazy("在哪里"),
        most=200,
        required=False,
        one_line=True,
        hint=gettext_lazy("写小区、楼栋或路口都行。"),
    )
    thing = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)
    lon = forms.FloatField(label=gettext_lazy("经度"), required=False, widget=forms.HiddenInput)
    lat = forms.FloatField(label=gettext_lazy("纬度"), required=False, widget=forms.HiddenInput)
    on_behalf = fields.tick(
        gettext_lazy("替别人代录"), gettext_lazy("诉求人在窗口、电话里，或写了纸条。"), initial=True
    )
    anonymous = fields.tick(gettext_lazy("诉求人不留姓名和电话"))
    phone = fields.words(gettext_lazy("电话"), most=40, required=False, one_line=True)
    name = fields.words(gettext_lazy("称呼"), most=40, required=False, one_line=True)
    may_call = fields.tick(gettext_lazy("同意办完以后接一次回访电话"))
    photos = fields.PhotosField(
        label=gettext_lazy("照片"), required=False, help_text=gettext_lazy("位置信息会自动去除。")
    )
    joins = forms.UUIDField(required=False)

    def filing(self, given: tuple[PhotoGiven, ...]) -> Filing:
        """Return what was typed as the act takes it."""
        said = self.cleaned_data
        contact = None
        if said["phone"] or said["name"]:
            contact = ContactGiven(said["phone"].strip(), said["name"].strip(), said["may_call"])
        return Filing(
            text=said["text"],
            channel=Channel(said["channel"]),
            source="console",
            source_no=said["key"],
            kind=Kind(said["kind"]),
            lon=said["lon"],
            lat=said["lat"],
            address=said["address"].strip(),
            thing=said["thing"],
            anonymous=said["anonymous"],
            on_behalf=said["on_behalf"],
            contact=contact,
            photos=given,
            joins=said["joins"],
        )


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def new(request: StaffRequest) -> HttpResponse:
    """Take down a report."""
    may_file(request)
    if request.method != "POST":
        return _page(request, IntakeForm(initial=_first_words(request)))
    form = IntakeForm(request.POST, request.FILES)
    try:
        given = _held(request, form)
        if not form.is_valid():
            return _page(request, form, status=422)
        filed = _file(request, form, given)
    except Refusal as refusal:
        return _refused(request, form, refusal)
    return HttpResponseRedirect(
        f"{reverse('console:filed', args=[filed.case.pk])}?code={filed.report.tracking_code}"
    )


def may_file(request: StaffRequest) -> None:
    """Return if a post of whoever asks permits to take reports.

    :raises NotAllowed: none does
    """
    if not request.actor.may(intake.FILE):
        raise NotAllowed(gettext_noop("您的岗位不能做这一步"))


def _first_words(request: StaffRequest) -> dict[str, object]:
    """Return what is known already: the words of a reception are not typed twice (S-066)."""
    known: dict[str, object] = {"key": uuid4().hex}
    about = things.spot_of(request.GET.get("thing", "")[:32].replace("\x00", ""), on=day_of(request.now))
    if about is not None and about.what == "thing":
        known |= {"thing": about.code, "address": about.name, "lon": about.lon, "lat": about.lat}
    wanted = request.GET.get("reception", "")
    since = request.now - timedelta(days=LOG_DAYS)
    for reception in figures.receptions(request.actor, since=since) if wanted else ():
        if str(reception.pk) == wanted and reception.report_id is None:
            known |= {"reception": reception.pk, "text": reception.matter, "channel": Channel.COUNTER.value}
    return known


def _held(request: StaffRequest, form: IntakeForm) -> tuple[PhotoGiven, ...]:
    draft = form.data.get("key", "")
    if not draft.isalnum():
        return ()
    for upload in request.FILES.getlist("photos"):
        photos.hold(photos.clean(upload.read()), draft=draft)
    return tuple(PhotoGiven(one.digest, one.width, one.height) for one in photos.held(draft))


def _file(request: StaffRequest, form: IntakeForm, given: tuple[PhotoGiven, ...]) -> intake.Filed:
    for photo in given:
        photos.keep_held(photo.digest, draft=form.cleaned_data["key"])
    filing = form.filing(given)
    reception = form.cleaned_data["reception"]
    if reception:
        return intake.file_reception(
            reception_id=reception, filing=filing, actor=request.actor, now=request.now
        )
    return intake.file_report(filing=filing, actor=request.actor, now=request.now)


def _page(request: StaffRequest, form: IntakeForm, *, status: int = 200, problem: str = "") -> HttpResponse:
    for name in form.errors:
        if name in form.fields:
            form.fields[name].widget.attrs["aria-invalid"] = "true"
    draft = form.data.get("key", "") if form.is_bound else ""
    held = len(photos.held(draft)) if draft.isalnum() else 0
    context = {"section": "new", "form": form, "problem": problem, "held": held}
    return show(request, "console/intake/new.html", context, status=status)


def _refused(request: StaffRequest, form: IntakeForm, refusal: Refusal) -> HttpResponse:
    where = getattr(refusal, "where", "")
    name, why = FIELD_OF.get(where, where), door.worded(refusal)
    form.is_valid()
    if name in form.fields and not form.fields[name].widget.is_hidden:
        form.add_error(name, why)
        return _page(request, form, status=door.status_of(refusal))
    return _page(request, form, status=door.status_of(refusal), problem=why)


@require_safe
@staff
def filed(request: StaffRequest, case_id: UUID) -> HttpResponse:
    """Show what to tell the person: the tracking code first."""
    code = request.GET.get("code", "")[:9]
    context = {"section": "new", "case_id": case_id, "code": code}
    return show(request, "console/intake/filed.html", context)


@require_safe
@staff
def hints(request: StaffRequest) -> HttpResponse:
    """Say, while somebody types, which item it is likely to be and which open case may be the same."""
    text = request.GET.get("text", "")[:500]
    lon, lat = number(request, "lon"), number(request, "lat")
    suggestion = catalogue.suggest(text, on=day_of(request.now)) if len(text.strip()) > 3 else None
    near = []
    if lon is not None and lat is not None and abs(lat) <= 90:
        near = [
            {
                "id": one.id,
                "name": one.item_name,
                "metres": one.metres,
                "at": moments.short(one.reported_at, request.now),
                "count": one.report_count,
                "closed": one.closed_at is not None,
            }
            for one in worklist.nearby(lon=lon, lat=lat, now=request.now)
        ]
    context = {
        "suggestion": suggestion,
        "suggestion_why": case_faces.suggestion_words(suggestion.as_json()) if suggestion else "",
        "near": near,
        "joins": request.GET.get("joins", ""),
    }
    return show_part(request, "console/intake/_hints.html", context)
