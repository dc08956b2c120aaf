"""The database of space and time: the state of an area on a day, what an outline held between two moments."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import shapely
from click.testing import CliRunner
from django.utils import timezone

from mulin.cases.actions import triage
from mulin.cases.models import Case
from mulin.cli.places import places as command
from mulin.insight.queries import inside as inside_of
from mulin.insight.queries import states
from mulin.insight.queries.matters import What
from mulin.insight.rules.asked import Span, outline_of
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import NotFound
from tests.make import console
from tests.make import packs as make

GRID, SECOND, COMMUNITY = "990101001001001", "990101001001002", "990101001001"
EARLY = datetime(2026, 3, 2, 4, tzinfo=UTC)
MAY = datetime(2026, 5, 12, 4, tzinfo=UTC)


@pytest.mark.mechanism("S-040")
@pytest.mark.django_db
def test_the_state_of_a_grid_on_a_day_can_be_asked_and_each_number_opens_its_cases() -> None:
    make.city()
    old, new = console.filed(now=EARLY).case, console.filed(now=MAY).case
    Case.objects.filter(pk=old.pk).update(state="closed", closed_at=EARLY + timedelta(days=3))

    march = states.state_of(SYSTEM, GRID, on=date(2026, 3, 2))
    assert (march.area.name, march.from_on, march.chain[0].code) == (
        "清泉社区第一网格",
        date(2026, 1, 1),
        COMMUNITY,
    )
    assert (march.grids, march.buildings, march.compounds) == (1, 2, 1)
    assert march.hectares > 0
    assert march.cases == {What.REPORTED: 1, What.CLOSED: 0, What.OPEN: 1}
    later = states.state_of(SYSTEM, GRID, on=date(2026, 3, 31))
    assert later.cases == {What.REPORTED: 1, What.CLOSED: 1, What.OPEN: 0}
    may = states.state_of(SYSTEM, GRID, on=MAY.date())
    assert may.cases == {What.REPORTED: 1, What.CLOSED: 0, What.OPEN: 1}
    whole = states.state_of(SYSTEM, COMMUNITY, on=MAY.date())
    assert (whole.grids, whole.cases[What.OPEN]) == (4, 1)

    opened = {
        (what, on): states.cases_of(SYSTEM, GRID, what, on=on)
        for what in What
        for on in (EARLY.date(), MAY.date())
    }
    assert list(opened[What.OPEN, EARLY.date()]) == [old.pk]
    assert list(opened[What.REPORTED, MAY.date()]) == [new.pk]
    assert list(opened[What.CLOSED, MAY.date()]) == []
    with pytest.raises(NotFound):
        states.state_of(SYSTEM, GRID, on=date(2025, 12, 31))


@pytest.mark.mechanism("S-040")
@pytest.mark.django_db
def test_events_within_a_polygon_between_two_moments_can_be_asked_and_nobody_sees_more_than_before() -> None:
    make.city()
    first, second = console.filed(now=EARLY).case, console.filed(now=MAY).case
    lon, lat = console.INSIDE
    here = outline_of(
        json.loads(shapely.to_geojson(shapely.box(lon - 1e-3, lat - 1e-3, lon + 1e-3, lat + 1e-3)))
    )
    elsewhere = outline_of(json.loads(shapely.to_geojson(shapely.box(lon + 1, lat, lon + 2, lat + 1))))
    ring = shapely.Point(lon, lat).buffer(1e-3).difference(shapely.Point(lon, lat).buffer(5e-4))

    def asked(shape: object, since: datetime, until: datetime, **more: object) -> inside_of.Inside:
        return inside_of.inside(SYSTEM, shape, Span(since, until), **more)  # type: ignore[arg-type]

    both = asked(here, EARLY, MAY + timedelta(hours=1))
    assert both.cases == (second.pk, first.pk)
    assert both.counts == {What.REPORTED: 2, What.CLOSED: 0, What.OPEN: 2}
    assert asked(here, EARLY, MAY).cases == (first.pk,)
    assert asked(here, EARLY, MAY + timedelta(hours=1), after=second.pk).cases == (first.pk,)
    assert asked(elsewhere, EARLY, MAY + timedelta(hours=1)).counts[What.REPORTED] == 0
    assert asked(outline_of(json.loads(shapely.to_geojson(ring))), EARLY, MAY + timedelta(1)).cases == ()
    assert both.buildings >= 1
    assert {"DM-DY-01"} <= {one.code for one in both.named}

    firm = inside_of.inside(console.actor(console.FIRM), here, Span(EARLY, MAY + timedelta(hours=1)))
    assert firm.counts[What.REPORTED] == 0, "the firm has not been sent either of them"
    triage.dispatch_case(
        case_id=second.pk,
        lead="990101-WY01",
        reason="示例",
        actor=console.actor(console.DISPATCHER),
        now=timezone.now(),
    )
    firm = inside_of.inside(console.actor(console.FIRM), here, Span(EARLY, MAY + timedelta(hours=1)))
    assert firm.cases == (second.pk,)


@pytest.mark.mechanism("S-040")
@pytest.mark.django_db
def test_the_command_line_tells_the_state_of_a_day() -> None:
    make.city()
    told = CliRunner().invoke(command, ["state", GRID, "--at", "2026-03-02", "--json"])
    assert told.exit_code == 0, told.output
    answer = json.loads(told.output)
    assert (answer["area"]["code"], answer["grids"], answer["on"]) == (GRID, 1, "2026-03-02")
    assert answer["not_as_of"] == ["dwellings", "reopened"]
    words = CliRunner().invoke(command, ["state", COMMUNITY])
    assert words.exit_code == 0, words.output
    assert "清泉社区" in words.output
