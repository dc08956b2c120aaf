"""What staff and systems read: pages, searches, the feed; each in a constant number of questions."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pydantic import TypeAdapter

from mulin.api.figures import FlowsShown
from mulin.api.shown import EntriesShown, ItemsShown, LocatedShown, MeShown, UnitsShown
from mulin.cases.models import Case
from mulin.cases.queries.worklist import QueuePage
from mulin.ledger.models import Entry
from mulin.people.models import Edition, Permit, Role
from tests.edges.api.conftest import Desk
from tests.make import aftercare as after
from tests.make import cases as make
from tests.make import whistles as blow
from tests.make.api import Caller


def queries(caller: Caller, path: str, **query: Any) -> int:
    """Return how many statements an answer takes."""
    with CaptureQueriesContext(connection) as seen:
        assert caller.get(path, **query).status_code == 200
    return len(seen)


def refresh_permits() -> None:
    """Move the edition, as every act on roles does: caches of permits compare it."""
    Edition.objects.update(number=int(timezone.now().timestamp() * 1_000_000))


def test_the_queue_shows_what_lies_on_my_desk(desk: Desk) -> None:
    make.case(desk.city.other_street)
    mine = make.case(desk.city.grid)
    answer = desk.dispatcher.get("/cases")
    page = TypeAdapter(QueuePage).validate_json(answer.content)
    assert [row.id for row in page.rows] == [mine.pk]
    assert page.rows[0].place == ("东街道", "东一社区", "东一-01")
    assert [row["id"] for row in desk.other.get("/cases").json()["rows"]] != [str(mine.pk)]


def test_filters_narrow_and_search_finds_two_characters(desk: Desk) -> None:
    make.filed(by=desk.city.dispatcher, text="井盖松动（示例）")
    make.filed(by=desk.city.dispatcher, text="路灯不亮（示例）")
    found = desk.dispatcher.get("/search", text="井盖").json()["rows"]
    assert [row["title"] for row in found] == ["井盖松动（示例）"]
    assert desk.dispatcher.get("/search", text="没有这个词").json()["rows"] == []
    assert len(desk.dispatcher.get("/cases", tab="filed", text="路灯").json()["rows"]) == 1
    assert desk.dispatcher.get("/cases", tab="filed", channel="grid").json()["rows"] == []


@pytest.mark.parametrize(("path", "query"), [("/cases", {}), ("/search", {"text": "污水"})])
def test_a_page_takes_as_many_questions_for_three_rows_as_for_one(
    desk: Desk, path: str, query: dict[str, Any]
) -> None:
    make.case(desk.city.grid)
    one = queries(desk.dispatcher, path, **query)
    make.case(desk.city.grid)
    make.case(desk.city.grid)
    assert len(desk.dispatcher.get(path, **query).json()["rows"]) == 3
    assert queries(desk.dispatcher, path, **query) == one


def test_a_case_takes_as_many_questions_with_three_voices_as_with_one(desk: Desk) -> None:
    case = make.in_hand(desk.city)
    one = queries(desk.handler, f"/cases/{case.pk}")
    for _ in range(2):
        make.filed(joins=case.pk)
    assert len(desk.handler.get(f"/cases/{case.pk}").json()["reports"]) == 3
    assert queries(desk.handler, f"/cases/{case.pk}") == one


def test_the_queue_says_when_there_is_more(desk: Desk) -> None:
    for _ in range(51):
        make.case(desk.city.grid)
    first = desk.dispatcher.get("/cases").json()
    second = desk.dispatcher.get("/cases", page=2).json()
    assert (len(first["rows"]), first["has_more"]) == (50, True)
    assert (len(second["rows"]), second["has_more"]) == (1, False)
    assert not {row["id"] for row in first["rows"]} & {row["id"] for row in second["rows"]}


def test_a_token_knows_whom_it_stands_for(desk: Desk) -> None:
    me = MeShown.model_validate_json(desk.handler.get("/me").content)
    assert me.account_id == desk.city.handler.account_id
    assert "accept_case" in me.posts[0].acts
    assert desk.public.get("/me").status_code == 401


def test_items_units_and_places_are_read(desk: Desk) -> None:
    make.item()
    items = ItemsShown.model_validate_json(desk.dispatcher.get("/items").content)
    assert [item.code for item in items.items] == ["1-004"]
    units = UnitsShown.model_validate_json(desk.dispatcher.get("/units", kind="grid").content)
    assert {unit.kind for unit in units.units} <= {"grid"}
    located = LocatedShown.model_validate_json(desk.dispatcher.get("/locate", address="示例路").content)
    assert located.outcome == "unknown"
    assert (located.confidence, located.division, located.corrections) == (0.0, [], [])
    assert desk.dispatcher.get("/locate", longitude=117.5, latitude=34.7).status_code == 200


def test_the_feed_tells_everything_once_in_order(desk: Desk) -> None:
    assert desk.command.get("/ledger/entries").status_code == 403
    Permit.objects.create(role=Role.objects.get(code="command"), act="read_ledger", relation="any")
    refresh_permits()
    make.closed(desk.city)
    seen, cursor = [], ""
    while True:
        answer = EntriesShown.model_validate_json(
            desk.command.get("/ledger/entries", after=cursor, limit=2).content
        )
        if not answer.entries:
            break
        seen += [entry.id for entry in answer.entries]
        cursor = answer.cursor
    assert seen == sorted(seen)
    assert set(seen) <= set(Entry.objects.values_list("id", flat=True))


def test_the_feed_refuses_a_cursor_of_another_database(desk: Desk) -> None:
    Permit.objects.create(role=Role.objects.get(code="command"), act="read_ledger", relation="any")
    refresh_permits()
    answer = desk.command.get("/ledger/entries", after=f"{10**17}.1")
    assert answer.status_code == 409
    assert answer.json()["type"] == "cursor-from-elsewhere"


def test_an_overdue_case_is_told_apart(desk: Desk) -> None:
    late = make.case(desk.city.grid)
    Case.objects.filter(pk=late.pk).update(due_at=timezone.now().replace(year=2020))
    rows = desk.dispatcher.get("/cases", tab="overdue").json()["rows"]
    assert [(row["id"], row["clock"]) for row in rows] == [(str(late.pk), "overdue")]


def test_figures_say_their_numbers_and_open_their_cases(desk: Desk) -> None:
    after.words()
    case = after.closed(desk.city, at=timezone.now())
    today = timezone.localdate().isoformat()
    answer = desk.command.get("/figures", since=today, until=today)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["completion"][0]["counts"]["closed"] == 1
    assert told["completion"][0]["completion"] == "100.0"
    assert {rate["value"] for rate in told["rates"]} == {None}  # no valid visit, no figure
    opened = desk.command.get("/figures/cases", since=today, until=today, count="closed").json()
    assert opened == {"cases": [str(case.pk)], "page": 1, "has_more": False}
    assert desk.handler.get("/figures", since=today, until=today).status_code == 403
    assert desk.command.get("/figures", since=today, until="2020-01-01").status_code == 422


def test_flows_say_their_numbers_and_open_their_cases(desk: Desk) -> None:
    cases = {str(after.closed(desk.city, at=timezone.now()).pk) for _ in range(10)}
    today = timezone.localdate().isoformat()
    answer = desk.command.get("/figures/flows", since=today, until=today)
    assert answer.status_code == 200, answer.content
    told = TypeAdapter(FlowsShown).validate_json(answer.content)
    assert [(line.key, line.count) for line in told.streets] == [("street", 10)]
    assert [(line.key, line.share) for line in told.solved_at] == [("property_firm", "100.0")]
    assert (told.speed[0].count, told.speed[0].accept_median) == (10, 0.0)
    asked = {"since": today, "until": today, "flow": "transferred", "key": "street"}
    opened = desk.command.get("/figures/flows/cases", **asked).json()
    assert (set(opened["cases"]), opened["has_more"]) == (cases, False)
    assert desk.command.get("/figures/flows/cases", **asked | {"flow": "nonsense"}).status_code == 422
    assert desk.handler.get("/figures/flows", since=today, until=today).status_code == 403
    assert desk.command.get("/figures/flows", since="2020-01-01", until=today).status_code == 422


def test_a_year_of_evaluations_is_read_by_unit(desk: Desk) -> None:
    there = blow.field(desk.city)
    one = blow.ended(there)
    for judge, of in (("street", "housing"), ("housing", "street")):
        blow.judged(there, one, judge, of)
    (told,) = desk.command.get("/figures/records", year=2026).json()
    assert (told["code"], told["count"], [aspect["mean"] for aspect in told["aspects"]]) == (
        "housing", 1, [None, None]
    )  # fmt: skip
    assert desk.command.get("/figures/records/cases", year=2026, unit="housing").status_code == 409
    assert desk.handler.get("/figures/records/cases", year=2026, unit="housing").status_code == 403
    assert desk.command.get("/figures/records", year=1999).status_code == 422
