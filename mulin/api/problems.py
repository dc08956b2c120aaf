"""How the API says no: one body for every refusal (after RFC 9457), mapped to statuses in this one place."""

import logging
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import orjson
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import BaseModel

from mulin.api.limits import TooMany
from mulin.boundaries.rules.plan import BadPlan, Flaw
from mulin.cases.rules.closing import NotYet
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, NotPossible, Refusal

if TYPE_CHECKING:
    from ninja import NinjaAPI

MEDIA_TYPE: Final = "application/problem+json"
FLAWS_MOST: Final = 200
log = logging.getLogger("mulin.api")


class Mistake(BaseModel):
    """One thing wrong with what was sent, and where."""

    where: str
    what: str


class Problem(BaseModel):
    """Why nothing was done; ``type`` is stable and for machines, ``detail`` for people."""

    type: str
    title: str
    status: int
    detail: str
    where: str = ""
    mistakes: list[Mistake] = []
    facts: dict[str, Any] = {}


def problem(
    status: int,
    detail: str,
    *,
    kind: str = "",
    where: str = "",
    mistakes: Sequence[Mistake] = (),
    facts: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Return the answer that tells ``detail``; ``kind`` defaults to the status's own name."""
    phrase = HTTPStatus(status).phrase
    said = Problem(
        type=kind or phrase.lower().replace(" ", "-"),
        title=phrase,
        status=status,
        detail=detail,
        where=where,
        mistakes=list(mistakes),
        facts=dict(facts or {}),
    )
    return HttpResponse(orjson.dumps(said.model_dump(), default=str), status=status, content_type=MEDIA_TYPE)


def worded(refusal: Refusal) -> str:
    """Return the refusal's words in the caller's language."""
    words = gettext(refusal.why) if refusal.why else ""
    return words % refusal.facts if refusal.facts else words


def _kind(refusal: Refusal) -> str:
    """Return the refusal's class name in kebab case: a stable word a machine can switch on."""
    name = type(refusal).__name__
    return "".join(f"-{ch.lower()}" if ch.isupper() else ch for ch in name).lstrip("-")


def _refused(status: int, refusal: Refusal) -> HttpResponse:
    where = refusal.where if isinstance(refusal, BadInput) else ""
    facts = dict(refusal.facts)
    if isinstance(refusal, NotYet):
        facts["missing"] = [{"missing": each.missing, "count": each.count} for each in refusal.blockers]
    mistakes = [
        Mistake(where=f"lines[{flaw.line}].{flaw.where}" if flaw.line else flaw.where, what=_flaw(flaw))
        for flaw in (refusal.flaws[:FLAWS_MOST] if isinstance(refusal, BadPlan) else ())
    ]
    return problem(status, worded(refusal), kind=_kind(refusal), where=where, facts=facts, mistakes=mistakes)


def _flaw(flaw: Flaw) -> str:
    words = gettext(flaw.why)
    return words % flaw.facts if flaw.facts else words


def _place(location: Sequence[str | int]) -> str:
    """Return the place of a mistake as the caller knows it: without the kind of parameter it came in."""
    inner = location[2:] if location[:1] == ("body",) else location[1:]
    return ".".join(map(str, inner))


def _invalid(request: HttpRequest, exc: ValidationError) -> HttpResponse:
    mistakes = [Mistake(where=_place(error["loc"]), what=str(error["msg"])) for error in exc.errors]
    return problem(
        422,
        mistakes[0].what if mistakes else "",
        kind="bad-input",
        where=mistakes[0].where if mistakes else "",
        mistakes=mistakes,
    )


def _unavailable(request: HttpRequest, exc: Exception) -> HttpResponse:
    log.error("the database does not answer: %s", type(exc).__name__)
    answer = problem(503, gettext("数据库暂时没有应答，请稍后用同一个 Idempotency-Key 重试"))
    answer["Retry-After"] = "2"
    return answer


def _too_many(request: HttpRequest, exc: TooMany) -> HttpResponse:
    answer = problem(429, gettext("短时间内提交太多，请稍后再试"))
    answer["Retry-After"] = str(math.ceil(exc.wait))
    return answer


def _unauthenticated(request: HttpRequest, exc: AuthenticationError) -> HttpResponse:
    answer = problem(401, gettext("需要有效的访问令牌：Authorization: Bearer <token>"))
    answer["WWW-Authenticate"] = "Bearer"
    return answer


def _broken(request: HttpRequest, exc: Exception) -> HttpResponse:
    log.error("unexpected %s", type(exc).__name__, exc_info=exc)
    return problem(500, gettext("系统出错了，已经记录"))


def install(api: "NinjaAPI") -> None:
    """Teach ``api`` to answer every refusal and every malformed request with a problem."""
    handlers: tuple[tuple[type[Exception], Any], ...] = (
        (Exception, _broken),
        (NotFound, lambda _request, exc: _refused(404, exc)),
        (NotAllowed, lambda _request, exc: _refused(403, exc)),
        (NotPossible, lambda _request, exc: _refused(409, exc)),
        (BadInput, lambda _request, exc: _refused(422, exc)),
        (ValidationError, _invalid),
        (
            HttpError,
            lambda _request, exc: problem(exc.status_code, gettext("请求的内容读不懂，应为 UTF-8 的 JSON")),
        ),
        (AuthenticationError, _unauthenticated),
        (TooMany, _too_many),
        (SuspiciousOperation, lambda _request, _exc: problem(400, gettext("请求不合规"))),
        (MultiPartParserError, lambda _request, _exc: problem(400, gettext("请求不合规"))),
        (RequestDataTooBig, lambda _request, _exc: problem(413, gettext("内容太大"))),
        (OperationalError, _unavailable),
        (InterfaceError, _unavailable),
    )
    for raised, handler in handlers:
        api.add_exception_handler(raised, handler)
