"""Every console page measured in a browser: nothing beyond the edge, pale, tiny or unnamed; then axe."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from mulin.cases.actions import appeals, holding, supervising, visiting
from mulin.cases.models import Case
from mulin.cases.rules.aftercare import Mark, VisitWhy
from mulin.catalogue.models import Edition
from mulin.judgement.actions import open_review
from mulin.kernel.actor import SYSTEM
from mulin.kernel.ids import new_id
from mulin.publications.actions import promises
from mulin.telling.models import Notice, Outgoing
from mulin.telling.rules.routes import Fate
from tests.house.tree import ROOT
from tests.make import console
from tests.make import publications as public
from tests.make.publications import HOUSING, promised
from tests.make.residents import Staff

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
ADMIN: Final = "S006"
AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
AXED: Final = "1280"  # axe reads the page's meaning: one look is enough
MEASURES: Final = (ROOT / "tests" / "journeys" / "resident" / "measures.js").read_text()
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "1280": {"width": 1280, "height": 800},
    "1920 dark": {"width": 1920, "height": 1080, "scheme": "dark"},
    "390": {"width": 390},
    "320 english": {"width": 320, "django_language": "en"},
}


def signed_in(open_page: Open, staff_no: str, **look: Any) -> Page:
    """Open the console as somebody of the demo city."""
    account = console.account(staff_no)
    page = open_page(**look)
    page.goto("/console/sign-in/")
    page.fill("#username", account.username)
    page.fill("#password", console.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_selector(".rail")
    return page


@pytest.fixture
def addresses(city: Staff) -> dict[str, tuple[str, str]]:
    """Return every page with something on it: who opens it, and where it is."""
    long = console.case(text="很长的一件事" * 60)
    busy = console.case("checked", contact=True)
    for number in range(6):
        console.filed(joins=busy, text=f"我家也是，第 {number} 户")
    edition = Edition.objects.get().pk
    street, community = console.DISPATCHER, console.COMMUNITY
    return {
        "queue": (street, "/console/"),
        "empty": (street, "/console/?tab=filed"),
        "long": (street, f"/console/cases/{long.pk}/"),
        "busy": (community, f"/console/cases/{busy.pk}/"),
        "dispatch form": (street, f"/console/cases/{long.pk}/acts/dispatch_case/"),
        "answer form": (community, f"/console/cases/{busy.pk}/acts/answer_report/"),
        "new": (street, "/console/new/"),
        "receptions": (street, "/console/receptions/"),
        "lists": (street, "/console/lists/"),
        "edition": (street, f"/console/lists/{edition}/"),
        "import": (console.STEWARD, "/console/lists/publish/"),
        "table": (street, "/console/dispatch/?try=1&item=04-04"),
        "units": (console.ORGANISER, "/console/units/"),
        "unit": (console.ORGANISER, "/console/units/990101001001/"),
        "secondments": (console.ORGANISER, "/console/secondments/"),
        "ledger": (console.AUDITOR, "/console/ledger/"),
        "me": (street, "/console/me/"),
        "tokens": (street, "/console/me/tokens/"),
        "absent": (street, "/console/lists/999/"),
        "map": (street, "/console/map/"),
        "map table": (street, "/console/map/table/?sort=open"),
        "map changes": (street, "/console/map/changes/"),
        "map redraw": (console.STEWARD, "/console/map/redraw/"),
        **whistle_pages(),
        **clock_pages(),
        **after_pages(),
        **told_pages(),
        **promise_pages(),
    }


def whistle_pages() -> dict[str, tuple[str, str]]:
    """Return the board, a whistle from three sides, and what the superior has to rule."""
    whistle = console.whistled(console.case("in_hand", text="很长的一件事" * 40))
    console.reported_in(whistle, console.HOUSING)
    asked = console.refused(whistle, console.POLICE)
    at = f"/console/whistles/{whistle.pk}/"
    return {
        "whistles": (console.DISPATCHER, "/console/whistles/"),
        "no whistles": (console.DISPATCHER, "/console/whistles/?tab=done"),
        "whistle": (console.DISPATCHER, at),
        "whistle called": (console.HOUSING, at),
        "refusing": (console.CITY_LAW, f"{at}acts/refuse_whistle/"),
        "rulings": (console.SEAT, "/console/rulings/"),
        "ruling": (console.SEAT, f"/console/rulings/{asked.pk}/"),
    }


def clock_pages() -> dict[str, tuple[str, str]]:
    """Return what waits for a word on somebody's clock."""
    case, now = console.case("in_hand"), timezone.now()
    holding.ask_extension(
        case_id=case.pk, words="等配件到货（示例）" * 12, actor=console.actor(console.FIRM), now=now
    )
    return {
        "clocks": (console.DISPATCHER, "/console/clocks/"),
        "asked": (console.DISPATCHER, f"/console/cases/{case.pk}/"),
    }


