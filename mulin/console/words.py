"""What acts, states, kinds, channels, steps and ledger entries are called on screen."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from mulin.cases.rules.closing import Blocker, Missing
from mulin.cases.rules.holds import Reason
from mulin.cases.rules.intake import Channel, Kind, ReceptionEnd
from mulin.cases.rules.lifecycle import Act, PublicStep, State

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Text: TypeAlias = "str | _StrPromise"
Words: TypeAlias = Mapping[str, Text]

ACTS: Final[Words] = {
    Act.REGISTER: pgettext_lazy("act", "立案"),
    Act.LOCATE: pgettext_lazy("act", "更正位置"),
    Act.MATCH: pgettext_lazy("act", "定清单项"),
    Act.MERGE: pgettext_lazy("act", "并案"),
    Act.DISPATCH: pgettext_lazy("act", "派遣"),
    Act.ACCEPT: pgettext_lazy("act", "签收"),
    Act.RETURN: pgettext_lazy("act", "退单"),
    Act.ASK: pgettext_lazy("act", "询问诉求人"),
    Act.HEAR: pgettext_lazy("act", "记诉求人回话"),
    Act.NOTE: pgettext_lazy("act", "记一笔"),
    Act.PUBLISH: pgettext_lazy("act", "公开说明"),
    Act.FINISH: pgettext_lazy("act", "报结果"),
    Act.APPROVE: pgettext_lazy("act", "核查通过"),
    Act.FAIL: pgettext_lazy("act", "核查退回"),
    Act.ANSWER: pgettext_lazy("act", "回复诉求人"),
    Act.CLOSE: pgettext_lazy("act", "结案"),
    Act.DECLINE: pgettext_lazy("act", "不予受理"),
    Act.ASK_REVIEW: pgettext_lazy("act", "申请复核"),
    Act.UPHOLD: pgettext_lazy("act", "维持不予受理"),
    Act.ADMIT: pgettext_lazy("act", "改为受理"),
    Act.REOPEN: pgettext_lazy("act", "重办"),
    Act.WHISTLE: pgettext_lazy("act", "吹哨"),
    Act.REPORT_IN: pgettext_lazy("act", "签收报到"),
    Act.REFUSE: pgettext_lazy("act", "拒绝报到"),
    Act.REPLY: pgettext_lazy("act", "报本单位结果"),
    Act.CALL_MORE: pgettext_lazy("act", "加叫单位"),
    Act.CHANGE_LEAD: pgettext_lazy("act", "换主办"),
    Act.URGE: pgettext_lazy("act", "催报到"),
    Act.SUM_UP: pgettext_lazy("act", "汇总结论"),
    Act.END: pgettext_lazy("act", "结束吹哨"),
    Act.RULE: pgettext_lazy("act", "裁定"),
    Act.EVALUATE: pgettext_lazy("act", "互评"),
    Act.OBJECT: pgettext_lazy("act", "对互评提出异议"),
    Act.SUPERVISE: pgettext_lazy("act", "督办"),
    Act.REPLY_SUPERVISION: pgettext_lazy("act", "回复督办"),
    Act.VERIFY_SUPERVISION: pgettext_lazy("act", "复查督办"),
    Act.VISIT: pgettext_lazy("act", "回访"),
    Act.APPEAL: pgettext_lazy("act", "申诉"),
    Act.REVIEW_APPEAL: pgettext_lazy("act", "初审申诉"),
    Act.DECIDE_APPEAL: pgettext_lazy("act", "决定申诉"),
    Act.EXCLUDE: pgettext_lazy("act", "提出剔除"),
    Act.CONFIRM_EXCLUSION: pgettext_lazy("act", "确认剔除"),
    Act.SUSPEND: pgettext_lazy("act", "申请挂账"),
    Act.GRANT_SUSPENSION: pgettext_lazy("act", "同意挂账"),
    Act.REFUSE_SUSPENSION: pgettext_lazy("act", "不同意挂账"),
    Act.RESUME: pgettext_lazy("act", "解除挂账"),
    Act.ASK_EXTENSION: pgettext_lazy("act", "申请延期"),
    Act.GRANT_EXTENSION: pgettext_lazy("act", "同意延期"),
    Act.REFUSE_EXTENSION: pgettext_lazy("act", "不同意延期"),
    Act.MEET: pgettext_lazy("act", "报节点"),
    Act.PROPOSE_MEDIATION: pgettext_lazy("act", "提议调解"),
    Act.CONSENT: pgettext_lazy("act", "记一方同意"),
    Act.HOLD_SESSION: pgettext_lazy("act", "记调解"),
    Act.AGREE: pgettext_lazy("act", "达成协议"),
    Act.END_MEDIATION: pgettext_lazy("act", "结束调解"),
}

STATES: Final[Words] = {
    State.RECEIVED: pgettext_lazy("state", "待立案"),
    State.REGISTERED: pgettext_lazy("state", "待派遣"),
    State.DISPATCHED: pgettext_lazy("state", "待签收"),
    State.IN_HAND: pgettext_lazy("state", "处置中"),
    State.WAITING: pgettext_lazy("state", "等诉求人回话"),
    State.HANDLED: pgettext_lazy("state", "待核查"),
    State.CHECKED: pgettext_lazy("state", "待答复"),
    State.CLOSED: pgettext_lazy("state", "已结案"),
    State.DECLINED: pgettext_lazy("state", "不予受理"),
    State.UNDER_REVIEW: pgettext_lazy("state", "复核中"),
    State.MERGED: pgettext_lazy("state", "已并案"),
}

STEPS: Final[Words] = {
    PublicStep.REPORTED: _("上报"),
    PublicStep.REGISTERED: _("立案"),
    PublicStep.DISPATCHED: _("派遣"),
    PublicStep.HANDLING: _("处置"),
    PublicStep.ANSWERING: _("反馈"),
    PublicStep.CLOSED: _("结案"),
    PublicStep.DECLINED: _("不予受理"),
}

KINDS: Final[Words] = {
    Kind.NEED: _("需求"),
    Kind.OPINION: _("意见"),
    Kind.SUGGESTION: _("建议"),
    Kind.COMPLAINT: _("投诉"),
    Kind.ENQUIRY: _("咨询"),
}

CHANNELS: Final[Words] = {
    Channel.WEB: _("居民 H5"),
    Channel.COUNTER: _("窗口"),
    Channel.PHONE: _("电话"),
    Channel.PAPER: _("纸质"),
    Channel.GRID: _("网格上报"),
    Channel.IMPORT: _("导入"),
    Channel.API: _("接口"),
    Channel.DEVICE: _("设备发现"),
}
CHANNEL_ICONS: Final[Mapping[str, str]] = {
    Channel.WEB: "mobile",
    Channel.COUNTER: "counter",
    Channel.PHONE: "phone",
    Channel.PAPER: "paper",
    Channel.GRID: "pin",
    Channel.IMPORT: "sheet",
    Channel.API: "link",
    Channel.DEVICE: "eye",
}

OUTCOMES: Final[Words] = {
    ReceptionEnd.ANSWERED: _("当场答复"),
    ReceptionEnd.FILED: _("已转为诉求"),
    ReceptionEnd.REFERRED: _("转到别处"),
    ReceptionEnd.WAITING: _("还没办完"),
}

ENTRIES: Final[Words] = {
    "case.filed": pgettext_lazy("entry", "上报"),
    "case.joined": pgettext_lazy("entry", "并入诉求"),
    "case.registered": pgettext_lazy("entry", "立案"),
    "case.placed": pgettext_lazy("entry", "更正位置"),
    "case.matched": pgettext_lazy("entry", "定清单项"),
    "case.merged": pgettext_lazy("entry", "并案"),
    "case.dispatched": pgettext_lazy("entry", "派遣"),
    "case.accepted": pgettext_lazy("entry", "签收"),
    "case.returned": pgettext_lazy("entry", "退单"),
    "case.asked": pgettext_lazy("entry", "询问诉求人"),
    "case.heard": pgettext_lazy("entry", "诉求人回话"),
    "case.noted": pgettext_lazy("entry", "记一笔"),
    "case.told": pgettext_lazy("entry", "公开说明"),
    "case.finished": pgettext_lazy("entry", "报结果"),
    "case.passed": pgettext_lazy("entry", "核查通过"),
    "case.failed": pgettext_lazy("entry", "核查退回"),
    "case.answered": pgettext_lazy("entry", "答复"),
    "case.closed": pgettext_lazy("entry", "结案"),
    "case.declined": pgettext_lazy("entry", "不予受理"),
    "case.upheld": pgettext_lazy("entry", "维持不予受理"),
    "case.admitted": pgettext_lazy("entry", "改为受理"),
    "case.reopened": pgettext_lazy("entry", "重办"),
    "case.review_asked": pgettext_lazy("entry", "申请复核"),
    "case.suspension_asked": pgettext_lazy("entry", "申请挂账"),
    "case.suspended": pgettext_lazy("entry", "挂账，时钟暂停"),
    "case.suspension_refused": pgettext_lazy("entry", "不同意挂账"),
    "case.resumed": pgettext_lazy("entry", "时钟恢复"),
    "case.extension_asked": pgettext_lazy("entry", "申请延期"),
    "case.extended": pgettext_lazy("entry", "延期"),
    "case.extension_refused": pgettext_lazy("entry", "不同意延期"),
    "case.mediation_proposed": pgettext_lazy("entry", "提议调解"),
    "case.mediation_consented": pgettext_lazy("entry", "一方同意调解"),
    "case.mediation_opened": pgettext_lazy("entry", "双方同意，开始调解"),
    "case.mediation_session": pgettext_lazy("entry", "调解一次"),
    "case.mediation_agreed": pgettext_lazy("entry", "调解达成协议"),
    "case.mediation_failed": pgettext_lazy("entry", "调解没有达成协议"),
    "case.mediation_ended": pgettext_lazy("entry", "调解结束"),
    "case.mediation_read": pgettext_lazy("entry", "查看调解笔录"),
    "case.milestone_met": pgettext_lazy("entry", "达到节点"),
    "calendar.published": pgettext_lazy("entry", "发布日历"),
    "calendar.changed": pgettext_lazy("entry", "日历变更，重算时限"),
    "calendar.moved": pgettext_lazy("entry", "时限随日历移动"),
    "boundaries.adjusted": pgettext_lazy("entry", "调整区划"),
    "boundaries.applied": pgettext_lazy("entry", "区划调整生效，转交在办事项"),
    "boundaries.cases_moved": pgettext_lazy("entry", "在办事项随区划转交"),
    "places.ground_redrawn": pgettext_lazy("entry", "区域边界变动"),
    "people.succeeded": pgettext_lazy("entry", "单位承接"),
    "profiles.published": pgettext_lazy("entry", "发布时钟套表"),
    "case.rated": pgettext_lazy("entry", "已评价"),
    "case.whistled": pgettext_lazy("entry", "吹哨"),
    "case.whistle_read": pgettext_lazy("entry", "已读"),
    "case.reported_in": pgettext_lazy("entry", "报到"),
    "case.whistle_refused": pgettext_lazy("entry", "拒绝报到"),
    "case.whistle_replied": pgettext_lazy("entry", "报本单位结果"),
    "case.more_called": pgettext_lazy("entry", "加叫单位"),
    "case.lead_changed": pgettext_lazy("entry", "换主办"),
    "case.urged": pgettext_lazy("entry", "催报到"),
    "case.summed_up": pgettext_lazy("entry", "汇总结论"),
    "case.whistle_ended": pgettext_lazy("entry", "结束吹哨"),
    "case.ruled": pgettext_lazy("entry", "裁定"),
    "case.call_escalated": pgettext_lazy("entry", "未报到，升级"),
    "case.ruling_escalated": pgettext_lazy("entry", "未裁定，升级"),
    "case.evaluated": pgettext_lazy("entry", "交互评（封存）"),
    "case.evaluations_opened": pgettext_lazy("entry", "互评开封"),
    "case.evaluation_objected": pgettext_lazy("entry", "对互评提出异议"),
    "whistle_table.adopted": pgettext_lazy("entry", "采用吹哨规则"),
    "grades.adopted": pgettext_lazy("entry", "采用级别表"),
    "case.reopen_asked": pgettext_lazy("entry", "诉求人说没修好"),
    "case.visited": pgettext_lazy("entry", "回访"),
    "case.visit_opened": pgettext_lazy("entry", "安排回访"),
    "case.mark_appealed": pgettext_lazy("entry", "申诉"),
    "case.appeal_reviewed": pgettext_lazy("entry", "初审申诉"),
    "case.appeal_decided": pgettext_lazy("entry", "决定申诉"),
    "case.exclusion_proposed": pgettext_lazy("entry", "提出剔除"),
    "case.exclusion_settled": pgettext_lazy("entry", "确认剔除"),
    "visits.drawn": pgettext_lazy("entry", "抽取回访样本"),
    "script.adopted": pgettext_lazy("entry", "更新回访话术"),
    "formula.published": pgettext_lazy("entry", "发布三率公式"),
    "case.contact_revealed": pgettext_lazy("entry", "查看联系方式"),
    "case.contact_withdrawn": pgettext_lazy("entry", "撤回联系方式"),
    "case.warned": pgettext_lazy("entry", "将到期提醒"),
    "case.overdue": pgettext_lazy("entry", "超期"),
    "case.milestone_missed": pgettext_lazy("entry", "节点超时"),
    "case.escalated": pgettext_lazy("entry", "超期升级"),
    "case.supervised": pgettext_lazy("entry", "督办"),
    "case.supervision_replied": pgettext_lazy("entry", "回复督办"),
    "case.supervision_settled": pgettext_lazy("entry", "督办销号"),
    "case.supervision_returned": pgettext_lazy("entry", "督办退回"),
    "bulletin.issued": pgettext_lazy("entry", "集中通报"),
    "routes.adopted": pgettext_lazy("entry", "启用告知规则"),
    "message.resent": pgettext_lazy("entry", "重发消息"),
    "message.dropped": pgettext_lazy("entry", "放弃消息"),
    "contact.reached": pgettext_lazy("entry", "用联系方式发消息"),
    "ladder.adopted": pgettext_lazy("entry", "启用升级阶梯"),
    "reception.logged": pgettext_lazy("entry", "接待登记"),
    "account.created": pgettext_lazy("entry", "开通账号"),
    "account.disabled": pgettext_lazy("entry", "停用账号"),
    "account.enabled": pgettext_lazy("entry", "启用账号"),
    "account.signed_in": pgettext_lazy("entry", "登录"),
    "account.signed_out": pgettext_lazy("entry", "退出登录"),
    "account.locked_out": pgettext_lazy("entry", "登录失败过多，暂停"),
    "account.password_changed": pgettext_lazy("entry", "修改密码"),
    "account.password_reset": pgettext_lazy("entry", "重置密码"),
    "account.factor_begun": pgettext_lazy("entry", "开始绑定验证器"),
    "account.factor_confirmed": pgettext_lazy("entry", "绑定验证器"),
    "account.factor_reset": pgettext_lazy("entry", "重置验证器"),
    "account.recovery_code_used": pgettext_lazy("entry", "用了恢复码"),
    "account.sessions_ended": pgettext_lazy("entry", "退出所有登录"),
    "token.issued": pgettext_lazy("entry", "发出接口令牌"),
    "token.revoked": pgettext_lazy("entry", "作废接口令牌"),
    "contact.revealed": pgettext_lazy("entry", "查看联系方式"),
    "contact.erased": pgettext_lazy("entry", "删除联系方式"),
    "contacts.rewrapped": pgettext_lazy("entry", "更换联系方式主密钥"),
    "person.registered": pgettext_lazy("entry", "登记人员"),
    "appointment.made": pgettext_lazy("entry", "任命"),
    "appointment.ended": pgettext_lazy("entry", "免去岗位"),
    "appointment.renewed": pgettext_lazy("entry", "续任"),
    "listing.made": pgettext_lazy("entry", "公开联系人"),
    "listing.withdrawn": pgettext_lazy("entry", "撤下联系人"),
    "unit.founded": pgettext_lazy("entry", "设立单位"),
    "unit.renamed": pgettext_lazy("entry", "单位改名"),
    "unit.moved": pgettext_lazy("entry", "单位改隶"),
    "unit.dissolved": pgettext_lazy("entry", "撤销单位"),
    "unit.covers": pgettext_lazy("entry", "划定服务范围"),
    "unit.covers_no_longer": pgettext_lazy("entry", "停止服务范围"),
    "people.imported": pgettext_lazy("entry", "导入单位与人员"),
    "people.day_turned": pgettext_lazy("entry", "单位名称隶属到日更新"),
    "places.areas_imported": pgettext_lazy("entry", "导入网格边界"),
    "places.compounds_imported": pgettext_lazy("entry", "导入小区"),
    "places.buildings_imported": pgettext_lazy("entry", "导入楼栋"),
    "places.buildings_grouped": pgettext_lazy("entry", "划分楼院小组"),
    "list.published": pgettext_lazy("entry", "发布清单"),
    "dispatch_table.published": pgettext_lazy("entry", "发布派遣表"),
    "settings.adopted": pgettext_lazy("entry", "更新设定"),
    "pack.adopted": pgettext_lazy("entry", "采用资料包"),
    "ledger.settled": pgettext_lazy("entry", "台账迁移接续"),
}

HOLD_REASONS: Final[Words] = {
    Reason.WEATHER: _("天气、汛期"),
    Reason.FUNDS: _("资金、立项"),
    Reason.MATERIAL: _("备料、施工周期"),
    Reason.CONSENT: _("征求意见、业主表决"),
    Reason.PROCEDURE: _("法定程序、诉讼"),
    Reason.OTHER: _("其他客观原因"),
    Reason.RESIDENT: _("等诉求人回话"),
}

ROLES: Final[Words] = {
    "lead": _("主办"),
    "assist": _("协办"),
    "notify": _("知会"),
    "visit": _("回访"),
    "mediate": _("调解"),
}

MISSING: Final[Words] = {
    Missing.EVIDENCE: _("还差处置后的照片"),
    Missing.ANSWERS: _("还差 %(count)d 条诉求未答复"),
    Missing.RATING: _("还差 %(count)d 条诉求的居民评价"),
    Missing.ITEM: _("还没有定清单项"),
    Missing.OTHER_PERSON: _("报结果的人不能自己核查"),
    Missing.SUPERVISION: _("还有 %(count)d 条督办没有销号"),
    Missing.MEDIATION: _("调解还没有结束"),
    Missing.WINDOW: _("重办的期限已过"),
    Missing.WHISTLE: _("还有 %(count)d 次吹哨没有结束"),
    Missing.CALLS: _("还差 %(count)d 家报到"),
    Missing.RULINGS: _("还差 %(count)d 件裁定"),
    Missing.REPLIES: _("还差 %(count)d 家报结果"),
    Missing.LEAD: _("还没有主办"),
    Missing.SUMMARY: _("还差主办汇总"),
    Missing.SECOND_PERSON: _("要由另一级、另一个岗位的另一个人来办"),
    Missing.DEADLINE_OVER: _("已经到期，不能再挂账或延期"),
    Missing.USED_UP: _("已用过 %(count)d 次，不能再申请"),
    Missing.ASKED_ALREADY: _("已有一份申请等着批"),
    Missing.OTHER_LEVEL: _("提出申请的单位不能自己批"),
}


def act(name: str) -> str:
    """Return the verb on the button of an act."""
    return str(ACTS.get(name, name))


def state(name: str) -> str:
    """Return the name of a state as staff see it."""
    return str(STATES.get(name, name))


def step(name: str) -> str:
    """Return the name of a public step."""
    return str(STEPS.get(name, name))


def kind(name: str) -> str:
    """Return the name of a kind of report."""
    return str(KINDS.get(name, name))


def channel(name: str) -> str:
    """Return the name of a channel."""
    return str(CHANNELS.get(name, name))


def entry(kind: str) -> str:
    """Return the name of a ledger entry."""
    return str(ENTRIES.get(kind, kind))


def outcome(name: str) -> str:
    """Return how a reception ended."""
    return str(OUTCOMES.get(name, name))


def role(name: str) -> str:
    """Return the name of a part in a case."""
    return str(ROLES.get(name, name))


def hold_reason(name: str) -> Text:
    """Return why a clock stands."""
    return HOLD_REASONS.get(name, name)


def missing(code: str, count: int) -> str:
    """Return what an act still waits for, in words."""
    return str(MISSING.get(code, code)) % {"count": count}


def lacking(blockers: Iterable[Blocker]) -> str:
    """Return everything an act still waits for, in one line."""
    return gettext("；").join(missing(one.missing, one.count) for one in blockers)
