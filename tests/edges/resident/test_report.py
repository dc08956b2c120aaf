"""Report in four screens by plain forms: what is taken, what is refused and leaves nothing."""

import re
from pathlib import Path

import pytest
from django.test import Client

from mulin.cases.models import Case, Photo, Report
from mulin.cases.rules.intake import Kind
from mulin.gateways import photos
from mulin.ledger.queries import entries_of
from mulin.people.models import Contact
from mulin.resident import draft as drafts
from tests.make import photos as pictures
from tests.make import residents as make
from tests.make.residents import INSIDE, WORDS, Page

pytestmark = pytest.mark.django_db


def nothing_was_filed() -> bool:
    return not (Report.objects.exists() or Case.objects.exists() or Contact.objects.exists())


def test_four_plain_forms_make_a_report_with_photo_place_and_contact(phone: Client, tmp_path: Path) -> None:
    first = make.said(phone, photos=make.upload(pictures.full_of_metadata()))
    second = make.placed(phone, address="3 号楼北侧")
    done = make.sent(phone, phone="138 0000 0000", name="3 号楼居民", may_call="1")

    report = Report.objects.select_related("case", "contact").get()
    assert (first.status_code, first["Location"]) == (302, "/report/place")
    assert (second.status_code, second["Location"]) == (302, "/report/contact")
    assert done.redirect_chain == [(f"/report/done/{report.tracking_code}", 302)]
    assert report.tracking_code in done.content.decode()
    assert (report.text, report.address, report.channel) == (WORDS, "3 号楼北侧", "web")
    assert (report.lon, report.lat) == INSIDE
    assert report.case.place["outcome"] == "inside"
    assert report.contact is not None
    assert report.contact.may_call
    photo = Photo.objects.get(report=report)
    assert photos.path_of(photo.digest).is_file()
    everywhere = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert pictures.MARKER not in everywhere
    assert [entry.kind for entry in entries_of(report.case_id)] == ["case.filed"]


def test_the_done_page_says_who_answers_and_by_when(phone: Client) -> None:
    make.ready(phone)
    page = make.sent(phone).content.decode()

    case = Case.objects.select_related("first_unit").get()
    assert case.first_unit.name in page
    assert "告诉您受理不受理" in page
    assert "12345" in page


def test_nothing_but_words_is_needed(phone: Client) -> None:
    make.said(phone)
    phone.post("/report/place", {"do": "unclear"})
    make.sent(phone, do="bare")

    report = Report.objects.get()
    assert (report.lon, report.address, report.contact_id, report.anonymous) == (None, "", None, True)


def test_a_photo_alone_is_enough(phone: Client) -> None:
    make.said(phone, "", photos=make.upload())
    make.placed(phone)
    make.sent(phone)

    assert Report.objects.get().photos.count() == 1


@pytest.mark.parametrize("kind", ["opinion", "suggestion", "complaint", "enquiry", "need"])
def test_the_first_page_offers_each_kind_of_voice(phone: Client, kind: str) -> None:
    page = phone.get("/report/", {"kind": kind}).content.decode()
    assert f'name="kind" value="{kind}"' in page
    make.said(phone, kind=kind)
    make.placed(phone)
    make.sent(phone)

    assert Report.objects.get().kind == kind


def test_an_invented_kind_is_an_ordinary_need(phone: Client) -> None:
    assert 'value="need"' in phone.get("/report/", {"kind": "ranking"}).content.decode()
    make.said(phone, kind="ranking")
    make.placed(phone)
    make.sent(phone)

    assert Report.objects.get().kind == Kind.NEED


FIRST = {
    "nothing": ({"text": "  \n "}, "请写几句"),
    "too long": ({"text": "长" * 2001}, "最多 2000 个字，现在 2001 个"),
    "no photo at all": ({"text": WORDS, "photos": ("x.jpg", b"<svg/>")}, "不是照片"),
    "empty file": ({"text": WORDS, "photos": ("x.jpg", b"")}, "空的"),
    "half a photo": ({"text": WORDS, "photos": ("x.jpg", pictures.jpeg(900, 900)[:3000])}, "没有传完整"),
    "heic": ({"text": WORDS, "photos": ("x.heic", b"\0\0\0\x18ftypheic\0\0\0\0")}, "HEIC"),
    "a bomb": ({"text": WORDS, "photos": ("x.png", pictures.png_claiming(20_000, 20_000))}, "4000 万像素"),
}


