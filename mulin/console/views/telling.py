"""What a desk was told, what is supervised, and the messages that did not get out."""

from datetime import datetime, time, timedelta
from tempfile import TemporaryFile
from typing import Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mulin.cases.actions.supervising import ISSUE, issue_bulletin
from mulin.cases.queries import supervisions
from mulin.cases.queries.supervisions import SupervisionRow
from mulin.cases.rules.supervision import Stage
from mulin.console import door, fields, words
from mulin.console.door import StaffRequest, show, show_part, staff
from mulin.console.supervision_faces import STAGES, TONES
from mulin.console.views.queue import XLSX
from mulin.gateways import sheets
from mulin.kernel.errors import Refusal
from mulin.telling import queries
from mulin.telling.actions import reading, sending

FATES: Final = {
    "waiting": gettext_lazy("待发"),
    "sending": gettext_lazy("发送中"),
    "off": gettext_lazy("渠道未开"),
    "dead": gettext_lazy("送不出"),
    "dropped": gettext_lazy("已放弃"),
}
CHANNELS: Final = {
    "sms": gettext_lazy("短信"),
    "wechat": gettext_lazy("微信"),
    "email": gettext_lazy("邮件"),
}
ALERTS: Final = frozenset({"overdue", "escalated", "supervised", "supervision_returned"})


def asked_page(request: StaffRequest) -> int:
    """Return the page asked for."""
    asked = request.GET.get("page", "1")
    return min(max(int(asked), 1), 1_000) if asked.isascii() and asked.isdigit() else 1


@require_safe
@staff
def bell(request: StaffRequest) -> HttpResponse:
    """Give the bell alone: how many notices nobody of my desks has read."""
    return show_part(request, "console/telling/_bell.html", {"unread": queries.unread(request.actor)})


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def notices(request: StaffRequest) -> HttpResponse:
    """Show the notices of my desks; a post marks those on the page, or all, as read."""
    if request.method == "POST":
        chosen = [int(each) for each in request.POST.getlist("notice") if each.isascii() and each.isdigit()]
        asked = None if "all" in request.POST else chosen
        reading.mark_read(notice_ids=asked, actor=request.actor, now=request.now)
        return HttpResponseRedirect(reverse("console:notices"))
    only = request.GET.get("only") == "unread"
    page = queries.notices(
        request.actor, page=asked_page(request), unread_only=only, language=get_language() or "zh"
    )
    rows = [{"row": row, "tone": "bad" if row.words in ALERTS else "ac"} for row in page.rows]
    context = {"section": "notices", "page": page, "rows": rows, "only": only}
    return show(request, "console/telling/notices.html", context)


@require_safe
@staff
def outbox(request: StaffRequest) -> HttpResponse:
    """Show the messages that did not get out, with what can be done about them."""
    rows, has_more = queries.stuck(request.actor, page=asked_page(request))
    counts = queries.outbox(request.actor)
    context = {
        "section": "outbox",
        "rows": [
            {"row": row, "state": FATES[row.state.value], "channel": CHANNELS.get(row.channel, row.channel)}
            for row in rows
        ],
        "counts": [(FATES[name], count) for name, count in counts.items() if name in FATES],
        "page": asked_page(request),
        "has_more": has_more,
        "may_resend": request.actor.may(sending.RESEND),
    }
    return show(request, "console/telling/outbox.html", context)


@require_POST
@staff
def settle_message(request: StaffRequest, message_id: UUID) -> HttpResponse:
    """Send a message again, or give it up."""
    give_up = request.POST.get("do") == "give_up"
    act = sending.give_up_message if give_up else sending.resend_message
    act(message_id=message_id, actor=request.actor, now=request.now)
    messages.success(request, _("已放弃") if give_up else _("已排队重发"), extra_tags="ok")
    return HttpResponseRedirect(reverse("console:outbox"))


