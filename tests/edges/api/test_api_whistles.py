"""Whistles read by API: the board by tab, one whistle whole, and strangers find nothing."""

from mulin.api.whistles import WhistleShown
from mulin.cases.models import Whistle
from mulin.cases.queries.whistle_shapes import WhistleBoard
from tests.edges.api.conftest import Desk
from tests.make import cases as make
from tests.make import whistles as blow


def test_the_board_and_the_page_are_read_by_both_sides(desk: Desk) -> None:
    case = blow.called(desk.city)
    one = Whistle.objects.get(case=case)
    for caller in (desk.dispatcher, desk.called):
        board = caller.get("/whistles").json()
        assert set(board) == set(WhistleBoard.__dataclass_fields__)
        assert [row["id"] for row in board["rows"]] == [str(one.pk)]
        assert board["counts"]["calling"] == 1
    shown = WhistleShown.model_validate_json(desk.called.get(f"/whistles/{one.pk}").content)
    assert (shown.case.number, shown.state, len(shown.columns)) == (case.number, "calling", 1)
    acts = {"report_in", "refuse_whistle", "evaluate_whistle", "sum_up_whistle", "add_note"}
    assert {offer.act for offer in shown.offers} == acts
    assert desk.dispatcher.get("/whistles", tab="done").json()["rows"] == []


def test_strangers_find_nothing(desk: Desk) -> None:
    one = Whistle.objects.get(case=blow.called(desk.city))
    assert desk.public.get(f"/whistles/{one.pk}").status_code == 401
    assert desk.public.get("/whistles").status_code == 401
    assert desk.other.get(f"/whistles/{one.pk}").status_code == 404
    assert desk.other.get("/whistles").json()["rows"] == []
    assert desk.dispatcher.get(f"/whistles/{make.unknown()}").status_code == 404
    assert desk.dispatcher.get("/whistles", tab="nothing").status_code == 422