@pytest.mark.parametrize("name", FIRST)
def test_the_first_screen_refuses_in_words_and_keeps_what_was_typed(phone: Client, name: str) -> None:
    fields, words = FIRST[name]
    given = {
        key: make.upload(value[1], value[0]) if isinstance(value, tuple) else value
        for key, value in fields.items()
    }

    answer = phone.post("/report/", {"do": "next", **given})

    text = answer.content.decode()
    assert answer.status_code == 422
    assert words in text
    assert Page(answer).title.startswith("错误：")
    assert 'id="faults"' in text
    assert str(fields["text"]).strip()[:20] in text
    assert nothing_was_filed()


def test_more_than_twenty_megabytes_are_not_even_read(phone: Client, tmp_path: Path) -> None:
    answer = make.said(phone, photos=make.upload(b"\xff\xd8\xff" + bytes(21 * 1024 * 1024)))

    assert answer.status_code == 422
    assert "20 MB" in answer.content.decode()
    assert not list(tmp_path.rglob("*.jpg"))


def test_the_tenth_photo_is_refused_the_nine_stay(phone: Client) -> None:
    for width in range(100, 109):
        make.said(phone, photos=make.upload(pictures.jpeg(width, 80)), do="photos")
    answer = make.said(phone, photos=make.upload(pictures.jpeg(200, 80)))

    assert answer.status_code == 422
    assert "最多 9 张照片" in answer.content.decode()
    assert answer.content.decode().count('class="shot"') == 9


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"do": "here"}, "请写小区、楼号或路口", id="nothing chosen"),
        pytest.param({"do": "find", "address": " "}, "请写小区、楼号或路口", id="searched for nothing"),
        pytest.param({"do": "here", "lon": "east", "lat": "1"}, "没有读出来", id="no number"),
        pytest.param({"do": "here", "lon": "117.5"}, "没有读出来", id="half a point"),
        pytest.param({"do": "here", "lon": "nan", "lat": "nan"}, "坐标", id="not a number"),
        pytest.param({"do": "here", "lon": "300", "lat": "34"}, "坐标", id="not on Earth"),
        pytest.param({"do": "here", "lon": "34.7", "lat": "117.5"}, "写反了", id="swapped"),
    ],
)
def test_the_second_screen_refuses_in_words(phone: Client, fields: dict[str, str], words: str) -> None:
    make.said(phone)

    answer = phone.post("/report/place", fields)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert Page(answer).title.startswith("错误：")
    assert phone.get("/report/contact").status_code == 302, "the third screen needs an answer to the second"


def test_an_address_that_is_known_goes_on_with_its_place(phone: Client) -> None:
    make.said(phone)
    answer = phone.post("/report/place", {"do": "here", "address": "柳林社区第一网格"})
    assert answer["Location"] == "/report/contact"
    make.sent(phone)

    case = Case.objects.get()
    assert case.place["area_name"] == "柳林社区第一网格"


def test_an_address_that_fits_several_places_asks_once_and_then_takes_it(phone: Client) -> None:
    make.said(phone)
    asked = phone.post("/report/place", {"do": "here", "address": "柳林社区"})
    assert asked.status_code == 200
    assert "您说的是哪一处" in asked.content.decode()

    code = re.findall(r'name="candidate" value="([^"]+)"', asked.content.decode())[1]
    answer = phone.post(
        "/report/place", {"do": "here", "address": "柳林社区", "candidate": code, "asked": "柳林社区"}
    )

    assert answer["Location"] == "/report/contact"
    make.sent(phone)
    report = Report.objects.select_related("case").get()
    assert report.case.place["area_name"] == "柳林社区第二网格"
    assert report.lon is None, "nobody has pointed at the middle of the grid"


def test_a_building_is_a_point_a_compound_only_words(phone: Client) -> None:
    for address, has_point in (("东苑小区1号楼", True), ("西苑小区", False)):
        make.said(phone, address)
        phone.post("/report/place", {"do": "here", "address": address, "asked": address})
        make.sent(phone)
        report = Report.objects.get(text=address)
        assert (report.lon is not None) is has_point
        assert report.address == address


