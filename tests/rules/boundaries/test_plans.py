"""What a plan may say, what it makes of the ground, and that nothing is lost on the way."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mulin.boundaries.rules.outcome import Outcome, work_out
from mulin.boundaries.rules.plan import WHOLE, BadPlan, Plan, read_plan
from mulin.boundaries.rules.shares import followed, shared_out
from mulin.cases.rules.handovers import Held, How, Reform, held_after
from mulin.places.rules.ground import AreaEdition
from mulin.places.rules.survey import survey
from tests.make import places
from tests.make.boundaries import line, outline, plan

# No clock decides whether a test holds.
PATIENT = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
POINT = {"type": "Point", "coordinates": [1, 2]}
NINE = {"code": "C9", "name": "新社区"}
HALVES = (
    {"code": "C1G1", "outline": outline(0, 60)},
    {"code": "C1G2", "outline": outline(60, 200)},
)


def ground(communities: int = 3, grids: int = 2) -> list[AreaEdition]:
    wide = 100 * grids
    areas = [places.area("S", places.box(0, 0, wide * communities, 100), "street")]
    for number in range(communities):
        first, *rest = places.community(f"C{number + 1}", wide * number, grids)
        areas += [replace(first, parent_code="S"), *rest]
    return areas


def done(
    *lines: dict[str, object], on: list[AreaEdition] | None = None, used: frozenset[str] = frozenset()
) -> Outcome:
    standing = on or ground()
    units = {area.unit_code for area in standing}
    return work_out(plan(*lines), standing, used={*(a.code for a in standing), *used}, units=units)


def wrong(*lines: dict[str, object], used: frozenset[str] = frozenset()) -> list[tuple[int, str]]:
    with pytest.raises(BadPlan) as bad:
        done(*lines, used=used)
    return [(flaw.line, flaw.where) for flaw in bad.value.flaws]


@pytest.mark.parametrize(
    ("lines", "flaws"),
    [
        ([line("merge", ["C1"], NINE)], [(1, "from")]),
        ([line("merge", ["C1", "nowhere"], NINE)], [(1, "from")]),
        ([line("merge", ["C1", "C2"], {"code": "C9"})], [(1, "name")]),
        ([line("merge", ["C1", "C2"], {"code": "C3", "name": "三"})], [(1, "code")]),
        ([line("merge", ["C1", "C2"], NINE), line("rename", ["C2"], {"code": "C2", "name": "二"})],
         [(2, "from")]),
        ([line("split", ["C1G1"], {"code": "A", "name": "甲"}, {"code": "B", "name": "乙"})],
         [(1, "outline"), (1, "outline")]),
        ([line("redraw", ["C1G1", "C1G2"], HALVES[0])], [(1, "into")]),
        ([line("rename", ["C1"], {"code": "C1"})], [(1, "name")]),
        ([line("rename", ["C1"], {"code": "C8", "name": "八"})], [(1, "into")]),
        ([line("found", [], {"code": "N", "outline": outline(0, 10)})], [(1, "into")]),
        ([line("end", ["C1G1"])], [(1, "into")]),
        ([line("end", ["C1G1"], {"code": "nowhere"})], [(1, "into")]),
        ([line("convert", ["C1"], {"code": "C1", "parent_code": "nowhere"})], [(1, "parent_code")]),
        ([line("merge", ["C1", "C2"], NINE, staff="C7")], [(1, "staff")]),
        ([line("merge", ["C1", "C2"], {**NINE, "shares": {"C3": 1}})], [(1, "shares")]),
        ([line("merge", ["C1", "C2"], {**NINE, "shares": {"C1": 0.5}})], [(1, "shares")]),
        ([line("end", ["C3G1"], {"code": "C3G2"})], [(0, "outline")]),  # ground that no grid would have
        ([line("split", ["C1G1"], {"code": "A", "name": "甲", "outline": outline(0, 60)},
               {"code": "B", "name": "乙", "outline": outline(40, 100)})], [(1, "outline")]),  # overlapping
        ([line("split", ["C1G1"], {"code": "A", "name": "甲", "outline": outline(0, 40)},
               {"code": "B", "name": "乙", "outline": outline(60, 100)})], [(1, "outline")]),  # a gap
    ],
)  # fmt: skip
def test_every_line_that_cannot_be_is_named(
    lines: list[dict[str, object]], flaws: list[tuple[int, str]]
) -> None:
    assert wrong(*lines) == flaws


def test_a_code_is_never_used_twice() -> None:
    assert wrong(line("merge", ["C1", "C2"], NINE), used=frozenset({"C9"})) == [(1, "code")]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ([], "plan"),
        ({"on": "soon", "reason": "r", "document": "d", "lines": [{}]}, "on"),
        ({"on": "0001-01-01", "reason": "r", "document": "d", "lines": [{"kind": "rename"}]}, "on"),
        ({"on": "2026-05-12", "reason": " ", "document": "d", "lines": [{"kind": "rename"}]}, "reason"),
        ({"on": "2026-05-12", "reason": "r", "document": "d", "lines": {}}, "lines"),
        ({"on": "2026-05-12", "reason": "r", "document": "d", "lines": [{"kind": "swap"}]}, "kind"),
        ({"on": "2026-05-12", "reason": "r", "document": "d", "lines": [
            {"kind": "merge", "from": [1, 2], "into": [{"code": "x"}]}]}, "from"),
        ({"on": "2026-05-12", "reason": "r", "document": "d", "lines": [
            {"kind": "split", "from": ["a"], "into": [{"code": "x", "outline": POINT}]}]},
         "outline"),
    ],
)  # fmt: skip
def test_what_is_no_plan_is_refused_by_field(data: object, where: str) -> None:
    with pytest.raises(BadPlan) as bad:
        read_plan(data)
    assert where in {flaw.where for flaw in bad.value.flaws}


def test_a_converted_village_comes_to_another_unit_and_kind_and_keeps_its_ground() -> None:
    found = done(line("convert", ["C1"], {"code": "C1", "unit_code": "N1", "name": "新居"}))
    assert (found.units_ended, set(found.units_found)) == (frozenset({"C1"}), {"N1"})
    assert [(link.source_unit, link.target_unit, link.share) for link in found.links] == [("C1", "N1", WHOLE)]
    assert found.touched == frozenset()


def test_ninety_nine_communities_become_forty_eight_in_one_plan() -> None:
    before = ground(communities=99, grids=2)
    codes = [f"C{number + 1}" for number in range(99)]
    merges, start = [], 0
    for number in range(48):
        size = 3 if number < 3 else 2
        merges.append(
            line("merge", codes[start : start + size], {"code": f"N{number}", "name": f"新{number}"})
        )
        start += size
    assert start == 99
    found = done(*merges, on=before)
    kinds = [area.kind for area in found.areas]
    assert (kinds.count("community"), kinds.count("grid")) == (48, 198)
    assert len(found.ended) == 99
    assert survey(found.areas) == []
    parents = {area.parent_code for area in found.areas if area.kind == "grid"}
    assert parents == {f"N{number}" for number in range(48)}


@PATIENT
@given(st.integers(0, 10_000), st.lists(st.integers(0, 1_000), min_size=1, max_size=12))
def test_what_is_shared_out_is_all_there_and_each_part_is_off_by_less_than_one(
    whole: int, weights: list[int]
) -> None:
    parts = shared_out(whole, weights)
    assert sum(parts) == whole
    if total := sum(weights):
        assert all(
            abs(part - Fraction(whole * weight, total)) < 1
            for part, weight in zip(parts, weights, strict=True)
        )


@PATIENT
@given(st.integers(2, 5), st.data())
def test_whatever_is_redrawn_ground_and_shares_add_up(grids: int, data: st.DataObject) -> None:
    """Cut a row of grids anew anywhere: shares of each are whole, the ground is covered once."""
    wide = 100 * grids
    cuts = data.draw(st.lists(st.integers(5, wide - 5), min_size=grids - 1, max_size=grids - 1, unique=True))
    edges = [0, *sorted(cuts), wide]
    if any(second - first < 5 for first, second in pairwise(edges)):
        return
    codes = [f"C1G{n + 1}" for n in range(grids)]
    into = [{"code": code, "outline": outline(edges[n], edges[n + 1])} for n, code in enumerate(codes)]
    found = done(line("redraw", codes, *into), on=ground(1, grids))
    for code in codes:
        assert sum(link.share for link in found.links if link.source == code) == WHOLE
        assert sum(link.back for link in found.links if link.target == code) == pytest.approx(
            WHOLE, abs=grids
        )
    spread = followed({code: Fraction(7) for code in codes}, [_step(found)])
    assert sum(spread.values()) == 7 * grids
    assert survey(found.areas) == []


def _step(found: Outcome) -> dict[str, dict[str, int]]:
    step: dict[str, dict[str, int]] = {}
    for link in found.links:
        step.setdefault(link.source_unit, {})[link.target_unit] = link.share
    return step


REFORM = Reform(
    before={"G1": (("grid", "G1"), ("community", "A")), "G2": (("grid", "G2"), ("community", "B"))},
    after={"G2": (("grid", "G2"), ("community", "B")), "G3": (("grid", "G3"), ("community", "B"))},
    heirs={"G1": (("G3", 700_000), ("G2", 300_000)), "A": (("B", WHOLE),)},
    redrawn=frozenset({"G1", "G2"}),
)


@pytest.mark.parametrize(
    ("held", "found", "after"),
    [
        (Held("G1", "A", "G1", ""), "G2", (Held("G2", "B", "G2", ""), How.LOCATION)),
        (Held("G1", "A", "G1", ""), "", (Held("G3", "B", "G3", ""), How.SHARE)),
        (Held("G1", "city", "law", "A"), "G3", (Held("G3", "city", "law", "B"), How.LOCATION)),
        (Held("G2", "B", "G2", ""), "G3", (Held("G3", "B", "G3", ""), How.LOCATION)),
        (Held("G2", "B", "G2", ""), "", (Held("G2", "B", "G2", ""), How.SHARE)),
        (Held("", "A", "A", ""), "", (Held("", "B", "B", ""), How.SHARE)),
    ],
)
def test_a_case_goes_where_it_lies_else_to_the_largest_share(
    held: Held, found: str, after: tuple[Held, How]
) -> None:
    assert held_after(held, found, REFORM) == after


def test_a_plan_keeps_its_day_and_document() -> None:
    made: Plan = plan(line("rename", ["C1"], {"code": "C1", "name": "一"}))
    assert (made.on, made.document) == (date(2026, 5, 12), "示例〔2026〕1号")
