"""Map data on the console: checked, tried out, drawn; faults by row; outlines to take away."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from mulin.places.models import Area
from mulin.places.queries.outline_files import read_outlines
from tests.make import console
from tests.make import places as make

PAGE = "/console/map/outlines/"


@pytest.fixture
def steward(city: None) -> Client:
    return console.browser(console.STEWARD)


def said(file: bytes | None, name: str = "a.csv", **more: Any) -> dict[str, Any]:
    given = {"from_on": timezone.localdate().isoformat(), "check": "1", **more}
    return {**given, "file": SimpleUploadedFile(name, file)} if file is not None else given


def test_a_file_is_checked_then_drawn_without_being_sent_again(steward: Client) -> None:
    code = Area.objects.filter(kind="grid", until_on=None).order_by("code").values_list("code", flat=True)[0]
    checked = steward.post(PAGE, said(f"编码,名称\n{code},改名网格\n".encode()))
    assert checked.status_code == 200
    assert "改名网格" in checked.content.decode()
    assert not Area.objects.filter(name="改名网格").exists()
    held, name = checked.context["held"], checked.context["file_name"]
    drawn = steward.post(PAGE, said(None, draw="1", held=held, held_name=name))
    assert (drawn.status_code, drawn["Location"]) == (302, PAGE)
    assert Area.objects.filter(name="改名网格", until_on=None).count() == 1


def test_faults_are_listed_by_row_and_nothing_is_drawn(steward: Client) -> None:
    before = list(Area.objects.order_by("pk").values())
    answer = steward.post(PAGE, said("编码,名称\n坏 码,x\n".encode(), draw="1"))
    assert answer.status_code == 422
    assert "「坏 码」不是编码" in answer.content.decode()
    for wrong in (
        said(None),
        said(b"{", "a.geojson"),
        said(b"x", held="!", from_on="soon"),
        said(None, held="!!"),
    ):
        assert steward.post(PAGE, wrong).status_code == 422
    assert list(Area.objects.order_by("pk").values()) == before


def test_only_those_who_may_import_are_offered_it(steward: Client, community: Client) -> None:
    assert 'name="snap"' in steward.get(PAGE).content.decode()
    seen = community.get(PAGE)
    assert seen.status_code == 200
    assert 'name="snap"' not in seen.content.decode()
    assert community.post(PAGE, said(b"code\n")).status_code == 403


def test_faults_of_the_ground_are_shown_with_their_place(steward: Client) -> None:
    assert "没有重叠，没有空白" in steward.get(PAGE).content.decode()
    whole, first, _ = make.community("T1")
    near = make.area("T1G2", make.box(100.5, 0, 200, 100), parent="T1")
    make.drawn(whole, first, near, on=timezone.localdate())
    page = steward.get(PAGE).content.decode()
    assert "与「T1G1网格」的" in page
    assert "不重合" in page
    assert steward.get(f"{PAGE}?on=soon").status_code == 422


def test_outlines_are_taken_away_in_any_system(community: Client) -> None:
    answer = community.get(f"{PAGE}file", {"kind": "grid", "form": "geojson", "system": "gcj02"})
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert json.loads(data)["crs"]["properties"]["name"] == "gcj02"
    assert read_outlines(data, name="a.geojson", on=timezone.localdate()).problems == ()
    assert community.get(f"{PAGE}file", {"form": "pdf"}).status_code == 422
    assert community.get(f"{PAGE}file", {"system": "utm"}).status_code == 422
