"""The map of the city in a browser: boundaries are drawn anew, and the case goes with its ground."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from mulin.cases.models import Case
from tests.journeys.console.test_console_pages import signed_in
from tests.make import console
from tests.make.residents import Staff

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
DESK = {"width": 1280, "height": 800}
ONE, TWO = "990101001001001", "990101001001002"


def drawn(page: Page) -> None:
    """Wait until the map is drawn and stands still."""
    page.wait_for_selector("#city[data-idle]", state="attached")


def test_two_grids_become_one_on_the_map_and_the_case_goes_along(phone: Open, city: Staff) -> None:
    case = console.case()
    page = signed_in(phone, console.STEWARD, **DESK)
    page.goto(f"/console/map/redraw/?within={ONE[:-3]}")
    drawn(page)
    canvas = page.locator("#city canvas").bounding_box()
    assert canvas is not None
    page.mouse.click(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
    expect(page.locator("[name=pick]:checked")).to_have_count(1)  # the map writes into the list
    for box in page.locator("[name=pick]:checked").all():
        box.uncheck()
    for code in (TWO, ONE):
        page.check(f"[name=pick][value='{code}']")
    page.fill("#code", TWO)
    page.fill("#name", "并成的网格")
    page.click("[data-add]")
    expect(page.locator("#lines li")).to_have_count(1)
    page.fill("#from-day", page.get_attribute("#plan", "data-on") or "")
    page.fill("#reason", "示例原因")
    page.fill("#document", "示例〔2026〕7 号")
    page.click("#plan .btn.pri")
    expect(page.locator("main")).to_contain_text(case.number)
    page.click("form[action*=adjust] .btn.pri")
    page.wait_for_url("**/map/changes/**")
    drawn(page)
    expect(page.locator("h1")).to_have_text("1 处不同")
    page.keyboard.press("j")
    expect(page.locator("#picked")).to_contain_text("示例〔2026〕7 号")
    moved = Case.objects.select_related("place_unit").get(pk=case.pk)
    assert moved.place_unit is not None
    assert moved.place_unit.code == TWO


def test_the_slider_takes_boundaries_list_and_address_to_another_day(phone: Open, city: Staff) -> None:
    console.case()
    page = signed_in(phone, console.DISPATCHER, **DESK)
    page.goto("/console/map/")
    drawn(page)
    total = page.locator(".city-sums").first
    expect(total.get_by_role("link").first).to_have_text("1")
    page.keyboard.press("[")
    expect(page.locator("[data-told]")).not_to_be_empty()
    expect(total.get_by_role("link")).to_have_count(0)
    assert "on=2026-01-01" in page.url
    page.locator(".city-rows [data-row]").first.click()
    expect(page.locator("#picked h2")).to_be_visible()
