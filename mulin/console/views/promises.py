"""Public promises (公开承诺): what my units promised, what is due, and comments that wait to be read over."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mulin.console import door, fields, posted
from mulin.console.asking import AskForm
from mulin.console.door import StaffRequest, show, staff
from mulin.console.promise_forms import DECISIONS, FORMS, PromiseForm, Publish
from mulin.kernel.errors import NotAllowed, NotFound, Refusal
from mulin.ledger.actions import once
from mulin.publications.queries import comments as waiting
from mulin.publications.queries import promises as found
from mulin.publications.rules.comments import CommentState
from mulin.publications.rules.promises import Act, Standing

STANDINGS: Final = {
    Standing.RUNNING: gettext_lazy("进行中"),
    Standing.OVERDUE: gettext_lazy("超期"),
    Standing.KEPT: gettext_lazy("已兑现"),
    Standing.WITHDRAWN: gettext_lazy("已撤回"),
}
TONES: Final = {Standing.OVERDUE: "bad", Standing.KEPT: "ok", Standing.WITHDRAWN: "plain"}
TURNS: Final = {
    Act.PUBLISH: gettext_lazy("作出承诺"),
    Act.KEEP: gettext_lazy("兑现"),
    Act.POSTPONE: gettext_lazy("改期"),
    Act.WITHDRAW: gettext_lazy("撤回"),
}
COMMENT_STATES: Final = {
    CommentState.WAITING: gettext_lazy("待公开"),
    CommentState.RELEASED: gettext_lazy("已公开"),
    CommentState.WITHHELD: gettext_lazy("不公开"),
}
COMMENT_TONES: Final = {CommentState.WAITING: "warn", CommentState.RELEASED: "ok"}


def _asked(request: StaffRequest) -> int:
    """Return the page of a list that is asked for."""
    asked = request.GET.get("page", "1")
    return min(max(int(asked), 1), found.PAGES_MOST) if asked.isascii() and asked.isdigit() else 1


def _require(request: StaffRequest) -> None:
    if not any(request.actor.may(act) for act in Act):
        raise NotAllowed(gettext_noop("您的岗位不能做这一步"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def promises(request: StaffRequest) -> HttpResponse:
    """Show promises of my units, or of all; a post promises something."""
    _require(request)
    if request.method != "POST":
        initial = {"key": uuid4().hex, "case": request.GET.get("case", "")}
        return _list(request, _offered(request, Publish(initial=initial)))
    form = _offered(request, Publish(request.POST))
    failed = _done(request, form, lambda: form.do(actor=request.actor, now=request.now))
    if failed:
        return _list(request, form, status=failed)
    messages.success(request, _("已公开，居民现在就看得到"), extra_tags="ok")
    return HttpResponseRedirect(reverse("console:promises"))


def _offered(request: StaffRequest, form: Publish) -> Publish:
    units = [(unit.code, unit.name) for unit in found.own_units(request.actor)]
    fields.offer(form, "unit", units, first=None if len(units) == 1 else _("请选择"))
    return form


def _done(request: StaffRequest, form: AskForm, act: Callable[[], object]) -> int:
    """Do the act once per form; return 0, or the status of what was refused, said in the form."""

    def do() -> bytes:
        act()
        return b"done"

    if not form.is_valid():
        form.mark_errors()
        return 422
    try:
        once(
            scope=f"console:{request.actor.account_id}",
            key=form.cleaned_data["key"],
            digest=posted.digest(request),
            act=do,
        )
    except Refusal as refusal:
        where = getattr(refusal, "where", "")
        form.add_error(where if where in form.fields else None, door.worded(refusal))
        form.mark_errors()
        if isinstance(refusal, found.StalePromise):  # read it, then say it once more
            form.data = {**form.data.dict(), "version": str(refusal.facts["version"])}  # type: ignore[attr-defined]
        return door.status_of(refusal)
    return 0


def _list(request: StaffRequest, form: Publish, *, status: int = 200) -> HttpResponse:
    own = [unit.pk for unit in found.own_units(request.actor)]
    everywhere = request.GET.get("of") == "all" or not own
    asked = request.GET.get("standing", "")
    standing = Standing(asked) if asked in set(Standing) else None
    units = None if everywhere else own
    board = found.board(now=request.now, standing=standing, units=units, page=_asked(request))
    counts = found.counts(now=request.now, units=units)
    context = {
        "section": "promises",
        "rows": [_row(row) for row in board.rows],
        "board": board,
        "standings": [(each.value, word, counts[each]) for each, word in STANDINGS.items()],
        "standing": standing.value if standing else "",
        "everywhere": everywhere,
        "has_own": bool(own),
        "waiting": waiting.count_waiting(request.actor),
        "form": form if own else None,
    }
    return show(request, "console/promises/promises.html", context, status=status)


def _row(row: found.PromiseRow) -> dict[str, object]:
    return {"it": row, "word": STANDINGS[row.standing], "tone": TONES.get(row.standing, "")}


@require_safe
@staff
def promise(request: StaffRequest, promise_id: UUID) -> HttpResponse:
    """Show one promise as everybody reads it, with what I may do to it."""
    _require(request)
    return _page(request, promise_id)


def _page(
    request: StaffRequest,
    promise_id: UUID,
    tried: Mapping[str, AskForm] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    tried = tried or {}
    page = found.promise_page(promise_id, now=request.now)
    desk = found.desk_of(request.actor, promise_id)
    first = {"version": desk.version}
    forms = [
        tried.get(act.value)
        or FORMS[act.value](initial={**first, "key": uuid4().hex}, auto_id=f"{act.value}_%s")
        for act in desk.acts
    ]
    context = {
        "section": "promises",
        "page": page,
        **_row(page.promise),
        "turns": [{"turn": turn, "word": TURNS[turn.act]} for turn in page.turns],
        "forms": forms,
        "case_id": desk.case_id,
        "comments": _comments(waiting.of_promise(request.actor, promise_id), tried, promise_id),
        "public": reverse("resident:promise", args=[promise_id]),
    }
    return show(request, "console/promises/promise.html", context, status=status)


def _comments(
    rows: tuple[waiting.CommentRow, ...], tried: Mapping[str, AskForm], back: UUID | None = None
) -> list[dict[str, object]]:
    return [
        {
            "row": row,
            "word": COMMENT_STATES[row.state],
            "tone": COMMENT_TONES.get(row.state, ""),
            "kind": _("建议") if row.kind == "suggestion" else _("意见"),
            "release": tried.get(f"{row.id}:{Act.RELEASE}")
            or DECISIONS[Act.RELEASE](
                initial={"key": uuid4().hex, "words": row.words, "back": back}, auto_id=f"release_{row.id}_%s"
            ),
            "withhold": tried.get(f"{row.id}:{Act.WITHHOLD}")
            or DECISIONS[Act.WITHHOLD](
                initial={"key": uuid4().hex, "back": back}, auto_id=f"withhold_{row.id}_%s"
            ),
            "may_release": row.state is not CommentState.RELEASED,
            "may_withhold": row.state is not CommentState.WITHHELD,
        }
        for row in rows
    ]


@require_POST
@staff
def act(request: StaffRequest, promise_id: UUID, name: str) -> HttpResponse:
    """Do an act on a promise; what is refused comes back with every typed word."""
    if name not in FORMS:
        raise NotFound(gettext_noop("没有这一步"))
    form = FORMS[name](request.POST, request.FILES, auto_id=f"{name}_%s")
    try:
        held = posted.held(form, request)
    except Refusal as refusal:
        form.is_valid()
        form.add_error("photos", door.worded(refusal))
        return _page(request, promise_id, {name: form}, status=door.status_of(refusal))
    failed = _done(request, form, lambda: _do(request, form, promise_id, held))
    if failed:
        return _page(request, promise_id, {name: form}, status=failed)
    messages.success(request, _("%(act)s：已办好") % {"act": form.word}, extra_tags="ok")
    return HttpResponseRedirect(reverse("console:promise", args=[promise_id]))


def _do(request: StaffRequest, form: PromiseForm, promise_id: UUID, held: Any) -> None:
    posted.keep(held, draft=form.cleaned_data["key"])
    type(form).call(promise_id=promise_id, actor=request.actor, now=request.now, **form.said(held))


@require_safe
@staff
def comments(request: StaffRequest) -> HttpResponse:
    """Show the comments that wait until I let everybody read them, or not."""
    return _waiting(request)


def _waiting(
    request: StaffRequest, tried: Mapping[str, AskForm] | None = None, *, status: int = 200
) -> HttpResponse:
    if not request.actor.may(Act.RELEASE):
        raise NotAllowed(gettext_noop("您的岗位不能做这一步"))
    rows, has_more = waiting.waiting(request.actor, page=_asked(request))
    context = {
        "section": "promises",
        "comments": _comments(rows, tried or {}),
        "has_more": has_more,
        "page": _asked(request),
    }
    return show(request, "console/promises/comments.html", context, status=status)


@require_POST
@staff
def decide(request: StaffRequest, comment_id: UUID, name: str) -> HttpResponse:
    """Let everybody read a comment, or hold it back."""
    if name not in DECISIONS:
        raise NotFound(gettext_noop("没有这一步"))
    form = DECISIONS[name](request.POST, auto_id=f"{name.partition('_')[0]}_{comment_id}_%s")
    failed = _done(
        request, form, lambda: form.do(comment_id=comment_id, actor=request.actor, now=request.now)
    )
    back = form.cleaned_data.get("back")
    tried = {f"{comment_id}:{name}": form}
    if failed:
        return _page(request, back, tried, status=failed) if back else _waiting(request, tried, status=failed)
    said = _("已公开") if name == Act.RELEASE else _("已记下：不公开")
    messages.success(request, said, extra_tags="ok")
    to = reverse("console:promise", args=[back]) if back else reverse("console:promise_comments")
    return HttpResponseRedirect(to)
