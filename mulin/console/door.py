"""The console's door: who asks, what their frame shows, and how a refusal looks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, cast
from urllib.parse import quote, urlsplit

from django.contrib.auth import logout
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render as render_template
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mulin.cases.queries import clock, doors, rulings
from mulin.cases.rules.lifecycle import Act
from mulin.console import clock_faces, moments
from mulin.console.keys import KEYS, WHISTLE_KEYS
from mulin.console.words import Text
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, Refusal
from mulin.people.actions.sign_in import Step
from mulin.people.queries.actors import actor_of
from mulin.people.queries.days import day_of

if TYPE_CHECKING:
    from mulin.cases.models import Settings

P = ParamSpec("P")

THEME: Final = "mulin_theme"
KEYS_OFF: Final = "mulin_keys"
# What a session still owes before it opens anything: kept in it under STEP.
STEP: Final = "sign_in_step"
STEPS: Final[Mapping[str, str]] = {Step.ENROL: "console:enrol", Step.CHANGE: "console:password"}


class StaffRequest(WSGIRequest):
    """A request of somebody signed in, with what they may do today and the moment it arrived."""

    actor: Actor
    now: datetime
    htmx: Any


View = Callable[Concatenate[StaffRequest, P], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class To:
    """One way out of the rail; ``acts`` are the permissions of which one is enough, none means everybody."""

    name: str
    word: Text
    icon: str
    acts: tuple[str, ...] = ()
    wide: bool = False

    @property
    def url(self) -> str:
        """Return its address."""
        return reverse(f"console:{self.name}")


SEE_CALENDARS: Final = "see_calendars"  # who is told on every page when a calendar ends

MENU: Final = (
    To("queue", gettext_lazy("工单"), "inbox"),
    To("whistles", gettext_lazy("吹哨"), "whistle", (Act.WHISTLE, Act.REPORT_IN, Act.RULE)),
    To("city", gettext_lazy("地图"), "map"),
    To("new", gettext_lazy("录入"), "plus", ("file_report",)),
    To("receptions", gettext_lazy("接待"), "talk", ("file_report",), wide=True),
    To("visits", gettext_lazy("回访"), "phone", ("record_visit", "draw_visits")),
    To("figures", gettext_lazy("统计"), "sheet", ("see_rates",), wide=True),
    To("clocks", gettext_lazy("待批"), "clock", ("grant_suspension", "see_calendars"), wide=True),
    To("lists", gettext_lazy("清单"), "list", wide=True),
    To("dispatch", gettext_lazy("派遣表"), "route", wide=True),
    To("units", gettext_lazy("单位"), "tree", ("see_unit",), wide=True),
    To("supervision", gettext_lazy("督办"), "eye", ("see_supervisions",), wide=True),
    To("promises", gettext_lazy("承诺"), "shield", ("publish_promise", "release_comment"), wide=True),
    To("reviews", gettext_lazy("双评"), "merge", ("see_reviews",), wide=True),
    To("worklog", gettext_lazy("日志"), "book", ("write_log", "see_log"), wide=True),
    To("outbox", gettext_lazy("消息"), "mobile", ("read_outbox",), wide=True),
    To("ledger", gettext_lazy("台账"), "book", ("read_ledger",), wide=True),
)


def staff(view: "View[P]") -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let only somebody through who has signed in to the end, and turn refusals into pages."""
    return _door(view, half_way=False)


def half_way(view: "View[P]") -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let also somebody through who still has to enrol a second factor or to change the password."""
    return _door(view, half_way=True)


def _door(view: "View[P]", *, half_way: bool) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        owed = STEPS.get(request.session.get(STEP, ""))
        if owed is not None and not half_way:
            return go(request, reverse(owed))
        asked = cast("StaffRequest", request)
        asked.now = timezone.now()
        try:
            asked.actor = actor_of(int(request.user.pk), now=asked.now)
        except NotFound:
            logout(request)
            return to_sign_in(request)
        try:
            return view(asked, *args, **kwargs)
        except Refusal as refusal:
            return refused(asked, refusal)

    return cast("Callable[Concatenate[HttpRequest, P], HttpResponseBase]", door)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Send somebody to the sign-in page and back here afterwards."""
    here = request.headers.get("HX-Current-URL", "") if request.headers.get("HX-Request") else ""
    path = urlsplit(here).path or request.get_full_path()
    return go(request, f"{reverse('console:sign_in')}?next={quote(path)}")


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Send a browser to another page, also when htmx asked for a piece of this one."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def frame(request: StaffRequest) -> dict[str, object]:
    """Return what every page shows around its content."""
    settings = doors.settings()
    names = dict.fromkeys(grant.unit_name for grant in request.actor.grants)
    return {
        "brand": settings.brand,
        "unit": "、".join(names) or request.actor.name,
        "is_example": settings.is_example,
        "ending": _ending(request, settings),
        "menu": [to for to in MENU if not to.acts or any(request.actor.may(act) for act in to.acts)],
        "counts": {"whistles": rulings.owed_by(request.actor)},
        "act_keys": list(KEYS.items()),
        "whistle_keys": list(WHISTLE_KEYS.items()),
        "theme": theme_of(request),
        "keys": request.COOKIES.get(KEYS_OFF) != "off",
        "now": request.now,
        "today": moments.weekday(request.now),
    }


def _ending(request: StaffRequest, settings: "Settings") -> str:
    """Return what the command centre is told of a calendar at its end; asks the database nothing more."""
    if not request.actor.may(SEE_CALENDARS):
        return ""
    today = day_of(request.now)
    said = (clock_faces.calendar_ending(each, today) for each in clock.shelf(settings).in_force(today))
    return next((words for words in said if words), "")


def theme_of(request: HttpRequest) -> str:
    """Return light or dark if the reader chose one, else nothing: the device decides."""
    theme = request.COOKIES.get(THEME, "")
    return theme if theme in ("light", "dark") else ""


def show(
    request: StaffRequest, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """Render a whole page inside the frame."""
    return render_template(request, template, {"frame": frame(request), **context}, status=status)


def show_part(
    request: StaffRequest, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """Render a piece of a page for htmx."""
    part_frame = {"now": request.now}
    return render_template(request, template, {"frame": part_frame, **context}, status=status)


def worded(refusal: Refusal) -> str:
    """Return why, in the reader's language."""
    return _(refusal.why) % refusal.facts if refusal.facts else _(refusal.why)


def status_of(refusal: Refusal) -> int:
    """Return the status of a refusal: 404, 403, 422 for bad input, else 409."""
    match refusal:
        case NotFound():
            return 404
        case NotAllowed():
            return 403
        case BadInput():
            return 422
        case _:
            return 409


TITLES: Final[Mapping[int, Text]] = {
    404: gettext_lazy("没有找到"),
    403: gettext_lazy("没有这个权限"),
    409: gettext_lazy("现在还不能这样办"),
    422: gettext_lazy("有一处填得不对"),
}


def refused(request: StaffRequest, refusal: Refusal) -> HttpResponse:
    """Show a refusal: a whole page, or a notice where htmx asked for a piece."""
    status = status_of(refusal)
    context = {"title": TITLES[status], "why": worded(refusal), "status": status}
    if request.headers.get("HX-Request"):
        response = show_part(
            request, "console/_toast.html", {"text": context["why"], "tone": "bad"}, status=status
        )
        response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
        return response
    return show(request, "console/refused.html", context, status=status)
