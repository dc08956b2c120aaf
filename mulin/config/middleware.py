"""What every request passes: who called and how it went, how long a session lives, what browsers may do."""

import logging
import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from mulin.config.outside_map import origin
from mulin.kernel.ids import new_id

_log = logging.getLogger("mulin.request")
_STARTED, _SEEN = "life_started", "life_seen"
_TOUCH_SECONDS: Final = 60  # the session row is written at most this often

Next = Callable[[HttpRequest], HttpResponse]


class Arrival:
    """Names each request, believes the city's own proxies about the caller's address, and logs one line."""

    def __init__(self, follow: Next) -> None:
        self.follow = follow

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        number = str(new_id())
        request.META["mulin.request_id"] = number
        caller = _caller(request.META.get("HTTP_X_FORWARDED_FOR", ""), settings.PROXIES)
        if caller:
            request.META["REMOTE_ADDR"] = caller
        response = self.follow(request)
        response.headers["X-Request-ID"] = number
        route = request.resolver_match.route if request.resolver_match else ""
        if not request.path.startswith(settings.STATIC_URL):
            # The route, not the path: a path may hold a tracking code, and a tracking code opens a report.
            facts = {
                "request": number,
                "method": request.method,
                "route": route,
                "status": response.status_code,
                "ms": round((time.perf_counter() - began) * 1000, 1),
            }
            _log.info("request", extra={"facts": facts})
        return response


def _caller(forwarded_for: str, proxies: int) -> str:
    """Return the address that our outermost proxy saw; what stands left of it anybody may have written."""
    hops = [hop.strip() for hop in forwarded_for.split(",") if hop.strip()]
    return hops[-proxies] if proxies and len(hops) >= proxies else ""


class SessionLife:
    """Ends a staff session half an hour after the last click, and twelve hours after sign-in."""

    def __init__(self, follow: Next) -> None:
        self.follow = follow

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if session.session_key is not None and SESSION_KEY in session:
            now = time.time()
            started, seen = session.get(_STARTED, now), session.get(_SEEN, now)
            if now - started > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_SECONDS:
                session.flush()
            elif _STARTED not in session or now - seen > _TOUCH_SECONDS:
                session[_STARTED], session[_SEEN] = started, now
        return self.follow(request)


class Headers:
    """Tells browsers what our pages may do: nothing from elsewhere, nothing inline, no frames."""

    def __init__(self, follow: Next) -> None:
        self.follow = follow
        outside = f" {origin()}" if settings.MAP_TILES else ""
        self.policy = "; ".join(
            [
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                f"img-src 'self' data: blob:{outside}",
                "font-src 'self'",
                f"connect-src 'self'{outside}",
                "manifest-src 'self'",
                "worker-src 'self' blob:",  # MapLibre starts its worker from a blob
                "child-src blob:",
                "base-uri 'none'",
                "form-action 'self'",
                "object-src 'none'",
            ]
        )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.follow(request)
        framed_by = settings.EMBED if getattr(response, "may_be_framed", False) else ""
        ancestors = framed_by or "'none'"
        response.headers["Content-Security-Policy"] = f"{self.policy}; frame-ancestors {ancestors}"
        if not framed_by:
            response.headers["X-Frame-Options"] = "DENY"
        response.headers["Permissions-Policy"] = (
            "geolocation=(self), camera=(self), microphone=(self), payment=()"
        )
        return response
