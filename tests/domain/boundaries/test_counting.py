"""Cases counted as it was and by any day's boundaries: the parts add up, and the past stays as it was."""

from datetime import date, timedelta

import pytest

from mulin.boundaries.actions.adjusting import adjust_boundaries
from mulin.boundaries.queries.counting import Counted, cases_counted, counts
from mulin.boundaries.queries.editions import differences, handed_over
from mulin.cases.models import Case
from mulin.cases.queries.completion import Period, completion
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput, NotAllowed
from tests.make import boundaries as make
from tests.make import places as ground
from tests.make.boundaries import DAY, NOON, line, outline, plan

pytestmark = pytest.mark.django_db
EARLIER = NOON - timedelta(days=30)
PERIOD = {"since": date(2026, 4, 1), "until": date(2026, 5, 12)}
MERGE = line("merge", ["C1", "C2"], {"code": "C9", "name": "新社区"})
SPLIT = line(
    "split",
    ["C1G1"],
    {"code": "C1G3", "name": "三网格", "outline": outline(0, 30)},
    {"code": "C1G4", "name": "四网格", "outline": outline(30, 100)},
)


def told(counted: Counted) -> dict[str, tuple[int, int, int]]:
    return {row.code: (row.same, row.by_location, row.by_share) for row in counted.rows}


def filed() -> None:
    """File ten cases in a grid, three of them pinned, and two elsewhere; some are over, some are open."""
    for number in range(7):
        state = "closed" if number % 2 else "received"
        make.case(place="C1G1", desk="S", state=state, reported_at=EARLIER)
    for east in (10, 20, 80):
        make.case((east, 50), place="C1G1", desk="S", reported_at=EARLIER)
    make.case((150, 50), place="C1G2", desk="S", reported_at=EARLIER)
    make.case(place="C2", desk="S", reported_at=EARLIER)


def test_last_months_report_is_digit_for_digit_the_same_after_an_adjustment() -> None:
    make.territory()
    filed()
    kinds = ("grid", "community", "street")
    before = {kind: counts(SYSTEM, kind=kind, **PERIOD) for kind in kinds}
    assert told(before["grid"]) == {"": (1, 0, 0), "C1G1": (10, 0, 0), "C1G2": (1, 0, 0)}
    adjust_boundaries(plan=plan(MERGE, SPLIT), key="k", actor=SYSTEM, now=NOON)
    assert {kind: counts(SYSTEM, kind=kind, **PERIOD) for kind in kinds} == before


def test_the_completion_table_of_last_month_is_the_same_after_a_border_between_streets_moved() -> None:
    make.territory()
    make.found("S2", "street", "另一街道")
    ground.drawn(
        ground.area("S2", ground.box(600, 0, 800, 100), "street"),
        ground.area("D1", ground.box(600, 0, 800, 100), "community", parent="S2"),
        ground.area("D1G1", ground.box(600, 0, 800, 100), parent="D1"),
    )
    make.found("D1", "community", "D1社区", "S2")
    make.found("D1G1", "grid", "D1G1网格", "D1")
    make.case((590, 50), place="C3G2", desk="S", reported_at=EARLIER)
    period = Period.of(EARLIER - timedelta(days=1), EARLIER + timedelta(days=1), now=NOON)
    before = completion(SYSTEM, period, now=NOON)
    wider = [("S", 0, 550), ("C3", 400, 550), ("C3G2", 500, 550)]
    wider += [(code, 550, 800) for code in ("S2", "D1", "D1G1")]
    lines = [
        line("redraw", [code], {"code": code, "outline": outline(west, east)}) for code, west, east in wider
    ]
    adjust_boundaries(plan=plan(*lines), key="k", actor=SYSTEM, now=NOON)
    moved = Case.objects.select_related("place_unit").get()
    assert moved.place_unit is not None
    assert moved.place_unit.code == "D1G1"
    assert completion(SYSTEM, period, now=NOON) == before


