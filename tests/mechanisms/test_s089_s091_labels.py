"""A city's own words: the loop over the steps of a case, the five types of the grid log, names alone."""

from collections import Counter

import pytest
from django.utils import timezone

from mulin.kernel.actor import SYSTEM
from mulin.people.queries.days import day_of
from mulin.worklog.actions import labels as words
from mulin.worklog.actions import logs
from mulin.worklog.models import LogEntry
from mulin.worklog.queries import logs as lookup
from mulin.worklog.queries.labels import labels, rows_in_use
from mulin.worklog.rules.labels import STEPS, Family, LabelRow
from tests.make import console, packs

pytestmark = pytest.mark.django_db
FIVE = ("activity", "reason", "problem", "dispute", "example")


@pytest.mark.mechanism("S-089")
def test_the_label_set_is_data_and_the_four_steps_lie_over_the_states() -> None:
    packs.city()
    loop = labels(Family.LOOP)
    assert [label.name for label in loop] == ["发现", "派单", "处置", "反馈"]
    assert Counter(step for label in loop for step in label.maps_to) == Counter(STEPS - {"declined"})
    case = console.case("in_hand")
    seat = console.browser(console.SEAT)
    address = f"/console/cases/{case.pk}/"
    assert [(one.name, one.now) for one in seat.get(address).context["loop"]] == [
        ("发现", False), ("派单", False), ("处置", True), ("反馈", False),
    ]  # fmt: skip
    two = [LabelRow("loop", "in", "收", "In", ("reported", "registered", "dispatched")),
           LabelRow("loop", "out", "办", "Out", ("handling", "answering", "closed"))]  # fmt: skip
    words.adopt_labels(rows=two, actor=SYSTEM, now=timezone.now())
    assert [(one.name, one.now) for one in seat.get(address).context["loop"]] == [("收", False), ("办", True)]
    words.adopt_labels(rows=[LabelRow("name", "x", "某法", "X")], actor=SYSTEM, now=timezone.now())
    assert seat.get(address).context["loop"] == []  # a city without one sees the six steps only


@pytest.mark.mechanism("S-090")
def test_the_grid_log_offers_the_five_types_and_counts_them_by_month() -> None:
    packs.city()
    now = timezone.now()
    today, officer, lead = day_of(now), console.actor("S042"), console.actor(console.COMMUNITY)
    assert tuple(label.code for label in labels(Family.GRID_LOG)) == FIVE
    form = console.browser("S042").get("/console/worklog/").context["form"]
    assert tuple(code for code, _ in form.fields["kind"].choices) == FIVE
    for number, kind in enumerate(FIVE):
        for _ in range(number):
            logs.write_log(unit="990101001001001", kind=kind, text="示例", on=today, actor=officer, now=now)
    counts = lookup.counts(lead, month=today)
    assert [(one.code, one.n) for one in counts] == [(kind, n) for n, kind in enumerate(FIVE)]
    for one in counts:  # each number opens its entries
        assert len(lookup.entries(lead, month=today, kind=one.code)) == one.n
    assert sum(one.n for one in lookup.counts(lead, month=today.replace(day=1).replace(year=2020))) == 0
    assert not {field.name for field in LogEntry._meta.get_fields()} & {"person", "resident", "name", "phone"}
    assert "account" not in lookup.Line.__slots__  # who wrote it is not told, so nobody is counted


@pytest.mark.mechanism("S-091")
def test_a_method_that_is_only_a_name_is_shown_as_one() -> None:
    packs.city()
    page = console.browser("S042").get("/console/worklog/").content.decode()
    assert "五邻工作法" in page
    assert "五邻工作法" in {row.name for row in rows_in_use() if row.family == "name"}
