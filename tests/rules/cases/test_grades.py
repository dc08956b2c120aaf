"""The table of grades: the row that names the matter most exactly, one reading only."""

from dataclasses import replace

import pytest

from mulin.cases.rules import grades
from mulin.cases.rules.grades import GradeRow
from mulin.kernel.errors import BadInput

ANY = GradeRow(2, 1, "一般", "community", (), ("kind:street",))
DRAINS = replace(ANY, line=3, items=("01-",), call=("unit:water",))
THIS = replace(ANY, line=4, items=("01-02",), call=("firm",))
WORSE = replace(ANY, line=5, grade=2, name="紧急", report_value=10, report_kind="minutes")
TABLE = (WORSE, ANY, DRAINS, THIS)


@pytest.mark.parametrize(("item", "line"), [("01-02", 4), ("01-03", 3), ("02-01", 2), ("", 2)])
def test_for_each_grade_the_row_that_names_the_matter_most_exactly(item: str, line: int) -> None:
    found = grades.ladder(TABLE, caller_kind="community", item=item)
    assert [(row.grade, row.line) for row in found] == [(1, line), (2, 5)]
    assert grades.ladder(TABLE, caller_kind="street", item=item) == ()


def test_the_reason_says_which_row_and_what_it_rests_on() -> None:
    why = DRAINS.why("01-03")
    assert (why["line"], why["because"], why["call"]) == (3, ["01-"], ["unit:water"])
    assert grades.report_of(why) == (0, "")
    assert grades.report_of(WORSE.why("")) == (10, "minutes")
    assert grades.report_of({}) == (0, "")


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(replace(ANY, line=9), id="read in two ways"),
        pytest.param(replace(ANY, line=9, grade=0), id="no grade"),
        pytest.param(replace(ANY, line=9, grade=3, call=()), id="calls nobody"),
        pytest.param(replace(ANY, line=9, grade=3, call=("street",)), id="no target"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(wrong: GradeRow) -> None:
    grades.check(TABLE)
    with pytest.raises(BadInput):
        grades.check((*TABLE, wrong))