def test_an_unknown_address_is_told_so_and_taken_the_second_time(phone: Client) -> None:
    make.said(phone)
    asked = phone.post("/report/place", {"do": "here", "address": "月亮背面 3 号"})
    assert "没认出这个地方" in asked.content.decode()
    answer = phone.post("/report/place", {"do": "here", "address": "月亮背面 3 号", "asked": "月亮背面 3 号"})
    assert answer["Location"] == "/report/contact"
    make.sent(phone)

    assert Report.objects.get().address == "月亮背面 3 号"


@pytest.mark.parametrize(
    ("fields", "where", "words"),
    [
        pytest.param({"phone": "12"}, "phone", "少了几位", id="short"),
        pytest.param({"phone": "138000000001"}, "phone", "多了几位", id="long"),
        pytest.param({"phone": "my number"}, "phone", "只能有数字", id="letters"),
        pytest.param({"phone": "5501234"}, "phone", "区号", id="no area code"),
        pytest.param({"phone": "+1 202 555 0100"}, "phone", "大陆", id="abroad"),
        pytest.param({"may_call": "1"}, "phone", "要回访就得有手机号", id="a call without a number"),
        pytest.param({"name": "名" * 41}, "name", "最多 40 个字", id="long name"),
        pytest.param({"website": "http://spam"}, "", "提交得太快了", id="the trap"),
    ],
)
def test_the_third_screen_refuses_in_words_and_leaves_nothing(
    phone: Client, fields: dict[str, str], where: str, words: str
) -> None:
    make.ready(phone)

    answer = make.sent(phone, **fields)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert Page(answer).title.startswith("错误：")
    assert not where or f'href="#{where}"' in page
    assert all(value in page for key, value in fields.items() if key in ("phone", "name"))
    assert nothing_was_filed()


def test_a_program_that_writes_faster_than_a_person_is_asked_again(
    phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "LEAST_SECONDS", 30.0)
    make.ready(phone)

    assert make.sent(phone).status_code == 422
    assert nothing_was_filed()

    monkeypatch.setattr(drafts, "LEAST_SECONDS", 0.0)
    assert make.sent(phone).status_code == 200
    assert Report.objects.count() == 1


def test_the_button_pressed_twice_makes_one_report(phone: Client) -> None:
    make.ready(phone)
    draft = phone.session["draft"]

    first = make.sent(phone, draft=draft["id"])
    again = make.sent(phone, draft=draft["id"])

    assert Report.objects.count() == 1
    assert first.redirect_chain == again.redirect_chain


def test_two_presses_at_once_make_one_report(phone: Client) -> None:
    make.said(phone, photos=make.upload())
    make.placed(phone)
    kept = dict(phone.session["draft"])
    make.sent(phone)
    session = phone.session  # the second request had read the session before the first one was answered
    session["draft"] = kept
    del session["sent"]
    session.save()

    make.sent(phone, draft=kept["id"])

    assert Report.objects.count() == 1


def test_after_sending_the_next_report_is_a_new_one(phone: Client) -> None:
    make.ready(phone)
    make.sent(phone)
    assert WORDS[:10] not in phone.get("/report/").content.decode()
    make.ready(phone, "另一件事")
    make.sent(phone)

    assert sorted(Report.objects.values_list("text", flat=True)) == sorted([WORDS, "另一件事"])


@pytest.mark.parametrize("address", ["/report/place", "/report/contact"])
def test_a_later_screen_without_the_earlier_ones_leads_back(phone: Client, address: str) -> None:
    assert phone.get(address)["Location"] == "/report/"
    assert phone.post(address, {"do": "send"})["Location"] == "/report/"


def test_what_was_said_is_there_again_on_every_screen(phone: Client) -> None:
    make.said(phone)
    make.placed(phone, address="3 号楼")

    assert WORDS in phone.get("/report/").content.decode()
    place = phone.get("/report/place").content.decode()
    assert f'value="{INSIDE[0]}"' in place
    assert 'value="3 号楼"' in place
    assert "接着写上次的" in phone.get("/").content.decode()


def test_a_telephone_number_never_lies_in_the_session(phone: Client) -> None:
    make.ready(phone)
    make.sent(phone, phone="13800000000x", name="某人")  # refused: the page keeps it, the server does not
    assert "13800000000x" not in str(dict(phone.session))
    make.sent(phone, phone="13800000000", name="某人")

    assert "13800000000" not in str(dict(phone.session))
    assert "某人" not in str(dict(phone.session))
