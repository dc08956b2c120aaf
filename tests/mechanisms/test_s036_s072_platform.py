"""One platform: a matter goes through all hands and comes back, by every door, nobody stays unanswered."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner
from django.conf import LazySettings
from django.test import Client
from django.urls import URLPattern, URLResolver
from django.utils import timezone

from mulin.cases.models import Case, Report
from mulin.cases.queries import figures, worklist
from mulin.cases.queries.page import case_page
from mulin.cases.rules.lifecycle import Act, State
from mulin.cli.imports import imports
from mulin.config.urls import urlpatterns
from mulin.kernel.actor import SYSTEM
from mulin.ledger import queries as ledger
from mulin.ledger.models import Entry
from mulin.people.actions.tokens import issue_token
from mulin.people.models import Unit
from mulin.resident import draft, limits
from tests.make import api, console, packs
from tests.make import ledger as entries
from tests.make import residents as phones
from tests.make.platform import (
    CITY,
    DEPARTMENT,
    by_api,
    do,
    followed,
    page_of,
    sent,
    taken_down,
    to_the_department_and_back,
)


@pytest.fixture(autouse=True)
def _demo(
    tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, db: None
) -> Iterator[None]:
    """The demo city, a folder for photos of its own, no waiting between two screens."""
    settings.VAR = tmp_path
    monkeypatch.setattr(draft, "LEAST_SECONDS", 0.0)
    buckets = (limits.REPORTS, limits.PHOTOS, limits.CODES)
    for bucket in buckets:
        bucket.clear()
    packs.city()
    yield
    for bucket in buckets:
        bucket.clear()


@pytest.mark.mechanism("S-036")
def test_a_matter_of_a_grid_reaches_a_department_and_comes_back_with_every_hop_visible() -> None:
    case = taken_down(console.GRID)
    to_the_department_and_back(case)

    page = case_page(console.actor(console.DISPATCHER), case.pk, now=timezone.now())
    hops = [
        (event.kind.removeprefix("case."), event.unit, event.account) for event in reversed(page.timeline)
    ]
    assert hops == [
        ("filed", "第一网格", "网格员 01"),
        ("matched", "望山街道", "街道调度员 01"),
        ("dispatched", "望山街道", "街道调度员 01"),
        ("accepted", "区住建局", "部门承办人 01"),
        ("finished", "区住建局", "部门承办人 01"),
        ("passed", "清泉社区", "社区工作者 01"),
        ("answered", "清泉社区", "社区工作者 01"),
        ("closed", "清泉社区", "社区工作者 01"),
    ]
    moments = [event.at for event in reversed(page.timeline)]
    assert moments == sorted(moments)
    shown = page_of(console.DISPATCHER, case)
    assert all(unit in shown for _, unit, _ in hops)


@pytest.mark.mechanism("S-036")
@pytest.mark.django_db(transaction=True)
def test_throughput_and_completion_of_a_street_come_out_of_the_log_alone() -> None:
    to_the_department_and_back(taken_down(console.GRID))
    duplicate, target = taken_down(console.GRID), taken_down(console.GRID)
    do(console.DISPATCHER, duplicate, Act.MERGE, into=target.pk, reason="同一处")
    taken_down(console.COMMUNITY, channel="phone", text="楼道灯不亮了")

    told: list[ledger.EntryRow] = []
    entries.until(lambda: bool(told.extend(_whole_log()) or told))
    street = Unit.objects.get(code="990101001")
    came, closed = Counter[int](), Counter[int]()
    at: dict[str, int] = {}
    for entry in told:
        if entry.kind == "case.filed":
            at[entry.subject] = entry.facts["desk"]
            came[at[entry.subject]] += 1
        if entry.kind == "case.merged":
            came[at[entry.subject]] -= 1
        if entry.kind == "case.closed":
            closed[at[entry.subject]] += 1

    now = timezone.now()
    lines = figures.counts(
        console.actor(console.SEAT), by=figures.By.STREET, since=now - timedelta(days=1), until=now
    )
    assert [(line.value, line.cases, line.closed) for line in lines] == [("990101001", 3, 1)]
    assert (came[street.pk], closed[street.pk]) == (3, 1)


def _whole_log() -> list[ledger.EntryRow]:
    """Return the log as another system reads it, once everything has arrived."""
    rows, _ = ledger.entries_after(None, limit=10_000)
    return rows if len(rows) == Entry.objects.count() else []


@pytest.mark.mechanism("S-037")
def test_what_is_said_in_one_client_is_seen_in_the_other() -> None:
    report = sent()
    case = report.case

    queue = console.browser(console.DISPATCHER).get("/console/").content.decode()
    assert f"row-{case.pk}" in queue
    assert phones.WORDS in page_of(console.DISPATCHER, case)

    do(console.DISPATCHER, case, Act.DISPATCH, lead="990101-WY01", reason="小区内部设施")
    do(console.FIRM, case, Act.ACCEPT)
    do(console.FIRM, case, Act.PUBLISH, text="今天下午来疏通")
    do(console.FIRM, case, Act.ASK, question="是哪个单元的井？")
    seen = followed(report)
    assert "今天下午来疏通" in seen
    assert "是哪个单元的井？" in seen

    Client().post(f"/track/{report.tracking_code}/say", {"text": "二单元东边那个井"})
    assert "二单元东边那个井" in page_of(console.FIRM, case)
    assert Case.objects.get(pk=case.pk).state == State.IN_HAND


def by_import(text: str, folder: Path) -> Report:
    file = folder / "voices.csv"
    file.write_text(f"编号,内容\nG-1,{text}\n", encoding="utf-8")
    result = CliRunner().invoke(imports, ["reports", str(file), "--errors", str(folder / "errors.csv")])
    assert result.exit_code == 0, result.output
    return Report.objects.get(source_no="G-1")


@pytest.mark.mechanism("S-038", "S-072")
def test_whatever_the_interface_there_is_one_pool_and_one_log(tmp_path: Path) -> None:
    came = [
        sent("甲：下水道堵了，污水外溢"),
        taken_down(console.GRID, "乙：下水道堵了，污水外溢").reports.get(),
        taken_down(console.COMMUNITY, "丙：下水道堵了，污水外溢", channel="counter").reports.get(),
        by_api("丁：下水道堵了，污水外溢"),
        by_import("戊：下水道堵了，污水外溢", tmp_path),
    ]

    assert [report.channel for report in came] == ["web", "grid", "counter", "api", "import"]
    assert len({report.tracking_code for report in came}) == 5
    pool = worklist.search(console.actor(CITY), text="污水外溢", now=timezone.now())
    assert {row.id for row in pool.rows} == {report.case_id for report in came}
    filed = Entry.objects.filter(kind="case.filed", subject__in=[str(report.case_id) for report in came])
    assert filed.count() == 5
    assert ledger.verify().ok
    for report in came:
        assert "上报" in followed(report)


def token_of(staff_no: str) -> str:
    """Return a key for the API in somebody's name."""
    now = timezone.now()
    account = console.account(staff_no).pk
    made = issue_token(
        account_id=account, name="示例", expires_at=now + timedelta(days=1), actor=SYSTEM, now=now
    )
    return made.token


