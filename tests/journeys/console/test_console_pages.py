"""Every console page measured in a browser: nothing beyond the edge, pale, tiny or unnamed; then axe."""

from collections.abc import Callable
from typing import Any, Final

import pytest
from playwright.sync_api import Page

from mulin.catalogue.models import Edition
from tests.house.tree import ROOT
from tests.make import console
from tests.make.residents import Staff

pytestmark = pytest.mark.browser
Open = Callable[..., Page]
AXE: Final = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
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
        "ledger": (console.AUDITOR, "/console/ledger/"),
        "me": (street, "/console/me/"),
        "tokens": (street, "/console/me/tokens/"),
        "absent": (street, "/console/lists/999/"),
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
    assert not faults, "\n".join(faults)


def test_axe_has_nothing_serious_to_say(phone: Open, addresses: dict[str, tuple[str, str]]) -> None:
    if not AXE.exists():
        pytest.fail("axe is not there: make web-check fetches it (make test does so first)")
    faults: list[str] = []
    for name, page in each(phone, addresses, width=1280, height=800):
        page.evaluate(AXE.read_text())
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        faults += [
            f"{name}: {rule['id']} {node['target']} {node['failureSummary'][:160]}"
            for rule in found["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]
    assert not faults, "\n".join(faults)
