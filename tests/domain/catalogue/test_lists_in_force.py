"""Lists as they stand on a day: items, tree, search, suggestion, preview, and sheets both ways."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.catalogue import queries
from mulin.kernel.errors import NotFound
from tests.make import catalogue as make

pytestmark = pytest.mark.django_db

MAY = date(2026, 5, 1)
TODAY = date(2026, 5, 12)


@pytest.fixture(autouse=True)
def kinds() -> None:
    make.unit_kinds()


def test_before_the_first_edition_there_is_nothing() -> None:
    make.publish(*make.rows("1"))
    eve = date(2025, 12, 31)
    assert queries.items_in_force(eve) == []
    assert queries.tree(eve) == ()
    assert queries.suggest("暴露垃圾", on=eve) is None
    with pytest.raises(NotFound, match="编号 1"):
        queries.item_in_force("1", on=eve)
    with pytest.raises(NotFound, match="matters"):
        queries.edition_in_force("matters", on=eve)


def test_the_newest_edition_begun_is_the_one_in_force() -> None:
    make.publish(*make.rows("1"))
    make.publish(*make.rows("2"), from_on=MAY)
    make.publish(*make.rows("3"), from_on=date(2026, 6, 1))
    days = (date(2026, 4, 30), MAY, date(2026, 5, 31), date(2026, 6, 1))
    assert [[item.code for item in queries.items_in_force(day)] for day in days] == [
        ["1"],
        ["2"],
        ["2"],
        ["3"],
    ]
    assert [edition.from_on.month for edition in queries.editions()] == [6, 5, 1]
    assert queries.edition_in_force("matters", on=MAY).from_on == MAY


def test_items_come_in_the_order_of_their_sheet() -> None:
    make.publish(make.row("b", line=2), make.row("a", line=3), make.row("c", line=4))
    assert [item.code for item in queries.items_in_force(TODAY)] == ["b", "a", "c"]


@pytest.mark.parametrize("size", [1, 3])
def test_reading_a_list_takes_the_same_questions_however_long_it_is(size: int) -> None:
    make.publish(*make.rows(*[str(n) for n in range(size)]))
    with CaptureQueriesContext(connection) as seen:
        names = [(item.name, item.edition.item_list.name) for item in queries.items_in_force(TODAY)]
    assert len(names) == size
    assert len(seen) == 2
    with CaptureQueriesContext(connection) as seen:
        assert queries.item_in_force("0", on=TODAY).edition.item_list.code == "matters"
    assert len(seen) == 2


def test_the_tree_holds_every_item_once_in_the_order_of_the_sheet() -> None:
    make.publish(
        make.row("1", line=2, path=("市容", "垃圾")),
        make.row("2", line=3, path=("治安",)),
        make.row("3", line=4, path=("市容",)),
        make.row("4", line=5, path=("市容", "垃圾")),
    )
    market, safety = queries.tree(TODAY)
    assert (market.name, market.size, [item.code for item in market.items]) == ("市容", 3, ["3"])
    (waste,) = market.branches
    assert (waste.path, [item.code for item in waste.items]) == (("市容", "垃圾"), ["1", "4"])
    assert (safety.size, [item.code for item in safety.items], safety.branches) == (1, ["2"], ())


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("01-", ["01-1", "01-2"]),
        ("垃圾", ["01-1", "01-3", "01-2"]),  # a name that begins so, a keyword, a category
        ("没人 清运", ["01-3"]),
        ("市容", ["01-2"]),
        ("没有这个", []),
    ],
)
def test_search_finds_by_code_name_keyword_and_category(text: str, codes: list[str]) -> None:
    make.publish(
        make.row("01-1", line=2, name="垃圾满溢", path=("环境",), keywords=()),
        make.row("01-2", line=3, name="私搭乱建", path=("市容和垃圾",), keywords=()),
        make.row("01-3", line=4, name="积存渣土", path=("环境",), keywords=("垃圾没人清运",)),
    )
    wanted = [code for code in codes if text != "01-" or code != "01-3"]
    assert [item.code for item in queries.search(text, on=TODAY)][: len(wanted)] == wanted
    assert len(queries.search("01-", on=TODAY, limit=2)) == 2


def test_a_new_edition_is_suggested_from_at_once() -> None:
    make.publish(make.row("1", name="暴露垃圾"))
    first = queries.suggest("楼下暴露垃圾没人管", on=TODAY)
    assert first is not None
    assert (first.code, first.name) == ("1", "暴露垃圾")
    make.publish(make.row("2", name="暴露垃圾"), from_on=MAY)
    second = queries.suggest("楼下暴露垃圾没人管", on=TODAY)
    then = queries.suggest("楼下暴露垃圾没人管", on=date(2026, 4, 30))
    assert second is not None
    assert then is not None
    assert (second.code, then.code) == ("2", "1")
    assert [each.code for each in queries.likeliest("暴露垃圾", on=TODAY)] == ["2"]


def test_a_suggestion_asks_the_database_one_thing_once_the_index_stands() -> None:
    make.publish(*make.rows("1", "2"))
    queries.suggest("事项", on=TODAY)
    with CaptureQueriesContext(connection) as seen:
        queries.suggest("暴露垃圾", on=TODAY)
    assert len(seen) == 1


def test_the_preview_compares_with_the_edition_of_the_day() -> None:
    make.publish(*make.rows("1", "2"))
    effect = queries.preview(
        "matters", [make.row("2", name="改"), make.row("3")], on=TODAY, open_cases={"1": 37}
    )
    assert ([item.code for item in effect.added], effect.open_cases) == (["3"], 37)
    assert [(change.column, change.after) for change in effect.changed[0].fields] == [("名称", "改")]
    assert queries.preview("matters", make.rows("1"), on=date(2025, 1, 1)).added != ()


@pytest.mark.parametrize("make_sheet", [make.sheet_csv, make.sheet_xlsx])
def test_a_sheet_becomes_items(make_sheet: object) -> None:
    draft = queries.read_list(make_sheet({}), name="清单.xlsx")  # type: ignore[operator]
    assert (draft.items, draft.problems) == ((make.ROW,), ())
    assert len(draft.digest) == 64


def test_what_is_wrong_names_file_row_column_and_cure() -> None:
    data = make.sheet_csv(
        {"模块": "党建"}, {"编号": "2", "名称": "#REF!"}, {"编号": "3", "名称": "丙", "时限": "5天"}
    )
    draft = queries.read_list(data, name="清单.csv")
    assert [(each.file, each.row, each.column) for each in draft.problems] == [
        ("清单.csv", 2, "模块"),
        ("清单.csv", 3, "name"),
        ("清单.csv", 4, "时限"),
    ]
    assert all(each.what and each.how for each in draft.problems)
    assert "发展、执法、民生" in draft.problems[0].how


def test_a_broken_file_is_one_problem_and_never_an_exception() -> None:
    whole = make.sheet_csv({})
    for data in (b"", b"\xd0\xcf\x11\xe0", "编号,名称\n".encode(), whole[: whole.rindex(b'"')]):
        draft = queries.read_list(data, name="x")
        assert (draft.items, len(draft.problems)) == ((), 1)


def test_the_template_is_read_as_an_empty_list_and_an_export_as_what_it_was() -> None:
    (problem,) = queries.read_list(queries.template(), name="模板.xlsx").problems
    assert problem.what == "清单里没有一项"
    items = (
        make.ROW,
        make.row("7", line=3, path=("甲", "乙", "丙"), is_public=False, legal_basis="=1+1", keywords=()),
    )
    done = make.publish(*items)
    again = queries.read_list(queries.export(done.edition.pk), name="导出.xlsx")
    assert (again.items, again.problems) == (items, ())
    with pytest.raises(NotFound):
        queries.export(done.edition.pk + 1)
