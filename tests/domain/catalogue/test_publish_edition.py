"""Publishing a list: one act, all or nothing, and the past stays as it was."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from mulin.catalogue import actions, policy, queries
from mulin.catalogue.actions import BadList, CodeTaken, DayTaken
from mulin.catalogue.models import Edition, Item, ItemList
from mulin.catalogue.rules.items import ItemRow
from mulin.kernel.actor import PUBLIC, SYSTEM, Actor, Relation
from mulin.kernel.errors import BadInput, NotAllowed, NotFound, Refusal
from mulin.ledger.queries import entries_of
from tests.make import catalogue as make

pytestmark = pytest.mark.django_db

MAY = date(2026, 5, 1)
JUNE = date(2026, 6, 1)


def everything() -> list[object]:
    return [list(model.objects.order_by("pk").values()) for model in (ItemList, Edition, Item)]


def entries() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry")
        return int(cursor.fetchone()[0])


def test_an_edition_is_in_force_from_its_day_on_and_tells_the_ledger() -> None:
    first = make.publish(*make.rows("1", "2", "3"))
    assert (first.items, first.added, first.gone, first.changed, first.replayed) == (3, 3, 0, 0, False)
    second = make.publish(
        make.row("1"),
        make.row("2", name="改名"),
        make.row("4"),
        from_on=MAY,
        digest="1" * 64,
        actor=make.publisher(),
    )
    assert (second.added, second.gone, second.changed) == (1, 1, 1)

    (entry,) = entries_of(second.edition.pk, subject_kind="list")
    assert (entry.kind, entry.account_id, entry.unit_id, entry.at) == ("list.published", 7, 1, make.NOON)
    assert entry.facts == {
        "list": "matters",
        "edition": "2026 版（示例）",
        "from_on": "2026-05-01",
        "digest": "1" * 64,
        "items": 3,
        "added": 1,
        "gone": 1,
        "changed": 1,
    }


def test_a_stored_item_is_the_item_that_was_published() -> None:
    make.publish(make.ROW)
    assert queries.row_of(Item.objects.get()) == make.ROW


def test_the_old_edition_and_its_items_stay() -> None:
    old = make.publish(*make.rows("1", "2"))
    make.publish(*make.rows("2"), from_on=MAY)
    assert [item.code for item in queries.items_of(old.edition.pk)] == ["1", "2"]
    assert queries.item_in_force("1", on=date(2026, 4, 30)).name == "事项1"
    with pytest.raises(NotFound):
        queries.item_in_force("1", on=MAY)


def test_the_same_sheet_for_the_same_day_changes_nothing() -> None:
    first = make.publish(*make.rows("1"))
    make.publish(*make.rows("2"), from_on=MAY, digest="1" * 64)
    before, told = everything(), entries()
    again = make.publish(*make.rows("1"))
    assert (again.edition, again.items, again.replayed) == (first.edition, 1, True)
    assert (everything(), entries()) == (before, told)


def test_a_list_takes_its_newest_name_and_lists_stand_side_by_side() -> None:
    make.publish(*make.rows("1"))
    make.publish(*make.rows("1"), from_on=MAY, list_name="事项清单（新）")
    make.publish(*make.rows("A1"), list_code="powers", list_name="权责清单")
    assert [(one.code, one.name) for one in ItemList.objects.order_by("code")] == [
        ("matters", "事项清单（新）"),
        ("powers", "权责清单"),
    ]
    assert [item.code for item in queries.items_in_force(MAY)] == ["1", "A1"]


def test_a_code_that_another_list_gave_up_is_free() -> None:
    make.publish(*make.rows("1", "2"))
    make.publish(*make.rows("2"), from_on=MAY)
    make.publish(*make.rows("1"), list_code="powers", list_name="权责清单", from_on=JUNE)
    assert queries.item_in_force("1", on=JUNE).edition.item_list.code == "powers"


NO_ITEMS: list[ItemRow] = []


@pytest.mark.parametrize(
    ("items", "given", "refusal"),
    [
        pytest.param(
            make.rows("9"), {"actor": make.publisher(act="publish_dispatch")}, NotAllowed, id="wrong-role"
        ),
        pytest.param(
            make.rows("9"), {"actor": make.publisher(Relation.DESK)}, NotAllowed, id="too-narrow-a-post"
        ),
        pytest.param(make.rows("9"), {"actor": PUBLIC}, NotAllowed, id="nobody-known"),
        pytest.param(make.rows("9"), {"actor": Actor(7, "无岗位")}, NotAllowed, id="no-post"),
        pytest.param(NO_ITEMS, {}, BadList, id="no-items"),
        pytest.param([make.row("9"), make.row("9", line=3)], {}, BadList, id="a-code-twice"),
        pytest.param([make.row("9", lead_kind="moon")], {}, BadList, id="unknown-unit-kind"),
        pytest.param([make.row("9", name="名" * 121)], {}, BadList, id="name-too-long"),
        pytest.param([make.row("9", path=())], {}, BadList, id="no-category"),
        pytest.param(make.rows("9"), {"name": " "}, BadInput, id="edition-without-a-name"),
        pytest.param(make.rows("9"), {"name": "版" * 81}, BadInput, id="edition-name-too-long"),
        pytest.param(make.rows("9"), {"list_name": ""}, BadInput, id="list-without-a-name"),
        pytest.param(make.rows("9"), {"list_code": "x" * 33}, BadInput, id="list-code-too-long"),
        pytest.param(make.rows("9"), {"name": "a\x00b"}, BadInput, id="unwritable-name"),
        pytest.param(make.rows("9"), {"from_on": make.NEW_YEAR, "digest": "1" * 64}, DayTaken, id="same-day"),
        pytest.param(make.rows("9"), {"from_on": date(2025, 12, 31)}, DayTaken, id="before-the-newest"),
        pytest.param(
            make.rows("1"), {"list_code": "powers", "from_on": MAY}, CodeTaken, id="code-of-another-list"
        ),
        pytest.param(
            make.rows("1"),
            {"list_code": "powers", "from_on": date(2025, 6, 1)},
            CodeTaken,
            id="code-that-another-list-will-use",
        ),
    ],
)
def test_a_refused_edition_leaves_no_trace(
    items: list[ItemRow], given: dict[str, object], refusal: type[Refusal]
) -> None:
    make.publish(*make.rows("1", "2"))
    before, told = everything(), entries()
    with pytest.raises(refusal):
        make.publish(*items, **({"from_on": MAY, "digest": "2" * 64} | given))  # type: ignore[arg-type]
    assert (everything(), entries()) == (before, told)


def test_a_bad_list_says_all_that_is_wrong() -> None:
    with pytest.raises(BadList) as refused:
        make.publish(make.row("1", lead_kind="moon", line=4), make.row("2", closing_standard="", line=7))
    assert [(each.row, each.column) for each in refused.value.problems] == [(4, "主办"), (7, "结案标准")]
    assert "moon" in str(refused.value)
    assert refused.value.how


@pytest.mark.parametrize(
    ("actor", "unit"),
    [
        (make.publisher(Relation.ANY), 1),
        (make.publisher(Relation.BRANCH), 1),
        (SYSTEM, None),
    ],
)
def test_whose_name_it_is_done_in(actor: Actor, unit: int | None) -> None:
    assert policy.may_publish(actor)
    assert policy.require_publish(actor) == unit


@pytest.mark.parametrize("relation", sorted(set(Relation) - {Relation.ANY, Relation.BRANCH}))
def test_a_narrower_relation_does_not_do(relation: Relation) -> None:
    assert not policy.may_publish(make.publisher(relation))


def test_only_one_edition_is_published_at_a_time() -> None:
    make.unit_kinds()
    with CaptureQueriesContext(connection) as seen:
        make.publish(*make.rows("1"))
    statements = [query["sql"] for query in seen if "catalogue_" in query["sql"]]
    assert statements[0] == "LOCK TABLE catalogue_itemlist IN SHARE ROW EXCLUSIVE MODE"


def test_the_act_is_one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_facts: object) -> None:
        raise ConnectionError("the ledger is away")

    monkeypatch.setattr(actions, "record", fail)
    with pytest.raises(ConnectionError):
        make.publish(*make.rows("1"))
    assert everything() == [[], [], []]


@pytest.mark.parametrize(
    "fields",
    [
        {"module": "moon"},
        {"limit_kind": "weeks"},
        {"limit_value": 0},
        {"path": []},
        {"levels": []},
        {"code": "1"},
    ],
)
def test_the_database_itself_refuses_what_makes_no_item(fields: dict[str, object]) -> None:
    make.publish(make.row("1"))
    values = Item.objects.values().get() | {"id": None, "code": "2"} | fields
    with pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.create(**values)


def test_an_edition_with_items_cannot_be_deleted() -> None:
    done = make.publish(make.row("1"))
    with pytest.raises(ProtectedError):
        done.edition.delete()
