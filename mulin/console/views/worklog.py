"""The grid log (工作日志): a month by type, its entries; write one, correct one."""

from datetime import date
from functools import partial
from typing import Any, Final
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods

from mulin.console import door, fields, posted
from mulin.console.door import StaffRequest, show, staff
from mulin.console.log_faces import worded
from mulin.console.views.telling import asked_page
from mulin.kernel.errors import NotAllowed, Refusal
from mulin.ledger.actions import once
from mulin.people.queries.days import day_of
from mulin.worklog.actions import logs as acts
from mulin.worklog.queries import logs
from mulin.worklog.queries.labels import labels
from mulin.worklog.rules.labels import Family
from mulin.worklog.rules.logs import TEXT_MOST, Act

DAY: Final = {"class": "field", "type": "date"}


class LogForm(forms.Form):
    """What was done, where and when; ``corrects`` names the entry it takes the place of."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    corrects = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kind = fields.choice(gettext_lazy("哪一类"))
    unit = fields.choice(gettext_lazy("在哪里"), required=False, search=True)
    on = forms.DateField(label=gettext_lazy("哪一天"), widget=forms.DateInput(DAY))
    text = fields.words(
        gettext_lazy("做了什么"),
        most=TEXT_MOST,
        rows=4,
        hint=gettext_lazy("只写事，不写居民的姓名、电话和门牌。"),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def worklog(request: StaffRequest) -> HttpResponse:
    """Show a month of the log by type; a post writes an entry, or corrects the one it names."""
    form, status = _form(request), 200
    if request.method == "POST":
        if form is None:
            raise NotAllowed(gettext_noop("您的岗位不能做这一步"))
        try:
            if form.is_valid():
                return _written(request, form)
            status = 422
        except Refusal as refusal:
            where = getattr(refusal, "where", "")
            form.add_error(where if where in form.fields else None, door.worded(refusal))
            status = door.status_of(refusal)
    return show(request, "console/worklog.html", {**_page(request), "form": form}, status=status)


def _form(request: StaffRequest) -> LogForm | None:
    """Return the form for whoever writes somewhere: empty, with an entry to correct, or as posted."""
    if not request.actor.may(Act.WRITE):
        return None
    first = {"key": uuid4().hex, "on": day_of(request.now).isoformat()}
    before = _to_correct(request)
    if before is not None:
        on = before.on.isoformat()
        first |= {"corrects": str(before.id), "kind": before.kind, "text": before.text, "on": on}
    form = LogForm(request.POST if request.method == "POST" else None, initial=first)
    kinds = [(label.code, worded(label.name, label.name_en)) for label in labels(Family.GRID_LOG)]
    fields.offer(form, "kind", kinds)
    places = logs.places_written(request.actor)
    fields.offer(form, "unit", [(place.code, place.name) for place in places])
    form.fields["unit"].widget.needed = True  # a correction alone does without it
    if before is not None or form.data.get("corrects"):
        del form.fields["unit"]  # where it was done stays
    return form


def _to_correct(request: StaffRequest) -> logs.Line | None:
    try:
        return logs.entry(request.actor, UUID(request.GET.get("corrects", "")))
    except ValueError:
        return None


def _written(request: StaffRequest, form: LogForm) -> HttpResponse:
    said = form.cleaned_data
    told = {"kind": said["kind"], "text": said["text"], "on": said["on"], "actor": request.actor}
    act = (
        partial(acts.correct_log, entry_id=said["corrects"], now=request.now, **told)
        if said["corrects"]
        else partial(acts.write_log, unit=said["unit"], now=request.now, **told)
    )
    once(
        scope=f"console:{request.actor.account_id}",
        key=said["key"],
        digest=posted.digest(request),
        act=lambda: str(act().pk).encode(),
    )
    messages.success(request, _("已更正") if said["corrects"] else _("已记下"), extra_tags="ok")
    return HttpResponseRedirect(f"{reverse('console:worklog')}?month={said['on']:%Y-%m}")


def _page(request: StaffRequest) -> dict[str, Any]:
    month, page = _month(request), asked_page(request)
    kind = request.GET.get("kind", "")[:32].replace("\x00", "")
    reads = request.actor.may(Act.SEE)
    found = logs.entries(request.actor, month=month, kind=kind, page=page) if reads else []
    counts = logs.counts(request.actor, month=month) if reads else []
    address, asked = reverse("console:worklog"), {"month": f"{month:%Y-%m}"}
    return {
        "section": "worklog",
        "month": month,
        "names": [worded(one.name, one.name_en) for one in labels(Family.NAME)],
        "counts": [
            {
                "name": worded(one.name, one.name_en),
                "n": one.n,
                "url": f"{address}?{urlencode({**asked, 'kind': one.code})}",
                "now": one.code == kind,
            }
            for one in counts
        ],
        "total": sum(one.n for one in counts),
        "all_url": f"{address}?{urlencode(asked)}",
        "kind": kind,
        "rows": [{"row": row, "word": worded(row.kind_name, row.kind_name_en)} for row in found[: logs.PAGE]],
        "page": page,
        "has_more": len(found) > logs.PAGE,
        "may_correct": request.actor.may(Act.CORRECT),
    }


def _month(request: StaffRequest) -> date:
    """Return the first day of the month asked for, else of this one."""
    try:
        return date.fromisoformat(f"{request.GET.get('month', '')}-01")
    except ValueError:
        return day_of(request.now).replace(day=1)
