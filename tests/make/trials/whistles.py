"""Trials of the acts on a whistle."""

from collections.abc import Callable
from typing import Any

from mulin.cases.actions import answering, evaluating, ruling, whistling
from mulin.cases.models import Case, Ruling, Whistle
from mulin.cases.rules.lifecycle import Act, State
from mulin.cases.rules.whistles import RulingOutcome
from tests.make import whistles as blow
from tests.make.cases import PHOTO
from tests.make.trials.shape import Trial


def on(act: Callable[..., Case]) -> Callable[..., Case]:
    """Do an act on the whistle of a case."""
    return lambda **said: act(whistle_id=Whistle.objects.get(case=said["case_id"]).pk, **said)


def rule(**said: Any) -> Case:
    return ruling.rule_on_refusal(ruling_id=Ruling.objects.get(case=said["case_id"]).pk, **said)


TRIALS = [
    Trial(
        Act.WHISTLE,
        whistling.whistle_units,
        blow.ready,
        "dispatcher",
        "handler",
        State.IN_HAND,
        "firm",
        "case.whistled",
        (("units", blow.asked("department")), ("ask", "请到场"), ("item", "9-001")),
        "ask",
    ),
    Trial(
        Act.REPORT_IN,
        on(answering.report_in),
        blow.called,
        "called",
        "dispatcher",
        State.IN_HAND,
        "firm",
        "case.reported_in",
        (("crew", "2 人"),),
    ),
    Trial(
        Act.REFUSE,
        on(answering.refuse_whistle),
        blow.two_called,
        "called",
        "dispatcher",
        State.IN_HAND,
        "firm",
        "case.whistle_refused",
        (("reason", "不归我们"), ("rule", "3-08"), ("documents", "移交单"), ("better_unit", "third")),
        "reason",
    ),
    Trial(
        Act.REPLY,
        on(answering.reply_whistle),
        blow.come,
        "called",
        "dispatcher",
        State.IN_HAND,
        "firm",
        "case.whistle_replied",
        (("result", "已办完"), ("photos", (PHOTO,))),
        "result",
    ),
    Trial(
        Act.CALL_MORE,
        on(whistling.call_more_units),
        blow.two_called,
        "dispatcher",
        "handler",
        State.IN_HAND,
        "firm",
        "case.more_called",
        (("units", blow.asked("third")),),
    ),
    Trial(
        Act.CHANGE_LEAD,
        on(whistling.change_whistle_lead),
        blow.two_called,
        "dispatcher",
        "handler",
        State.IN_HAND,
        "firm",
        "case.lead_changed",
        (("unit", "department"), ("reason", "更熟悉")),
        "reason",
    ),
    Trial(
        Act.URGE,
        on(whistling.urge_units),
        blow.called,
        "dispatcher",
        "handler",
        State.IN_HAND,
        "firm",
        "case.urged",
        (("words", "请尽快"),),
    ),
    Trial(
        Act.SUM_UP,
        on(answering.sum_up_whistle),
        blow.done,
        "called",
        "dispatcher",
        State.IN_HAND,
        "firm",
        "case.summed_up",
        (("summary", "已办完"),),
        "summary",
    ),
    Trial(
        Act.END,
        on(whistling.end_whistle),
        blow.concluded,
        "dispatcher",
        "handler",
        State.IN_HAND,
        "firm",
        "case.whistle_ended",
        (("note", "同意"),),
    ),
    Trial(
        Act.RULE,
        rule,
        blow.returned,
        "command",
        "dispatcher",
        State.IN_HAND,
        "firm",
        "case.ruled",
        (("outcome", RulingOutcome.OTHER), ("rule", "三定"), ("words", "改派")),
        "words",
    ),
    Trial(
        Act.EVALUATE,
        on(evaluating.evaluate_whistle),
        blow.called,
        "dispatcher",
        "command",
        State.IN_HAND,
        "firm",
        "case.evaluated",
        (("judged", "department"), ("scores", blow.SCORES), ("words", "来得快")),
        "words",
    ),
    Trial(
        Act.OBJECT,
        on(evaluating.object_to_evaluation),
        blow.opened,
        "called",
        "command",
        State.IN_HAND,
        "firm",
        "case.evaluation_objected",
        (("judge", "street"), ("words", "路上堵")),
        "words",
    ),
]
