"""The data catalogue (S-224): the words its reviewed table uses, and what a line of it says.

The table is ``datasets.csv`` beside this package; a house test holds it against every table there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# Chinese, then English. A city may name other offices and terms; these are what the program itself assumes.
OWNERS: Final[Mapping[str, tuple[str, str]]] = {
    "command": ("指挥中心", "command centre"),
    "steward": ("数据管理员", "data steward"),
    "organisation": ("组织部门", "organisation department"),
    "system": ("系统管理员", "system administrator"),
    "security": ("安全管理员", "security administrator"),
    "audit": ("审计管理员", "audit administrator"),
}
BASES: Final[Mapping[str, tuple[str, str]]] = {
    "duty": ("履行法定职责所必需", "necessary for a statutory duty"),
    "consent": (
        "本人同意（个人信息保护法第十三条）",
        "consent (Personal Information Protection Law, art. 13)",
    ),
    "security": ("网络安全义务（网络安全法）", "duty of network security (Cybersecurity Law)"),
    "running": ("系统运行所必需，不用于其他", "necessary to run the system, used for nothing else"),
}
RETENTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "history": (
        "带起止日期，长期保存，旧统计才能复算",
        "kept with its dates, so that old figures can be recomputed",
    ),
    "case": ("随事项归档，年限由本市档案规定", "with the case, for as long as the city's archive rules say"),
    "withdraw": ("本人撤回或不再需要时清除", "erased when withdrawn or no longer needed"),
    "term": ("在岗期间，离岗后按人事规定", "while in post, then by the rules of personnel"),
    "chain": ("不可删改", "never deleted or changed"),
    "replaced": ("换新时替换", "until it is replaced"),
    "session": ("最长 12 小时", "at most 12 hours"),
    "logs": ("不少于六个月（网络安全法）", "six months at least (Cybersecurity Law)"),
    "days7": ("最长 7 天", "at most 7 days"),
    "days30": ("30 天", "30 days"),
    "days100": ("100 天", "100 days"),
    "program": ("随程序", "as long as the program runs"),
}
PERSONAL: Final[Mapping[str, tuple[str, str]]] = {
    "none": ("无", "none"),
    "account": ("仅工作账号编号", "account numbers of staff only"),
    "staff": ("工作人员", "of staff"),
    "words": ("自由文字或照片里可能有", "possible in free words or photos"),
    "draft": ("未提交的草稿里可能有", "possible in unsent drafts"),
    "sealed": ("密封，少数人可看", "sealed, for a few"),
    "secret": ("密钥或摘要", "keys or digests"),
    "resident": ("居民联系方式，加密", "contacts of residents, encrypted"),
}


@dataclass(frozen=True, slots=True)
class Dataset:
    """A table: what it is, what for, who answers for it, on what basis, for how long, whose data."""

    table: str
    name: str
    purpose: str
    name_en: str
    purpose_en: str
    owner: str
    basis: str
    retention: str
    personal: str

    def words(self, *, english: bool) -> dict[str, str]:
        """Return the line in one language."""
        column = 1 if english else 0
        return {
            "table": self.table,
            "name": self.name_en if english else self.name,
            "purpose": self.purpose_en if english else self.purpose,
            "owner": OWNERS[self.owner][column],
            "basis": BASES[self.basis][column],
            "retention": RETENTIONS[self.retention][column],
            "personal": PERSONAL[self.personal][column],
        }