class BulletinForm(forms.Form):
    """Title and period of a collected notice."""

    title = fields.words(gettext_lazy("通报标题"), most=120, one_line=True)
    since = forms.DateField(
        label=gettext_lazy("从哪天"), widget=forms.DateInput({"class": "field", "type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("到哪天（含）"), widget=forms.DateInput({"class": "field", "type": "date"})
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def supervision(request: StaffRequest) -> HttpResponse:
    """Show what is supervised, by stage; a post issues the collected notice of a period."""
    today = timezone.localdate(request.now)
    usual = {"since": (today - timedelta(days=7)).isoformat(), "until": today.isoformat()}
    form = BulletinForm(request.POST if request.method == "POST" else None, initial=usual)
    status = 200
    if request.method == "POST":
        try:
            if form.is_valid():
                return _issued(request, form)
            status = 422
        except Refusal as refusal:
            where = getattr(refusal, "where", "")
            form.add_error(where if where in form.fields else None, door.worded(refusal))
            status = door.status_of(refusal)
    asked = request.GET.get("stage", Stage.ASKED.value)
    stage = Stage(asked) if asked in list(Stage) else None
    board = supervisions.board(request.actor, stage=stage, now=request.now, page=asked_page(request))
    context = {
        "section": "supervision",
        "board": board,
        "stage": asked,
        "stages": [(each.value, word, board.counts.get(each.value, 0)) for each, word in STAGES.items()],
        "rows": [_face(row) for row in board.rows],
        "bulletins": supervisions.bulletins(request.actor),
        "may_issue": request.actor.may(ISSUE),
        "form": form,
    }
    return show(request, "console/telling/supervision.html", context, status=status)


def _face(row: SupervisionRow) -> dict[str, object]:
    return {"row": row, "word": STAGES[row.stage], "tone": "bad" if row.is_late else TONES[row.stage]}


def _issued(request: StaffRequest, form: BulletinForm) -> HttpResponse:
    said, zone = form.cleaned_data, timezone.get_current_timezone()
    bulletin = issue_bulletin(
        title=said["title"],
        since=datetime.combine(said["since"], time(), tzinfo=zone),
        until=datetime.combine(said["until"] + timedelta(days=1), time(), tzinfo=zone),
        actor=request.actor,
        now=request.now,
    )
    messages.success(request, _("已通报：%(title)s") % {"title": bulletin.title}, extra_tags="ok")
    return HttpResponseRedirect(reverse("console:supervision"))


@require_safe
@staff
def bulletin_sheet(request: StaffRequest, bulletin_id: int) -> FileResponse:
    """Give a collected notice as a workbook, its items as they stand now."""
    bulletin, rows = supervisions.bulletin_rows(request.actor, bulletin_id, now=request.now)
    titles = (
        ("number", _("编号"), 22), ("unit", _("被督办单位"), 20), ("why", _("督办要求"), 40),
        ("raised", _("督办时间"), 18), ("due", _("回复期限"), 18), ("stage", _("进展"), 10),
        ("reply", _("回复"), 40), ("replied", _("回复时间"), 18), ("verdict", _("复查情况"), 40),
        ("returns", _("退回次数"), 8), ("case", _("事项状态"), 12),
    )  # fmt: skip
    file = TemporaryFile()  # noqa: SIM115 FileResponse closes it when it was sent
    columns = [sheets.Column(key, title, width=width) for key, title, width in titles]
    sheets.write_xlsx_to(file, columns, (_cells(row) for row in rows), sheet=_("集中通报"))
    file.seek(0)
    name = f"bulletin-{bulletin.pk}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _cells(row: SupervisionRow) -> tuple[object, ...]:
    def there(moment: datetime | None) -> datetime | None:
        return timezone.localtime(moment).replace(tzinfo=None) if moment else None

    return (
        row.number, row.unit, row.why or _("超期自动督办"), there(row.raised_at), there(row.due_at),
        str(STAGES[row.stage]), row.reply, there(row.replied_at), row.verdict, row.returns,
        words.state(row.case_state),
    )  # fmt: skip
