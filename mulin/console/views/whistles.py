"""Whistles: the board, the page of one with its acts, and what a superior has to rule."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mulin.cases.actions import answering
from mulin.cases.queries import rulings as asked
from mulin.cases.queries import whistle_choices
from mulin.cases.queries import whistles as found
from mulin.cases.queries.whistle_shapes import WhistlePage
from mulin.cases.queries.whistles import COUNT_MOST, STATES_OF, WhistleTab
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import WhistleState
from mulin.console import ruling_faces, whistle_faces
from mulin.console.door import StaffRequest, show, show_part, staff
from mulin.console.whistle_answers import Rule
from mulin.console.whistle_forms import WhistleForm
from mulin.console.words import Text
from mulin.console.worklists import TabFace

TABS: Final[Mapping[WhistleTab, Text]] = {
    WhistleTab.CALLING: gettext_lazy("等报到"),
    WhistleTab.HANDLING: gettext_lazy("处置中"),
    WhistleTab.RULING: gettext_lazy("等裁定"),
    WhistleTab.SUMMING: gettext_lazy("等汇总"),
    WhistleTab.DONE: gettext_lazy("已完成"),
}
EMPTY: Final[Mapping[WhistleTab, Text]] = {
    WhistleTab.CALLING: gettext_lazy("没有等报到的吹哨"),
    WhistleTab.HANDLING: gettext_lazy("没有处置中的吹哨"),
    WhistleTab.RULING: gettext_lazy("没有等裁定的吹哨"),
    WhistleTab.SUMMING: gettext_lazy("没有等汇总的吹哨"),
    WhistleTab.DONE: gettext_lazy("还没有完成的吹哨"),
}


def tab_faces(counts: Mapping[str, int]) -> list[TabFace]:
    """Return the five tabs with their counts."""
    return [TabFace(tab.value, word, _capped(counts[tab.value]), red=False) for tab, word in TABS.items()]


def tab_of(state: WhistleState) -> str:
    """Return the tab a whistle in ``state`` is on."""
    return next((tab.value for tab, states in STATES_OF.items() if state.value in states), "")


def _capped(count: int) -> str:
    return f"{COUNT_MOST}+" if count > COUNT_MOST else str(count)


def _tab(request: StaffRequest) -> WhistleTab:
    """Return the tab asked for, else the first that holds something."""
    wanted = request.GET.get("tab", "")
    if wanted in set(WhistleTab):
        return WhistleTab(wanted)
    counts = found.whistle_counts(request.actor)
    return next((tab for tab in TABS if counts[tab.value]), WhistleTab.CALLING)


@require_safe
@staff
def board(request: StaffRequest) -> HttpResponse:
    """Show one tab of the board, most pressing first."""
    number = request.GET.get("page", "")
    tab = _tab(request)
    page = min(int(number), 1_000) if number.isdigit() and int(number) else 1
    one = found.whistle_board(request.actor, tab=tab, now=request.now, page=page)
    tabs = tab_faces(one.counts)
    other = next((face for face in tabs if face.count != "0" and face.name != tab.value), None)
    here = reverse("console:whistles")
    context = {
        "section": "whistles",
        "tabs": tabs,
        "tab": tab.value,
        "tab_word": TABS[tab],
        "rows": [whistle_faces.row_face(row, now=request.now) for row in one.rows],
        "order_words": _("最近完成的在前") if tab is WhistleTab.DONE else _("最急的在前"),
        "empty_title": EMPTY[tab],
        "empty_words": _("本级办不了的事，打开工单按“吹哨”，请上一级或部门报到。"),
        "other_tab": other,
        "rulings_url": reverse("console:rulings") if request.actor.may("rule_on_refusal") else "",
        "less_url": f"{here}?tab={tab.value}&page={page - 1}" if page > 1 else "",
        "more_url": f"{here}?tab={tab.value}&page={page + 1}" if one.has_more else "",
    }
    return show(request, "console/whistle/board.html", context)


@require_safe
@staff
def whistle(request: StaffRequest, whistle_id: UUID) -> HttpResponse:
    """Show one whistle."""
    page = found.whistle_page(request.actor, whistle_id, now=request.now)
    if page.to_read and answering.note_reading(whistle_id=whistle_id, actor=request.actor, now=request.now):
        page = found.whistle_page(request.actor, whistle_id, now=request.now)
    return show_whistle(request, page)


def show_whistle(request: StaffRequest, page: WhistlePage, **more: Any) -> HttpResponse:
    """Show a whistle as a page, or what is inside its frame for htmx."""
    face = whistle_faces.whistle_face(page, now=request.now)
    context = {"section": "whistles", "whistle": face, "tab": tab_of(page.state), **more}
    if request.htmx:
        return show_part(request, "console/whistle/_after.html", context)
    context["tabs"] = tab_faces(found.whistle_counts(request.actor))
    return show(request, "console/whistle/whistle.html", context)


@require_safe
@staff
def rulings(request: StaffRequest) -> HttpResponse:
    """Show what the actor's units have to rule, and what they ruled last."""
    rows = asked.rulings_of(request.actor)
    waiting = sum(row.ruled_at is None for row in rows)
    context = {
        "section": "whistles",
        "rows": [ruling_faces.row_face(row, now=request.now) for row in rows],
        "total_words": _("等裁定 %(n)d 件，最急的在前") % {"n": waiting},
    }
    return show(request, "console/whistle/rulings.html", context)


@require_safe
@staff
def ruling(request: StaffRequest, ruling_id: int) -> HttpResponse:
    """Show one ruling: both sides, the list's words, precedents, and the form to rule."""
    return show_ruling(request, ruling_id)


def show_ruling(
    request: StaffRequest, ruling_id: int, *, form: WhistleForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    """Show a ruling; ``form`` is what was posted and refused."""
    page = asked.ruling_page(request.actor, ruling_id, now=request.now)
    if form is None and page.ruling.may_rule:
        form = Rule(initial={"key": uuid4().hex, "version": page.page.case.version})
        form.prepare(page.page, extra=extra_of(request, Act.RULE, page.page) | {"ruling": ruling_id})
    face = ruling_faces.ruling_face(page, form=form, now=request.now)
    context = {"section": "whistles", "ruling": face, **more}
    if request.htmx:
        return show_part(request, "console/whistle/_ruling_after.html", context, status=status)
    return show(request, "console/whistle/ruling.html", context, status=status)


def extra_of(request: StaffRequest, name: Act, page: WhistlePage) -> dict[str, Any]:
    """Return what only one kind of form needs."""
    if name in (Act.REFUSE, Act.RULE):
        return {"units": whistle_choices.to_name(page.id)}
    if name is Act.CALL_MORE:
        return {"units": whistle_choices.to_add(page.id, now=request.now)}
    if name is Act.EVALUATE:
        return {"judged": whistle_choices.to_judge(page)}
    if name is Act.OBJECT:
        return {"judges": whistle_choices.to_answer(page)}
    return {}
