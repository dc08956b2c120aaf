"""Drawing boundaries anew: lists and files alone do, a preview changes nothing, doing it is one act."""

import json
import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from mulin.boundaries.models import Adjustment
from mulin.cases.models import Case
from mulin.places.models import Area
from mulin.places.queries import ground as places
from tests.make import console

ONE, TWO = "990101001001001", "990101001001002"  # neighbours; ONE is the grid of console.INSIDE
AT = "/console/map/redraw/"


@pytest.fixture
def steward(city: None) -> Client:
    return console.browser(console.STEWARD)


def form(**more: object) -> dict[str, object]:
    day = timezone.localdate().isoformat()
    return {"on": day, "reason": "沿新路取直（示例）", "document": "示例〔2026〕7 号", "lines": "[]", **more}


def previewed(client: Client, **more: object) -> str:
    answer = client.post(f"{AT}preview/", form(**more))
    assert answer.status_code == 200, answer.content.decode()[:3000]
    return answer.content.decode()


def confirmed(text: str) -> dict[str, str]:
    """Return what the confirming form of a preview sends."""
    text = text[text.index(f"{AT}adjust/") :]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
    hidden.pop("csrfmiddlewaretoken", None)
    return {name: unescape(value) for name, value in hidden.items()}


def test_two_grids_merge_by_list_alone_and_the_case_goes_along(steward: Client) -> None:
    case = console.case()
    text = previewed(steward, kind="merge", pick=[TWO, ONE], code=TWO, name="合并后的网格")
    assert case.number in text
    assert Case.objects.get(pk=case.pk).place_unit == case.place_unit
    assert not Adjustment.objects.exists()
    said = confirmed(text)
    for _ in range(2):  # sent twice, done once
        answer = steward.post(f"{AT}adjust/", said)
        assert answer.status_code == 302, re.findall(r'<p class="t2">.*?</p>', answer.content.decode())
    made = Adjustment.objects.get()
    assert (made.document, made.counts["cases_moved"]) == ("示例〔2026〕7 号", 1)
    moved = Case.objects.select_related("place_unit").get(pk=case.pk)
    assert moved.place_unit is not None
    assert moved.place_unit.code == TWO
    assert Area.objects.get(code=TWO, until_on=None).name == "合并后的网格"


def test_a_grid_is_cut_along_a_line(steward: Client) -> None:
    west, south, east, north = places.outlines("grid", timezone.localdate(), ONE)[0].bounds
    cut = f"{west},{(south + north) / 2} {east},{(south + north) / 2}"
    pieces = steward.get(f"{AT}cut.json", {"area": ONE, "cut": cut}).json()["pieces"]
    assert [piece["type"] for piece in pieces] == ["Polygon", "Polygon"]
    new = f"{ONE[:-3]}099"
    text = previewed(steward, kind="split", pick=[ONE], code=new, name="切出来的网格", cut=cut)
    assert "切出来的网格" in text
    steward.post(f"{AT}adjust/", confirmed(text))
    assert {area.code for area in places.areas_on(timezone.localdate())} >= {ONE, new}


def test_a_file_of_outlines_redraws(steward: Client) -> None:
    rows = places.outlines("grid", timezone.localdate())
    features = [
        {**row.as_feature(), "properties": {"code": row.code}} for row in rows if row.code in (ONE, TWO)
    ]
    upload = SimpleUploadedFile(
        "新边界.geojson", json.dumps({"type": "FeatureCollection", "features": features}).encode()
    )
    assert "边界移动" in previewed(steward, file=upload)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"kind": "merge", "pick": [ONE]}, "合并至少要选两个"),
        ({"kind": "split", "pick": [ONE], "code": "x", "name": "y", "cut": "1,1"}, "切分线"),
        ({"kind": "rename", "pick": [ONE]}, "请写新名称"),
        ({"kind": "redraw", "pick": [ONE]}, "拖"),
        ({"lines": "{"}, "JSON"),
        (
            {"lines": '[{"kind": "merge", "from": ["no", "nor"], "into": [{"code": "c", "name": "n"}]}]'},
            "第 1 行",
        ),
        ({"lines": "[]"}, "没有任何一行"),
        ({"kind": "rename", "pick": [ONE], "name": "新名", "reason": ""}, "请写明"),
        ({"kind": "rename", "pick": [ONE], "name": "新名", "on": "someday"}, "生效日期"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    steward: Client, more: dict[str, object], why: str
) -> None:
    answer = steward.post(f"{AT}preview/", form(**more))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert why in text
    assert "示例〔2026〕7 号" in text
    assert not Adjustment.objects.exists()


def test_a_day_under_a_later_change_is_refused(steward: Client) -> None:
    later = (timezone.localdate() + timedelta(days=30)).isoformat()
    steward.post(
        f"{AT}adjust/", confirmed(previewed(steward, on=later, kind="rename", pick=[ONE], name="新名"))
    )
    answer = steward.post(f"{AT}preview/", form(kind="rename", pick=[TWO], name="另一个"))
    assert answer.status_code == 409
    assert "更晚" in answer.content.decode() or "已有" in answer.content.decode()


@pytest.mark.parametrize("address", ["", "preview/", "adjust/"])
def test_only_who_may_adjust_gets_there(city: None, address: str) -> None:
    client = console.browser(console.DISPATCHER)
    line = {"kind": "rename", "from": [ONE], "into": [{"code": ONE, "name": "新名"}]}
    said = form(lines=json.dumps([line]), key=console.key())
    answer = client.post(AT + address, said) if address else client.get(AT)
    assert answer.status_code == 403
    assert not Adjustment.objects.exists()
