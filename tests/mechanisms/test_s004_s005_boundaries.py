"""Communities merged and grids drawn anew: no case lost, counts reconcile, the past stays."""

from collections import Counter
from datetime import date, timedelta

import pytest

from mulin.boundaries.actions.adjusting import adjust_boundaries
from mulin.boundaries.queries.counting import counts
from mulin.boundaries.queries.previews import preview
from mulin.cases.models import Case, Handover
from mulin.cases.queries import invariants
from mulin.kernel.actor import SYSTEM
from mulin.places.queries import ground as places
from mulin.places.rules.survey import survey
from tests.make import boundaries as make
from tests.make.boundaries import DAY, NOON, line, outline, plan

LAST_YEAR = {"since": date(2026, 4, 1), "until": date(2026, 5, 1)}
EARLIER = NOON - timedelta(days=20)


@pytest.mark.mechanism("S-004")
@pytest.mark.django_db
def test_ninety_nine_communities_become_forty_eight_in_one_act_and_no_case_is_lost() -> None:
    make.territory(communities=99, grids=1)
    for number in range(1, 100):
        make.case(
            (100 * number - 50, 50),
            place=f"C{number}G1",
            lead=f"C{number}",
            state="in_hand",
            reported_at=EARLIER,
        )
        make.case(place=f"C{number}", lead=f"C{number}", state="closed", closed_at=NOON, reported_at=EARLIER)
    closed = list(Case.objects.filter(state="closed").order_by("pk").values())
    before = counts(SYSTEM, kind="community", **LAST_YEAR)
    merges, start = [], 1
    for number in range(48):
        size = 3 if number < 3 else 2
        codes = [f"C{start + n}" for n in range(size)]
        merges.append(line("merge", codes, {"code": f"N{number}", "name": f"新{number}社区"}))
        start += size
    wanted = plan(*merges)
    seen = preview(SYSTEM, wanted)
    assert seen.counts() | {"units_found": 48, "units_ended": 99, "cases_moved": 99} == seen.counts()
    assert {move.was.lead for move in seen.cases()} == {f"C{n}" for n in range(1, 100)}
    made = adjust_boundaries(plan=wanted, key="99-48", actor=SYSTEM, now=NOON)
    assert made.counts == seen.counts()
    kinds = Counter(area.kind for area in places.areas_on(DAY))
    assert (kinds["community"], kinds["grid"]) == (48, 99)
    led = set(Case.objects.filter(state="in_hand").values_list("lead__code", flat=True))
    assert led == {f"N{n}" for n in range(48)}
    assert list(Case.objects.filter(state="closed").order_by("pk").values()) == closed
    assert counts(SYSTEM, kind="community", **LAST_YEAR) == before
    after = counts(SYSTEM, kind="community", by=DAY, **LAST_YEAR)
    assert (before.total, after.total, len(before.rows), len(after.rows)) == (198, 198, 99, 48)
    assert invariants.broken("one_running_lead") == invariants.broken("desk_of_the_lead") == []


@pytest.mark.mechanism("S-005")
@pytest.mark.django_db
def test_grids_drawn_anew_leave_no_gap_and_the_edition_before_can_be_shown_and_counted() -> None:
    make.territory()
    for east in range(5, 200, 10):
        make.case((east, 50), place="C1G1" if east < 100 else "C1G2", desk="S", reported_at=EARLIER)
    before = counts(SYSTEM, kind="grid", **LAST_YEAR)
    anew = line(
        "redraw", ["C1G1", "C1G2"],
        {"code": "C1G1", "outline": outline(0, 60)}, {"code": "C1G2", "outline": outline(60, 200)},
    )  # fmt: skip
    adjust_boundaries(plan=plan(anew), key="k", actor=SYSTEM, now=NOON)
    assert survey(places.areas_on(DAY)) == []
    old = {row.code: row.bounds for row in places.outlines("grid", DAY - timedelta(days=1))}
    new = {row.code: row.bounds for row in places.outlines("grid", DAY)}
    assert (old["C1G1"] != new["C1G1"], old["C2G1"] == new["C2G1"]) == (True, True)
    assert Handover.objects.count() == 4
    assert counts(SYSTEM, kind="grid", **LAST_YEAR) == before
    assert {row.code: row.count for row in before.rows} == {"C1G1": 10, "C1G2": 10}
    now = counts(SYSTEM, kind="grid", by=DAY, **LAST_YEAR)
    assert {row.code: row.count for row in now.rows} == {"C1G1": 6, "C1G2": 14}
    assert now.by_location == 20
