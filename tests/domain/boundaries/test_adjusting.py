"""Boundaries adjusted as one act: areas, units, staff, open cases, then and on a day to come."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.db import connection

from mulin.boundaries import jobs
from mulin.boundaries.actions.adjusting import adjust_boundaries
from mulin.boundaries.models import Adjustment, Succession
from mulin.boundaries.queries.previews import preview
from mulin.boundaries.rules.plan import BadPlan
from mulin.cases.models import Assignment, Case, Handover
from mulin.cases.queries import invariants, replaying
from mulin.cases.rules import replay
from mulin.console.case_faces import rule_words
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput, NotAllowed
from mulin.ledger.models import Entry
from mulin.people.models import Appointment, Cover, Unit
from mulin.places.queries import ground as places
from mulin.places.queries.ground import LaterChange
from tests.make import boundaries as make
from tests.make import places as ground
from tests.make.boundaries import DAY, NOON, line, outline, plan

pytestmark = pytest.mark.django_db
MERGE = line("merge", ["C1", "C2"], {"code": "C9", "name": "新社区"})
SPLIT = line(
    "split",
    ["C1G1"],
    {"code": "C1G3", "name": "三网格", "outline": outline(0, 30)},
    {"code": "C1G4", "name": "四网格", "outline": outline(30, 100)},
)
REDRAW = line(
    "redraw",
    ["C1G1", "C1G2"],
    {"code": "C1G1", "outline": outline(0, 60)},
    {"code": "C1G2", "outline": outline(60, 200)},
)


def adjust(*lines: dict[str, object], on: date = DAY, key: str = "k1") -> Adjustment:
    return adjust_boundaries(plan=plan(*lines, on=on), key=key, actor=SYSTEM, now=NOON)


def codes(kind: str, on: date = DAY) -> list[str]:
    return [area.code for area in places.areas_on(on) if area.kind == kind]


def who(case: Case) -> tuple[str, str, str]:
    now = Case.objects.select_related("place_unit", "desk", "lead").get(pk=case.pk)
    assert now.place_unit
    return now.place_unit.code, now.desk.code, now.lead.code if now.lead else ""


def told_again(case: Case) -> list[str]:
    moved = replaying._by_block(replaying.ALWAYS)
    (row,) = [row for block in replaying._blocks() for row in block if row["id"] == case.pk]
    past = replaying._past([row], moved)[str(case.pk)]
    wrong = replaying.compare(row, past, {}, {})
    return [each.where for each in wrong if each.where in (*replay.MOVED, "version")]


def test_merged_communities_hand_their_open_cases_to_the_new_one_and_keep_the_closed() -> None:
    make.territory()
    received = make.case((50, 50), place="C1G1", desk="S")
    led = make.case(place="C2", lead="C2", state="in_hand")
    closed = make.case((50, 50), place="C1", lead="C1", state="closed", closed_at=NOON)
    before = Case.objects.values().get(pk=closed.pk)
    made = adjust(MERGE)
    assert codes("community") == ["C3", "C9"]
    assert codes("community", DAY - timedelta(days=1)) == ["C1", "C2", "C3"]
    assert {a.code: a.parent_code for a in places.areas_on(DAY) if a.kind == "grid"} == {
        "C1G1": "C9", "C1G2": "C9", "C2G1": "C9", "C2G2": "C9", "C3G1": "C3", "C3G2": "C3",
    }  # fmt: skip
    units = {unit.code: unit for unit in Unit.objects.all()}
    assert units["C1"].until_on == units["C2"].until_on == DAY
    assert units["C2G1"].path == f"{units['S'].pk}/{units['C9'].pk}/{units['C2G1'].pk}/"
    assert who(received) == ("C1G1", "S", "")
    assert who(led) == ("C9", "C9", "C9")
    assert Case.objects.values().get(pk=closed.pk) == before
    assert Handover.objects.get().how == "share"
    assert made.counts["cases_moved"] == 1
    (part,) = Assignment.objects.filter(case=led, ended_at=None)
    assert (part.unit.code, rule_words(part.why, by="")) == ("C9", "区划调整（示例〔2026〕1号）后承接")
    assert told_again(led) == []
    assert invariants.broken("one_running_lead") == []
    assert set(Succession.objects.values_list("from_code", "to_code", "share", "back")) == {
        ("C1", "C9", 1_000_000, 500_000), ("C2", "C9", 1_000_000, 500_000),
    }  # fmt: skip


def test_a_split_grid_gives_cases_away_by_where_they_lie_and_by_share_where_nobody_knows() -> None:
    make.territory()
    west = make.case((10, 50), place="C1G1", lead="C1G1", state="dispatched")
    east = make.case((80, 50), place="C1G1", lead="C1", state="in_hand")
    nowhere = make.case(place="C1G1", desk="S")
    adjust(SPLIT)
    assert who(west) == ("C1G3", "C1G3", "C1G3")
    assert who(east) == ("C1G4", "C1", "C1")
    assert who(nowhere) == ("C1G4", "S", "")
    assert dict(Handover.objects.values_list("case_id", "how")) == {
        west.pk: "location", east.pk: "location", nowhere.pk: "share",
    }  # fmt: skip
    assert Case.objects.get(pk=west.pk).place["area_code"] == "C1G3"
    assert [told_again(each) for each in (west, east, nowhere)] == [[], [], []]


def test_a_border_that_moves_takes_along_the_cases_beside_it() -> None:
    make.territory()
    taken = make.case((80, 50), place="C1G1", lead="C1G1", state="in_hand")
    stays = make.case((20, 50), place="C1G1", lead="C1G1", state="in_hand")
    unpinned = make.case(place="C1G1", desk="S")
    adjust(REDRAW)
    assert who(taken) == ("C1G2", "C1G2", "C1G2")
    assert who(stays) == ("C1G1", "C1G1", "C1G1")
    assert who(unpinned) == ("C1G1", "S", "")
    assert invariants.broken("one_running_lead") == []
    shares = dict(Succession.objects.filter(from_code="C1G1").values_list("to_code", "share"))
    assert sum(shares.values()) == 1_000_000
    assert shares["C1G2"] == pytest.approx(400_000, abs=2)


def test_the_preview_says_what_the_act_does_and_changes_nothing() -> None:
    make.territory()
    make.case((80, 50), place="C1G1", lead="C1G1", state="in_hand")
    before = list(Case.objects.values())
    seen = preview(SYSTEM, plan(REDRAW))
    assert list(Case.objects.values()) == before
    assert not Entry.objects.exclude(kind__startswith="case.").exclude(kind__startswith="places.").exists()
    (move,) = seen.cases()
    assert (move.was.lead, move.to.lead, move.how) == ("C1G1", "C1G2", "location")
    assert adjust(REDRAW).counts == seen.counts()


def test_on_a_day_to_come_areas_wait_and_cases_go_that_day_once_however_often_the_job_runs() -> None:
    make.territory()
    case = make.case((80, 50), place="C1G1", lead="C1G1", state="in_hand")
    made = adjust(REDRAW, on=DAY + timedelta(days=3))
    assert made.applied_at is None
    assert who(case) == ("C1G1", "C1G1", "C1G1")
    assert jobs.begin_adjustments(now=NOON + timedelta(days=2)) == 0
    assert jobs.begin_adjustments(now=NOON + timedelta(days=3)) == 1
    assert who(case) == ("C1G2", "C1G2", "C1G2")
    assert jobs.begin_adjustments(now=NOON + timedelta(days=3)) == 0
    assert Handover.objects.count() == 1
    assert told_again(case) == []


def test_the_same_key_is_the_same_adjustment_and_another_plan_is_refused() -> None:
    make.territory()
    made = adjust(MERGE, on=DAY + timedelta(days=3))
    assert adjust(MERGE, on=DAY + timedelta(days=3)).pk == made.pk
    with pytest.raises(BadInput, match="幂等键"):
        adjust(REDRAW)
    with pytest.raises(LaterChange):
        adjust(REDRAW, key="k2")


def test_nobody_without_the_post_adjusts_or_previews() -> None:
    make.territory()
    before = list(Unit.objects.values())
    clerk = ground.clerk("import_areas", "import_people")
    with pytest.raises(NotAllowed):
        adjust_boundaries(plan=plan(MERGE), key="k", actor=clerk, now=NOON)
    with pytest.raises(NotAllowed):
        preview(clerk, plan(MERGE))
    assert list(Unit.objects.values()) == before
    assert not Adjustment.objects.exists()


def test_staff_of_merged_units_goes_on_in_the_new_one_as_far_as_there_are_seats() -> None:
    make.territory()
    old = make.serve("C1", "secretary", "甲", seats=1, since=date(2026, 1, 1))
    make.serve("C2", "secretary", "乙", seats=1, since=date(2026, 2, 1))
    make.serve("C2", "worker", "丙")
    adjust(MERGE)
    running = Appointment.objects.filter(until_on=None)
    assert {(t.person.name, t.unit.code, t.post.code, t.from_on) for t in running} == {
        ("甲", "C9", "secretary", DAY), ("丙", "C9", "worker", DAY),
    }  # fmt: skip
    old.refresh_from_db()
    assert (old.until_on, old.ended_at) == (DAY, NOON)


def test_staff_follows_whom_the_plan_names_or_nobody() -> None:
    make.territory()
    make.serve("C1G1", "officer", "甲")
    make.serve("C2G1", "officer", "乙")
    other = line(
        "split", ["C2G1"],
        {"code": "C2G3", "name": "三", "outline": outline(200, 230)},
        {"code": "C2G4", "name": "四", "outline": outline(230, 300)},
        staff="-",
    )  # fmt: skip
    seen = preview(SYSTEM, plan({**SPLIT, "staff": "C1G3"}, other))
    assert {(m.term.name, m.to, m.fate.value) for m in seen.units.terms} == {
        ("甲", "C1G3", "follows"), ("乙", "", "ends"),
    }  # fmt: skip
    adjust({**SPLIT, "staff": "C1G3"}, other)
    assert [(t.person.name, t.unit.code) for t in Appointment.objects.filter(until_on=None)] == [
        ("甲", "C1G3")
    ]


def test_what_hangs_on_a_unit_that_ends_hangs_on_its_heir() -> None:
    make.territory()
    house = make.found("B1", "building", "1号楼", "C1G1")
    branch = make.found("P1", "party", "支部", "C1")
    Cover.objects.create(unit=branch, territory=Unit.objects.get(code="C1G1"), from_on=make.SINCE)
    ground.things(ground.building("B1", "", "C1G1", (10, 50)))
    adjust(SPLIT)
    house.refresh_from_db()
    west = Unit.objects.get(code="C1G3")
    assert house.path == f"{west.path}{house.pk}/"
    assert [b.code for b in places.buildings_of(["C1G3"], on=DAY)] == ["B1"]
    assert [b.code for b in places.buildings_of(["C1G1"], on=DAY - timedelta(days=1))] == ["B1"]
    covers = Cover.objects.filter(unit=branch).values_list("territory__code", "until_on")
    assert set(covers) == {("C1G1", DAY), ("C1G4", None)}


def test_a_unit_that_stands_since_today_is_not_ended_today() -> None:
    make.territory()
    adjust(SPLIT)
    with pytest.raises(BadPlan, match="当天才成立"):
        adjust(line("merge", ["C1G3", "C1G4"], {"code": "C1G5", "name": "五"}), key="k2")


def test_boundaries_before_the_last_adjustment_are_not_adjusted_any_more() -> None:
    make.territory()
    adjust(SPLIT)
    with pytest.raises(LaterChange):
        adjust(MERGE, on=DAY - timedelta(days=2), key="k2")


@pytest.mark.django_db(transaction=True)
def test_of_two_that_adjust_at_once_one_waits_and_is_refused() -> None:
    make.territory()
    case = make.case((80, 50), place="C1G1", lead="C1G1", state="in_hand")
    start = Barrier(2)

    def come(key: str) -> str:
        try:
            start.wait(10)
            adjust(SPLIT, key=key)
            return "done"
        except BadPlan:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(come, ("a", "b"))) == ["done", "refused"]
    assert who(case) == ("C1G4", "C1G4", "C1G4")
    assert Handover.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_runners_on_the_day_one_hands_over_and_the_other_finds_it_done() -> None:
    make.territory()
    make.case((80, 50), place="C1G1", lead="C1G1", state="in_hand")
    adjust(REDRAW, on=DAY + timedelta(days=1))
    start = Barrier(2)

    def run(_: int) -> int:
        try:
            start.wait(10)
            return jobs.begin_adjustments(now=NOON + timedelta(days=1))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(run, range(2))) == [0, 1]
    assert Handover.objects.count() == 1


def test_a_unit_that_would_stand_where_it_cannot_is_told_as_a_flaw_of_the_plan() -> None:
    make.territory()
    bad = plan(line("convert", ["C1G1"], {"code": "C1G1", "unit_code": "N1", "kind": "party"}))
    with pytest.raises(BadPlan):
        preview(SYSTEM, bad)
    with pytest.raises(BadPlan):
        adjust_boundaries(plan=bad, key="k", actor=SYSTEM, now=NOON)
    assert not Unit.objects.filter(code="N1").exists()
