"""Taking down reports for people who have no telephone of their own, and the reception log (S-065, S-066)."""

from typing import Any

import pytest
from django.test import Client

from mulin.cases.models import Case, Photo, Reception, Report
from mulin.people.models import Contact
from tests.make import console

FORM = {
    "channel": "counter",
    "kind": "need",
    "text": "窗口来人说：井盖坏了。",
    "address": "东苑小区 1 号楼",
    "lon": "",
    "lat": "",
    "on_behalf": "on",
    "phone": "",
    "name": "",
}


def send(browser: Client, **changes: Any) -> Any:
    return browser.post("/console/new/", {"key": console.key(), **FORM, **changes})


@pytest.mark.parametrize("channel", ["counter", "phone", "paper", "grid"])
@pytest.mark.parametrize("kind", ["need", "opinion", "suggestion"])
def test_every_way_in_makes_the_same_kind_of_case(community: Client, channel: str, kind: str) -> None:
    done = send(community, channel=channel, kind=kind)
    assert done.status_code == 302
    report = Report.objects.get()
    assert (report.channel, report.kind, report.on_behalf) == (channel, kind, True)
    assert report.case.state == "received"
    told = community.get(done["Location"]).content.decode()
    assert report.tracking_code in told


def test_a_place_by_point_lands_in_its_grid(community: Client) -> None:
    lon, lat = console.INSIDE
    send(community, lon=lon, lat=lat, address="")
    assert Case.objects.get().place["outcome"] in ("inside", "border")


def test_a_contact_goes_into_the_vault_and_not_into_the_case(community: Client) -> None:
    send(community, phone="138 0000 1234", name="王先生", may_call="on")
    assert Contact.objects.count() == 1
    report = Report.objects.get()
    assert "13800001234" not in report.text + report.case.title + report.address


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text": "  "}, "请写几句"),
        ({"text": "字" * 10_001}, "最多 10000 个字"),
        ({"phone": "12345"}, "电话号码"),
        ({"phone": "13800001234", "anonymous": "on"}, "匿名"),
        ({"lon": "118.0", "lat": ""}, "一起"),
        ({"lon": "500", "lat": "34"}, "经度"),
        ({"channel": "web"}, "web"),
        ({"kind": "threat"}, "threat"),
        ({"joins": "x"}, ""),
    ],
)
def test_wrong_input_is_told_and_kept_and_leaves_nothing(
    community: Client, changes: dict[str, str], said: str
) -> None:
    answer = send(community, **changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert "错误：" in page
    if "text" not in changes:
        assert FORM["text"] in page
    assert not Report.objects.exists()
    assert not Contact.objects.exists()


def test_sent_twice_it_is_one_report(community: Client) -> None:
    key = console.key()
    first, second = (send(community, key=key) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Report.objects.count() == 1


def test_a_photo_comes_with_it(community: Client) -> None:
    send(community, photos=[console.upload()])
    assert Photo.objects.get().phase == "report"


def test_a_voice_may_join_an_open_case(community: Client) -> None:
    case = console.case()
    send(community, joins=str(case.pk))
    assert Report.objects.filter(case=case).count() == 2


def test_while_typing_the_item_and_what_lies_near_are_suggested(community: Client) -> None:
    console.case()
    lon, lat = console.INSIDE
    hints = community.get(
        "/console/new/hints", {"text": "下水道堵塞", "lon": lon, "lat": lat}
    ).content.decode()
    assert "下水道" in hints
    assert "是同一件吗" in hints
    where = community.get("/console/places/located", {"lon": lon, "lat": lat}).content.decode()
    assert "边界" in where
    assert "<svg" in where


@pytest.mark.parametrize(
    "query",
    [{}, {"lon": "x", "lat": "y"}, {"lon": "1e9", "lat": "0"}, {"lon": "0", "lat": "91"}, {"address": "？"}],
)
def test_a_senseless_place_is_no_mistake_of_the_program(community: Client, query: dict[str, str]) -> None:
    for address in ("places/located", "places/map", "places/picker", "new/hints"):
        assert community.get(f"/console/{address}", query).status_code == 200


def test_a_reception_becomes_a_report_without_typing_it_again(community: Client) -> None:
    done = community.post(
        "/console/receptions/", {"matter": "来问低保怎么办", "outcome": "waiting", "file": "1"}
    )
    page = community.get(done["Location"]).content.decode()
    assert "来问低保怎么办" in page
    reception = Reception.objects.get()
    send(community, text="来问低保怎么办", reception=str(reception.pk))
    reception.refresh_from_db()
    assert reception.outcome == "filed"
    assert reception.report == Report.objects.get()
    assert "看事项" in community.get("/console/receptions/").content.decode()


def test_a_reception_without_words_is_refused(community: Client) -> None:
    answer = community.post("/console/receptions/", {"matter": " ", "outcome": "answered"})
    assert answer.status_code == 422
    assert not Reception.objects.exists()


@pytest.mark.parametrize("address", ["/console/new/", "/console/receptions/"])
def test_who_may_not_file_is_refused(city: None, address: str) -> None:
    browser = console.browser(console.AUDITOR)
    assert browser.get(address).status_code == 403
    assert (
        browser.post(
            address, {**FORM, "key": console.key(), "matter": "x", "outcome": "answered"}
        ).status_code
        == 403
    )
    assert not Report.objects.exists()
    assert not Reception.objects.exists()


def test_what_was_corrected_is_said_and_what_is_unsure_is_offered(community: Client) -> None:
    def located(address: str) -> str:
        return community.get("/console/places/located", {"address": address}).content.decode()

    assert "「清全社区」按「清泉社区」理解" in located("清全社区东苑小区3号楼")
    asked = located("清泉社区东苑小区3号楼对面")
    assert "把握不大" in asked
    assert "data-address" not in asked, "no other words lead nearer: the map does"
    assert 'data-address="清泉社区中苑小区 中院小区"' in located("中院小区")
    assert "data-address" not in located("清泉社区东苑小区3号楼")
