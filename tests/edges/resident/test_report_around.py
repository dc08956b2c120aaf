"""Around the four screens: cases nearby, words of danger, floods, posters, drafts of before."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from mulin.cases.models import Case, Report
from mulin.catalogue.models import Item
from mulin.people.models import Contact
from mulin.resident import limits
from tests.make import residents as make
from tests.make.residents import INSIDE, Staff

pytestmark = pytest.mark.django_db


def nothing_was_filed() -> bool:
    return not (Report.objects.exists() or Case.objects.exists() or Contact.objects.exists())


def test_me_too_joins_the_case_nearby(phone: Client) -> None:
    first = make.voice()
    other = Client(headers={"accept-language": "zh-CN"})
    make.said(other, "同一口井")
    piece = other.get("/report/where", {"lon": INSIDE[0], "lat": INSIDE[1]}).content.decode()
    join = re.search(r'value="(join:[^"]+)"', piece)
    assert join, piece
    assert str(first.case_id) not in piece

    other.post("/report/place", {"do": join.group(1), "lon": INSIDE[0], "lat": INSIDE[1]})
    make.sent(other)

    assert Case.objects.get().report_count == 2
    codes = set(Report.objects.values_list("tracking_code", flat=True))
    assert len(codes) == 2


def test_one_just_closed_nearby_is_not_fixed_says_another_resident(phone: Client, staff: Staff) -> None:
    first = make.voice()
    staff.drive(first, "dispatch", "accept", "finish", "check", "answer", "close")
    other = Client(headers={"accept-language": "zh-CN"})
    make.said(other, "又冒了")
    page = other.post("/report/place", {"do": "find", "address": "东苑小区1号楼"}).content.decode()
    assert "没修好" in page, "without scripts as well"
    assert "也是这件" not in page
    lon, lat = INSIDE
    piece = other.get("/report/where", {"lon": lon, "lat": lat}).content.decode()
    join = re.search(r'value="(join:[^"]+)"', piece)
    assert join, piece
    other.post("/report/place", {"do": join.group(1), "lon": lon, "lat": lat})
    assert "已经办结的会重新办" in other.get("/report/contact").content.decode()
    make.sent(other)
    case = Case.objects.get()
    assert (case.state, case.reopened, case.report_count) == ("registered", 1, 2)


def test_what_the_list_does_not_call_public_is_nobodys_news(phone: Client) -> None:
    make.voice()
    there = {"lon": INSIDE[0], "lat": INSIDE[1]}
    assert "也是这件" in phone.get("/report/where", there).content.decode()
    Item.objects.update(is_public=False)
    assert "也是这件" not in phone.get("/report/where", there).content.decode()


def test_a_forged_me_too_joins_nothing(phone: Client) -> None:
    first = make.voice()
    make.said(phone)
    phone.post("/report/place", {"do": f"join:{first.case_id}", "lon": INSIDE[0], "lat": INSIDE[1]})
    make.sent(phone)

    assert Case.objects.count() == 2


def test_words_of_danger_bring_up_the_emergency_numbers(phone: Client) -> None:
    make.said(phone, "楼道里着火了")
    page = phone.get("/report/place").content.decode()
    assert "听起来很危险" in page
    assert 'href="tel:119"' in page


def test_a_flood_is_slowed_down_honestly_and_keeps_the_words(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REPORTS", limits.Bucket(burst=1, seconds=50))
    make.ready(phone)
    make.sent(phone)
    make.ready(phone, "第二件")

    answer = make.sent(phone)

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 50
    assert "您写的都还在" in answer.content.decode()
    assert Report.objects.count() == 1
    assert "第二件" in phone.get("/report/").content.decode()
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    make.ready(elsewhere, "别的网络")
    make.sent(elsewhere)
    assert Report.objects.count() == 2


def test_danger_is_never_slowed_down(phone: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REPORTS", limits.Bucket(burst=1, seconds=50))
    for words in ("路灯不亮", "燃气泄漏，很大味道"):
        make.ready(phone, words)
        make.sent(phone)
    assert Report.objects.count() == 2


def test_looking_at_the_first_screen_leaves_nothing_behind(phone: Client) -> None:
    for _ in range(3):
        phone.get("/")
        phone.get("/report/")
        phone.get("/track/")
        phone.get("/map.json")
    assert not Session.objects.exists()
    assert "session" not in phone.cookies


def test_a_poster_brings_its_place_along(phone: Client) -> None:
    there = {"lon": str(INSIDE[0]), "lat": str(INSIDE[1]), "address": "东苑小区 1 号楼"}
    first = phone.get("/report/", there).content.decode()
    fields = dict(re.findall(r'name="(kind|lon|lat|address)" value="([^"]*)"', first))
    assert fields == {"kind": "need", **there}

    make.said(phone, **fields)

    second = phone.get("/report/place").content.decode()
    assert f'id="lon" value="{INSIDE[0]}"' in second
    assert 'value="东苑小区 1 号楼"' in second


@pytest.mark.parametrize(
    "worn", [{"lon": "x", "lat": "y"}, {"lon": "500", "lat": "1"}, {"address": "长" * 900}]
)
def test_a_worn_poster_turns_nobody_away(phone: Client, worn: dict[str, str]) -> None:
    assert phone.get("/report/", worn).status_code == 200
    assert make.said(phone, **worn).status_code == 302


def test_a_draft_of_an_earlier_version_is_let_go(phone: Client) -> None:
    make.said(phone)
    session = phone.session
    session["draft"] = {**session["draft"], "colour": "green"}
    session.save()
    assert phone.get("/report/").status_code == 200
    assert phone.get("/report/place").status_code == 302
