"""The console by keyboard alone: triage, search, keys that rest, a list that stays where it was."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mulin.cases.models import Case
from tests.journeys.console.test_console_pages import signed_in
from tests.make import console
from tests.make.residents import Staff

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
DESK = {"width": 1440, "height": 900}


def opened(page: Page, case: Case) -> None:
    """Wait until a case is the one shown."""
    expect(page.locator("[data-number]")).to_have_text(case.number)


def test_twenty_cases_are_triaged_by_keyboard_within_four_minutes(phone: Open, city: Staff) -> None:
    for number in range(20):
        console.case(text=f"第 {number} 件：下水道堵塞，污水外溢")
    page = signed_in(phone, console.DISPATCHER, **DESK)
    page.wait_for_selector("#case h1")
    began = time.monotonic()
    for number in range(20):
        page.keyboard.press("i")  # the suggested item, confirmed
        page.wait_for_selector("dialog[open] button[autofocus]")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog[open]", state="detached")
        page.keyboard.press("d")  # the table's unit, confirmed
        page.wait_for_selector("dialog[open] button[autofocus]")
        page.keyboard.press("Enter")
        page.wait_for_selector("dialog[open]", state="detached")
        expect(page.locator("[data-row][aria-current]")).to_have_count(1)
        if number < 19:
            page.keyboard.press("j")
    assert Case.objects.filter(state="dispatched").count() == 20
    assert time.monotonic() - began < 240


def test_a_key_pressed_before_the_next_case_has_come_acts_on_that_one(phone: Open, city: Staff) -> None:
    first, second = console.case(text="第一件"), console.case(text="第二件")
    page = signed_in(phone, console.DISPATCHER, **DESK)
    opened(page, first)
    page.keyboard.press("j")
    page.keyboard.press("n")
    page.wait_for_selector("dialog[open] textarea")
    expect(page.locator("dialog[open] .dlg-h")).to_contain_text(second.number)


def test_keys_rest_while_somebody_types_and_can_be_switched_off(phone: Open, city: Staff) -> None:
    console.case()
    page = signed_in(phone, console.DISPATCHER, **DESK)
    page.wait_for_selector("#case h1")
    page.keyboard.press("/")
    page.keyboard.type("nd")
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("Escape")
    composing = "new KeyboardEvent('keydown', {key: 'n', bubbles: true, isComposing: true})"
    page.evaluate(f"document.body.dispatchEvent({composing})")
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("?")
    page.click("#help button[name=keys]")
    page.wait_for_selector("body.no-keys #case h1")
    page.keyboard.press("n")
    assert page.locator("dialog[open]").count() == 0
    page.keyboard.press("?")
    page.click("#help button[name=keys]")
    page.wait_for_selector("body:not(.no-keys) #case h1")
    page.keyboard.press("n")
    page.wait_for_selector("dialog[open] textarea")


def test_the_list_stays_where_it_was_while_one_acts(phone: Open, city: Staff) -> None:
    for number in range(30):
        console.case(text=f"第 {number} 件")
    page = signed_in(phone, console.DISPATCHER, **DESK)
    page.wait_for_selector("#case h1")
    rows = page.locator("[data-row]")
    rows.nth(20).scroll_into_view_if_needed()
    rows.nth(20).click()
    before = page.evaluate("document.querySelector('#rows').scrollTop")
    assert before > 0
    expect(rows.nth(20)).to_have_attribute("aria-current", "true")
    number = rows.nth(20).locator(".no").get_attribute("title")
    expect(page.locator("[data-number]")).to_have_text(number or "")
    page.keyboard.press("t")
    expect(page.locator("#case .chip", has_text="待派遣")).to_be_visible()
    assert page.evaluate("document.querySelector('#rows').scrollTop") == before
    expect(page.locator("[data-row][aria-current] .no")).to_have_attribute("title", number or "")
    assert Case.objects.get(number=number).state == "registered"


def test_a_stale_page_shows_what_changed_and_keeps_the_words(phone: Open, city: Staff) -> None:
    case = console.case("in_hand")
    page = signed_in(phone, console.FIRM, **DESK)
    opened(page, case)
    page.keyboard.press("f")
    page.fill("dialog [name=result]", "写了很久的结果")
    Case.objects.filter(pk=case.pk).update(version=case.version + 1)
    page.keyboard.press("Control+Enter")
    expect(page.locator("dialog[open]")).to_contain_text("刚才有人先办了一步")
    assert page.input_value("dialog [name=result]") == "写了很久的结果"
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog[open]", state="detached")
    assert Case.objects.get(pk=case.pk).state == "handled"


def test_a_place_is_corrected_by_clicking_the_map(phone: Open, city: Staff) -> None:
    case = console.case()
    before = case.place["area_code"]
    page = signed_in(phone, console.DISPATCHER, **DESK)
    opened(page, case)
    page.keyboard.press("l")
    page.wait_for_selector("dialog[open] #picker svg")
    expect(page.locator("#case h1")).to_have_text(case.title)  # the map came into the form, not over the case
    page.locator("dialog #picker svg .area").nth(1).click()  # the grid beside it
    expect(page.locator("dialog #located .notice")).to_be_visible()
    page.click("dialog button[type=submit]")
    page.wait_for_selector("dialog[open]", state="detached")
    case.refresh_from_db()
    assert case.place["area_code"] != before


def test_on_a_telephone_list_and_case_are_two_screens(phone: Open, city: Staff) -> None:
    case = console.case()
    page = signed_in(phone, console.DISPATCHER)
    assert not page.locator("#case").is_visible()
    page.click("[data-row]")
    page.wait_for_url(f"**/cases/{case.pk}/**")
    assert page.locator("#case h1").is_visible()
    assert not page.locator("#rows").is_visible()
    page.click(".back")
    page.wait_for_selector("#rows")
    page.go_back()
    assert page.locator("#case h1").is_visible()


def test_on_the_board_of_whistles_keys_choose_open_and_change_the_tab(phone: Open, city: Staff) -> None:
    whistle = console.whistled()
    page = signed_in(phone, console.DISPATCHER, **DESK)
    page.goto("/console/whistles/")
    page.keyboard.press("j")
    expect(page.locator("[data-row]")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/whistles/{whistle.pk}/")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_contain_text("签收报到")
    page.keyboard.press("Escape")
    page.keyboard.press("5")
    page.wait_for_url("**tab=done")
