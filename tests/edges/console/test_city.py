"""The map of the city: numbers by area and day, each a door to its cases; the same as table and workbook."""

import re
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from mulin.cases.models import Case
from mulin.places.models import Area
from tests.make import console
from tests.make.console import COMMUNITY, DISPATCHER

HERE = "990101001001001"  # the grid of console.INSIDE


@pytest.fixture
def seat(city: None) -> Client:
    """Return somebody of the street who sees its cases."""
    return console.browser(DISPATCHER)


def page(client: Client, query: str = "") -> str:
    return client.get(f"/console/map/?{query}").content.decode()


def test_every_number_of_the_map_opens_exactly_its_cases(seat: Client) -> None:
    cases = [console.case() for _ in range(3)]
    console.case("closed")
    text = page(seat)
    assert "在办" in text
    for url in re.findall(r'href="(/console/map/cases/[^"]*count=open[^"]*)"', text):
        listed = seat.get(url.replace("&amp;", "&")).content.decode()
        assert all(case.number in listed for case in cases)
    numbers = re.findall(r'aria-label="[^"]* (\d+)"[^>]*>\d+</a>', text)
    assert "3" in numbers


def test_a_day_before_the_first_report_has_none_of_them(seat: Client) -> None:
    console.case()
    before = (timezone.localdate() - timedelta(days=1)).isoformat()
    assert f'data-on="{before}"' in page(seat, f"on={before}")
    assert 'aria-label="' in page(seat)
    assert not re.search(r"count=open[^\"]*everywhere=1", page(seat, f"on={before}"))
    assert re.search(r"count=open[^\"]*everywhere=1", page(seat))


def test_a_closed_case_counts_as_open_on_the_days_before_it_was_closed(seat: Client) -> None:
    case, now = console.case("closed"), timezone.now()
    Case.objects.filter(pk=case.pk).update(
        reported_at=now - timedelta(days=9), closed_at=now - timedelta(days=2)
    )
    then = (timezone.localdate() - timedelta(days=4)).isoformat()
    url = f"/console/map/cases/?count=open&area={HERE}&on={then}"
    assert case.number in seat.get(url).content.decode()
    assert case.number not in seat.get(f"/console/map/cases/?count=open&area={HERE}").content.decode()


def test_a_rate_of_fewer_than_ten_is_not_told(seat: Client) -> None:
    for _ in range(9):
        console.filed()
    assert "不足 10 件" in page(seat, "show=late_share")
    console.filed()
    assert "不足 10 件，不显示" not in page(seat, "show=late_share")


def test_nothing_open_has_no_share(seat: Client) -> None:
    console.filed()
    table = seat.get("/console/map/table/").content.decode()
    assert '<td class="n">—</td>' in table
    assert '<td class="n">0%</td>' not in table


def test_an_area_says_its_posts_and_never_who_holds_them(city: None) -> None:
    browser = console.browser(console.ORGANISER)
    text = browser.get(f"/console/map/areas/{HERE}/", headers={"hx-request": "true"}).content.decode()
    assert "在岗" in text
    from_unit = browser.get(f"/console/units/{HERE}/").content.decode()
    names = re.findall(r"<tr><td>([^<]+)</td><td>", from_unit)
    assert names
    assert not any(name in text for name in names)


def test_who_sees_nothing_of_a_place_counts_nothing_there(city: None) -> None:
    console.case()
    assert not re.search(r"count=open[^\"]*everywhere=1", page(console.browser(console.STEWARD)))
    assert re.search(r"count=open[^\"]*everywhere=1", page(console.browser(COMMUNITY)))


def test_the_workbook_says_what_the_table_says(seat: Client) -> None:
    console.case()
    table = seat.get("/console/map/table/?sort=open").content.decode()
    book = openpyxl.load_workbook(BytesIO(b"".join(seat.get("/console/map/table.xlsx"))))  # type: ignore[arg-type]
    rows = list(book.active.values)  # type: ignore[union-attr]
    assert rows[0][:4] == ("编码", "名称", "上级", "在办")
    assert {row[1] for row in rows[1:]} == set(re.findall(r'<td><a href="[^"]*">([^<]+)</a>', table))
    assert sum(int(str(row[3])) for row in rows[1:]) == 1


@pytest.mark.parametrize("query", ["on=2026-02-31", "kind=planet", "show=mood", "on=tomorrow"])
def test_nonsense_is_named(seat: Client, query: str) -> None:
    assert seat.get(f"/console/map/?{query}").status_code == 422


def test_a_name_or_an_address_is_found(seat: Client) -> None:
    name = Area.objects.get(code=HERE).name
    assert f'data-code="{HERE}"' in page(seat, f"q={name}")
    assert f'data-picked="{HERE}"' in page(seat, "q=东苑小区1号楼")


def test_more_cases_and_areas_ask_the_database_no_more(seat: Client) -> None:
    console.case()
    page(seat)
    with CaptureQueriesContext(connection) as one:
        page(seat)
    for _ in range(2):
        console.case()
    page(seat)
    with CaptureQueriesContext(connection) as three:
        page(seat)
    assert len(one) == len(three)
