"""Photos of a draft: taken as chosen, seen by their writer only, removable, veilable."""

from pathlib import Path

import pytest
from django.test import Client

from mulin.gateways import photos
from mulin.resident import limits
from tests.make import photos as pictures
from tests.make import residents as make

pytestmark = pytest.mark.django_db


def add(phone: Client, data: bytes | None = None) -> tuple[int, str]:
    answer = phone.post("/report/photos", {"photos": make.upload(data)}, headers={"X-Piece": "1"})
    return answer.status_code, answer.content.decode()


def digest_of(phone: Client) -> str:
    held = photos.held(phone.session["draft"]["id"])
    return held[-1].digest


def test_a_photo_is_cleaned_as_soon_as_it_is_chosen(phone: Client, tmp_path: Path) -> None:
    status, piece = add(phone, pictures.full_of_metadata())

    assert status == 200
    assert digest_of(phone) in piece
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*.jpg"))
    assert kept
    assert pictures.MARKER not in kept


def test_a_bad_photo_is_told_and_the_others_stay(phone: Client) -> None:
    add(phone)
    status, piece = add(phone, b"GIF89a")
    assert status == 422
    assert "不是照片" in piece
    assert piece.count('class="shot"') == 1


def test_words_are_not_lost_when_a_photo_is_removed_without_scripts(phone: Client) -> None:
    add(phone)
    phone.post(f"/report/photos/{digest_of(phone)}/remove", {"text": "写了一半"})
    assert "写了一半" in phone.get("/report/").content.decode()
    assert photos.held(phone.session["draft"]["id"]) == []


def test_a_photo_of_a_draft_is_shown_to_its_writer_only(phone: Client) -> None:
    add(phone)
    address = f"/report/photos/{digest_of(phone)}/thumb"
    assert phone.get(address)["Content-Type"] == "image/jpeg"
    assert Client().get(address).status_code == 404
    other = Client()
    other.get("/report/")
    assert other.get(address).status_code == 404
    assert other.post(f"/report/photos/{digest_of(phone)}/remove").status_code == 302
    assert phone.get(address).status_code == 200, "another visitor's removal does not reach it"


@pytest.mark.parametrize(
    "address",
    [
        "/report/photos/..%2f..%2fkeys/full",
        "/report/photos/abc/full",
        f"/report/photos/{'A' * 64}/full",
        f"/report/photos/{'0' * 64}/original",
    ],
)
def test_no_other_file_can_be_asked_for(phone: Client, address: str) -> None:
    assert phone.get(address).status_code == 404


def test_faces_can_be_covered_and_what_was_under_them_is_gone(phone: Client) -> None:
    add(phone, pictures.saved(pictures.scene(700, 500)))
    before = digest_of(phone)
    page = phone.get(f"/report/photos/{before}/veil")
    assert page.content.decode().count('name="cell"') == 35

    answer = phone.post(f"/report/photos/{before}/veil", {"cell": ["0", "1", "7"]})

    assert answer["Location"] == "/report/"
    assert digest_of(phone) != before
    assert phone.get(f"/report/photos/{before}/full").status_code == 404


@pytest.mark.parametrize("cells", [[], ["x"], ["-1"], ["99999999"], ["1e3"]])
def test_covering_nothing_leaves_the_photo_as_it_is(phone: Client, cells: list[str]) -> None:
    add(phone)
    before = digest_of(phone)
    phone.post(f"/report/photos/{before}/veil", {"cell": cells})
    assert digest_of(phone) == before


def test_covering_a_photo_of_somebody_else_is_not_possible(phone: Client) -> None:
    add(phone)
    address = f"/report/photos/{digest_of(phone)}/veil"
    assert Client().get(address).status_code == 404
    assert Client().post(address, {"cell": ["1"]}).status_code == 404


def test_a_flood_of_photos_is_slowed_down(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PHOTOS", limits.Bucket(burst=1, seconds=30))
    assert add(phone)[0] == 200
    assert add(phone, pictures.jpeg(50, 50))[0] == 429
