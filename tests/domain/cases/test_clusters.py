"""Cases on the map: the clusters of a tile add up to what the database counts, for whoever asks."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from mulin.cases import policy
from mulin.cases.models import Case
from mulin.cases.queries import clusters, spots
from mulin.cases.queries.clusters import Found, Listed, Look, Which
from mulin.cases.rules.cells import cell_of, parted
from mulin.kernel.actor import SYSTEM, Actor, Grant, Relation
from mulin.kernel.errors import BadInput
from mulin.ledger.queries import EntryRow
from mulin.people.models import Unit
from tests.make import cases as make
from tests.make.cases import NOON

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
WORLD = (0, 0, 0)


@pytest.fixture
def here() -> make.City:
    """Return a city with a case a day along a line of five kilometres, in two streets by turns."""
    made = make.city()
    for n in range(12):
        place = made.grid if n % 3 else made.other_street
        spot = {"lon": 118.0 + n / 200, "lat": 34.0 + n % 3 / 500}
        make.case(place, now=NOON - timedelta(days=11 - n), reported_at=NOON - timedelta(days=11 - n), **spot)
    make.case(made.grid, now=NOON)  # somewhere: no point known
    return made


def found(actor: Actor, tile: tuple[int, int, int] = WORLD, look: Look | None = None) -> list[Found]:
    return clusters.found_in(actor, *tile, look=look or Look(TODAY), now=NOON)


def listed(actor: Actor, look: Look | None = None, after: str = "") -> Listed:
    return clusters.cases_in(actor, *WORLD, look=look or Look(TODAY), now=NOON, after=after)


def tiles_at(zoom: int) -> list[tuple[int, int, int]]:
    """Return the tiles of a zoom that hold the cases."""
    cells = [cell_of(case.lon or 0, case.lat or 0) for case in Case.objects.exclude(lon=None)]
    numbers = {cell >> 2 * (24 - zoom) for cell in cells}
    return [(zoom, *parted(number)) for number in numbers]


def total(seen: list[Found]) -> int:
    return sum(each.cluster.count for each in seen)


def test_the_database_and_the_rule_compute_one_cell(here: make.City) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select lon, lat, cell from cases_case where lon is not null")
        for lon, lat, cell in cursor.fetchall():
            assert cell == cell_of(lon, lat)
        cursor.execute("select count(*) from cases_case where lon is null and cell is not null")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("zoom", [0, 6, 10, 13, 16, 20])
@pytest.mark.parametrize("who", ["command", "dispatcher", "other_dispatcher", "checker", "handler"])
def test_clusters_add_up_to_what_the_actor_may_see(here: make.City, zoom: int, who: str) -> None:
    actor = getattr(here, who)
    seen = Case.objects.filter(policy.seen_by(actor), closed_at=None, lon__isnull=False)
    assert sum(total(found(actor, tile)) for tile in tiles_at(zoom)) == seen.count()


def test_somebody_elses_cases_are_neither_counted_nor_told(here: make.City) -> None:
    """The wrong role: a firm that leads nothing, and the street next door."""
    assert found(here.handler) == []
    assert listed(here.handler) == Listed((), "")
    own = {each.id for tile in tiles_at(18) for each in found(here.other_dispatcher, tile)}
    places = Case.objects.filter(pk__in=own).values_list("place_unit__code", flat=True)
    assert set(places) == {"other"}
    assert total(found(here.other_dispatcher)) == 4


def test_a_case_alone_says_its_number_and_how_it_stands_and_nobodys_words(here: make.City) -> None:
    case = Case.objects.filter(lon__isnull=False).earliest("reported_at")
    Case.objects.filter(pk=case.pk).update(due_at=NOON - timedelta(hours=1))
    tile = next(t for t in tiles_at(16) if any(each.id == case.pk for each in found(here.command, t)))
    alone = next(each for each in found(here.command, tile) if each.id == case.pk)
    assert (alone.cluster.count, alone.number, alone.state, alone.tone) == (1, case.number, "received", "bad")
    assert set(Found.__slots__) == {"cluster", "id", "number", "state", "tone"}


def test_the_day_decides_what_was_open(here: make.City) -> None:
    first = Case.objects.filter(lon__isnull=False).earliest("reported_at")
    Case.objects.filter(pk=first.pk).update(state="closed", closed_at=NOON - timedelta(days=5))
    counts = {
        days: total(found(here.command, look=Look(TODAY - timedelta(days=days))))
        for days in (12, 11, 6, 5, 0)
    }
    assert counts == {12: 0, 11: 1, 6: 6, 5: 6, 0: 11}
    everything = Look(TODAY, Which.ALL)
    assert total(found(here.command, look=everything)) == 12
    assert total(found(here.command, look=Look(TODAY - timedelta(days=5), Which.ALL))) == 7
    days = Look(TODAY, Which.ALL, TODAY - timedelta(days=3), TODAY - timedelta(days=2))
    assert total(found(here.command, look=days)) == 2


def test_a_past_day_tells_no_present_state(here: make.City) -> None:
    look = Look(TODAY - timedelta(days=11))
    (only,) = found(here.command, look=look)
    assert (only.cluster.count, only.state, only.tone) == (1, "", "")


def test_the_list_behind_a_cluster_goes_on_page_by_page(
    here: make.City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clusters, "PAGE", 5)
    seen: list[UUID] = []
    after = ""
    for _page in range(3):
        page = listed(here.command, after=after)
        seen += [row.id for row in page.rows]
        after = page.next
    assert after == ""
    newest = Case.objects.filter(lon__isnull=False).order_by("-reported_at", "-pk")
    assert seen == list(newest.values_list("pk", flat=True))


def test_a_place_corrected_moves_the_case(here: make.City) -> None:
    case = Case.objects.filter(lon__isnull=False).latest("reported_at")
    Case.objects.filter(pk=case.pk).update(lon=-70.5, lat=-33.4)
    assert total(found(SYSTEM, (1, 0, 1))) == 1
    assert total(found(SYSTEM, (1, 1, 0))) == 11


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Count as a city of a long past does."""
    spots.forget()
    monkeypatch.setattr(spots, "is_large", lambda: True)
    yield
    spots.forget()