def after_pages() -> dict[str, tuple[str, str]]:
    """Return visit-backs, samples, appeals, figures."""
    case, now = console.case("closed", contact=True), timezone.now()
    Case.objects.filter(pk=case.pk).update(due_at=now - timedelta(hours=3))
    visiting.open_visit(case, case.reports.get(), why=VisitWhy.DOUBT, now=now)
    appeals.appeal_mark(
        case_id=case.pk,
        mark=Mark.LATE,
        grounds="停水通知（示例）" * 12,
        actor=console.actor(console.FIRM),
        now=now,
    )
    return {
        "visits": (console.COMMUNITY, "/console/visits/"),
        "no visits": (console.DISPATCHER, "/console/visits/"),
        "visit form": (console.COMMUNITY, f"/console/cases/{case.pk}/acts/record_visit/"),
        "plans": (console.DISPATCHER, "/console/visits/plans/"),
        "appeals": (console.DISPATCHER, "/console/appeals/"),
        "figures": (console.SEAT, "/console/figures/"),
        "counted": (console.SEAT, "/console/figures/cases/?count=closed"),
        "flows": (console.SEAT, "/console/figures/flows/"),
        "flow cases": (console.SEAT, "/console/figures/flows/cases/?flow=transferred"),
        "records": (console.SEAT, "/console/figures/records/"),
        "closed": (console.DISPATCHER, f"/console/cases/{case.pk}/"),
    }


def promise_pages() -> dict[str, tuple[str, str]]:
    """Return the pages of public promises and of two-way reviews, with something on them."""
    review = open_review(
        first="990101001", second=HOUSING, term="2026 年上半年（示例）", actor=SYSTEM, now=timezone.now()
    )
    it, now = promised(days=-2), timezone.now()
    for unit in ("990101001", "990101001001"):
        promised(unit, title="汛期前清完辖区全部雨水篦子，并在每个路口公示一次（示例）")
    promises.postpone_promise(
        promise_id=it.pk,
        due_on=it.due_on + timedelta(days=1),
        reason="灯具缺货",
        actor=SYSTEM,
        now=now - timedelta(1),
    )
    public.comment(it, "晚上太暗，老人摔过跤，请先装临时灯。", now=now)
    return {
        "promises": (console.SEAT, "/console/promises/?of=all"),
        "promise": (console.HOUSING, f"/console/promises/{it.pk}/"),
        "promise comments": (console.SEAT, "/console/promises/comments/"),
        "reviews": (console.SEAT, "/console/reviews/"),
        "review": (console.DISPATCHER, f"/console/reviews/{review.pk}/"),
    }


def told_pages() -> dict[str, tuple[str, str]]:
    """Return notices, what did not get out, and supervision."""
    case, now = console.case("in_hand"), timezone.now()
    supervising.supervise_case(
        case_id=case.pk, reason="居民等久了（示例）" * 12, actor=console.actor(console.SEAT), now=now
    )
    facts = {"number": case.number, "due": "5/12 12:00"}
    for entry, words in enumerate(("assigned", "overdue")):
        Notice.objects.create(entry=entry, words=words, unit=case.lead, case=case, at=now, facts=facts)
    Outgoing.objects.create(
        id=new_id(), entry=1, words="reported", channel="sms", case=case, state=Fate.DEAD.value, at=now,
        next_at=now, fault="HTTP 503", attempts=8,
    )  # fmt: skip
    return {
        "notices": (console.FIRM, "/console/notices/"),
        "no notices": (console.COMMUNITY, "/console/notices/?only=unread"),
        "outbox": (ADMIN, "/console/outbox/"),
        "supervision": (console.SEAT, "/console/supervision/?stage=all"),
        "supervised": (console.FIRM, f"/console/cases/{case.pk}/"),
    }


def each(open_page: Open, addresses: dict[str, tuple[str, str]], **look: Any) -> Any:
    """Open one page after another, each by its own person."""
    pages: dict[str, Page] = {}
    for name, (who, address) in addresses.items():
        page = pages.setdefault(who, signed_in(open_page, who, **look) if who not in pages else pages[who])
        page.goto(address)
        page.wait_for_load_state("networkidle")
        yield name, page


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_can_be_read(phone: Open, addresses: dict[str, tuple[str, str]], look: str) -> None:
    faults: list[str] = []
    for name, page in each(phone, addresses, **LOOKS[look]):
        page.evaluate(MEASURES)
        beyond = page.evaluate("measures.beyond()")
        faults += [f"{name}: {beyond}px beyond the edge"] if beyond else []
        faults += [f"{name}: pale {what}" for what in page.evaluate("measures.pale()")]
        least = 24 if "390" not in look and "320" not in look else 32
        small = [
            w for w in page.evaluate(f"measures.small({least})") if "ts-" not in w and "combobox" not in w
        ]
        faults += [f"{name}: small {what}" for what in small if " href" not in what or least == 24]
        faults += [f"{name}: type {t[0]} {t[2]}" for t in page.evaluate("measures.type()") if t[0] < 12]
        faults += [f"{name}: axe {what}" for what in axed(page)] if look == AXED else []
    assert not faults, "\n".join(faults)


def axed(page: Page) -> list[str]:
    """Return what axe finds serious on a page."""
    if not AXE.exists():
        pytest.fail("axe is not there: make web-check fetches it (make test does so first)")
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']} {node['target']} {node['failureSummary'][:160]}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
