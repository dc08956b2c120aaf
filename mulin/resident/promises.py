"""What units promised, by when, and what became of it; residents say what they think of it."""

from typing import Final
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mulin.cases.rules.intake import Channel, Kind
from mulin.gateways import photos
from mulin.kernel.actor import PUBLIC
from mulin.kernel.errors import BadInput, NotFound, Refusal
from mulin.publications.actions.comments import comment_on_promise
from mulin.publications.queries import promises as found
from mulin.publications.rules.comments import KINDS, WORDS_MOST
from mulin.publications.rules.promises import Act, Standing
from mulin.resident import limits, pictures
from mulin.resident.door import Fault, fault_of, page, render, status_of

STANDINGS: Final = {
    Standing.RUNNING: gettext_lazy("进行中"),
    Standing.OVERDUE: gettext_lazy("超期"),
    Standing.KEPT: gettext_lazy("已兑现"),
    Standing.WITHDRAWN: gettext_lazy("已撤回"),
}
TONES: Final = {Standing.OVERDUE: "bad", Standing.KEPT: "ok", Standing.WITHDRAWN: "plain"}
TURNS: Final = {
    Act.PUBLISH: gettext_lazy("作出承诺"),
    Act.KEEP: gettext_lazy("兑现了"),
    Act.POSTPONE: gettext_lazy("改期"),
    Act.WITHDRAW: gettext_lazy("撤回了"),
}


@require_http_methods(["GET"])
@page
def promises(request: HttpRequest) -> HttpResponse:
    """Show promises, by how they stand and by kind of unit."""
    asked, kind, number = (request.GET.get(name, "") for name in ("standing", "kind", "page"))
    standing = Standing(asked) if asked in set(Standing) else None
    is_english = request.LANGUAGE_CODE == "en"
    kinds = [(each.code, each.name_en if is_english else each.name) for each in found.kinds()]
    kind = kind if kind in dict(kinds) else ""
    board = found.board(
        now=timezone.now(),
        standing=standing,
        kind=kind,
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1,
    )
    context = {
        "rows": [
            {"it": row, "word": STANDINGS[row.standing], "tone": TONES.get(row.standing, "")}
            for row in board.rows
        ],
        "board": board,
        "standings": [("", _("全部")), *((each.value, word) for each, word in STANDINGS.items())],
        "standing": asked if standing else "",
        "kinds": kinds,
        "kind": kind,
    }
    return render(request, "promises.html", context)


@require_http_methods(["GET"])
@page
def promise(request: HttpRequest, promise_id: UUID) -> HttpResponse:
    """Show one promise: every date it had, what was done, what residents say of it."""
    it = found.promise_page(promise_id, now=timezone.now())
    standing = it.promise.standing
    context = {
        "it": it,
        "word": STANDINGS[standing],
        "tone": TONES.get(standing, ""),
        "turns": [{"turn": turn, "word": TURNS[turn.act]} for turn in it.turns],
        "comments": [{"said": each, "word": kind_word(Kind(each.kind))} for each in it.released],
    }
    return render(request, "promise.html", context)


def kind_word(kind: Kind) -> str:
    """Return what a comment is called."""
    return _("建议") if kind is Kind.SUGGESTION else _("意见")


@require_http_methods(["GET", "POST"])
@page
def say(request: HttpRequest, promise_id: UUID) -> HttpResponse:
    """Take a comment: a report like any other, with a tracking code and an answer to come."""
    it = found.promise_page(promise_id, now=timezone.now())
    if request.method == "GET":
        return _say(request, it, key=uuid4().hex)
    key = request.POST.get("key", "")
    key = key if key.isascii() and key.isalnum() and len(key) <= 32 else uuid4().hex
    text = request.POST.get("text", "").replace("\r\n", "\n")
    limits.take_turn(limits.REPORTS, request, text=text)
    try:
        if request.POST.get("website"):
            raise BadInput(_("没有收到。请再看一遍，再按一次“提交”"))
        filed = comment_on_promise(
            promise_id=promise_id,
            text=text,
            kind=_kind(request.POST.get("kind", "")),
            channel=Channel.WEB,
            key=key,
            actor=PUBLIC,
            now=timezone.now(),
        )
    except Refusal as refusal:
        return _say(request, it, key=uuid4().hex, fault=fault_of(refusal), status=status_of(refusal))
    return redirect("resident:done", code=filed.report.tracking_code)


def _kind(said: str) -> Kind:
    if said not in {kind.value for kind in KINDS}:
        raise BadInput(_("请选“意见”或“建议”"), where="kind")
    return Kind(said)


def _say(
    request: HttpRequest, it: found.PromisePage, *, key: str, fault: Fault | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "it": it,
        "key": key,
        "kinds": [(kind.value, kind_word(kind)) for kind in KINDS],
        "said": request.POST or {"kind": Kind.OPINION.value},
        "most": WORDS_MOST,
        "faults": [fault] if fault else [],
    }
    return render(request, "promise_say.html", context, status=status)


@require_http_methods(["GET"])
@page
def photo(request: HttpRequest, promise_id: UUID, digest: str, size: photos.Size) -> HttpResponse:
    """Show a photo that a unit gave as evidence."""
    if not found.photo_is_shown(promise_id, digest):
        raise NotFound("没有这张照片")
    return pictures.picture(photos.path_of(digest, size=size))
