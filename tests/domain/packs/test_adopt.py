"""Adopting a pack: one act that does all or nothing, again does nothing, and shows its effect beforehand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps

from mulin.cases.models import Case, DispatchRule, Settings
from mulin.catalogue import queries as lists
from mulin.kernel.actor import SYSTEM, Actor
from mulin.kernel.errors import BadInput, NotAllowed, NotPossible
from mulin.ledger.models import Entry
from mulin.packs.actions import adopt_pack, preview_pack
from mulin.packs.rules.pack import Pack, Table
from mulin.people.models import Unit
from mulin.people.queries.units import tree_on
from mulin.places.queries import ground as places
from mulin.places.rules.ground import AreaEdition
from tests.make import cases as heart
from tests.make import packs as make
from tests.make.places import clerk

pytestmark = pytest.mark.django_db

LATER = make.ADOPTED_AT + timedelta(days=60)
SPRING = date(2026, 3, 2)
EVERY_ACT = (
    "adopt_pack", "import_people", "import_areas", "import_compounds", "import_buildings", "import_things",
    "publish_list",
    "publish_dispatch", "publish_calendar", "publish_profiles",
)  # fmt: skip
OURS = ("clocks", "places", "people", "catalogue", "cases", "ledger")


def everything() -> dict[str, list[dict[str, object]]]:
    """Return all rows of all our tables but the counters that no rollback turns back."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for label in OURS
        for model in apps.get_app_config(label).get_models()
    }


def without_second_grid(pack: Pack) -> Pack:
    """Return the pack with the second grid merged into the first, and all that hung on it moved over."""
    gone, kept = "990101001001002", "990101001001001"
    merged = places_union(pack, kept, gone)
    areas = [merged if a.code == kept else a for a in pack.areas.rows if a.code != gone]
    units = [
        replace(u, covers=tuple(kept if c == gone else c for c in u.covers))
        for u in pack.units.rows
        if u.code != gone
    ]
    compounds = [
        replace(c, grid_codes=tuple(sorted({kept if g == gone else g for g in c.grid_codes})))
        for c in pack.compounds.rows
    ]
    buildings = [
        replace(b, grid_code=kept if b.grid_code == gone else b.grid_code) for b in pack.buildings.rows
    ]
    staff = [s for s in pack.staff.rows if s.unit != gone]
    return replace(
        pack,
        digest="merged",
        areas=table(areas),
        units=table(units),
        compounds=table(compounds),
        buildings=table(buildings),
        staff=table(staff),
    )


def table(rows: list) -> Table:
    return Table(tuple(rows), tuple(make.SOMEWHERE for _ in rows))


def places_union(pack: Pack, kept: str, gone: str) -> AreaEdition:
    shapes = make.shapes(pack)
    outline = shapes[kept].union(shapes[gone])
    return replace(next(a for a in pack.areas.rows if a.code == kept), outline=bytes(outline.wkb))


def test_a_city_stands_after_one_act() -> None:
    adopted = make.city()
    assert adopted.sections["areas"]["new"] == 18
    assert {node.kind for node in tree_on(on=SPRING)} >= {
        "city",
        "grid",
        "building",
        "stairwell",
        "party_group",
    }
    assert Settings.objects.get().prefix == "DM"
    assert len(lists.items_in_force(SPRING)) == 25
    assert DispatchRule.objects.count() == 12
    assert places.locate_address("清泉社区东苑小区3号楼", on=SPRING).grid_code == "990101001001002"
    entries = Entry.objects.filter(kind="pack.adopted")
    assert [entry.facts["digest"] for entry in entries] == [make.pack().digest]


def test_the_same_content_again_changes_nothing() -> None:
    make.city()
    before = everything()
    again = adopt_pack(pack=make.pack(), actor=SYSTEM, now=LATER)
    assert again.replayed
    assert everything() == before


def test_a_new_version_with_the_same_rows_writes_only_that_it_was_adopted() -> None:
    make.city()
    adopted = adopt_pack(pack=replace(make.pack(), digest="other"), actor=SYSTEM, now=LATER)
    moved = {name: counts for name, counts in adopted.sections.items() if counts["new"] or counts["ended"]}
    assert moved == {}
    assert adopted.from_on == SPRING
    assert set(Entry.objects.filter(at=LATER).values_list("kind", flat=True)) == {
        "pack.adopted",
        "settings.adopted",
    }


def test_a_merged_grid_ends_with_its_unit_and_the_old_map_can_be_shown() -> None:
    make.city()
    adopted = adopt_pack(pack=without_second_grid(make.pack()), actor=SYSTEM, now=LATER)
    assert adopted.sections["areas"] == {"new": 0, "changed": 1, "ended": 1, "same": 16}
    assert Unit.objects.get(code="990101001001002").until_on == SPRING
    spot = {"lon": 118.0075, "lat": 34.0067}
    assert places.locate_point(**spot, on=SPRING).grid_code == "990101001001001"
    assert places.locate_point(**spot, on=SPRING - timedelta(days=1)).grid_code == "990101001001002"


