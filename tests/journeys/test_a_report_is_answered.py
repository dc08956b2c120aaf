"""The main job in browsers: a resident reports, three offices act by keyboard, the resident rates."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from mulin.cases.models import Case, Rating, Report
from mulin.cli.demo_sign_ins import demo_city
from mulin.ledger.queries import verify
from mulin.places.queries.ground import atlas_on
from tests.make import photos as pictures
from tests.make.residents import WORDS, Staff

pytestmark = pytest.mark.browser
Open = Callable[..., Page]


def signed_in(phone: Open, username: str, password: str) -> Page:
    """Open the console in a browser of its own."""
    page = phone(width=1280, height=900)
    page.goto("/console/")
    page.fill("#username", username)
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.wait_for_selector("#case h1, #case h2")
    return page


def press(page: Page, key: str, **words: str) -> None:
    """Open an act by its key, fill in what it asks, send it by keyboard."""
    page.locator("body").press(key)
    page.wait_for_selector("dialog[open]")
    for name, value in words.items():
        page.fill(f"dialog [name={name}]", value)
    page.locator("dialog button[type=submit]").click()
    page.wait_for_selector("dialog[open]", state="detached")


def state() -> str:
    return Case.objects.get().state


def test_a_blocked_drain_from_the_doorstep_to_the_rating(phone: Open, city: Staff, tmp_path: Path) -> None:
    demo = demo_city(new_passwords=False, now=timezone.now())
    keys = {each.username: each.password for each in demo.sign_ins}
    picture, mended = tmp_path / "drain.jpg", tmp_path / "mended.jpg"
    for path in (picture, mended):
        path.write_bytes(pictures.full_of_metadata())

    resident = phone()
    resident.goto("/report/")
    resident.fill("#text", WORDS)
    resident.set_input_files("#photos", str(picture))
    resident.wait_for_selector(".shot img")
    resident.click("footer .pri")
    resident.fill("#address", f"{demo.compound} 1号楼")
    resident.press("#address", "Enter")
    resident.wait_for_selector("#where [data-found]")
    resident.click("footer .pri")
    resident.wait_for_url("**/report/contact")
    resident.click("footer .pri")
    resident.wait_for_url("**/report/done/*")
    code = resident.inner_text("#code").strip()
    compound = next(
        each
        for each in atlas_on(timezone.localdate()).ground.compounds
        if each.code == Case.objects.get().compound_code
    )

    street = signed_in(phone, "street", keys["street"])
    expect(street.locator("#case")).to_contain_text("下水道堵塞")  # matched …
    expect(street.locator("#case")).to_contain_text(compound.name)  # … and located
    press(street, "i")
    press(street, "d")
    assert state() == "dispatched"
    case = Case.objects.select_related("lead", "item").get()
    assert case.lead is not None
    assert (case.lead.code, case.in_compound) == (compound.firm_code, True)

    firm = signed_in(phone, "firm", keys["firm"])
    firm.locator("body").press("a")
    expect(firm.locator("#case .acts kbd", has_text="F")).to_be_visible()
    firm.locator("body").press("f")
    firm.fill("dialog [name=result]", "已疏通并更换井圈")
    firm.set_input_files("dialog [name=photos]", str(mended))
    firm.locator("dialog button[type=submit]").click()
    firm.wait_for_selector("dialog[open]", state="detached")
    assert state() == "handled"

    community = signed_in(phone, "community", keys["community"])
    press(community, "p")
    press(community, "m", text="昨天下午已疏通，请看照片。")
    assert state() == "checked"

    resident.goto(f"/track/{code}")
    expect(resident.locator("main")).to_contain_text("昨天下午已疏通")
    resident.click("label:has-text('解决了')")
    resident.locator("label:has-text('满意')").first.click()
    resident.click("#rate button")
    expect(resident.locator(".did")).to_contain_text("经办人看不到")
    assert Rating.objects.get().report == Report.objects.get()

    community.reload()
    expect(community.locator("#case .acts kbd", has_text="C")).to_be_visible()
    press(community, "c")
    assert state() == "closed"
    assert verify().ok
