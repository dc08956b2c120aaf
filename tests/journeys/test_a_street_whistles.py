"""A street whistles to three departments in browsers: one comes, one refuses, one is silent; one rules."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from mulin.cases.models import Call, Report, Ruling, Whistle
from mulin.config.worker import TIMERS
from mulin.ledger.queries import verify
from tests.make import console
from tests.make.residents import Staff

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
SECRETS = ("吹哨", "报到", "区城管局", "区公安分局", "裁定", "互评", "拒绝", "物业更近")


def signed_in(phone: Open, staff_no: str) -> Page:
    """Open the console in a browser of its own."""
    account = console.account(staff_no)
    page = phone(width=1280, height=900)
    page.goto("/console/sign-in/")
    page.fill("#username", account.username)
    page.fill("#password", console.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector(".rail")
    return page


def act(page: Page, key: str, **words: str) -> None:
    """Open an act by its key, fill in what it asks, send it."""
    page.locator("body").press(key)
    page.wait_for_selector("dialog[open]")
    for name, value in words.items():
        field = page.locator(f"dialog [name={name}]").first
        if field.evaluate("field => field.tagName") == "SELECT":
            choose(page, name, value)
        elif field.get_attribute("type") == "radio":
            page.locator(f"dialog [name={name}][value='{value}']").check(force=True)
        else:
            field.fill(value)
    page.locator("dialog button[type=submit]").click()
    page.wait_for_selector("dialog[open]", state="detached")


def choose(page: Page, name: str, value: str) -> None:
    """Choose in a select, searchable or not."""
    page.evaluate(
        """([name, value]) => {
            const field = document.querySelector(`dialog [name=${name}]`);
            if (field.tomselect) field.tomselect.setValue(value); else field.value = value;
        }""",
        [name, value],
    )


def test_a_street_whistles_to_three_departments(phone: Open, city: Staff) -> None:
    case = console.case("in_hand")
    code = Report.objects.get(case=case).tracking_code

    street = signed_in(phone, console.DISPATCHER)
    street.goto(f"/console/cases/{case.pk}/")
    street.wait_for_selector("[data-act=W]")
    act(
        street, "w", ask="到东苑小区 1 号楼，抽排并疏通", item="04-04", lead="1",
        unit_1="990101-ZJ", task_1="疏通主管", unit_2="990101-CG", task_2="查油污",
        unit_3="990101-GA", task_3="到场警戒",
    )  # fmt: skip
    whistle = Whistle.objects.get()
    address = f"/console/whistles/{whistle.pk}/"
    expect(street.locator("#case")).to_contain_text("吹哨报到")

    housing = signed_in(phone, console.HOUSING)
    housing.goto(address)
    act(housing, "a", arrives="30", crew="2 人，疏通车 1 台")
    expect(housing.locator(".mx-unit.lead")).to_contain_text("已报到")

    police = signed_in(phone, console.POLICE)
    police.goto(address)
    act(
        police, "r", reason="小区内部秩序由物业负责", rule="权责清单 示例 3-08", documents="移交单（示例）",
        better_unit="990101-WY02",
    )  # fmt: skip
    expect(police.locator(".mx-unit.refused")).to_contain_text("等示例区裁定")

    seat = signed_in(phone, console.SEAT)
    seat.goto("/console/rulings/")
    seat.locator("[data-row]").first.click()
    expect(seat.locator(".side.against")).to_contain_text("小区内部秩序由物业负责")
    seat.locator("input[name=outcome][value=report_in]").check()
    seat.fill("[name=rule]", "权责清单 示例 3-08 第二款")
    seat.fill("[name=words]", "公共通道的秩序不属于物业")
    seat.locator(".decide button[type=submit]").click()
    expect(seat.locator("#case")).to_contain_text("裁定作为先例留存")
    assert Ruling.objects.get().ruled_at is not None

    silent = Call.objects.get(unit__code="990101-CG")
    (sweep,) = [timer for timer in TIMERS if timer.name == "cases.sweep_clocks"]
    assert sweep.cron == "* * * * *"
    sweep.act(timezone.now())
    silent.refresh_from_db()
    assert silent.escalated_at is None, "not a minute too early"
    Call.objects.filter(pk=silent.pk).update(report_due_at=timezone.now() - timedelta(minutes=1))
    assert [sweep.act(timezone.now()) for _turn in range(2)] == [1, 0], "the worker's next turn, once"
    street.goto(address)
    expect(street.locator("#case")).to_contain_text("已升级到示例区")
    expect(street.locator("[aria-disabled=true]")).to_contain_text("结束吹哨")
    firm = signed_in(phone, console.FIRM)
    firm.goto(f"/console/cases/{case.pk}/")
    expect(firm.locator(".acts")).to_contain_text("还有 1 次吹哨没有结束")

    law = signed_in(phone, console.CITY_LAW)
    for page, comes in ((law, True), (police, True), (housing, False)):
        page.goto(address)
        if comes:
            act(page, "a", arrives="10", crew="1 人")
        if page is housing:
            expect(page.locator("[aria-disabled=true]").first).to_contain_text("汇总结论")
        act(page, "f", result="本单位这一部分办完了")
    housing.goto(address)
    act(housing, "s", summary="主管已疏通，油污来源已查明")
    street.goto(address)
    act(street, "c", note="属实")
    whistle.refresh_from_db()
    assert whistle.ended_at is not None

    words = {"score_0": "5", "score_1": "4", "score_2": "5"}
    for name in ("990101-ZJ", "990101-CG", "990101-GA"):
        street.goto(address)
        act(street, "v", judged=name, words=f"来得及时 {name}", **words)
    for page in (housing, law):
        page.goto(address)
        act(page, "v", words="任务说得清楚", **words)
    street.goto(address)
    expect(street.locator("#case")).to_contain_text("6 份里已交 5 份")
    expect(street.locator(".seal.open")).to_have_count(0)
    housing.goto(address)
    assert "来得及时" not in housing.content()
    police.goto(address)
    act(police, "v", words="配合顺畅", **words)
    for page in (street, housing):
        page.goto(address)
        expect(page.locator("#case")).to_contain_text("互评已开封")
    assert "来得及时 990101-ZJ" in housing.content()

    resident = phone()
    resident.goto(f"/track/{code}")
    said = resident.inner_text("main")
    steps = [step for step in ("上报", "立案", "派遣", "处置", "反馈", "结案") if step in said]
    assert len(steps) == 6
    assert not [secret for secret in SECRETS if secret in said]
    assert re.search(r"\d+ 月 \d+ 日 \d+:\d+ 前办好", said), "an honest date"
    assert verify().ok
