"""The contract does not change unnoticed, and says what a caller needs."""

import json
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import pytest
from django.test import Client
from pydantic import BaseModel

from mulin.api.app import api
from mulin.cases.rules.lifecycle import Act

SNAPSHOT = Path(__file__).with_name("openapi.json")


def contract() -> dict[str, Any]:
    """Return the contract as a client reads it."""
    return json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [(p, m, op) for p, ways in contract()["paths"].items() for m, op in ways.items()]


def test_the_contract_is_the_one_that_was_agreed() -> None:
    """To change it on purpose: python -m tests.edges.api.write_contract, then docs/reference/api.md."""
    assert contract() == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_it_is_served(db: None) -> None:
    answer = Client().get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "Mulin 睦邻"


@pytest.mark.parametrize("act", Act)
def test_every_act_is_an_operation(act: Act) -> None:
    assert act.value in {op["operationId"] for _, _, op in operations()}


def test_every_operation_explains_itself_and_its_refusals() -> None:
    for path, method, op in operations():
        assert op.get("description"), path
        documented = set(map(str, op["responses"]))
        assert {"400", "422", "503"} <= documented, path
        if op.get("security"):
            assert {"401", "403", "404"} <= documented, path
        if method == "post":
            assert "413" in documented, path
            assert "409" in documented, path


def shapes_of(kind: Any) -> Iterator[type]:
    """Yield every class of a shape that ``kind`` names, itself included."""
    if isinstance(kind, type) and issubclass(kind, (Enum, BaseModel)):
        yield kind
    for part in get_args(kind):
        yield from shapes_of(part)


def test_no_two_shapes_have_the_same_name() -> None:
    """The contract has one namespace: of two shapes of a name one would silently stand for both."""
    found: dict[str, set[type]] = {}
    models: list[type[BaseModel]] = [BaseModel]
    for model in models:  # grows while it is walked
        models += model.__subclasses__()
        for kind in (model, *(field.annotation for field in model.model_fields.values())):
            for shape in shapes_of(kind):
                found.setdefault(shape.__name__, set()).add(shape)
    known = contract()["components"]["schemas"]
    assert len(known.keys() & found.keys()) > 100
    assert {name: shapes for name, shapes in found.items() if name in known and len(shapes) > 1} == {}


def test_every_post_takes_a_key_but_those_that_need_none() -> None:
    without = {
        op["operationId"]
        for _, method, op in operations()
        if method == "post" and "Idempotency-Key" not in {p["name"] for p in op["parameters"]}
    }
    assert without == {
        "upload_photo",
        "reveal_contact",
        "consult_mediation",
        "ask_inside",
        "convert_positions",
    }


def test_only_what_residents_do_is_open_to_everybody() -> None:
    public = {op["operationId"] for _, _, op in operations() if not op.get("security")}
    assert public == {
        "file_report",
        "follow_report",
        "hear_resident",
        "rate_report",
        "ask_review",
        "ask_reopen",
        "upload_photo",
        "withdraw_contact",
        "read_photo",
        "list_promises",
        "read_promise",
        "comment_on_promise",
        "list_devices",  # where a camera stands is public (S-228)
    }
