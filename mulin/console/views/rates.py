"""Figures after closing: completion and the three rates, each number a door to its cases."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from mulin.cases.queries import completion, mediations, notices, rates, repeats
from mulin.cases.queries.completion import Completion, Count, Period
from mulin.cases.queries.notices import NoticeCount
from mulin.cases.queries.rates import Line, VisitCount
from mulin.cases.queries.worklist import rows_of
from mulin.cases.rules.rates import Rate
from mulin.console import case_faces, door, mediation_faces
from mulin.console.door import StaffRequest, show, staff
from mulin.console.words import Text
from mulin.kernel.errors import BadInput, NotFound, Refusal

COUNTS: Final[Mapping[Count, Text]] = {
    Count.RECEIVED: _("受理"),
    Count.CLOSED: _("办结"),
    Count.OPEN: _("在办"),
    Count.ON_TIME: _("按期"),
    Count.LATE: _("超期"),
    Count.WAIVED: _("超期，申诉通过不计"),
    Count.NO_LIMIT: _("无时限"),
    Count.REOPENED: _("重办过"),
    Count.DECLINED: _("不予受理"),
    Count.EXCLUDED: _("已剔除"),
}
HEADS: Final[Mapping[Count, Text]] = {**COUNTS, Count.WAIVED: _("超期不计")}  # what fits above a column
VISIT_COUNTS: Final[Mapping[VisitCount, Text]] = {
    VisitCount.VALID: _("有效回访"),
    VisitCount.RESPONDED: _("联系过"),
    VisitCount.SOLVED: _("解决了"),
    VisitCount.PARTLY: _("部分解决"),
    VisitCount.SATISFIED: _("满意"),
    VisitCount.BASIC: _("基本满意"),
    VisitCount.NOT_REACHED: _("没有接通"),
    VisitCount.REFUSED: _("不愿接受回访"),
}
NOTICE_COUNTS: Final[Mapping[NoticeCount, Text]] = {
    NoticeCount.TOLD: _("告知过要准备什么的事项"),
    NoticeCount.LATE: _("没有一次性告知的事项"),
}


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def period_of(request: StaffRequest) -> tuple[Period, dict[str, str]]:
    """Return the period asked for (the last thirty days if none), and what keeps it in an address."""
    today = timezone.localtime(request.now).date()
    since = _day(request.GET.get("since", ""), today - timedelta(days=30))
    last = _day(request.GET.get("until", ""), today)
    as_of = request.now if request.GET.get("as_of") == "now" else None
    start, end = (
        timezone.make_aware(datetime.combine(day, time())) for day in (since, last + timedelta(days=1))
    )
    asked = {"since": since.isoformat(), "until": last.isoformat()}
    return Period.of(start, end, now=request.now, as_of=as_of), asked | ({"as_of": "now"} if as_of else {})


@require_safe
@staff
def figures(request: StaffRequest) -> HttpResponse:
    """Show completion and the three rates of a period, with what each number is made of."""
    period, asked = period_of(request)
    whole, *streets = completion.completion(request.actor, period, now=request.now)
    context: dict[str, Any] = {
        "section": "figures",
        "tab": "figures",
        "period": period,
        "asked": asked,
        "now_url": "?" + urlencode({**asked, "as_of": "now"}),
        "heads": [(COUNTS[count], word) for count, word in HEADS.items()],
        "whole": _completion_face(whole, asked),
        "streets": [_completion_face(line, asked) for line in streets],
        "ratings": rates.ratings(request.actor, period),
        "notices": [
            {"word": NOTICE_COUNTS[count], "n": n, "url": _url(count.value, asked)}
            for count, n in notices.notices(request.actor, period).items()
        ],
        "spots": repeats.spots(request.actor, now=request.now)[:10],
        "mediated": mediation_faces.outcomes_face(
            mediations.outcomes(request.actor, since=period.since, until=period.until), asked
        ),
        "least": 10,
    }
    try:
        three = rates.rates(request.actor, period)
    except Refusal as refusal:
        context["no_rates"] = door.worded(refusal)
    else:
        context |= {
            "three": three,
            "rates": _rates_face(three.whole),
            "visit_counts": [
                {"word": word, "n": _count(three, count), "url": _url(count.value, asked)}
                for count, word in VISIT_COUNTS.items()
            ],
            "rate_streets": [{"line": line, "rates": _rates_face(line)} for line in three.streets],
        }
    return show(request, "console/after/figures.html", context)


def _count(three: rates.Rates, count: VisitCount) -> int:
    if count is VisitCount.NOT_REACHED:
        return three.not_reached
    return three.refused if count is VisitCount.REFUSED else int(getattr(three.whole.visits, count.value))


def _rates_face(line: Line) -> list[tuple[Any, Rate]]:
    return [
        (_("响应率"), line.rates.response),
        (_("解决率"), line.rates.solution),
        (_("满意率"), line.rates.satisfaction),
        (_("三率综合"), line.rates.together),
    ]


def _completion_face(line: Completion, asked: dict[str, str]) -> dict[str, Any]:
    return {
        "name": line.name,
        "rate": line.rate,
        "on_time": line.on_time,
        "reopened": line.reopened,
        "cells": [
            {"n": line.counts[count], "url": _url(count.value, {**asked, "street": line.code}), "word": word}
            for count, word in COUNTS.items()
        ],
    }


def _url(count: str, asked: dict[str, str]) -> str:
    kept = {name: value for name, value in asked.items() if value}
    return f"{reverse('console:counted')}?{urlencode({'count': count, **kept})}"


@require_safe
@staff
def counted(request: StaffRequest) -> HttpResponse:
    """Show exactly the cases a number counts."""
    period, asked = period_of(request)
    name, street = request.GET.get("count", ""), request.GET.get("street", "")[:32]
    page = page_of(request)
    word: Text
    if name in set(Count):
        word = COUNTS[Count(name)]
        found = completion.cases_counted(
            request.actor, period, Count(name), street=street, now=request.now, page=page
        )
    elif name in set(VisitCount):
        word = VISIT_COUNTS[VisitCount(name)]
        found = rates.cases_visited(request.actor, period, VisitCount(name), street=street, page=page)
    elif name in set(NoticeCount):
        word = NOTICE_COUNTS[NoticeCount(name)]
        found = notices.cases_told(request.actor, period, NoticeCount(name), page=page)
    else:
        raise NotFound("没有这个数字")
    back = f"{reverse('console:figures')}?{urlencode(asked)}"
    return show_counted(request, found, word=word, page=page, back=back, back_word=_("统计"), period=period)


def page_of(request: StaffRequest) -> int:
    """Return the page asked for.

    :raises BadInput: it is no number
    """
    asked = request.GET.get("page", "1")
    if not asked.isdecimal() or len(asked) > 5:
        raise BadInput("页码不对", where="page")
    return max(1, int(asked))


def show_counted(
    request: StaffRequest,
    found: Sequence[UUID],
    *,
    word: Text,
    page: int,
    back: str,
    back_word: Text,
    **more: Any,
) -> HttpResponse:
    """Show a page of the cases a number counts."""
    rows = rows_of(request.actor, found[: completion.PAGE], now=request.now)
    context = {
        "section": "figures",
        "word": word,
        "rows": [case_faces.row_face(row, now=request.now) for row in rows],
        "page": page,
        "has_more": len(found) > completion.PAGE,
        "back": back,
        "back_word": back_word,
        **more,
    }
    return show(request, "console/after/counted.html", context)
