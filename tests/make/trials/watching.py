"""Trials of those who look at the work of others: supervision, visit-back, appeal, exclusion."""

from typing import Any
from uuid import UUID

from mulin.cases.actions import appeals, supervising, visits
from mulin.cases.models import Appeal, Case, Exclusion, Supervision, Visit
from mulin.cases.rules.aftercare import Mark
from mulin.cases.rules.lifecycle import Act, State
from tests.make import aftercare as after
from tests.make import cases as make
from tests.make.trials.shape import Trial


def reply(**said: Any) -> Case:
    item = Supervision.objects.get(case=said["case_id"])
    return supervising.reply_supervision(supervision_id=item.pk, **said)


def verify(**said: Any) -> Case:
    item = Supervision.objects.get(case=said["case_id"])
    return supervising.verify_supervision(supervision_id=item.pk, **said)


def visits_back(*, case_id: UUID, **said: Any) -> Case:
    visit = Visit.objects.get(case_id=case_id)
    return visits.record_visit(case_id=case_id, visit_id=visit.pk, said=after.REACHED, **said)


def reviews(*, case_id: UUID, **said: Any) -> Case:
    appeal = Appeal.objects.get(case_id=case_id)
    return appeals.review_appeal(case_id=case_id, appeal_id=appeal.pk, advice=True, **said)


def decides(*, case_id: UUID, **said: Any) -> Case:
    appeal = Appeal.objects.get(case_id=case_id)
    return appeals.decide_appeal(case_id=case_id, appeal_id=appeal.pk, granted=True, **said)


def confirms(*, case_id: UUID, **said: Any) -> Case:
    exclusion = Exclusion.objects.get(case_id=case_id)
    return appeals.confirm_exclusion(case_id=case_id, exclusion_id=exclusion.pk, agreed=True, **said)


TRIALS = [
    Trial(
        Act.SUPERVISE,
        supervising.supervise_case,
        make.in_hand,
        "command",
        "dispatcher",
        State.IN_HAND,
        "firm",
        "case.supervised",
        (("reason", "居民等久了"),),
        "reason",
    ),
    Trial(
        Act.REPLY_SUPERVISION,
        reply,
        make.supervised,
        "handler",
        "command",
        State.IN_HAND,
        "firm",
        "case.supervision_replied",
        (("text", "明天修好"),),
        "text",
    ),
    Trial(
        Act.VERIFY_SUPERVISION,
        verify,
        make.replied,
        "command",
        "dispatcher",
        State.IN_HAND,
        "firm",
        "case.supervision_settled",
        (("good", True), ("text", "已看过现场")),
        "text",
    ),
    Trial(
        Act.VISIT,
        visits_back,
        after.to_visit,
        "dispatcher",
        "command",
        State.CLOSED,
        "community",
        "case.visited",
    ),
    Trial(
        Act.APPEAL,
        appeals.appeal_mark,
        after.late,
        "handler",
        "dispatcher",
        State.CLOSED,
        "community",
        "case.mark_appealed",
        (("mark", Mark.LATE), ("grounds", "停水通知")),
        "grounds",
    ),
    Trial(
        Act.REVIEW_APPEAL,
        reviews,
        after.appealed,
        "dispatcher",
        "command",
        State.CLOSED,
        "community",
        "case.appeal_reviewed",
        (("words", "属实"),),
        "words",
    ),
    Trial(
        Act.DECIDE_APPEAL,
        decides,
        after.reviewed,
        "command",
        "dispatcher",
        State.CLOSED,
        "community",
        "case.appeal_decided",
        (("words", "不计入"),),
        "words",
    ),
    Trial(
        Act.EXCLUDE,
        appeals.propose_exclusion,
        after.closed_with_words,
        "dispatcher",
        "command",
        State.CLOSED,
        "community",
        "case.exclusion_proposed",
        (("code", "impossible"), ("grounds", "暴雨")),
        "grounds",
    ),
    Trial(
        Act.CONFIRM_EXCLUSION,
        confirms,
        after.proposed,
        "command",
        "dispatcher",
        State.CLOSED,
        "community",
        "case.exclusion_settled",
    ),
]
