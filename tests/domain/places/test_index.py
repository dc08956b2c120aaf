"""The index held in the process: fresh after every change, cheap in between, safe in threads."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from mulin.places.queries import ground as queries
from mulin.places.rules.located import Located
from tests.make import places as make
from tests.make.places import NEW_YEAR

pytestmark = pytest.mark.django_db

SPOT = {"lon": make.lon(50), "lat": make.lat(50)}


def test_an_answer_follows_a_change_at_once_and_forgets_a_rolled_back_one() -> None:
    queries.forget()
    assert queries.locate_point(**SPOT, on=NEW_YEAR).grid_code == ""
    with transaction.atomic():
        make.drawn(*make.community())
        assert queries.locate_point(**SPOT, on=NEW_YEAR).grid_code == "C1G1"
        transaction.set_rollback(True)
    queries.forget()
    assert queries.locate_point(**SPOT, on=NEW_YEAR).grid_code == ""
    make.drawn(*make.community("C2"))
    assert queries.locate_point(**SPOT, on=NEW_YEAR).grid_code == "C2G1"


def test_a_warm_answer_asks_the_database_nothing() -> None:
    make.drawn(*make.community())
    queries.locate_point(**SPOT, on=NEW_YEAR)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        queries.locate_point(**SPOT, on=NEW_YEAR)
        queries.locate_address("C1社区", on=NEW_YEAR)
        queries.locate_point(**SPOT, on=NEW_YEAR + timedelta(days=40))
    assert len(asked) == 0


def test_a_look_at_the_edition_is_one_query(monkeypatch: pytest.MonkeyPatch) -> None:
    make.drawn(*make.community())
    queries.locate_point(**SPOT, on=NEW_YEAR)
    queries.forget()
    with CaptureQueriesContext(connection) as asked:
        queries.locate_point(**SPOT, on=NEW_YEAR)
    assert len(asked) == 1


@pytest.mark.parametrize("grids", [1, 3])
def test_loading_takes_the_same_queries_however_much_there_is(grids: int) -> None:
    make.drawn(*make.community(grids=grids))
    with CaptureQueriesContext(connection) as asked:
        queries.ground_on(NEW_YEAR)
    assert len(asked) == 7


def test_few_days_are_kept_at_a_time() -> None:
    for number in range(12):
        make.drawn(*make.community(grids=2 + number), on=NEW_YEAR + timedelta(days=number))
    for number in range(12):
        queries.locate_point(**SPOT, on=NEW_YEAR + timedelta(days=number))
    assert len(queries._SHELF._state.atlases) <= queries.ATLASES_KEPT


@pytest.mark.django_db(transaction=True)
def test_many_threads_get_one_atlas() -> None:
    make.drawn(*make.community())
    queries.forget()
    ready = threading.Barrier(8)

    def ask(_: int) -> tuple[Located, int]:
        ready.wait()
        found = queries.locate_point(**SPOT, on=date(2026, 6, 1)), id(queries.atlas_on(date(2026, 6, 1)))
        connection.close()
        return found

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert {found.grid_code for found, _ in answers} == {"C1G1"}
    assert len({atlas for _, atlas in answers}) == 1


def test_maps_get_light_outlines_that_still_touch() -> None:
    make.drawn(*make.community(), *make.community("C2", east=200))
    everywhere = queries.feature_collection("grid", NEW_YEAR)
    within = queries.outlines("grid", NEW_YEAR, within="C2")
    assert (len(everywhere["features"]), [row.code for row in within]) == (4, ["C2G1", "C2G2"])
    assert queries.outlines("grid", NEW_YEAR, within="nowhere") == []
    light = queries.outlines("grid", NEW_YEAR, simplify_metres=5)
    assert len(light) == 4
    row = within[0]
    assert row.geometry["type"] == "Polygon"
    assert row.bounds[0] < row.centre[0] < row.bounds[2]
    assert row.as_feature()["properties"]["synthetic"] is False