def test_by_todays_boundaries_location_decides_where_known_and_shares_where_not() -> None:
    make.territory()
    filed()
    adjust_boundaries(plan=plan(MERGE, SPLIT), key="k", actor=SYSTEM, now=NOON)
    grids = counts(SYSTEM, kind="grid", by=DAY, **PERIOD)
    assert told(grids) == {
        "": (0, 0, 1), "C1G2": (1, 0, 0), "C1G3": (0, 2, 2), "C1G4": (0, 1, 5),
    }  # fmt: skip
    assert (grids.total, grids.same, grids.by_location, grids.by_share) == (12, 1, 3, 8)
    communities = counts(SYSTEM, kind="community", by=DAY, **PERIOD)
    assert {row.code: row.count for row in communities.rows} == {"C9": 12}


def test_cases_of_today_can_be_counted_by_the_boundaries_of_before() -> None:
    make.territory()
    adjust_boundaries(plan=plan(SPLIT), key="k", actor=SYSTEM, now=NOON)
    make.case((10, 50), place="C1G3", desk="S")
    make.case(place="C1G4", desk="S")
    now = {"since": DAY, "until": DAY + timedelta(days=1)}
    assert told(counts(SYSTEM, kind="grid", by=DAY - timedelta(days=1), **now)) == {"C1G1": (0, 1, 1)}
    assert told(counts(SYSTEM, kind="grid", **now)) == {"C1G3": (1, 0, 0), "C1G4": (1, 0, 0)}


def test_what_was_filed_on_the_day_of_the_adjustment_before_it_was_made_is_in_the_new_areas() -> None:
    make.territory()
    make.case((10, 50), place="C1G1", desk="S", reported_at=NOON - timedelta(hours=1))
    adjust_boundaries(plan=plan(SPLIT), key="k", actor=SYSTEM, now=NOON)
    today = {"since": DAY, "until": DAY + timedelta(days=1)}
    assert told(counts(SYSTEM, kind="grid", **today)) == {"C1G1": (1, 0, 0)}
    assert told(counts(SYSTEM, kind="grid", by=DAY, **today)) == {"C1G3": (0, 1, 0)}


def test_every_number_opens_the_cases_behind_it() -> None:
    make.territory()
    filed()
    adjust_boundaries(plan=plan(SPLIT), key="k", actor=SYSTEM, now=NOON)
    for row in counts(SYSTEM, kind="grid", by=DAY, **PERIOD).rows:
        opened = cases_counted(SYSTEM, kind="grid", code=row.code, by=DAY, **PERIOD)
        hows = [case.how for case in opened]
        assert (hows.count("same"), hows.count("location")) == (row.same, row.by_location)
        assert hows.count("share") == (7 if row.by_share else 0)  # of a shared area every case


def test_what_differs_between_two_days_is_told_with_document_hectares_and_open_cases() -> None:
    make.territory()
    make.case((80, 50), place="C1G1", lead="C1G1", state="in_hand")
    adjust_boundaries(plan=plan(MERGE, SPLIT), key="k", actor=SYSTEM, now=NOON)
    found = differences(SYSTEM, old=DAY - timedelta(days=1), new=DAY, kind="grid")
    assert (found.areas_before, found.areas_after, found.of_kind, found.cases) == (6, 7, {"split": 1}, 1)
    (one,) = found.differences
    assert (one.before, one.document) == ((("C1G1", "C1G1网格"),), "示例〔2026〕1号")
    assert [code for code, _ in one.after] == ["C1G3", "C1G4"]
    assert one.hectares == pytest.approx(1.0, rel=0.01)
    assert differences(SYSTEM, old=DAY, new=DAY, kind="grid").differences == ()
    assert one.adjustment is not None
    (moved,) = handed_over(SYSTEM, one.adjustment)
    assert (moved.place_was, moved.place, moved.how) == ("C1G1网格", "四网格", "location")


def test_who_may_not_see_figures_is_refused_and_a_period_is_at_most_a_year() -> None:
    with pytest.raises(NotAllowed):
        counts(ground.clerk("see_case"), kind="grid", **PERIOD)
    with pytest.raises(BadInput):
        counts(SYSTEM, kind="grid", since=date(2024, 1, 1), until=date(2026, 1, 1))
