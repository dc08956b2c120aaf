"""The words of a city fit together; an entry of the log is of a near day."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from mulin.kernel.errors import BadInput
from mulin.people.rules.rows import BadRows
from mulin.worklog.rules.labels import LabelRow, check_labels
from mulin.worklog.rules.logs import check_day

FIND = LabelRow("loop", "find", "发现", "Find", ("reported",))
TYPE = LabelRow("grid_log", "problem", "小问题", "Small problem")
TODAY = date(2026, 5, 12)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        pytest.param(replace(TYPE, family="poem"), "family", id="family"),
        pytest.param(replace(FIND, maps_to=("dispatched",)), "code", id="twice"),
        pytest.param(replace(FIND, code="b", maps_to=()), "maps_to", id="loop-without-step"),
        pytest.param(replace(FIND, code="b", maps_to=("in_hand",)), "maps_to", id="inner-state"),
        pytest.param(replace(FIND, code="b"), "maps_to", id="step-taken"),
        pytest.param(replace(TYPE, code="b", maps_to=("closed",)), "maps_to", id="type-with-step"),
    ],
)
def test_a_wrong_row_is_named(row: LabelRow, column: str) -> None:
    with pytest.raises(BadRows) as refused:
        check_labels([FIND, TYPE, row])
    assert [(each.row, each.column) for each in refused.value.problems] == [(2, column)]
    check_labels([FIND, TYPE])


@pytest.mark.parametrize(("days", "fine"), [(-1, False), (0, True), (31, True), (32, False)])
def test_only_near_days_are_written_down(days: int, fine: bool) -> None:
    on = TODAY - timedelta(days=days)
    if fine:
        check_day(on, today=TODAY)
    else:
        with pytest.raises(BadInput):
            check_day(on, today=TODAY)