DOORS = {"console": "console/", "api": "api/", "resident": ""}
KNOCK = {"console": ("/console/", 200), "api": ("/api/v1/me", 401), "resident": ("/", 200)}


def without(door: str) -> ModuleType:
    """Return the addresses of a Mulin in which one door was never built."""
    left = ModuleType("addresses")
    left.urlpatterns = [one for one in urlpatterns if not _is(one, door)]  # type: ignore[attr-defined]
    assert len(left.urlpatterns) == len(urlpatterns) - 1
    return left


def _is(one: URLPattern | URLResolver, door: str) -> bool:
    return isinstance(one, URLResolver) and str(one.pattern) == DOORS[door]


@pytest.mark.mechanism("S-038")
@pytest.mark.parametrize("gone", DOORS)
def test_taking_one_interface_away_leaves_the_others_working(gone: str, settings: LazySettings) -> None:
    case = console.case("dispatched")
    settings.ROOT_URLCONF = without(gone)

    for door, (address, status) in KNOCK.items():
        browser = console.browser(console.DISPATCHER) if door == "console" else Client()
        answer = browser.get(address)
        assert answer.status_code == (404 if door == gone else status), door
    if gone != "console":
        do(console.FIRM, case, Act.ACCEPT)
    if gone != "resident":
        assert case.reports.get().text in followed(case.reports.get())
    if gone != "api":
        assert (
            api.Caller(token_of(console.FIRM))
            .post(f"/cases/{case.pk}/add_note", {"text": "示例"})
            .status_code
            == 200
        )
    assert ledger.verify().ok


