"""What a message says, in both languages: numbers, codes and links, never a word of what was reported."""

from collections.abc import Mapping
from typing import Final

# By key: Chinese, English. {number} {code} {unit} {due} {link} {hotline} are filled in.
TEXTS: Final[Mapping[str, tuple[str, str]]] = {
    "reported": (
        "您反映的事已收到，查询码 {code}。{link}",
        "We have received your report. Tracking code {code}. {link}",
    ),
    "registered": (
        "您反映的事（{code}）已立案，由{unit}派遣。{link}",
        "Your report ({code}) was taken on; {unit} will assign it. {link}",
    ),
    "dispatched": (
        "您反映的事（{code}）已派给{unit}，{due}前办结。{link}",
        "Your report ({code}) went to {unit}, due by {due}. {link}",
    ),
    "handling": (
        "您反映的事（{code}）{unit}已经签收，正在办理。{link}",
        "{unit} has accepted your report ({code}) and is working on it. {link}",
    ),
    "question": (
        "{unit}想就您反映的事（{code}）问您一个问题，请打开查看并回话。{link}",
        "{unit} has a question about your report ({code}). Please open it and reply. {link}",
    ),
    "answering": (
        "您反映的事（{code}）有答复了，请查看并评价。{link}",
        "There is an answer to your report ({code}). Please read and rate it. {link}",
    ),
    "closed": (
        "您反映的事（{code}）已结案。不满意可以要求重办，也可以打 {hotline}。{link}",
        "Your report ({code}) was closed. Not solved? Ask to reopen it or call {hotline}. {link}",
    ),
    "declined": (
        "您反映的事（{code}）没有受理，理由请查看；可以申请复核，也可以打 {hotline}。{link}",
        "Your report ({code}) was not accepted. Read why, ask for a review, or call {hotline}. {link}",
    ),
    "reopened": (
        "您反映的事（{code}）已重办。{link}",
        "Your report ({code}) was taken up again. {link}",
    ),
    "new_case": ("有新的事项待处理：{number}", "A new matter is on your desk: {number}"),
    "assigned": ("{number} 派给了你们，{due}到期", "{number} was assigned to you, due {due}"),
    "returned": ("{number} 被退回，请另派", "{number} was returned: assign it anew"),
    "to_check": ("{number} 报了结果，等核查", "{number} has a result to be checked"),
    "failed": ("{number} 核查没有通过，请继续处置", "{number} did not pass the check"),
    "heard": ("{number} 诉求人回话了", "The resident replied on {number}"),
    "warned": ("{number} 快到期了：{due}", "{number} is due soon: {due}"),
    "overdue": ("{number} 已超期（{due}）", "{number} is overdue (since {due})"),
    "escalated": ("{number} 超期仍未办，已升级到{unit}", "{number} stayed overdue: escalated to {unit}"),
    "supervised": ("{number} 被督办，请按期回复", "{number} is under supervision: reply in time"),
    "supervision_replied": ("{number} 的督办已回复，等复查", "The supervision of {number} was answered"),
    "supervision_returned": ("{number} 的督办回复被退回", "The answer on {number} was sent back"),
    "called": ("{number} 吹哨叫你们，请按时报到", "{number}: you are called; report in"),
    "mediate": (
        "{number} 请你们调解，先问双方愿不愿意",
        "{number}: you are asked to mediate; ask both parties first",
    ),
    "changed": ("{number} 有新情况", "There is news on {number}"),
}  # fmt: skip
KEYS: Final = frozenset(TEXTS)


def text(key: str, facts: Mapping[str, str], *, language: str = "zh") -> str:
    """Return the words of a message; what is not known is left out."""
    pattern = TEXTS[key][1 if language.startswith("en") else 0]
    return " ".join(pattern.format_map(_Gaps(facts)).split())


class _Gaps(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
