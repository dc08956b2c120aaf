"""Wrong input of every kind gets a clear answer in JSON and leaves nothing behind."""

from typing import Any

import pytest
from django.test import Client

from mulin.cases.models import Case, Report
from mulin.ledger.models import Entry, Receipt
from mulin.people.models import Contact
from tests.edges.api.conftest import Desk
from tests.make import cases as make

WORDS = "路灯不亮（示例）"


def left_behind() -> list[int]:
    return [table.objects.count() for table in (Case, Report, Contact, Receipt, Entry)]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        pytest.param({}, "text", id="no text"),
        pytest.param({"text": ""}, "text", id="empty"),
        pytest.param({"text": " \n\t"}, "text", id="blank"),
        pytest.param({"text": "字" * 10_001}, "text", id="too long"),
        pytest.param({"text": "a\x00b"}, "text", id="NUL"),
        pytest.param({"text": 5}, "text", id="number for text"),
        pytest.param({"text": ["a"]}, "text", id="list for text"),
        pytest.param({"text": None}, "text", id="null for text"),
        pytest.param({"text": WORDS, "kind": "wish"}, "kind", id="unknown kind"),
        pytest.param({"text": WORDS, "kind": 1}, "kind", id="number for kind"),
        pytest.param({"text": WORDS, "longitude": 117.1}, "latitude", id="half a point"),
        pytest.param({"text": WORDS, "latitude": 34.1}, "longitude", id="other half"),
        pytest.param(
            {"text": WORDS, "longitude": "117.1", "latitude": 34}, "longitude", id="text for number"
        ),
        pytest.param({"text": WORDS, "longitude": True, "latitude": 34}, "longitude", id="bool for number"),
        pytest.param({"text": WORDS, "longitude": 181, "latitude": 34}, "longitude", id="off the Earth"),
        pytest.param({"text": WORDS, "longitude": 1, "latitude": -90.1}, "latitude", id="below the pole"),
        pytest.param({"text": WORDS, "address": "路" * 201}, "address", id="long address"),
        pytest.param({"text": WORDS, "address": "\x00"}, "address", id="NUL in address"),
        pytest.param({"text": WORDS, "anonymous": 1}, "anonymous", id="number for bool"),
        pytest.param({"text": WORDS, "anonymous": "yes"}, "anonymous", id="text for bool"),
        pytest.param(
            {"text": WORDS, "anonymous": True, "contact": {"phone": "13800000000"}}, "contact", id="both"
        ),
        pytest.param({"text": WORDS, "contact": "13800000000"}, "contact", id="text for contact"),
        pytest.param(
            {"text": WORDS, "contact": {"phone": 13800000000}}, "contact.phone", id="number for phone"
        ),
        pytest.param({"text": WORDS, "contact": {"phone": "12"}}, "phone", id="no telephone number"),
        pytest.param({"text": WORDS, "contact": {"fon": "x"}}, "contact.fon", id="unknown field inside"),
        pytest.param({"text": WORDS, "channel": "phone"}, "channel", id="a field of staff's"),
        pytest.param({"text": WORDS, "photos": ["../../etc/passwd"]}, "photos.0", id="path for photo"),
        pytest.param({"text": WORDS, "photos": [f"{'0' * 32}-{'0' * 64}"] * 10}, "photos", id="ten photos"),
    ],
)
def test_a_wrong_report_is_refused_and_named(desk: Desk, body: Any, where: str) -> None:
    before = left_behind()
    for key in ("", "k-1"):
        answer = desk.public.post("/reports", body, key=key)
        said = answer.json()
        assert answer.status_code == 422, said
        assert answer["Content-Type"] == "application/problem+json"
        assert where in {said["where"], *(m["where"] for m in said["mistakes"])}
        assert said["detail"]
    assert left_behind() == before


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="half an object"),
        pytest.param(b'{"text": "\xff\xfe"}', id="not UTF-8"),
        pytest.param(b'{"text": "\\ud800"}', id="lone surrogate"),
        pytest.param(b'{"text": NaN}', id="NaN"),
        pytest.param(b'"text"', id="a string"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[" * 5_000, id="too deep"),
        pytest.param(b"text=a&kind=need", id="a form"),
    ],
)
def test_what_is_no_json_object_is_refused(desk: Desk, raw: bytes) -> None:
    before = left_behind()
    answer = desk.public.post("/reports", raw)
    assert answer.status_code in (400, 422)
    assert answer.json()["status"] == answer.status_code
    assert left_behind() == before


