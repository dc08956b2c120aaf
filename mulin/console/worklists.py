"""The left side of the console: tabs, filters, rows and their words, from the query string."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mulin.cases.queries import worklist
from mulin.cases.queries.page import CasePage
from mulin.cases.queries.worklist import COUNT_MOST, Clock, QueueFilter, QueuePage, Tab
from mulin.cases.rules.intake import Channel, Kind
from mulin.cases.rules.lifecycle import FINAL
from mulin.catalogue import queries as catalogue
from mulin.console import case_faces, words
from mulin.console.door import StaffRequest
from mulin.console.words import Text
from mulin.people.queries import units as people_units
from mulin.people.queries.days import day_of

TABS: Final[Mapping[Tab, Text]] = {
    Tab.TODO: gettext_lazy("待办"),
    Tab.DONE: gettext_lazy("已办"),
    Tab.FILED: gettext_lazy("我发起"),
    Tab.OVERDUE: gettext_lazy("超期"),
}
CLOCKS: Final[Mapping[Clock, Text]] = {
    Clock.OVERDUE: gettext_lazy("超期"),
    Clock.SOON: gettext_lazy("临期"),
    Clock.IN_TIME: gettext_lazy("时限内"),
}
NAMES: Final = ("unit", "community", "item", "channel", "clock", "kind")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the query string asks for, made safe: what cannot be read is as if not asked."""

    tab: Tab
    q: str
    page: int
    chosen: Mapping[str, str]

    @property
    def query(self) -> str:
        """Return the query string that leads back here."""
        parts = {"tab": self.tab.value, **self.chosen, **({"q": self.q} if self.q else {})}
        return f"?{urlencode(parts)}"

    @property
    def filters(self) -> QueueFilter:
        """Return the filters of the query."""
        chosen = self.chosen
        return QueueFilter(
            unit=int(chosen["unit"]) if chosen.get("unit", "").isdigit() else None,
            community=chosen.get("community", ""),
            item=chosen.get("item", ""),
            channel=chosen.get("channel", ""),
            clock=Clock(chosen["clock"]) if chosen.get("clock") in set(Clock) else None,
            kind=chosen.get("kind", ""),
            text=self.q,
        )


def asked(request: StaffRequest) -> Asked:
    """Return what the query string asks for."""
    get = request.GET
    tab = get.get("tab", "")
    page = get.get("page", "1")
    return Asked(
        tab=Tab(tab) if tab in set(Tab) else Tab.TODO,
        q=get.get("q", "").strip()[:80].replace("\x00", ""),
        page=min(int(page), 10_000) if page.isdigit() and int(page) else 1,
        chosen={name: get[name][:64] for name in NAMES if get.get(name)},
    )


@dataclass(frozen=True, slots=True)
class TabFace:
    """One tab with its count."""

    name: str
    word: Text
    count: str | None
    red: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter: what it narrows and what may be chosen."""

    name: str
    word: str
    any: str
    value: str
    options: list[tuple[str, str]]


def capped(count: int) -> str:
    """Return a count as a tab shows it: nobody counts an unbounded table."""
    return f"{COUNT_MOST - 1}+" if count >= COUNT_MOST else str(count)


def tab_faces(counts: Mapping[str, int], tab: Tab) -> list[TabFace]:
    """Return the four tabs with their counts; a count of something late is red."""
    return [
        TabFace(one.value, word, capped(counts[one.value]), one is Tab.OVERDUE and counts[one.value] > 0)
        for one, word in TABS.items()
    ]


def summary(counts: Mapping[str, int], want: Asked) -> dict[str, object]:
    """Return the words of the line over the rows."""
    if want.q:
        return {"total_words": _("在看得到的全部事项里找"), "order_words": _("按上报时间")}
    tab, late, soon = want.tab, counts.get("late", 0), counts.get("soon", 0)
    total = _("%(tab)s %(n)s 件") % {"tab": TABS[tab], "n": capped(counts[tab.value])}
    by_clock = tab in (Tab.TODO, Tab.OVERDUE)
    return {
        "total_words": total,
        "overdue_words": _("超期 %(n)s") % {"n": capped(late)} if late and tab is Tab.TODO else "",
        "soon_words": _("临期 %(n)s") % {"n": capped(soon)} if soon and tab is Tab.TODO else "",
        "order_words": _("按剩余时间") if by_clock else _("按上报时间"),
    }


def filter_choices(request: StaffRequest, want: Asked) -> list[Choice]:
    """Return the filters and their choices."""
    on = day_of(request.now)
    mine = {str(grant.unit_id): grant.unit_name for grant in request.actor.grants}
    items = [(item.code, f"{item.code} {item.name}") for item in catalogue.items_in_force(on)]
    communities = [
        (unit.code, unit.short_name) for unit in people_units.units_of_kind(request.actor, "community")
    ]
    lists: list[tuple[str, str, str, list[tuple[str, str]]]] = [
        ("unit", _("岗位"), _("我的岗位"), list(mine.items())),
        ("community", _("社区"), _("社区"), communities),
        ("item", _("清单项"), _("清单项"), items),
        ("channel", _("渠道"), _("渠道"), [(one.value, words.channel(one)) for one in Channel]),
        ("clock", _("时钟"), _("时钟"), [(one.value, str(word)) for one, word in CLOCKS.items()]),
        ("kind", _("性质"), _("性质"), [(one.value, words.kind(one)) for one in Kind]),
    ]
    return [
        Choice(name, word, every, want.chosen.get(name, ""), options)
        for name, word, every, options in lists
        if not (name == "unit" and len(options) < 2)
    ]


def left_side(request: StaffRequest, want: Asked, page: QueuePage, *, current: UUID | None) -> dict[str, Any]:
    """Return everything the left side shows."""
    rows = [case_faces.row_face(row, now=request.now) for row in page.rows]
    first = (page.page - 1) * worklist.PAGE
    return {
        "section": "queue",
        "queue": page,
        "rows": rows,
        "tab": want.tab.value,
        "tab_word": TABS[want.tab],
        "tabs": tab_faces(page.counts, want.tab),
        "filters": want,
        "filtered": bool(want.chosen),
        "choices": filter_choices(request, want),
        "query": want.query,
        "current": current,
        "shown": f"{first + 1}–{first + len(rows)}" if rows else "0",
        "next_page": page.page + 1,
        "may_file": request.actor.may("file_report"),
        **summary(page.counts, want),
    }


def after_act(
    request: StaffRequest, want: Asked, page: CasePage, counts: Mapping[str, int]
) -> dict[str, Any]:
    """Return what of the left side an act has changed: one row, the tabs, the summary."""
    case = page.case
    mine = {grant.unit_id for grant in request.actor.grants}
    gone = want.tab is Tab.TODO and (case.desk_id not in mine or case.state in FINAL)
    channel = page.reports[0].channel if page.reports else ""
    row = worklist.row_of(case, channel=channel, now=request.now)
    return {
        "row": case_faces.row_face(row, now=request.now, gone=gone),
        "current": case.pk,
        "tab": want.tab.value,
        "tabs": tab_faces(counts, want.tab),
        "filters": want,
        **summary(counts, want),
    }
