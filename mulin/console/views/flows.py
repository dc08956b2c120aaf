"""How matters went from hand to hand, level by level, and the yearly records of departments."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mulin.cases.queries import completion, transfers
from mulin.cases.queries import records as yearly
from mulin.cases.queries.transfers import Flow, Line, Speed
from mulin.console import moments
from mulin.console.door import StaffRequest, show, staff
from mulin.console.views.rates import page_of, period_of, show_counted
from mulin.console.words import Text
from mulin.kernel.errors import BadInput, NotFound

WORDS: Final[Mapping[Flow, Text]] = {
    Flow.TRANSFERRED: gettext_lazy("流转办理的事项"),
    Flow.RETURNED: gettext_lazy("两家之间退了两次以上的事项"),
    Flow.SOLVED: gettext_lazy("在这一层解决的事项"),
    Flow.ACCEPTED: gettext_lazy("由这一层签收的事项"),
    Flow.CITED: gettext_lazy("吹哨依据这一项的事项"),
    Flow.CALLED: gettext_lazy("吹过这家单位的事项"),
}


@require_safe
@staff
def flows(request: StaffRequest) -> HttpResponse:
    """Show transfers, returns, levels and how fast they are, what whistles lean on and whom they call."""
    period, asked = period_of(request)
    found = transfers.flows(request.actor, period)
    context: dict[str, Any] = {
        "section": "figures",
        "tab": "flows",
        "period": period,
        "asked": asked,
        "found": found,
        "transferred_url": _url(Flow.TRANSFERRED, "", asked),
        "solved_url": _url(Flow.SOLVED, "", asked),
        "streets": [_line(line, Flow.TRANSFERRED, asked) for line in found.streets],
        "pairs": [{"pair": pair, "url": _url(Flow.RETURNED, pair.key, asked)} for pair in found.pairs],
        "levels": [
            {**_line(line, Flow.SOLVED, asked), "share": found.share_of(line)} for line in found.levels
        ],
        "speeds": [_speed(each, asked) for each in found.speeds],
        "items": [_line(line, Flow.CITED, asked) for line in found.items],
        "forces": [{"force": each, "url": _url(Flow.CALLED, each.key, asked)} for each in found.forces],
    }
    return show(request, "console/after/flows.html", context)


def _line(line: Line, flow: Flow, asked: dict[str, str]) -> dict[str, Any]:
    return {"line": line, "url": _url(flow, line.key, asked) if line.key else ""}


def _speed(each: Speed, asked: dict[str, str]) -> dict[str, Any]:
    times = (each.accept_median, each.accept_p90, each.solve_median, each.solve_p90)
    return {
        "speed": each,
        "url": _url(Flow.ACCEPTED, each.kind, asked),
        "times": ["—" if seconds is None else moments.span(timedelta(seconds=seconds)) for seconds in times],
    }


def _url(flow: Flow, key: str, asked: dict[str, str]) -> str:
    kept = {name: value for name, value in {"flow": flow.value, "key": key, **asked}.items() if value}
    return f"{reverse('console:flow_cases')}?{urlencode(kept)}"


@require_safe
@staff
def flow_cases(request: StaffRequest) -> HttpResponse:
    """Show exactly the cases a line counts."""
    period, asked = period_of(request)
    name = request.GET.get("flow", "")
    if name not in set(Flow):
        raise NotFound("没有这个数字")
    page = page_of(request)
    key = request.GET.get("key", "")[:40]
    found = transfers.cases_of(request.actor, period, Flow(name), key=key, page=page)
    back = f"{reverse('console:flows')}?{urlencode(asked)}"
    return show_counted(
        request, found, word=WORDS[Flow(name)], page=page, back=back, back_word=_("流转与层级"), period=period
    )


def _year(request: StaffRequest) -> int:
    asked = request.GET.get("year", "")
    if not asked:
        return timezone.localtime(request.now).year
    if not asked.isdecimal() or len(asked) > 4:
        raise BadInput("年份不对", where="year")
    return int(asked)


@require_safe
@staff
def records(request: StaffRequest) -> HttpResponse:
    """Show what a year of whistles said of each department from below; the judged see their own."""
    year = _year(request)
    may_see = request.actor.may(completion.SEE)
    context = {
        "section": "figures" if may_see else "whistles",
        "tab": "records",
        "may_see": may_see,
        "year": year,
        "years": range(timezone.localtime(request.now).year, timezone.localtime(request.now).year - 5, -1),
        "is_over": year < timezone.localtime(request.now).year,
        "records": [
            {"record": each, "url": _record_url(each, year) if may_see else ""}
            for each in yearly.records(request.actor, year=year, now=request.now)
        ],
    }
    return show(request, "console/after/records.html", context)


def _record_url(record: yearly.Record, year: int) -> str:
    if record.is_own or record.is_hidden:
        return ""
    return f"{reverse('console:record_cases')}?{urlencode({'year': str(year), 'unit': record.code})}"


@require_safe
@staff
def record_cases(request: StaffRequest) -> HttpResponse:
    """Show the cases in whose whistles a department was judged."""
    year, unit, page = _year(request), request.GET.get("unit", "")[:40], page_of(request)
    found = yearly.cases_judged(request.actor, year=year, unit=unit, page=page)
    back = f"{reverse('console:records')}?{urlencode({'year': year})}"
    word = _("%(year)d 年评价过的吹哨所在的事项") % {"year": year}
    return show_counted(request, found, word=word, page=page, back=back, back_word=_("年度评价"))
