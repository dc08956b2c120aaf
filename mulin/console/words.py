"""What acts, states, kinds, channels, steps and ledger entries are called on screen."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from django.utils.translation import gettext_lazy as _

from mulin.cases.rules.closing import Missing
from mulin.cases.rules.intake import Channel, Kind, Outcome
from mulin.cases.rules.lifecycle import Act, PublicStep, State

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Text: TypeAlias = "str | _StrPromise"
Words: TypeAlias = Mapping[str, Text]

ACTS: Final[Words] = {
    Act.REGISTER: _("立案"),
    Act.LOCATE: _("更正位置"),
    Act.MATCH: _("定清单项"),
    Act.MERGE: _("并案"),
    Act.DISPATCH: _("派遣"),
    Act.ACCEPT: _("签收"),
    Act.RETURN: _("退单"),
    Act.ASK: _("询问诉求人"),
    Act.HEAR: _("记诉求人回话"),
    Act.NOTE: _("记一笔"),
    Act.PUBLISH: _("公开说明"),
    Act.FINISH: _("报结果"),
    Act.APPROVE: _("核查通过"),
    Act.FAIL: _("核查退回"),
    Act.ANSWER: _("回复诉求人"),
    Act.CLOSE: _("结案"),
    Act.DECLINE: _("不予受理"),
    Act.ASK_REVIEW: _("申请复核"),
    Act.UPHOLD: _("维持不予受理"),
    Act.ADMIT: _("改为受理"),
    Act.REOPEN: _("重办"),
}

STATES: Final[Words] = {
    State.RECEIVED: _("待立案"),
    State.REGISTERED: _("待派遣"),
    State.DISPATCHED: _("待签收"),
    State.IN_HAND: _("处置中"),
    State.WAITING: _("等诉求人回话"),
    State.HANDLED: _("待核查"),
    State.CHECKED: _("待答复"),
    State.CLOSED: _("已结案"),
    State.DECLINED: _("不予受理"),
    State.UNDER_REVIEW: _("复核中"),
    State.MERGED: _("已并案"),
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
}
CHANNEL_ICONS: Final[Mapping[str, str]] = {
    Channel.WEB: "mobile",
    Channel.COUNTER: "counter",
    Channel.PHONE: "phone",
    Channel.PAPER: "paper",
    Channel.GRID: "pin",
    Channel.IMPORT: "sheet",
    Channel.API: "link",
}

OUTCOMES: Final[Words] = {
    Outcome.ANSWERED: _("当场答复"),
    Outcome.FILED: _("已转为诉求"),
    Outcome.REFERRED: _("转到别处"),
    Outcome.WAITING: _("还没办完"),
}

ENTRIES: Final[Words] = {
    "case.filed": _("上报"),
    "case.joined": _("并入诉求"),
    "case.registered": _("立案"),
    "case.placed": _("更正位置"),
    "case.matched": _("定清单项"),
    "case.merged": _("并案"),
    "case.dispatched": _("派遣"),
    "case.accepted": _("签收"),
    "case.returned": _("退单"),
    "case.asked": _("询问诉求人"),
    "case.heard": _("诉求人回话"),
    "case.noted": _("记一笔"),
    "case.told": _("公开说明"),
    "case.finished": _("报结果"),
    "case.passed": _("核查通过"),
    "case.failed": _("核查退回"),
    "case.answered": _("答复"),
    "case.closed": _("结案"),
    "case.declined": _("不予受理"),
    "case.upheld": _("维持不予受理"),
    "case.admitted": _("改为受理"),
    "case.reopened": _("重办"),
    "case.review_asked": _("申请复核"),
    "case.rated": _("已评价"),
    "case.contact_revealed": _("查看联系方式"),
    "case.contact_withdrawn": _("撤回联系方式"),
    "reception.logged": _("接待登记"),
    "account.created": _("开通账号"),
    "account.disabled": _("停用账号"),
    "account.enabled": _("启用账号"),
    "account.signed_in": _("登录"),
    "account.signed_out": _("退出登录"),
    "account.locked_out": _("登录失败过多，暂停"),
    "account.password_changed": _("修改密码"),
    "account.password_reset": _("重置密码"),
    "account.factor_begun": _("开始绑定验证器"),
    "account.factor_confirmed": _("绑定验证器"),
    "account.factor_reset": _("重置验证器"),
    "account.recovery_code_used": _("用了恢复码"),
    "account.sessions_ended": _("退出所有登录"),
    "token.issued": _("发出接口令牌"),
    "token.revoked": _("作废接口令牌"),
    "contact.revealed": _("查看联系方式"),
    "contact.erased": _("删除联系方式"),
    "contacts.rewrapped": _("更换联系方式主密钥"),
    "person.registered": _("登记人员"),
    "appointment.made": _("任命"),
    "appointment.ended": _("免去岗位"),
    "appointment.renewed": _("续任"),
    "listing.made": _("公开联系人"),
    "listing.withdrawn": _("撤下联系人"),
    "unit.founded": _("设立单位"),
    "unit.renamed": _("单位改名"),
    "unit.moved": _("单位改隶"),
    "unit.dissolved": _("撤销单位"),
    "unit.covers": _("划定服务范围"),
    "unit.covers_no_longer": _("停止服务范围"),
    "people.imported": _("导入单位与人员"),
    "people.day_turned": _("单位名称隶属到日更新"),
    "places.areas_imported": _("导入网格边界"),
    "places.compounds_imported": _("导入小区"),
    "places.buildings_imported": _("导入楼栋"),
    "places.buildings_grouped": _("划分楼院小组"),
    "list.published": _("发布清单"),
    "dispatch_table.published": _("发布派遣表"),
    "settings.adopted": _("更新设定"),
    "pack.adopted": _("采用资料包"),
    "ledger.settled": _("台账迁移接续"),
}

ROLES: Final[Words] = {"lead": _("主办"), "assist": _("协办"), "notify": _("知会")}

MISSING: Final[Words] = {
    Missing.EVIDENCE: _("还差处置后的照片"),
    Missing.ANSWERS: _("还差 %(count)d 条诉求未答复"),
    Missing.RATING: _("还差 %(count)d 条诉求的居民评价"),
    Missing.ITEM: _("还没有定清单项"),
    Missing.OTHER_PERSON: _("报结果的人不能自己核查"),
    Missing.WINDOW: _("重办的期限已过"),
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


def missing(code: str, count: int) -> str:
    """Return what an act still waits for, in words."""
    return str(MISSING.get(code, code)) % {"count": count}
