"""What residents do by API: happy and refused, and nothing left behind by a refusal."""

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pydantic import TypeAdapter

from mulin.api.shown import Done, PhotoTaken, ReportTaken
from mulin.cases.models import Case, Rating, Report
from mulin.cases.queries.tracking import Tracking
from mulin.ledger.models import Entry, Receipt
from mulin.people.models import Contact
from tests.edges.api.conftest import Desk
from tests.make import cases as make

WORDS = "单元门口的井往外冒污水，味道很大（示例）"


def nothing_was_written() -> bool:
    tables = (Case, Report, Receipt, Contact)
    return not any(table.objects.exists() for table in tables) and not Entry.objects.filter(kind="case.filed")


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), (90, 120, 90)).save(out, "JPEG")
    return out.getvalue()


def test_a_report_is_taken_and_can_be_followed(desk: Desk) -> None:
    body = {
        "text": WORDS,
        "kind": "complaint",
        "longitude": 117.5,
        "latitude": 34.7,
        "address": "示例路 1 号",
        "contact": {"phone": "13800000000", "name": "示例居民", "may_call": True},
    }
    answer = desk.public.post("/reports", body)
    assert answer.status_code == 201
    taken = ReportTaken.model_validate_json(answer.content)

    report = Report.objects.select_related("contact").get()
    assert report.tracking_code == taken.tracking_code
    assert (report.text, report.kind, report.lon, report.lat) == (WORDS, "complaint", 117.5, 34.7)
    assert report.contact is not None
    assert report.contact.may_call
    assert b"13800000000" not in answer.content

    followed = desk.public.get(f"/reports/{taken.tracking_code.lower().replace('-', '')}")
    assert followed.status_code == 200
    TypeAdapter(Tracking).validate_json(followed.content)
    assert followed.json()["step"] == "reported"


def test_a_kind_left_out_is_a_need_and_nothing_else_is_needed_but_words(desk: Desk) -> None:
    assert desk.public.post("/reports", {"text": WORDS}).status_code == 201
    assert Report.objects.get().kind == "need"


def test_without_a_key_each_call_is_a_report_of_its_own(desk: Desk) -> None:
    codes = {desk.public.post("/reports", {"text": WORDS}).json()["tracking_code"] for _ in range(2)}
    assert len(codes) == Report.objects.count() == 2


def test_the_same_key_is_answered_the_same_to_the_byte(desk: Desk) -> None:
    first = desk.public.post("/reports", {"text": WORDS}, key="k-1")
    again = desk.public.post("/reports", {"text": WORDS}, key="k-1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert Report.objects.count() == 1


def test_the_answer_to_a_key_stays_the_same_however_the_case_goes_on(desk: Desk) -> None:
    first = desk.public.post("/reports", {"text": WORDS}, key="k-1")
    Case.objects.update(place_unit=desk.city.grid, desk=desk.city.street)
    sent = desk.dispatcher.post(f"/cases/{Case.objects.get().pk}/dispatch_case", {})
    assert sent.status_code == 200
    assert sent.json()["due_at"] != first.json()["first_look_by"]
    assert desk.public.post("/reports", {"text": WORDS}, key="k-1").content == first.content


def test_the_same_key_with_other_words_is_refused(desk: Desk) -> None:
    desk.public.post("/reports", {"text": WORDS}, key="k-1")
    other = desk.public.post("/reports", {"text": "别的事（示例）"}, key="k-1")
    assert other.status_code == 422
    assert other.json()["type"] == "key-reused"
    assert Report.objects.count() == 1


def test_a_refused_request_may_be_mended_under_its_key(desk: Desk) -> None:
    assert desk.public.post("/reports", {"text": ""}, key="k-1").status_code == 422
    assert desk.public.post("/reports", {"text": WORDS}, key="k-1").status_code == 201


def test_a_photo_is_cleaned_at_once_and_cited_later(desk: Desk) -> None:
    sent = Client().post("/api/v1/photos", {"photo": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")})
    assert sent.status_code == 201
    photo = PhotoTaken.model_validate_json(sent.content)
    assert (photo.width, photo.height) == (640, 480)

    body = {"text": WORDS, "photos": [photo.photo]}
    first = desk.public.post("/reports", body, key="k-1")
    assert first.status_code == 201
    kept = Report.objects.get().photos.get()
    assert (kept.width, kept.height) == (640, 480)
    assert desk.public.post("/reports", body, key="k-1").content == first.content

    code = first.json()["tracking_code"]
    shown = desk.public.get(f"/reports/{code}/photos/{kept.digest}")
    assert shown["Content-Type"] == "image/jpeg"
    assert b"".join(shown.streaming_content)[:2] == b"\xff\xd8"
    assert desk.public.get(f"/reports/{code}/photos/{'0' * 64}").status_code == 404


def test_a_photo_nobody_sent_cannot_be_cited(desk: Desk) -> None:
    answer = desk.public.post("/reports", {"text": WORDS, "photos": [f"{'0' * 32}-{'0' * 64}"]})
    assert answer.status_code == 404
    assert nothing_was_written()


def test_what_is_no_photo_is_refused(desk: Desk) -> None:
    sent = Client().post("/api/v1/photos", {"photo": SimpleUploadedFile("a.jpg", b"<html>", "image/jpeg")})
    assert sent.status_code == 422
    assert sent.json()["where"] == "photos"


def test_the_resident_answers_rates_and_asks_again(desk: Desk) -> None:
    waiting = make.in_hand(desk.city)
    desk.handler.post(f"/cases/{waiting.pk}/ask_resident", {"question": "哪个单元？"})
    code = make.code_of(waiting)
    assert desk.public.get(f"/reports/{code}").json()["question"] == "哪个单元？"
    assert Done.model_validate_json(
        desk.public.post(f"/reports/{code}/words", {"text": "2 单元"}).content
    ).done
    assert Case.objects.get(pk=waiting.pk).state == "in_hand"

    closed = make.code_of(make.closed(desk.city))
    said = {"solved": True, "satisfied": False, "words": "慢了一点"}
    assert desk.public.post(f"/reports/{closed}/rating", said, key="r").status_code == 200
    assert desk.public.post(f"/reports/{closed}/rating", said, key="r").status_code == 200
    assert desk.public.post(f"/reports/{closed}/rating", said).status_code == 409
    assert Rating.objects.count() == 1

    declined = make.code_of(make.declined(desk.city))
    assert desk.public.post(f"/reports/{declined}/review", {"reason": "就在本市"}).status_code == 200
    assert desk.public.post(f"/reports/{declined}/review", {"reason": "就在本市"}).status_code == 409


def test_a_contact_is_taken_back(desk: Desk) -> None:
    contact = {"phone": "13800000000", "name": "", "may_call": False}
    code = desk.public.post("/reports", {"text": WORDS, "contact": contact}).json()["tracking_code"]
    assert desk.public.post(f"/reports/{code}/contact/withdraw").status_code == 200
    assert desk.public.post(f"/reports/{code}/contact/withdraw").status_code == 409
    assert desk.public.get(f"/reports/{code}").json()["has_contact"] is False


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", None),
        ("/words", {"text": "补充"}),
        ("/rating", {"solved": True, "satisfied": True}),
        ("/review", {"reason": "请再看"}),
        ("/contact/withdraw", {}),
    ],
)
def test_a_code_nobody_has_is_not_found(desk: Desk, path: str, body: Any) -> None:
    address = f"/reports/2222-2222{path}"
    answer = desk.public.get(address) if body is None else desk.public.post(address, body)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert nothing_was_written()
