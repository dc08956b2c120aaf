"""What visit-backs, appeals, exclusions and figures are called on screen."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from mulin.cases.rules.aftercare import (
    AppealState,
    ExclusionState,
    Mark,
    Method,
    Satisfied,
    Solved,
    VisitOutcome,
    VisitWhy,
)
from mulin.console.words import Words

VISIT_OUTCOMES: Final[Words] = {
    VisitOutcome.CONTACTED: _("接通了"),
    VisitOutcome.NOT_REACHED: _("没有接通"),
    VisitOutcome.REFUSED: _("不愿接受回访"),
}
METHODS: Final[Words] = {
    Method.PHONE: _("打电话"),
    Method.MESSAGE: _("发消息"),
    Method.DOOR: _("当面"),
}
SOLVED: Final[Words] = {
    Solved.YES: _("解决了"),
    Solved.PARTLY: _("部分解决"),
    Solved.NO: _("没有解决"),
}
SATISFIED: Final[Words] = {
    Satisfied.YES: _("满意"),
    Satisfied.BASIC: _("基本满意"),
    Satisfied.NO: _("不满意"),
}
WHYS: Final[Words] = {
    VisitWhy.SAMPLE: _("抽样回访"),
    VisitWhy.COMPOUND: _("支部回访"),
    VisitWhy.DOUBT: _("有人说没修好"),
}
MARKS: Final[Words] = {Mark.LATE: _("超期结案"), Mark.VISIT: _("回访没有解决或不满意")}
APPEALS: Final[Words] = {
    AppealState.ASKED: pgettext_lazy("appeal", "等初审"),
    AppealState.REVIEWED: pgettext_lazy("appeal", "等决定"),
    AppealState.GRANTED: pgettext_lazy("appeal", "通过，不计入"),
    AppealState.REJECTED: pgettext_lazy("appeal", "不通过"),
}
EXCLUSIONS: Final[Words] = {
    ExclusionState.PROPOSED: pgettext_lazy("exclusion", "等第二人确认"),
    ExclusionState.CONFIRMED: pgettext_lazy("exclusion", "已剔除"),
    ExclusionState.DROPPED: pgettext_lazy("exclusion", "没有剔除"),
}
