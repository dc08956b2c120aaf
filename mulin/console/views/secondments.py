"""Secondments (下沉、派驻): the register of a day, counted by department and street; send, send back."""

from datetime import date
from tempfile import TemporaryFile
from typing import Final

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mulin.console import door, fields
from mulin.console.door import StaffRequest, show, staff
from mulin.console.views.queue import XLSX
from mulin.console.views.units import asked_day
from mulin.gateways import sheets
from mulin.kernel.errors import BadInput, NotAllowed, Refusal
from mulin.people.actions import posts
from mulin.people.queries import secondments as lookup
from mulin.people.queries.days import day_of
from mulin.people.queries.secondments import Register, Seconded, TeamPost
from mulin.people.rules.acts import Act

RUN_OUT: Final = "run_out"


class SecondForm(forms.Form):
    """Who is sent from where to which post, and until when."""

    use_required_attribute = False  # a searchable choice would be red before anybody has chosen

    staff_no = fields.words(
        gettext_lazy("工号"),
        most=32,
        one_line=True,
        hint=gettext_lazy("人员须已登记；成批的用资料包的人员表导入。"),
    )
    home = fields.choice(gettext_lazy("派出单位"), search=True)
    seat = fields.choice(gettext_lazy("派驻到"), search=True)
    from_on = forms.DateField(
        label=gettext_lazy("从哪天"), widget=forms.DateInput({"class": "field", "type": "date"})
    )
    until_on = forms.DateField(
        label=gettext_lazy("到哪天（不含）"),
        widget=forms.DateInput({"class": "field", "type": "date"}),
        help_text=gettext_lazy("到这一天，这个岗位的权限自动停止。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def secondments(request: StaffRequest) -> HttpResponse:
    """Show the secondments of a day; a post sends somebody."""
    form = None
    if request.actor.may(Act.SECOND_STAFF):
        form = SecondForm(
            request.POST if request.method == "POST" else None,
            initial={"from_on": day_of(request.now).isoformat()},
        )
        fields.offer(
            form, "home", [(one.code, one.name) for one in lookup.lenders(request.actor)], first=_("请选择")
        )
        fields.offer(
            form,
            "seat",
            [
                (f"{place.code}|{post.code}", f"{place.name} · {post.name}")
                for place, post in lookup.seats(request.actor)
            ],
            first=_("请选择"),
        )
    status = 200
    if request.method == "POST":
        if form is None:
            raise NotAllowed("您的岗位不能做这一步")
        try:
            if form.is_valid():
                return _sent(request, form)
            status = 422
        except Refusal as refusal:
            where = getattr(refusal, "where", "")
            form.add_error(where if where in form.fields else None, door.worded(refusal))
            status = door.status_of(refusal)
    return show(request, "console/units/secondments.html", _page(request) | {"form": form}, status=status)


def _sent(request: StaffRequest, form: SecondForm) -> HttpResponse:
    said = form.cleaned_data
    unit, _bar, post = said["seat"].partition("|")
    posts.second_staff(
        staff_no=said["staff_no"].strip(),
        home=said["home"],
        unit=unit,
        post=post,
        from_on=said["from_on"],
        until_on=said["until_on"],
        actor=request.actor,
        now=request.now,
    )
    messages.success(request, _("已登记派驻"), extra_tags="ok")
    return HttpResponseRedirect(reverse("console:secondments"))


@require_POST
@staff
def end_secondment(request: StaffRequest, appointment_id: int) -> HttpResponse:
    """Send somebody back: today, or on the day the term ran out."""
    try:
        on = date.fromisoformat(request.POST.get("on", ""))
    except ValueError:
        raise BadInput("请填写日期", where="on") from None
    posts.end_secondment(appointment_id=appointment_id, on=on, actor=request.actor, now=request.now)
    messages.success(request, _("派驻已结束"), extra_tags="ok")
    return HttpResponseRedirect(reverse("console:secondments"))


def _page(request: StaffRequest) -> dict[str, object]:
    on = asked_day(request)
    register = lookup.secondments(request.actor, on=on)
    rows, asked = _chosen(request, register)
    return {
        "section": "units",
        "on": on,
        "is_today": on == day_of(request.now),
        "register": register,
        "rows": rows,
        "asked": asked,
        "streets": list(register.streets.values()),
        "lines": [_line(register, home) for home in register.homes],
        "whole": _line(register, ""),
        "run_out_url": _url(register, state=RUN_OUT),
        "all_url": _url(register),
        "export_url": f"{reverse('console:secondments_sheet')}?{urlencode({'on': on.isoformat(), **asked})}",
        "teams": _teams(lookup.teams(request.actor, on=on)),
        "may_end": request.actor.may(Act.END_SECONDMENT),
        "today": day_of(request.now),
    }


def _chosen(request: StaffRequest, register: Register) -> tuple[tuple[Seconded, ...], dict[str, str]]:
    """Return the rows a number stands for, and what names it in an address; nothing asked means all."""
    asked = {name: request.GET[name][:32] for name in ("home", "street", "state") if name in request.GET}
    if asked.get("state") == RUN_OUT:
        return register.run_out, asked
    if "home" in asked or "street" in asked:
        return register.of(home=asked.get("home", ""), street=asked.get("street")), asked
    return register.rows, {}


def _url(register: Register, **asked: str) -> str:
    return f"{reverse('console:secondments')}?{urlencode({'on': register.on.isoformat(), **asked})}#list"


def _line(register: Register, home: str) -> dict[str, object]:
    """Return a line of the table: counts by street, each with the address of its list."""
    kept = {"home": home} if home else {}
    cells = [
        {"n": len(register.of(home=home, street=street)), "url": _url(register, **kept, street=street)}
        for street in register.streets
    ]
    return {
        "name": register.homes.get(home, ""),
        "cells": cells,
        "n": len(register.of(home=home)),
        "url": _url(register, **kept),
    }


def _teams(rows: list[TeamPost]) -> list[tuple[TeamPost, list[TeamPost]]]:
    by_unit: dict[str, list[TeamPost]] = {}
    for row in rows:
        by_unit.setdefault(row.unit, []).append(row)
    return [(posts[0], posts) for posts in by_unit.values()]


@require_safe
@staff
def sheet(request: StaffRequest) -> FileResponse:
    """Give the list on the page as a workbook."""
    register = lookup.secondments(request.actor, on=asked_day(request))
    rows, _asked = _chosen(request, register)
    titles = (
        ("staff_no", _("工号"), 14), ("person", _("姓名"), 14), ("home", _("派出单位"), 22),
        ("street", _("街道"), 16), ("unit", _("派驻到"), 26), ("post", _("岗位"), 16),
        ("from_on", _("从哪天"), 12), ("until_on", _("到哪天（不含）"), 14), ("state", _("状态"), 16),
    )  # fmt: skip
    columns = [sheets.Column(key, title, width=width) for key, title, width in titles]
    file = TemporaryFile()  # noqa: SIM115 FileResponse closes it when it was sent
    sheets.write_xlsx_to(file, columns, (_cells(row) for row in rows), sheet=_("派驻"))
    file.seek(0)
    name = f"secondments-{register.on:%Y%m%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _cells(row: Seconded) -> tuple[object, ...]:
    state = _("到期未处理") if row.has_run_out else _("派驻中")
    return (
        row.staff_no, row.person, row.home_name, row.street_name, row.unit_name, row.post_name,
        row.from_on, row.until_on, state,
    )  # fmt: skip
