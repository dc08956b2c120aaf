"""Limits as people write them."""

import pytest

from mulin.clocks.rules import limits
from mulin.clocks.rules.limits import CHINESE, MOST, BadLimit, Limit, LimitKind


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("30 minutes", 30, LimitKind.MINUTES),
        ("1 minute", 1, LimitKind.MINUTES),
        ("2 hours", 2, LimitKind.HOURS),
        ("90 working minutes", 90, LimitKind.WORKING_MINUTES),
        ("4 working hours", 4, LimitKind.WORKING_HOURS),
        ("1 working day", 1, LimitKind.WORKING_DAYS),
        ("5 working_days", 5, LimitKind.WORKING_DAYS),
        ("5 Working-Days", 5, LimitKind.WORKING_DAYS),
        ("7 natural days", 7, LimitKind.NATURAL_DAYS),
        ("30分钟", 30, LimitKind.MINUTES),
        ("2小时", 2, LimitKind.HOURS),
        ("2 个小时", 2, LimitKind.HOURS),
        ("4紧急工作时", 4, LimitKind.HOURS),
        ("4 工作时", 4, LimitKind.WORKING_HOURS),
        ("4个工作小时", 4, LimitKind.WORKING_HOURS),
        (" 5个工作日 ", 5, LimitKind.WORKING_DAYS),
        ("7自然日", 7, LimitKind.NATURAL_DAYS),
        ("7紧急工作日", 7, LimitKind.NATURAL_DAYS),
    ],
)
def test_a_limit_is_read_as_written(text: str, value: int, kind: LimitKind) -> None:
    assert limits.parse(text) == Limit(value, kind)


@pytest.mark.parametrize("kind", LimitKind)
@pytest.mark.parametrize("value", [1, 2])
def test_what_is_written_is_read_again(kind: LimitKind, value: int) -> None:
    limit = Limit(value, kind)
    assert limits.parse(str(limit)) == limits.parse(limit.chinese) == limit
    assert kind in CHINESE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("5天", "工作日还是自然日"),
        ("5 days", "工作日还是自然日"),
        ("", "看不懂"),
        ("工作日", "看不懂"),
        ("五工作日", "看不懂"),
        ("-1 working days", "看不懂"),
        ("1.5 hours", "看不懂"),
        ("3 weeks", "看不懂"),
        ("0 hours", "之间"),
        ("1001 working days", "之间"),
        ("999999999 minutes", "之间"),
        ("9999999999 minutes", "看不懂"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadLimit, match=why) as refused:
        limits.parse(text)
    assert refused.value.where == "limit"


@pytest.mark.parametrize("kind", LimitKind)
def test_the_longest_limit_is_allowed_and_no_longer_one(kind: LimitKind) -> None:
    assert Limit(MOST[kind], kind).value == MOST[kind]
    with pytest.raises(BadLimit):
        Limit(MOST[kind] + 1, kind)
