"""Find, call, graded response, joint handling: how bad it is decides who is called, and how fast."""

from dataclasses import replace
from datetime import timedelta

import pytest

from mulin.cases.actions import answering, checking, handling, setup, triage, whistling
from mulin.cases.models import Case, Whistle
from mulin.cases.queries import whistle_choices
from mulin.cases.rules.grades import GradeRow, NoGrade
from mulin.cases.rules.intake import Channel
from mulin.cases.rules.lifecycle import State
from mulin.cases.rules.whistles import CallState, WhistleState
from mulin.kernel.actor import SYSTEM
from mulin.people.models import Unit
from tests.make import cases as make
from tests.make import whistles as blow
from tests.make.cases import NOON, SINCE, City

pytestmark = pytest.mark.django_db
TABLE = (
    GradeRow(2, 1, "一般", "community", (), ("kind:street",)),
    GradeRow(3, 2, "较重", "community", (), ("kind:street", "unit:department"), 20, "minutes"),
    GradeRow(4, 2, "较重", "community", ("9-",), ("unit:department", "kind:street"), 20, "minutes"),
    GradeRow(5, 3, "紧急", "community", (), ("kind:street", "unit:third"), 10, "minutes"),
)
WIDE = replace(blow.STEPS[1], line=9, called_kinds=("street", "department"))


def found(here: City) -> Case:
    """Return what a grid officer found, and the community has in hand."""
    setup.adopt_whistle_table(rows=[*blow.STEPS, WIDE], from_on=SINCE, actor=SYSTEM, now=NOON)
    setup.adopt_grades(rows=TABLE, from_on=SINCE, actor=SYSTEM, now=NOON)
    make.unit("department", "示例应急局", here.county, code="third")
    made = make.filed(by=make.actor("finder", here.grid), channel=Channel.GRID).case
    Case.objects.filter(pk=made.pk).update(place_unit=here.grid, desk=here.street)
    triage.dispatch_case(case_id=made.pk, lead=None, actor=here.dispatcher, now=NOON)
    return handling.accept_case(case_id=made.pk, actor=here.checker, now=NOON)


@pytest.mark.mechanism("S-070")
@pytest.mark.parametrize(
    ("grade", "called", "minutes", "line"),
    [(1, ["street"], 30, 2), (2, ["department", "street"], 20, 4), (3, ["street", "third"], 10, 5)],
)
def test_a_grid_found_problem_passes_four_stages_and_its_grade_says_who_is_called(
    grade: int, called: list[str], minutes: int, line: int
) -> None:
    here = make.city()
    case = found(here)  # 网格发现
    make.item("9-001", name="井盖缺失（示例）")
    offered = whistle_choices.graded(here.checker, case, item="9-001", now=NOON)
    assert [each.row.grade for each in offered] == [1, 2, 3]
    say = {"case_id": case.pk, "item": "9-001", "actor": here.checker, "now": NOON}
    with pytest.raises(NoGrade):
        whistling.whistle_units(units=(), ask="请到场", grade=4, **say)

    whistling.whistle_units(units=(), ask="井盖没了，请到场", grade=grade, **say)  # 社区呼叫
    whistle = Whistle.objects.get(case=case)
    calls = list(whistle.calls.select_related("unit").order_by("pk"))
    assert [call.unit.code for call in calls] == called
    assert {call.report_due_at for call in calls} == {NOON + timedelta(minutes=minutes)}
    assert (whistle.grade["grade"], whistle.grade["line"]) == (grade, line)  # stored with its why
    assert whistle.lead_unit == calls[0].unit

    people = {"street": here.dispatcher, "department": here.called}
    people["third"] = make.actor("handler", Unit.objects.get(code="third"))
    at = {"case_id": case.pk, "whistle_id": whistle.pk, "now": NOON}
    for call in calls:  # 分级响应
        answering.report_in(actor=people[call.unit.code], **at)
    for call in calls:  # 协同处置
        answering.reply_whistle(result="本单位已办完", actor=people[call.unit.code], **at)
    answering.sum_up_whistle(summary="井盖已补，围挡已撤", actor=people[called[0]], **at)
    whistling.end_whistle(actor=here.checker, **at)
    whistle.refresh_from_db()
    assert whistle.state == WhistleState.ENDED
    assert {call.state for call in whistle.calls.all()} == {CallState.REPLIED}
    done = handling.finish_case(case_id=case.pk, result="已补", actor=here.checker, now=NOON)
    assert done.state == State.HANDLED
    checking.pass_check(case_id=case.pk, actor=here.dispatcher, now=NOON)


@pytest.mark.mechanism("S-070")
def test_named_units_stand_and_the_grade_still_sets_the_time() -> None:
    here = make.city()
    case = found(here)
    whistling.whistle_units(
        case_id=case.pk,
        units=blow.asked("street"),
        ask="请到场",
        off_list="清单里没有（示例）",
        grade=3,
        actor=here.checker,
        now=NOON,
    )
    (call,) = Whistle.objects.get(case=case).calls.all()
    assert (call.unit, call.report_due_at) == (here.street, NOON + timedelta(minutes=10))