def test_the_preview_counts_open_cases_that_would_move_and_leaves_nothing() -> None:
    make.city()
    for offset in (0, 1, 2):
        heart.filed(now=LATER, lon=118.0075 + offset / 10_000, lat=34.0067)
    heart.filed(now=LATER, lon=118.0020, lat=34.0020)
    heart.filed(now=LATER, address="东苑小区")
    assert Case.objects.filter(place_unit__code="990101001001002").count() == 3
    before = everything()
    seen = preview_pack(pack=without_second_grid(make.pack()), actor=SYSTEM, now=LATER)
    assert seen.cases_moved == 3
    assert [(m.before, m.after, m.cases, len(m.numbers)) for m in seen.moved] == [
        ("清泉社区第二网格", "清泉社区第一网格", 3, 3)
    ]
    assert everything() == before
    assert places.locate_point(lon=118.0075, lat=34.0067, on=SPRING).grid_code == "990101001001002"


def tied(pack: Pack) -> Pack:
    rows = (*pack.dispatch.rows, replace(pack.dispatch.rows[0], line=99))
    return replace(pack, digest="tied", dispatch=Table(rows, pack.dispatch.sources))


def overlapping(pack: Pack) -> Pack:
    first, *others = [a for a in pack.areas.rows if a.kind == "grid"]
    rows = [a for a in pack.areas.rows if a.kind != "grid"] + [
        first, *(replace(a, outline=first.outline) if a is others[0] else a for a in others)
    ]  # fmt: skip
    return replace(pack, digest="overlapping", areas=table(rows))


@pytest.mark.parametrize(
    ("change", "actor", "refusal"),
    [
        pytest.param(lambda pack: pack, clerk("see_case"), NotAllowed, id="wrong-role"),
        pytest.param(lambda pack: pack, clerk("adopt_pack"), NotAllowed, id="may-adopt-but-not-import"),
        pytest.param(
            lambda pack: pack,
            clerk(*(set(EVERY_ACT) - {"publish_dispatch"})),
            NotAllowed,
            id="no-dispatch-table",
        ),
        pytest.param(
            lambda pack: replace(pack, settings={}),
            clerk(*(set(EVERY_ACT) - {"adopt_pack"})),
            NotAllowed,
            id="may-import-but-not-adopt",
        ),
        pytest.param(tied, SYSTEM, BadInput, id="fails-late"),
        pytest.param(overlapping, SYSTEM, BadInput, id="fails-in-the-middle"),
    ],
)
def test_a_refused_adoption_leaves_no_trace(
    change: Callable[[Pack], Pack], actor: Actor, refusal: type[Exception]
) -> None:
    before = everything()
    with pytest.raises(refusal):
        adopt_pack(pack=change(make.pack()), actor=actor, now=make.ADOPTED_AT)
    assert everything() == before


def test_a_pack_may_leave_out_list_dispatch_table_and_settings() -> None:
    pack = without_houses(replace(make.pack(), items=(), dispatch=Table(), settings={}))
    adopted = adopt_pack(pack=pack, actor=SYSTEM, now=make.ADOPTED_AT)
    assert adopted.sections.keys().isdisjoint({"list", "dispatch", "settings"})
    assert not Unit.objects.filter(kind__in=["building", "stairwell"]).exists()


def without_houses(pack: Pack) -> Pack:
    """Return the pack as a city without levels 6 and 7 would write it."""
    houses = ("building", "stairwell")
    posts = [post for post in pack.posts.rows if post.unit_kind not in houses]
    held = {post.code for post in posts}
    return replace(
        pack,
        kinds=table([kind for kind in pack.kinds.rows if kind.code not in houses]),
        posts=table(posts),
        staff=table([term for term in pack.staff.rows if term.post in held]),
    )


def test_somebody_with_every_permit_may_adopt() -> None:
    adopted = adopt_pack(pack=make.pack(), actor=clerk(*EVERY_ACT), now=make.ADOPTED_AT)
    assert not adopted.replayed
    assert set(Entry.objects.values_list("account_id", flat=True)) == {7}


def test_the_past_is_not_redrawn_under_what_came_later() -> None:
    make.city()
    with pytest.raises(NotPossible):
        adopt_pack(
            pack=without_second_grid(make.pack()),
            from_on=date(2025, 6, 1),
            actor=SYSTEM,
            now=datetime(2026, 4, 1, tzinfo=UTC),
        )
