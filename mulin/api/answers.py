"""The way out: JSON bytes without a second validation, and acts that happen once per Idempotency-Key."""

import hashlib
import re
from collections.abc import Callable
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse

from mulin.kernel.errors import BadInput
from mulin.ledger import actions as ledger

KEY_HEADER: Final = "Idempotency-Key"
REPLAYED_HEADER: Final = "Idempotent-Replayed"
KEY_PATTERN: Final = r"^[!-~]{1,80}$"
_KEY: Final = re.compile(KEY_PATTERN)


class BadKey(BadInput):
    """The Idempotency-Key is not 1 to 80 visible ASCII characters."""

    def __init__(self) -> None:
        super().__init__("应为 1 到 80 个可见的 ASCII 字符", where=KEY_HEADER)


def key_of(request: HttpRequest) -> str:
    """Return the request's Idempotency-Key, or an empty string without one.

    :raises BadKey: it has one that cannot be kept, an empty one included
    """
    key = request.headers.get(KEY_HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise BadKey
    return key or ""


def digest_of(request: HttpRequest) -> str:
    """Return a fingerprint of what is asked: method, address and body."""
    said = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    said.update(request.body)
    return said.hexdigest()


def as_json(value: Any) -> bytes:
    """Return ``value`` as JSON; times carry their offset."""
    return orjson.dumps(value, default=str)


def answer(value: Any, *, status: int = 200, replayed: bool = False) -> HttpResponse:
    """Return ``value`` as a JSON answer, marked when it was given before."""
    response = HttpResponse(as_json(value), status=status, content_type="application/json")
    if replayed:
        response[REPLAYED_HEADER] = "true"
    return response


def answer_once(
    request: HttpRequest, act: Callable[[], Any], *, who: int | str, status: int = 200
) -> HttpResponse:
    """Do ``act`` and answer what it returns; the same key with the same request is answered as before.

    :raises KeyReused: the key came before with another request
    """
    key = key_of(request)
    if not key:
        return answer(act(), status=status)
    done = ledger.once(scope=f"api:{who}", key=key, digest=digest_of(request), act=lambda: as_json(act()))
    response = HttpResponse(done.body, status=status, content_type="application/json")
    if done.replayed:
        response[REPLAYED_HEADER] = "true"
    return response