LOOKS = (
    Look(TODAY),
    Look(TODAY, Which.ALL),
    Look(TODAY - timedelta(days=5)),
    Look(TODAY - timedelta(days=5), Which.ALL, TODAY - timedelta(days=8), TODAY - timedelta(days=6)),
)


def test_from_memory_and_from_the_database_come_the_same_clusters(
    here: make.City, in_memory: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Case.objects.filter(lon__isnull=False).earliest("reported_at")
    Case.objects.filter(pk=first.pk).update(state="closed", closed_at=NOON - timedelta(days=5))
    led = Case.objects.filter(lon__isnull=False).latest("reported_at")
    Case.objects.filter(pk=led.pk).update(lead=here.firm)
    for who in (here.command, here.dispatcher, here.other_dispatcher, here.checker, here.handler, SYSTEM):
        for look in LOOKS:
            for tile in [WORLD, *tiles_at(12)]:
                remembered = found(who, tile, look)
                with monkeypatch.context() as small:
                    small.setattr(spots, "is_large", lambda: False)
                    assert found(who, tile, look) == remembered


@pytest.mark.parametrize("relation", Relation)
def test_sight_in_memory_is_that_of_the_policy(here: make.City, in_memory: None, relation: Relation) -> None:
    Case.objects.update(lon=118.0, lat=34.0)
    make.dispatched(here)
    Case.objects.update(lon=118.0, lat=34.0)
    for unit in Unit.objects.all():
        permits = frozenset({(policy.SEE, relation)})
        actor = Actor(99, "w", (Grant(unit.pk, unit.path, unit.name, "w", permits),))
        seen = Case.objects.filter(policy.seen_by(actor), closed_at=None).count()
        assert total(found(actor)) == seen


def test_what_an_act_changes_is_read_again_and_nothing_else(
    here: make.City, in_memory: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert total(found(here.command)) == 12
    gone, moved, quiet = Case.objects.filter(lon__isnull=False).order_by("reported_at")[:3]
    Case.objects.filter(pk__in=[gone.pk, quiet.pk]).update(state="closed", closed_at=NOON)
    Case.objects.filter(pk=moved.pk).update(lon=-70.5, lat=-33.4)
    told = [
        EntryRow(n, NOON, "case.closed", str(case.pk), 1, None, {}) for n, case in enumerate((gone, moved))
    ]
    monkeypatch.setattr(spots, "entries_after", lambda cursor, limit: (told, cursor))
    assert total(found(here.command)) == 12, "asked again only after some seconds"
    monkeypatch.setattr(spots, "REFRESH_SECONDS", -1.0)
    assert total(found(here.command)) == 11, "the one that no entry names is still there"
    assert total(found(here.command, (1, 0, 1))) == 1
    told.append(EntryRow(9, NOON, "boundaries.cases_moved", str(quiet.pk), 1, None, {}))
    assert total(found(here.command)) == 10, "boundaries moved: everything is read anew"


@pytest.mark.parametrize("after", ["x", "2026-05-12_x", "x_01a1fe15-87e5-72eb-96f2-9e4718c58a00"])
def test_an_invented_page_is_refused(here: make.City, after: str) -> None:
    with pytest.raises(BadInput):
        listed(here.command, after=after)


def test_days_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(BadInput):
        Look(TODAY, since=TODAY, until=TODAY - timedelta(days=1))
