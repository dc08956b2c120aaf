"""The API of version 1: its routers, its refusals, its contract."""

from typing import Any, Final, cast

import orjson
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from mulin.api import (
    acts,
    aftercare,
    answers,
    boundaries,
    cases,
    city,
    figures,
    insight,
    mediation,
    outlines,
    people,
    photos,
    problems,
    promises,
    receptions,
    reports,
    reviews,
    sensing,
    telling,
    things,
    whistle_acts,
    whistles,
    worklog,
)
from mulin.api.auth import BearerToken

DESCRIPTION: Final = """\
Reports, cases and every act of staff, for other systems of the city.

* Staff and systems send `Authorization: Bearer <token>`; residents need no account, only their tracking code.
* Every POST takes an `Idempotency-Key`: the same key with the same request is answered as the first time
  (`Idempotent-Replayed: true`), with another request it is refused. Keys are kept for 100 days.
* A refusal is a problem (`application/problem+json`): nothing was done and nothing was written.
* Times carry their offset; positions are WGS-84 degrees.
"""

# Which refusals an operation can answer follows from what it is; the contract says so in one place.
_PUBLIC_GET: Final = (400, 422, 503)
_PUBLIC_POST: Final = (400, 404, 409, 413, 422, 429, 503)
_STAFF_GET: Final = (400, 401, 403, 404, 409, 422, 503)
_STAFF_POST: Final = (400, 401, 403, 404, 409, 413, 422, 503)
_UNKEYED: Final = frozenset(
    {"ask_inside", "convert_positions", "upload_photo", "reveal_contact", "consult_mediation"}
)
_WORDS: Final = {
    400: "The request cannot be read.",
    401: "No token, or one that is not valid.",
    403: "You may see it, but your posts do not permit this.",
    404: "There is none, or not for you: the two are not told apart.",
    409: "Not now: it stands elsewhere, something is missing, or somebody acted since (`stale-case`).",
    413: "Too large.",
    422: "Something said is wrong; `where` names it.",
    429: "Too fast; `Retry-After` says how long to wait.",
    503: "The database does not answer; try again with the same key.",
}


class StrictParser(Parser):
    """Reads JSON bodies exactly: UTF-8 only, no NaN, no lone surrogates."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        """Return the body as Python values."""
        return cast(dict[str, Any], orjson.loads(request.body))


class MulinAPI(NinjaAPI):
    """The API with its contract complete: refusals and the idempotency header are written into it."""

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the contract."""
        contract = super().get_openapi_schema(**options)
        for path, methods in contract["paths"].items():
            for method, operation in methods.items():
                _complete(operation, path=path, method=method)
        contract["components"]["schemas"]["Problem"] = problems.Problem.model_json_schema(
            ref_template="#/components/schemas/{model}"
        )
        mistake = contract["components"]["schemas"]["Problem"].pop("$defs")
        contract["components"]["schemas"].update(mistake)
        return contract


def _complete(operation: dict[str, Any], *, path: str, method: str) -> None:
    """Add to an operation what holds for all of its sort."""
    public = "security" not in operation
    refusals: tuple[int, ...]
    if method == "get":
        refusals = _PUBLIC_GET if public else _STAFF_GET
        if public and "{" in path:
            refusals = (*refusals, 404)
    else:
        refusals = _PUBLIC_POST if public else _STAFF_POST
        if operation["operationId"] not in _UNKEYED:
            operation["parameters"].append(
                {
                    "in": "header",
                    "name": answers.KEY_HEADER,
                    "required": False,
                    "description": "Makes sending again harmless; a UUID does well.",
                    "schema": {"type": "string", "pattern": answers.KEY_PATTERN},
                }
            )
    for status in sorted(refusals):
        operation["responses"][status] = {
            "description": _WORDS[status],
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def build() -> MulinAPI:
    """Return the API with all its doors open."""
    api = MulinAPI(
        title="Mulin 睦邻",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        parser=StrictParser(),
        urls_namespace="api-v1",
    )
    problems.install(api)
    staff = BearerToken()
    for router in (reports.router, photos.router, promises.public, sensing.public):
        api.add_router("", router)
    for prefix, router in (
        ("", cases.router),
        ("/cases", acts.router),
        ("/cases", whistle_acts.router),
        ("", whistles.router),
        ("", city.router),
        ("/places", outlines.router),
        ("", aftercare.router),
        ("", figures.router),
        ("", mediation.router),
        ("", telling.router),
        ("", promises.router),
        ("", reviews.router),
        ("", people.router),
        ("", receptions.router),
        ("", things.router),
        ("", sensing.router),
        ("", worklog.router),
        ("", boundaries.router),
        ("", insight.router),
    ):
        api.add_router(prefix, router, auth=staff)
    return api


api: Final = build()
