"""Sealed judgements: filled in whole, and opened only when every expected one is in."""

from collections.abc import Collection, Hashable, Mapping, Sequence

from mulin.kernel.errors import BadInput


def is_complete(expected: Collection[Hashable], given: Collection[Hashable]) -> bool:
    """Return whether every expected judgement is in."""
    return set(expected) <= set(given)


def check_scores(scores: Mapping[str, int], *, aspects: Sequence[str], scale: int) -> None:
    """Refuse scores that do not fill the scale.

    :raises BadInput: an aspect is missing, unknown, or scored outside the scale
    """
    for aspect in aspects:
        if aspect not in scores:
            raise BadInput("还没有给「%(aspect)s」打分", where="scores", aspect=aspect)
    for aspect, score in scores.items():
        if aspect not in aspects:
            raise BadInput("没有「%(aspect)s」这一项", where="scores", aspect=aspect)
        if not 1 <= score <= scale:
            raise BadInput("分数在 1 到 %(scale)d 之间", where="scores", scale=scale)
