"""The queue and its export."""

from collections.abc import Sequence
from tempfile import TemporaryFile
from typing import Final

from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mulin.cases import policy
from mulin.cases.queries import worklist
from mulin.cases.queries.worklist import QueueRow
from mulin.console import words, worklists
from mulin.console.door import StaffRequest, show, show_part, staff
from mulin.gateways import sheets

EXPORT: Final = "export_cases"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@staff
def queue(request: StaffRequest) -> HttpResponse:
    """Show a tab of the queue; a further page comes alone."""
    want = worklists.asked(request)
    found = worklist.queue(request.actor, tab=want.tab, filters=want.filters, now=request.now, page=want.page)
    context = worklists.left_side(request, want, found, current=None)
    if want.page > 1 and request.htmx:
        return show_part(request, "console/_rows.html", context)
    return show(request, "console/queue.html", context)


@require_safe
@staff
def export(request: StaffRequest) -> FileResponse:
    """Give the rows of a tab as a workbook: no contact, no rating, no cell a spreadsheet would run."""
    policy.require_anywhere(request.actor, EXPORT)
    want = worklists.asked(request)
    found = worklist.matching(request.actor, tab=want.tab, filters=want.filters, now=request.now)
    file = TemporaryFile()  # noqa: SIM115 FileResponse closes it when it was sent
    tab = str(worklists.TABS[want.tab])
    sheets.write_xlsx_to(file, _columns(), (_cells(row) for row in found), sheet=tab)
    file.seek(0)
    name = f"{tab}-{timezone.localtime(request.now):%Y%m%d-%H%M}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def _columns() -> Sequence[sheets.Column]:
    titles = (
        ("number", _("编号"), 22),
        ("title", _("标题"), 44),
        ("state", _("状态"), 12),
        ("kind", _("性质"), 8),
        ("channel", _("渠道"), 12),
        ("place", _("位置"), 34),
        ("address", _("地址"), 30),
        ("item", _("清单项"), 10),
        ("item_name", _("清单项名称"), 28),
        ("lead", _("主办"), 20),
        ("reports", _("诉求数"), 8),
        ("reported", _("上报时间"), 18),
        ("due", _("到期时间"), 18),
        ("clock", _("时钟"), 10),
        ("reopened", _("重办次数"), 8),
    )
    return [sheets.Column(key, title, width=width) for key, title, width in titles]


def _cells(row: QueueRow) -> Sequence[object]:
    item = "" if row.suggested else row.item_code
    return (
        row.number, row.title, words.state(row.state), words.kind(row.kind), words.channel(row.channel),
        " ".join(row.place), row.address, item, row.item_name if item else "", row.lead, row.report_count,
        timezone.localtime(row.reported_at).replace(tzinfo=None),
        timezone.localtime(row.due_at).replace(tzinfo=None) if row.due_at else None,
        str(worklists.CLOCKS[row.clock]) if row.clock else "", row.reopened,
    )  # fmt: skip
