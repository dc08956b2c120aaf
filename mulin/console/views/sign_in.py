"""Signing in: user name and password, then the one-time code, then what the account still owes; and out."""

from typing import Any, Final, cast

from django.contrib.auth import BACKEND_SESSION_KEY, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from mulin.cases.queries import doors
from mulin.console import door
from mulin.console.door import STEP, StaffRequest, half_way
from mulin.kernel.actor import PUBLIC, Actor
from mulin.kernel.errors import Refusal
from mulin.people.actions import factors
from mulin.people.actions import sign_in as people
from mulin.people.actions.sign_in import Step

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
PENDING: Final = "sign_in_pending"  # whose password was right and whose code is still to come, and since when
PENDING_SECONDS: Final = 600


def safe_next(request: HttpRequest, fallback: str) -> str:
    """Return where to go on, if it is an address of ours."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and safe else fallback


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render a page for somebody who is not known yet."""
    settings = doors.settings()
    frame = {
        "brand": settings.brand,
        "is_example": settings.is_example,
        "theme": door.theme_of(request),
        "keys": True,
        "now": timezone.now(),
    }
    return render(request, template, {"frame": frame, **context}, status=status)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password."""
    context: dict[str, Any] = {"next": safe_next(request, reverse("console:queue"))}
    if request.method != "POST":
        return _page(request, "console/sign_in.html", context)
    name = request.POST.get("username", "")[:150]
    try:
        known = people.sign_in(
            username=name,
            password=request.POST.get("password", ""),
            address=request.META.get("REMOTE_ADDR", ""),
            actor=PUBLIC,
            now=timezone.now(),
        )
    except Refusal as refusal:
        context |= {"username": name, "why": door.worded(refusal)}
        return _page(request, "console/sign_in.html", context, status=door.status_of(refusal))
    if known.step is Step.CODE:
        request.session.cycle_key()
        request.session[PENDING] = [known.account.pk, timezone.now().timestamp()]
        return HttpResponseRedirect(f"{reverse('console:code')}?next={context['next']}")
    login(request, known.account, backend=BACKEND)
    request.session[STEP] = known.step.value
    return HttpResponseRedirect(context["next"])


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the one-time code of somebody whose password was right."""
    pending = request.session.get(PENDING)
    if pending is None or timezone.now().timestamp() - pending[1] > PENDING_SECONDS:
        request.session.pop(PENDING, None)
        return HttpResponseRedirect(reverse("console:sign_in"))
    context = {"next": safe_next(request, reverse("console:queue"))}
    if request.method != "POST":
        return _page(request, "console/code.html", context)
    account_id = int(pending[0])
    try:
        verified = people_factor(account_id, request.POST.get("code", ""))
    except Refusal as refusal:
        context["why"] = door.worded(refusal)
        return _page(request, "console/code.html", context, status=door.status_of(refusal))
    account = verified.factor.user
    del request.session[PENDING]
    login(request, account, backend=BACKEND)
    request.session[STEP] = people.next_step(account, verified=True).value
    return HttpResponseRedirect(context["next"])


def people_factor(account_id: int, typed: str) -> factors.Verified:
    """Check a code in the name of its owner, who is not signed in yet."""
    owner = Actor(account_id=account_id, name="")
    return factors.verify_second_factor(account_id=account_id, code=typed, actor=owner, now=timezone.now())


@require_POST
@half_way
def sign_out(request: StaffRequest) -> HttpResponse:
    """End the session."""
    people.sign_out(actor=request.actor, now=request.now)
    logout(request)
    return HttpResponseRedirect(reverse("console:sign_in"))


def stay_signed_in(request: StaffRequest, account: Any) -> None:
    """Keep this session when the account's other sessions have just ended."""
    step = request.session.get(STEP)
    backend = request.session.get(BACKEND_SESSION_KEY, BACKEND)
    login(request, account, backend=cast("str", backend))
    request.session[STEP] = step
