"""The reception log of a day: what people came, rang or wrote for, to which unit, what became of it."""

from tempfile import TemporaryFile
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from mulin.cases.actions import intake
from mulin.cases.queries import receptions as lookup
from mulin.cases.queries.receptions import Line
from mulin.cases.rules.intake import Channel, ReceptionEnd
from mulin.console import door, fields, words
from mulin.console.door import StaffRequest, show, staff
from mulin.console.views.intake import may_file
from mulin.console.views.queue import XLSX
from mulin.console.views.telling import asked_page
from mulin.console.views.units import asked_day
from mulin.gateways import sheets
from mulin.kernel.errors import Refusal
from mulin.people.queries.days import day_of

TONES: Final = {"answered": "ok", "filed": "ac", "waiting": "warn"}


class ReceptionForm(forms.Form):
    """What somebody came for, and how it went."""

    matter = fields.words(
        gettext_lazy("来人说什么事"),
        most=4_000,
        hint=gettext_lazy("不写姓名和电话；需要联系的，转为诉求时另存。"),
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("结果"),
        choices=[(one.value, words.OUTCOMES[one]) for one in ReceptionEnd if one is not ReceptionEnd.FILED],
        widget=forms.RadioSelect,
        initial=ReceptionEnd.ANSWERED.value,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def receptions(request: StaffRequest) -> HttpResponse:
    """Show the log of a day, and write one reception down."""
    may_file(request)
    form = ReceptionForm(request.POST or None)
    status = 200
    if request.method == "POST":
        try:
            if form.is_valid():
                return _logged(request, form)
            status = 422
        except Refusal as refusal:
            where = getattr(refusal, "where", "")
            form.add_error(where if where in form.fields else None, door.worded(refusal))
            status = door.status_of(refusal)
    return show(request, "console/intake/receptions.html", {**_log(request), "form": form}, status=status)


def _log(request: StaffRequest) -> dict[str, Any]:
    day, page = asked_day(request), asked_page(request)
    channel, unit = _asked(request)
    found = lookup.log(request.actor, day=day, unit=unit, channel=channel, page=page)
    kept = {"on": day.isoformat(), "channel": channel.value if channel else "", "unit": unit}
    return {
        "section": "receptions",
        "on": day,
        "is_today": day == day_of(request.now),
        "channel": kept["channel"],
        "channels": [(one.value, words.CHANNELS[one]) for one in lookup.CHANNELS],
        "unit": unit,
        "desks": lookup.desks(request.actor),
        "lines": [
            {
                "row": one,
                "channel": words.channel(one.channel),
                "outcome": words.outcome(one.outcome),
                "tone": TONES.get(one.outcome, ""),
            }
            for one in found[: lookup.PAGE]
        ],
        "page": page,
        "has_more": len(found) > lookup.PAGE,
        "export_url": f"{reverse('console:receptions_sheet')}?{urlencode(kept)}",
    }


def _asked(request: StaffRequest) -> tuple[Channel | None, str]:
    """Return the channel and the unit the log is narrowed to."""
    asked = request.GET.get("channel", "")
    return (Channel(asked) if asked in set(lookup.CHANNELS) else None), request.GET.get("unit", "")[
        :32
    ].replace("\x00", "")


def _logged(request: StaffRequest, form: ReceptionForm) -> HttpResponse:
    reception = intake.log_reception(
        matter=form.cleaned_data["matter"],
        outcome=ReceptionEnd(form.cleaned_data["outcome"]),
        actor=request.actor,
        now=request.now,
    )
    messages.success(request, _("已登记"), extra_tags="ok")
    if "file" in request.POST:
        return HttpResponseRedirect(f"{reverse('console:new')}?reception={reception.pk}")
    return HttpResponseRedirect(reverse("console:receptions"))


@require_safe
@staff
def sheet(request: StaffRequest) -> FileResponse:
    """Give the log of a day as a workbook."""
    day = asked_day(request)
    channel, unit = _asked(request)
    found = lookup.log(request.actor, day=day, unit=unit, channel=channel, size=lookup.MOST)
    titles = (
        ("at", _("时间"), 18), ("unit", _("单位"), 20), ("channel", _("怎么来的"), 12),
        ("matter", _("事由"), 60), ("outcome", _("结果"), 14),
    )  # fmt: skip
    columns = [sheets.Column(key, title, width=width) for key, title, width in titles]
    file = TemporaryFile()  # noqa: SIM115 FileResponse closes it when it was sent
    sheets.write_xlsx_to(file, columns, (_cells(line) for line in found), sheet=_("接待"))
    file.seek(0)
    name = f"receptions-{day:%Y%m%d}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _cells(line: Line) -> tuple[object, ...]:
    at = timezone.localtime(line.at).replace(tzinfo=None)
    return (at, line.unit, words.channel(line.channel), line.matter, words.outcome(line.outcome))
