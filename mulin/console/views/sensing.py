"""Scene events (现场事件): what devices saw waits here for a person; the registers of devices and models."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mulin.console import door, fields
from mulin.console.door import StaffRequest, show, staff
from mulin.console.words import Text
from mulin.kernel.errors import BadInput, NotAllowed
from mulin.people.queries.days import day_of
from mulin.sensing.actions import events as acts
from mulin.sensing.actions import registers
from mulin.sensing.queries import events as lookup
from mulin.sensing.rules.events import Act, DeviceKind, Dismissal, EventState, SceneType

SECTION: Final = "city"
DEGREES: Final = {"class": "field", "step": "any"}
TYPES: Final[dict[str, Text]] = {
    SceneType.OVERFLOWING_BIN: gettext_lazy("垃圾桶满溢"),
    SceneType.RUBBISH: gettext_lazy("暴露垃圾"),
    SceneType.STANDING_WATER: gettext_lazy("积水"),
    SceneType.BLOCKED_ROAD: gettext_lazy("道路堵塞"),
    SceneType.BLOCKED_FIRE_LANE: gettext_lazy("消防通道堵塞"),
    SceneType.DAMAGED_ROAD: gettext_lazy("路面破损"),
    SceneType.MISSING_COVER: gettext_lazy("井盖缺失"),
    SceneType.FALLEN_TREE: gettext_lazy("树木倒伏"),
    SceneType.LAMP_OUT: gettext_lazy("路灯不亮"),
    SceneType.SMOKE: gettext_lazy("冒烟"),
}
REASONS: Final[dict[str, Text]] = {
    Dismissal.FALSE_ALARM: gettext_lazy("误报"),
    Dismissal.KNOWN: gettext_lazy("已有人报"),
    Dismissal.GONE: gettext_lazy("已经没有了"),
}
STATES: Final[dict[str, Text]] = {
    EventState.NEW: gettext_lazy("待确认"),
    EventState.CONFIRMED: gettext_lazy("已确认"),
    EventState.DISMISSED: gettext_lazy("已排除"),
    EventState.EXPIRED: gettext_lazy("已过期"),
}
KINDS: Final[dict[str, Text]] = {
    DeviceKind.CAMERA: gettext_lazy("摄像头"),
    DeviceKind.SENSOR: gettext_lazy("传感器"),
}


class DeviceForm(forms.Form):
    """A device for the public register."""

    code = fields.words(gettext_lazy("编码"), most=32, one_line=True)
    kind = fields.choice(gettext_lazy("是什么"), list(KINDS.items()))
    place = fields.words(gettext_lazy("在哪里"), most=120, one_line=True)
    lon = forms.FloatField(
        label=gettext_lazy("经度"), widget=forms.NumberInput({"class": "field", "step": "any"})
    )
    lat = forms.FloatField(
        label=gettext_lazy("纬度"), widget=forms.NumberInput({"class": "field", "step": "any"})
    )
    purpose = fields.words(gettext_lazy("用来做什么"), most=120, one_line=True)
    operator = fields.words(gettext_lazy("管理单位编码"), most=32, one_line=True)
    retention_days = forms.IntegerField(
        label=gettext_lazy("录像留几天"),
        help_text=gettext_lazy("最多 30 天，不录像填 0。"),
        widget=forms.NumberInput({"class": "field"}),
    )
    has_sign = fields.tick(gettext_lazy("现场有提示牌"))


class ModelForm(forms.Form):
    """A model for the register."""

    code = fields.words(gettext_lazy("编码"), most=32, one_line=True)
    title = fields.words(gettext_lazy("名称"), most=80, one_line=True)
    detects = forms.MultipleChoiceField(
        label=gettext_lazy("识别哪几类"),
        choices=list(TYPES.items()),
        widget=forms.SelectMultiple({"class": "field", "size": 5}),
    )
    error_rate = forms.FloatField(
        label=gettext_lazy("误报率"),
        help_text=gettext_lazy("测试时误报占多少，0 到 1。"),
        widget=forms.NumberInput({"class": "field", "step": "any"}),
    )
    tested_on = forms.DateField(
        label=gettext_lazy("哪天测的"), widget=forms.DateInput({"class": "field", "type": "date"})
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def events(request: StaffRequest) -> HttpResponse:
    """Show the sights that wait; a post confirms one as a report, or dismisses it with its reason."""
    if request.method == "POST":
        return _decided(request)
    if not request.actor.may(Act.SEE):
        raise NotAllowed("您的岗位不能做这一步")
    month = day_of(request.now).replace(day=1)
    context = {
        "section": SECTION,
        "tab": "events",
        "rows": [
            {
                "row": row,
                "word": TYPES.get(row.type, row.type),
                "sure": round(row.confidence * 100),
                "wrong": round(row.error_rate * 100),
                "ids": ",".join(map(str, row.ids)),
                "text": _("设备看到：%(what)s（%(where)s）") % {"what": TYPES[row.type], "where": row.place},
            }
            for row in lookup.waiting(request.actor, now=request.now)
        ],
        "past": [
            {
                "row": row,
                "word": TYPES.get(row.type, row.type),
                "state": STATES.get(row.state, row.state),
                "why": REASONS.get(row.dismissal, ""),
            }
            for row in lookup.decided(request.actor)
        ],
        "reasons": list(REASONS.items()),
        "may_confirm": request.actor.may(Act.CONFIRM),
        "may_dismiss": request.actor.may(Act.DISMISS),
        "refused": sum(lookup.refused_since(month).values()),
    }
    return show(request, "console/things/events.html", context)


def _decided(request: StaffRequest) -> HttpResponse:
    try:
        ids = [UUID(one) for one in request.POST.get("events", "").split(",")]
    except ValueError:
        raise BadInput("请选一条现场事件", where="events") from None
    who: dict[str, Any] = {"event_ids": ids, "actor": request.actor, "now": request.now}
    if request.POST.get("do") == "confirm":
        case = acts.confirm_events(text=request.POST.get("text", ""), **who)
        messages.success(request, _("已成为事项 %(number)s") % {"number": case.number}, extra_tags="ok")
        return HttpResponseRedirect(reverse("console:case", args=[case.pk]))
    reason = request.POST.get("reason", "")
    if reason not in set(Dismissal):
        raise BadInput("请选为什么排除", where="reason")
    acts.dismiss_events(reason=Dismissal(reason), **who)
    messages.success(request, _("已排除"), extra_tags="ok")
    return HttpResponseRedirect(reverse("console:events"))


@require_safe
@staff
def still(request: StaffRequest, event_id: UUID) -> HttpResponse:
    """Show the blurred picture of an event that waits."""
    response = HttpResponse(
        lookup.still_of(request.actor, event_id, now=request.now), content_type="image/jpeg"
    )
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def devices(request: StaffRequest) -> HttpResponse:
    """Show the registers of devices and models; a post registers one, or ends a device."""
    on = day_of(request.now)
    device_form = DeviceForm() if request.actor.may(Act.REGISTER) else None
    model_form = ModelForm() if request.actor.may(Act.REGISTER_MODEL) else None
    status = 200
    if request.method == "POST":
        do = request.POST.get("do", "")
        if do == "end":
            registers.end_device(code=request.POST.get("code", "")[:32], actor=request.actor, now=request.now)
            messages.success(request, _("已停用"), extra_tags="ok")
            return HttpResponseRedirect(reverse("console:devices"))
        form: forms.Form = DeviceForm(request.POST) if do == "device" else ModelForm(request.POST)
        status = _registered(request, form, do)
        if status == 200:
            messages.success(request, _("已登记"), extra_tags="ok")
            return HttpResponseRedirect(reverse("console:devices"))
        device_form, model_form = (form, model_form) if do == "device" else (device_form, form)  # type: ignore[assignment]
    rows = lookup.devices(on=on)
    context = {
        "section": SECTION,
        "tab": "events",
        "devices": [{"row": row, "kind": KINDS.get(row.kind, row.kind)} for row in rows],
        "models": [
            {
                "row": row,
                "wrong": round(row.error_rate * 100),
                "detects": [TYPES.get(one, one) for one in row.detects],
            }
            for row in lookup.models(on=on)
        ],
        "device_form": device_form,
        "model_form": model_form,
        "may_end": request.actor.may(Act.END),
    }
    return show(request, "console/things/devices.html", context, status=status)


def _registered(request: StaffRequest, form: forms.Form, do: str) -> int:
    """Do what a form says; return 200, or why not with its fault beside the field."""
    if not form.is_valid():
        return 422
    said = form.cleaned_data
    who: dict[str, Any] = {"actor": request.actor, "now": request.now}
    try:
        if do == "device":
            registers.register_device(**{**said, "kind": DeviceKind(said["kind"])}, **who)
        else:
            registers.register_model(
                **{**said, "detects": [SceneType(one) for one in said["detects"]]}, **who
            )
    except BadInput as refusal:
        form.add_error(refusal.where if refusal.where in form.fields else None, door.worded(refusal))
        return 422
    return 200
