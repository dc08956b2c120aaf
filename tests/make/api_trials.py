"""Every act of staff by API: the case it fits, who does it, who may not, and where it leads."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from mulin.cases.models import Appeal, Case, Exclusion, Report, Visit
from mulin.cases.rules.lifecycle import Act, State
from mulin.catalogue.models import Item
from tests.edges.api.conftest import Desk
from tests.make import aftercare as after
from tests.make import cases as make
from tests.make import mediation as peace
from tests.make import whistles as blow
from tests.make.api import Caller
from tests.make.cases import City

Given = Callable[[City], Case]


def received(here: City) -> Case:
    return make.case(here.grid)


def with_item(here: City) -> Case:
    if not Item.objects.exists():
        make.item()
    return make.case(here.grid)


def under_review(here: City) -> Case:
    made = make.declined(here)
    Case.objects.filter(pk=made.pk).update(state=State.UNDER_REVIEW, desk=here.county)
    return Case.objects.get(pk=made.pk)


def just_closed(here: City) -> Case:
    made = make.closed(here)
    Case.objects.filter(pk=made.pk).update(closed_at=timezone.now())
    return Case.objects.get(pk=made.pk)


def at_work(here: City) -> Case:
    return make.in_hand(here, now=timezone.now())


def suspension_asked(here: City) -> Case:
    return make.suspension_asked(here, now=timezone.now())


def suspended(here: City) -> Case:
    return make.suspended(here, now=timezone.now())


def extension_asked(here: City) -> Case:
    return make.extension_asked(here, now=timezone.now())


def profiled(here: City) -> Case:
    return make.profiled(here, now=timezone.now())


@dataclass(frozen=True)
class Trial:
    """An act, the case it fits, who does it, who sees the case but may not, and where it leads."""

    act: Act
    given: Given
    by: str
    wrong_role: str
    to: State
    body: dict[str, Any] = field(default_factory=dict)


TRIALS = [
    Trial(Act.REGISTER, received, "dispatcher", "checker", State.REGISTERED),
    Trial(Act.LOCATE, received, "dispatcher", "checker", State.RECEIVED, {"address": "示例路 1 号"}),
    Trial(Act.MATCH, with_item, "dispatcher", "checker", State.RECEIVED, {"item": "1-004"}),
    Trial(Act.MERGE, received, "dispatcher", "checker", State.MERGED, {"into": "…", "reason": "同一件事"}),
    Trial(Act.DISPATCH, received, "dispatcher", "checker", State.DISPATCHED),
    Trial(Act.ACCEPT, make.dispatched, "handler", "dispatcher", State.IN_HAND),
    Trial(Act.RETURN, make.dispatched, "handler", "dispatcher", State.REGISTERED, {"reason": "不归我们"}),
    Trial(Act.ASK, make.in_hand, "handler", "dispatcher", State.WAITING, {"question": "哪个单元？"}),
    Trial(Act.NOTE, make.in_hand, "handler", "command", State.IN_HAND, {"text": "明早去"}),
    Trial(Act.PUBLISH, make.in_hand, "handler", "command", State.IN_HAND, {"text": "已派人"}),
    Trial(Act.FINISH, make.in_hand, "handler", "dispatcher", State.HANDLED, {"result": "已疏通"}),
    Trial(Act.APPROVE, make.handled, "checker", "handler", State.CHECKED, {"note": "看过了"}),
    Trial(Act.FAIL, make.handled, "checker", "handler", State.IN_HAND, {"reason": "还在冒水"}),
    Trial(
        Act.ANSWER, make.checked, "checker", "dispatcher", State.CHECKED, {"report_id": "…", "text": "好了"}
    ),
    Trial(Act.CLOSE, make.answered, "checker", "dispatcher", State.CLOSED),
    Trial(Act.DECLINE, received, "dispatcher", "checker", State.DECLINED, {"reason": "不属于本市"}),
    Trial(Act.UPHOLD, under_review, "command", "checker", State.DECLINED, {"reason": "维持"}),
    Trial(Act.ADMIT, under_review, "command", "checker", State.REGISTERED, {"reason": "应当受理"}),
    Trial(Act.REOPEN, just_closed, "dispatcher", "checker", State.REGISTERED, {"reason": "又堵了"}),
    Trial(Act.SUPERVISE, make.in_hand, "command", "checker", State.IN_HAND, {"reason": "等久了"}),
    Trial(
        Act.REPLY_SUPERVISION,
        make.supervised,
        "handler",
        "command",
        State.IN_HAND,
        {"supervision_id": "…", "text": "明天修好"},
    ),
    Trial(
        Act.VERIFY_SUPERVISION,
        make.replied,
        "command",
        "handler",
        State.IN_HAND,
        {"supervision_id": "…", "good": True, "text": "看过了"},
    ),
    Trial(
        Act.VISIT,
        after.to_visit,
        "dispatcher",
        "command",
        State.CLOSED,
        {
            "visit_id": "…",
            "outcome": "contacted",
            "responded": True,
            "solved": "solved",
            "satisfied": "satisfied",
        },
    ),
    Trial(Act.APPEAL, after.late, "handler", "dispatcher", State.CLOSED, {"mark": "late", "grounds": "停水"}),
    Trial(
        Act.REVIEW_APPEAL,
        after.appealed,
        "dispatcher",
        "checker",
        State.CLOSED,
        {"appeal_id": "…", "advice": True, "words": "属实"},
    ),
    Trial(
        Act.DECIDE_APPEAL,
        after.reviewed,
        "command",
        "checker",
        State.CLOSED,
        {"appeal_id": "…", "granted": True, "words": "不计入"},
    ),
    Trial(
        Act.EXCLUDE,
        after.closed_with_words,
        "dispatcher",
        "checker",
        State.CLOSED,
        {"code": "impossible", "grounds": "暴雨"},
    ),
    Trial(
        Act.CONFIRM_EXCLUSION,
        after.proposed,
        "command",
        "checker",
        State.CLOSED,
        {"exclusion_id": "…", "agreed": True},
    ),
    Trial(
        Act.SUSPEND,
        at_work,
        "handler",
        "dispatcher",
        State.IN_HAND,
        {"reason": "weather", "until": "…", "words": "连阴雨"},
    ),
    Trial(Act.GRANT_SUSPENSION, suspension_asked, "dispatcher", "handler", State.IN_HAND),
    Trial(Act.REFUSE_SUSPENSION, suspension_asked, "dispatcher", "handler", State.IN_HAND, {"reason": "能"}),
    Trial(Act.RESUME, suspended, "dispatcher", "handler", State.IN_HAND, {"note": "天晴了"}),
    Trial(Act.ASK_EXTENSION, at_work, "handler", "dispatcher", State.IN_HAND, {"words": "等配件"}),
    Trial(Act.GRANT_EXTENSION, extension_asked, "dispatcher", "handler", State.IN_HAND),
    Trial(Act.REFUSE_EXTENSION, extension_asked, "dispatcher", "handler", State.IN_HAND, {"reason": "够了"}),
    Trial(Act.PROPOSE_MEDIATION, at_work, "dispatcher", "handler", State.IN_HAND),
    Trial(
        Act.CONSENT,
        peace.proposed,
        "mediator",
        "dispatcher",
        State.IN_HAND,
        {"mediation_id": "…", "party": "first", "how": "phone"},
    ),
    Trial(
        Act.HOLD_SESSION,
        peace.opened,
        "mediator",
        "dispatcher",
        State.IN_HAND,
        {"mediation_id": "…", "place": "社区调解室", "text": "各让一步（示例）"},
    ),
    Trial(
        Act.AGREE,
        peace.opened,
        "mediator",
        "dispatcher",
        State.IN_HAND,
        {"mediation_id": "…", "text": "晚上十点后不再施工（示例）"},
    ),
    Trial(
        Act.END_MEDIATION,
        peace.opened,
        "mediator",
        "dispatcher",
        State.IN_HAND,
        {"mediation_id": "…", "ending": "not_agreed"},
    ),
    Trial(Act.MEET, profiled, "handler", "dispatcher", State.DISPATCHED, {"milestone": "arrive"}),
    Trial(
        Act.WHISTLE,
        blow.ready,
        "dispatcher",
        "handler",
        State.IN_HAND,
        {"units": [{"unit": "department", "task": "到场"}], "ask": "请到场", "item": "9-001"},
    ),
    Trial(
        Act.REPORT_IN, blow.called, "called", "dispatcher", State.IN_HAND, {"whistle": "…", "crew": "2 人"}
    ),
    Trial(
        Act.REFUSE,
        blow.two_called,
        "called",
        "dispatcher",
        State.IN_HAND,
        {"whistle": "…", "reason": "不归我们", "rule": "3-08", "documents": "移交单", "better_unit": "third"},
    ),
    Trial(Act.REPLY, blow.come, "called", "dispatcher", State.IN_HAND, {"whistle": "…", "result": "已办完"}),
    Trial(
        Act.CALL_MORE,
        blow.two_called,
        "dispatcher",
        "handler",
        State.IN_HAND,
        {"whistle": "…", "units": [{"unit": "third", "task": "到场"}]},
    ),
    Trial(
        Act.CHANGE_LEAD,
        blow.two_called,
        "dispatcher",
        "handler",
        State.IN_HAND,
        {"whistle": "…", "unit": "department", "reason": "更熟悉"},
    ),
    Trial(Act.URGE, blow.called, "dispatcher", "handler", State.IN_HAND, {"whistle": "…"}),
    Trial(
        Act.SUM_UP, blow.done, "called", "dispatcher", State.IN_HAND, {"whistle": "…", "summary": "已办完"}
    ),
    Trial(Act.END, blow.concluded, "dispatcher", "handler", State.IN_HAND, {"whistle": "…"}),
    Trial(
        Act.RULE,
        blow.returned,
        "command",
        "dispatcher",
        State.IN_HAND,
        {"ruling": "…", "outcome": "other", "rule": "三定", "words": "改派"},
    ),
    Trial(
        Act.EVALUATE,
        blow.called,
        "dispatcher",
        "command",
        State.IN_HAND,
        {"whistle": "…", "judged": "department", "scores": blow.SCORES, "words": "来得快"},
    ),
    Trial(
        Act.OBJECT,
        blow.opened,
        "called",
        "command",
        State.IN_HAND,
        {"whistle": "…", "judge": "street", "words": "路上堵"},
    ),
]


def started(trial: Trial, desk: Desk) -> tuple[Case, str, dict[str, Any]]:
    """Return the case, the address of the act and its body."""
    case = trial.given(desk.city)
    body = dict(trial.body)
    if "into" in body:
        body["into"] = str(make.case(desk.city.grid).pk)
    if "until" in body:
        body["until"] = (timezone.localdate() + timedelta(days=20)).isoformat()
    if "report_id" in body:
        body["report_id"] = str(Report.objects.get(case=case).pk)
    if "supervision_id" in body:
        body["supervision_id"] = str(case.supervisions.get().pk)
    for name, found in (
        ("visit_id", Visit), ("appeal_id", Appeal), ("exclusion_id", Exclusion)
    ):  # fmt: skip
        if name in body:
            body[name] = str(found.objects.filter(case=case).values_list("pk", flat=True)[0])  # type: ignore[attr-defined]
    if "whistle" in body:
        body["whistle"] = str(case.whistles.get().pk)
    if "ruling" in body:
        body["ruling"] = case.rulings.get().pk
    if "mediation_id" in body:
        body["mediation_id"] = str(case.mediations.get().pk)
    return case, f"/cases/{case.pk}/{trial.act.value}", body


def caller(desk: Desk, who: str) -> Caller:
    found = getattr(desk, who)
    assert isinstance(found, Caller)
    return found