MENUS = {
    console.SEAT: {"queue", "new", "receptions", "lists", "dispatch", "units"},
    console.DISPATCHER: {"queue", "new", "receptions", "lists", "dispatch", "units"},
    console.GRID: {"queue", "new", "receptions", "lists", "dispatch", "units"},
    DEPARTMENT: {"queue", "new", "receptions", "lists", "dispatch", "units"},
    console.FIRM: {"queue", "new", "receptions", "lists", "dispatch", "units"},
    console.AUDITOR: {"queue", "lists", "dispatch", "units", "ledger"},
}
ADDRESS = {
    "queue": "",
    "new": "new/",
    "receptions": "receptions/",
    "lists": "lists/",
    "dispatch": "dispatch/",
} | {
    "units": "units/",
    "ledger": "ledger/",
}


def menu_of(staff_no: str) -> set[str]:
    page = console.browser(staff_no).get("/console/").content.decode()
    rail = page.split('<nav class="rail"')[1].split("</nav>")[0]
    shown = set(re.findall(r'href="/console/([a-z-]*/?)"', rail))
    return {name for name, address in ADDRESS.items() if address in shown}


@pytest.mark.mechanism("S-039")
@pytest.mark.parametrize("staff_no", MENUS)
def test_the_menu_is_what_the_role_may_and_hides_nothing_it_may(staff_no: str) -> None:
    assert menu_of(staff_no) == MENUS[staff_no]
    for name, address in ADDRESS.items():
        answer = console.browser(staff_no).get(f"/console/{address}")
        assert answer.status_code == (200 if name in MENUS[staff_no] else 403), name


@pytest.mark.mechanism("S-039")
def test_each_action_in_the_console_is_one_entry_with_who_and_for_whom() -> None:
    case = taken_down(console.GRID)
    presses = [
        (console.DISPATCHER, Act.REGISTER, {}),
        (console.DISPATCHER, Act.NOTE, {"text": "示例"}),
        (console.DISPATCHER, Act.LOCATE, {"address": "望山街道清泉社区"}),
        (console.DISPATCHER, Act.MATCH, {"item": "01-10"}),
        (console.DISPATCHER, Act.DISPATCH, {"lead": "990101-ZJ"}),
        (DEPARTMENT, Act.RETURN, {"reason": "不在管养范围"}),
        (console.DISPATCHER, Act.DISPATCH, {"lead": "990101-ZJ"}),
        (DEPARTMENT, Act.ACCEPT, {}),
        (DEPARTMENT, Act.PUBLISH, {"text": "明天来修"}),
    ]
    for staff_no, act, said in presses:
        console.account(staff_no)  # made at first use, which is an entry of its own
        before = Entry.objects.count()
        do(staff_no, case, act, **said)
        (entry,) = Entry.objects.order_by("id")[before:]
        actor = console.actor(staff_no)
        assert (entry.subject, entry.account_id) == (str(case.pk), actor.account_id)
        assert entry.unit_id in {grant.unit_id for grant in actor.grants}

    before = Entry.objects.count()
    do(DEPARTMENT, case, Act.APPROVE, status=403)  # what is refused is not written
    console.browser(console.DISPATCHER).get(f"/console/cases/{case.pk}/")  # nor is looking
    assert Entry.objects.count() == before
