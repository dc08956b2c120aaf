"""1365 and the time limit: milestones bound to one call, its report of four lines, extension once."""

from datetime import timedelta

import pytest

from mulin.cases.actions import handling, holding
from mulin.cases.queries import clock_past
from mulin.cases.rules.closing import NotYet
from mulin.cases.rules.milestones import Verdict
from mulin.kernel.errors import BadInput
from tests.make import cases as make
from tests.make.cases import NOON

pytestmark = pytest.mark.django_db


def after(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


@pytest.mark.mechanism("S-094", "S-095", "S-096", "S-097", "S-098")
def test_a_call_with_four_milestones_gives_a_report_of_four_lines() -> None:
    here = make.city()
    early, late = make.profiled(here), make.profiled(here)
    for case, arrived in ((early, 9), (late, 11)):
        holding.meet_milestone(
            case_id=case.pk, milestone="arrive", actor=here.handler, now=NOON + after(arrived)
        )
        handling.accept_case(case_id=case.pk, actor=here.handler, now=NOON + after(arrived))
    with pytest.raises(BadInput):  # a plan is words, or one of the city's sentences
        holding.meet_milestone(case_id=early.pk, milestone="plan", actor=here.handler, now=NOON + after(20))
    holding.meet_milestone(
        case_id=early.pk, milestone="plan", text="#1", actor=here.handler, now=NOON + after(20)
    )
    holding.meet_milestone(
        case_id=late.pk, milestone="plan", text="分时段施工", actor=here.handler, now=NOON + after(31)
    )
    handling.finish_case(case_id=early.pk, result="已劝导", actor=here.handler, now=NOON + after(59))

    report = clock_past.report_of(
        clock_past.Case.objects.get(pk=early.pk), now=NOON + after(90)
    )  # one line a clock
    assert [(line.code, line.verdict) for line in report] == [
        ("arrive", Verdict.MET), ("plan", Verdict.MET), ("solve", Verdict.MET), ("mediate", Verdict.MET),
    ]  # fmt: skip
    assert report[1].words == "先劝导，次日复查（示例）"
    report = clock_past.report_of(clock_past.Case.objects.get(pk=late.pk), now=NOON + after(90))
    assert [line.verdict for line in report] == [
        Verdict.LATE, Verdict.LATE, Verdict.MISSED, Verdict.RUNNING,
    ]  # fmt: skip
    lines = clock_past.compliance(here.dispatcher, since=NOON, until=NOON + after(1), now=NOON + after(90))
    assert [(line.code, line.met, line.late, line.missed) for line in lines] == [
        ("arrive", (early.pk,), (late.pk,), ()),
        ("plan", (early.pk,), (late.pk,), ()),
        ("solve", (early.pk,), (), (late.pk,)),
        ("mediate", (early.pk,), (), ()),
    ]


@pytest.mark.mechanism("S-096")
def test_a_pause_of_a_small_matter_has_a_reason_and_is_reported() -> None:
    here = make.city()
    case = make.profiled(here)
    handling.accept_case(case_id=case.pk, actor=here.handler, now=NOON)
    until = (NOON + timedelta(days=2)).date()
    with pytest.raises(BadInput):
        holding.ask_suspension(
            case_id=case.pk, reason="", until=until, words="下雨", actor=here.handler, now=NOON
        )
    holding.ask_suspension(
        case_id=case.pk, reason="weather", until=until, words="下雨（示例）", actor=here.handler, now=NOON
    )
    holding.grant_suspension(case_id=case.pk, actor=here.dispatcher, now=NOON)
    solve = clock_past.compliance(here.dispatcher, since=NOON, until=NOON + after(1), now=NOON)[2]
    assert (solve.code, solve.paused) == ("solve", (case.pk,))


@pytest.mark.mechanism("S-102")
def test_every_case_has_a_limit_and_more_time_is_given_once_with_reason_and_approver() -> None:
    here = make.city()
    case = make.extension_asked(here)
    holding.grant_extension(case_id=case.pk, note="同意一次", actor=here.dispatcher, now=NOON)
    granted = clock_past.history_of(clock_past.Case.objects.get(pk=case.pk), now=NOON)
    (extension,) = granted.extensions
    assert (extension.state, extension.words, extension.decided_unit) == (
        "granted",
        "等配件（示例）",
        "东街道",
    )
    assert granted.promises[0].due_at == case.due_at
    with pytest.raises(NotYet):
        holding.ask_extension(case_id=case.pk, words="再等等", actor=here.handler, now=NOON)