def test_too_large_a_body_is_refused_unread(desk: Desk) -> None:
    answer = desk.public.post("/reports", b'{"text": "' + b"a" * 2_100_000 + b'"}')
    assert answer.status_code == 413
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("key", ["x" * 81, "two words", "é", "钥匙"])
def test_a_key_that_cannot_be_kept_is_refused(desk: Desk, key: str) -> None:
    answer = desk.public.post("/reports", {"text": WORDS}, headers={"Idempotency-Key": key})
    assert answer.status_code == 422
    assert answer.json()["where"] == "Idempotency-Key"
    assert not Report.objects.exists()


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v2/reports",
        "/api/v1/cases/not-a-uuid",
        "/api/v1/cases/00000000-0000-0000-0000-000000000000/fly_case",
        "/api/%00",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_address_is_answered_in_json(db: None, path: str, method: str) -> None:
    answer = getattr(Client(), method)(path)
    assert answer.status_code == 404
    assert answer.json()["type"] == "not-found"


def test_a_wrong_method_is_answered_in_json(db: None) -> None:
    answer = Client().put("/api/v1/reports")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert answer.json()["status"] == 405


@pytest.mark.parametrize(
    "query",
    [
        {"tab": "everything"},
        {"page": 0},
        {"page": "x"},
        {"page": 10**30},
        {"unit": 2**40},
        {"text": "\x00"},
        {"text": "x" * 101},
        {"clock": "late"},
        {"channel": "pigeon"},
    ],
)
def test_a_wrong_question_is_refused(desk: Desk, query: dict[str, Any]) -> None:
    assert desk.dispatcher.get("/cases", **query).status_code == 422


@pytest.mark.parametrize(
    "query",
    [
        {"longitude": "nan", "latitude": 1},
        {"longitude": "inf", "latitude": 1},
        {"longitude": 500, "latitude": 1},
        {"longitude": 117},
        {},
        {"address": "\x00"},
    ],
)
def test_a_place_that_is_none_is_refused(desk: Desk, query: dict[str, Any]) -> None:
    assert desk.dispatcher.get("/locate", **query).status_code == 422


@pytest.mark.parametrize("after", ["x", "1", "1.", "-1.0", "1.1.1", "1" * 30 + ".1"])
def test_a_cursor_that_is_none_is_refused(desk: Desk, after: str) -> None:
    assert desk.command.get("/ledger/entries", after=after).status_code == 422


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("register_case", {"version": "1"}),
        ("register_case", {"version": True}),
        ("register_case", {"version": 0}),
        ("register_case", {"version": 2**31}),
        ("register_case", {"reason": "x"}),
        ("correct_place", {}),
        ("correct_place", {"longitude": 117.0}),
        ("match_item", {}),
        ("match_item", {"item": "a b"}),
        ("merge_case", {"into": "x", "reason": "同一件"}),
        ("dispatch_case", {"lead": ["a"]}),
        ("dispatch_case", {"lead": "firm", "assist": "firm"}),
        ("dispatch_case", {"lead": "firm"}),
        ("decline_case", {}),
        ("decline_case", {"reason": "   "}),
        ("decline_case", {"reason": "x" * 301}),
    ],
)
def test_a_wrong_act_is_refused(desk: Desk, act: str, body: dict[str, Any]) -> None:
    case = make.case(desk.city.grid)
    before = left_behind()
    answer = desk.dispatcher.post(f"/cases/{case.pk}/{act}", body, key="k-1")
    assert answer.status_code == 422, answer.content
    assert left_behind() == before
    assert Case.objects.get(pk=case.pk).version == case.version


def test_a_form_without_its_boundary_is_refused_in_words(client: Client) -> None:
    answer = client.post("/api/v1/photos", b"--x", content_type="multipart/form-data")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
