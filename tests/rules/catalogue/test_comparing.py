"""What a new edition would change, and for how many open cases."""

from mulin.catalogue.rules.comparing import Changed, FieldChange, Gone, effect
from mulin.clocks.rules.limits import Limit, LimitKind
from tests.make import catalogue as make

NAMES = {kind.code: kind.name for kind in make.KINDS}


def test_added_gone_changed_and_unchanged_are_told_apart() -> None:
    before = make.rows("1", "2", "3", "4")
    after = [
        make.row("1", line=9),
        make.row("2", limit=Limit(2, LimitKind.WORKING_DAYS), levels=("street",), keywords=()),
        make.row("5"),
    ]
    found = effect(before, after, kinds=NAMES, open_cases={"3": 37, "2": 5, "1": 1})

    assert [item.code for item in found.added] == ["5"]
    assert found.gone == (Gone("3", "事项3", 37), Gone("4", "事项4", 0))
    assert found.changed == (
        Changed(
            "2",
            "事项2",
            (
                FieldChange("层级", "网格、社区", "街道"),
                FieldChange("时限", "4工作时", "2工作日"),
                FieldChange("关键词", "垃圾成堆、没人清运", ""),
            ),
        ),
    )
    assert (found.unchanged, found.open_cases) == (1, 37)


def test_a_first_edition_only_adds() -> None:
    found = effect([], make.rows("1", "2"), kinds=NAMES, open_cases={})
    assert (len(found.added), found.gone, found.changed, found.unchanged) == (2, (), (), 0)
