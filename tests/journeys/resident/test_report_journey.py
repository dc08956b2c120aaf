"""A resident in a real browser: report with photo and pin, follow, answer, rate; and what goes wrong."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from mulin.cases.models import Case, Photo, Rating, Report
from tests.make import photos as pictures
from tests.make.residents import WORDS, Staff

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(pictures.full_of_metadata())
    return path


def say(page: Page, picture: Path | None = None, words: str = WORDS) -> None:
    """First screen."""
    page.goto("/report/")
    page.fill("#text", words)
    if picture:
        page.set_input_files("#photos", str(picture))
        page.wait_for_selector(".shot img")
    page.click("footer .pri")
    page.wait_for_url("**/report/place")


def drag(page: Page, right: float, down: float) -> None:
    """Drag the map by finger."""
    page.wait_for_selector("#map[data-ready]")
    box = page.locator("#map").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2 - 60, box["y"] + box["height"] / 2 + 40
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2)
    page.mouse.move(x + right, y + down)
    page.mouse.up()


def pinned(page: Page) -> tuple[float, float]:
    """Return where the pin stands."""
    page.wait_for_function("document.querySelector('#lon').value !== ''")
    return float(page.input_value("#lon")), float(page.input_value("#lat"))


def test_a_resident_reports_with_a_photo_and_a_pin_and_reads_and_rates(
    phone: Open, city: Staff, picture: Path
) -> None:
    page = phone()
    page.goto("/")
    page.click("a.go.pri")  # 1
    page.fill("#text", WORDS)
    page.set_input_files("#photos", str(picture))  # 2
    page.wait_for_selector(".shot img")
    page.click("footer .pri")  # 3
    drag(page, 20, 20)
    page.wait_for_selector("#where [data-found]")
    lon, lat = pinned(page)
    page.click("footer .pri")  # 4
    page.wait_for_url("**/report/contact")
    page.fill("#phone", "138 0000 0000")
    page.click("footer .pri")  # 5
    page.wait_for_url("**/report/done/*")
    code = page.inner_text("#code").strip()

    report = Report.objects.select_related("contact").get()
    assert code == report.tracking_code
    assert (report.lon, report.lat) == (lon, lat)
    assert report.contact
    assert Photo.objects.filter(report=report).count() == 1
    with page.expect_download() as saving:
        page.click("[data-picture]")
    assert saving.value.suggested_filename == f"{code}.png"
    assert Path(saving.value.path()).read_bytes().startswith(b"\x89PNG")

    city.drive(report, "dispatch", "accept", "note", "ask")
    other = phone()  # another telephone, with nothing but the code
    other.goto("/track/")
    other.fill("#code", code.lower().replace("-", " "))
    other.click("footer .pri")
    expect(other.locator("#question")).to_contain_text("井盖破了没有？")
    other.fill("#question textarea", "没有破")
    other.click("#question button")
    expect(other.locator(".did")).to_be_visible()
    assert Case.objects.get().state == "in_hand"

    city.drive(report, "finish", "check", "answer", "close")
    other.reload()
    expect(other.locator("main")).to_contain_text("今天下午已经疏通")
    other.click("label:has-text('没解决')")
    other.click("label:has-text('不满意')")
    other.fill("#words", "还在冒")
    other.click("#rate button")
    expect(other.locator(".did")).to_contain_text("经办人看不到")
    assert Rating.objects.get().solved is False


def test_everything_works_without_scripts(phone: Open, city: Staff, picture: Path) -> None:
    page = phone(scripts=False)
    page.goto("/report/")
    page.fill("#text", WORDS)
    page.set_input_files("#photos", str(picture))
    page.click("footer .pri")
    page.fill("#address", "东苑小区1号楼")
    page.click("button[value=find].btn")
    expect(page.locator("#where")).to_contain_text("清泉社区")
    page.click("footer .pri")
    page.click("footer .pri")
    code = page.inner_text("#code").strip()
    report = Report.objects.get(tracking_code=code)
    assert report.photos.count() == 1
    city.drive(report, "dispatch", "accept", "finish", "check", "answer")
    page.click("footer .pri")
    page.check("[name=solved][value=yes]")
    page.check("[name=satisfied][value=yes]")
    page.click("#rate button")
    assert Rating.objects.count() == 1


def test_everything_works_by_keyboard_alone(phone: Open, city: Staff) -> None:
    page = phone()
    page.goto("/report/")
    reach(page, "text")
    page.keyboard.type("路灯不亮")
    reach(page, "footer .pri")
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/place")
    page.wait_for_selector("#map[data-ready]")
    reach(page, "canvas.maplibregl-canvas")
    for _ in range(4):
        page.keyboard.press("Equal")
    page.wait_for_timeout(600)
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#where [data-found]")
    reach(page, "[data-pad]")
    page.keyboard.press("Enter")
    before = pinned(page)
    reach(page, "[data-nudge='0,-1']", back=True)
    page.keyboard.press("Enter")
    page.wait_for_function(f"Number(document.querySelector('#lat').value) > {before[1]}")
    reach(page, "footer .pri")
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/contact")
    reach(page, "#phone")
    page.keyboard.type("13800000000")
    page.keyboard.press("Enter")
    page.wait_for_url("**/report/done/*")
    assert Report.objects.get().contact is not None


def reach(page: Page, selector: str, *, back: bool = False) -> None:
    """Tab until the element has the focus; each stop on the way must be seen, and not behind a bar."""
    target = f"#{selector}" if re.fullmatch("[a-z]+", selector) else selector
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        hidden = page.evaluate(
            """() => { const e = document.activeElement; if (!e || e === document.body) return "";
              const b = e.getBoundingClientRect();
              const f = document.querySelector("footer.ft")?.getBoundingClientRect();
              if (e.closest("footer.ft") || e.closest(".map") || e.matches(".pick, .skip")) return "";
              const free = f ? f.top : innerHeight;
              return b.top >= free || b.bottom <= 0 ? e.outerHTML.slice(0, 90) : ""; }"""
        )
        assert not hidden, f"focus is out of sight: {hidden}"
        if page.evaluate("s => document.activeElement?.matches(s) ?? false", target):
            return
    pytest.fail(f"{selector} cannot be reached by keyboard")


def test_nothing_typed_is_lost(phone: Open, city: Staff) -> None:
    page = phone()
    page.goto("/report/")
    page.fill("#text", "写了一半")
    page.reload()
    expect(page.locator("#text")).to_have_value("写了一半")
    page = again(page)
    page.goto("/report/")
    expect(page.locator("#text")).to_have_value("写了一半")
    page.click("footer .pri")
    page.wait_for_url("**/report/place")
    page.fill("#address", "东苑小区1号楼")
    page.keyboard.press("Enter")
    page.wait_for_selector("#where [data-found]")
    page.reload()
    expect(page.locator("#address")).to_have_value("东苑小区1号楼")
    page.wait_for_selector("#where [data-found]")
    page.click("footer .pri")
    page.wait_for_url("**/report/contact")
    page.fill("#phone", "13800000000")
    page.fill("#name", "3 号楼居民")
    page.check("[name=may_call]")
    page.reload()
    expect(page.locator("#phone")).to_have_value("13800000000")
    expect(page.locator("#name")).to_have_value("3 号楼居民")
    expect(page.locator("[name=may_call]")).to_be_checked()
    stored = page.evaluate("JSON.stringify({...localStorage})")
    assert "13800000000" not in stored, "a number stays only as long as the tab"
    page.click("footer .pri")
    page.wait_for_url("**/report/done/*")
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert "3 号楼居民" not in page.evaluate("JSON.stringify({...sessionStorage})")


def again(page: Page) -> Page:
    """Close the page as a phone does when memory is short, and open another one of the same browser."""
    context = page.context
    page.close()
    return context.new_page()


def test_a_lost_network_loses_the_photo_but_no_words(phone: Open, city: Staff, picture: Path) -> None:
    page = phone()
    page.goto("/report/")
    page.fill("#text", WORDS)
    page.context.set_offline(True)
    page.set_input_files("#photos", str(picture))
    expect(page.locator("#strip")).to_contain_text("照片没有传上去")
    expect(page.locator("#text")).to_have_value(WORDS)
    page.context.set_offline(False)
    page.set_input_files("#photos", str(picture))
    page.wait_for_selector(".shot img")
    page.click(".shot .off")
    expect(page.locator(".shot")).to_have_count(0)


def test_pressing_twice_sends_once(phone: Open, city: Staff) -> None:
    page = phone()
    say(page)
    page.click("footer [value=unclear]")
    page.wait_for_url("**/report/contact")
    page.dblclick("footer .pri")
    page.wait_for_url("**/report/done/*")
    assert Report.objects.count() == 1


def test_a_mistake_is_told_at_the_top_with_the_focus_there(phone: Open, city: Staff) -> None:
    page = phone()
    page.goto("/report/")
    page.click("footer .pri")
    expect(page.locator("#faults")).to_be_focused()
    assert page.title().startswith("错误：")
    page.click("#faults a")
    expect(page.locator("#text")).to_be_focused()


def test_the_pin_must_be_meant(phone: Open, city: Staff) -> None:
    page = phone()
    say(page)
    page.wait_for_selector("#map[data-ready]")
    page.click("footer .pri")
    expect(page.locator("#where [role=alert]")).to_contain_text("请先把针尖对准地方")
    assert page.url.endswith("/report/place")


def test_the_position_is_asked_for_only_by_a_tap_and_a_no_is_no_dead_end(phone: Open, city: Staff) -> None:
    page = phone()
    say(page)
    page.wait_for_selector("#map[data-ready]")
    page.click("[data-gps]")  # headless Chromium answers no
    expect(page.locator("#where")).to_contain_text("没有得到位置")
    expect(page.locator("#address")).to_be_focused()

    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": 118.0035, "latitude": 34.0072})
    page.click("[data-gps]")
    expect(page.locator("#where")).to_contain_text("东苑小区 1号楼")


def test_a_photo_can_be_covered(phone: Open, city: Staff, picture: Path) -> None:
    page = phone()
    page.goto("/report/")
    page.set_input_files("#photos", str(picture))
    page.wait_for_selector(".shot a")
    before = page.get_attribute(".shot img", "src")
    page.click(".shot a")
    page.locator(".cells input").nth(3).check()
    page.click("footer .pri")
    page.wait_for_url("**/report/")
    assert page.get_attribute(".shot img", "src") != before


def test_me_too_is_one_tap(phone: Open, city: Staff) -> None:
    first, second = phone(), phone()
    for page in (first, second):
        say(page)
        page.fill("#address", "东苑小区1号楼")
        page.keyboard.press("Enter")
        page.wait_for_selector("#where [data-found]")
        if page is first:
            page.click("footer .pri")
        else:
            page.click("text=也是这件")
        page.wait_for_url("**/report/contact")
        page.click("footer [value=bare]")
        page.wait_for_url("**/report/done/*")
    case = Case.objects.get()
    assert case.report_count == 2
    assert case.reported_at <= timezone.now()


def test_one_of_several_places_is_picked_and_no_pin_is_invented(phone: Open, city: Staff) -> None:
    page = phone()
    say(page)
    page.wait_for_selector("#map[data-ready]")
    page.fill("#address", "柳林社区")
    page.keyboard.press("Enter")
    page.locator("[name=candidate]").nth(1).check()
    expect(page.locator("#where b").first).to_have_text("柳林社区第二网格")
    assert page.input_value("#lon") == ""
    page.click("footer .pri")
    page.wait_for_url("**/report/contact")
    page.click("footer [value=bare]")
    page.wait_for_url("**/report/done/*")
    assert Case.objects.get().place["area_name"] == "柳林社区第二网格"
