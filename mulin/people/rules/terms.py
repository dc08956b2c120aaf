"""Terms of office: who may hold what together, how many seats a post has, when a term counts as run out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from mulin.kernel.errors import BadInput, NotPossible
from mulin.kernel.periods import Period

SECONDMENT: Final = "secondment"  # the source of a term whose holder belongs to another unit (下沉、派驻)


@dataclass(frozen=True, slots=True)
class PostRule:
    """What a kind of post demands of a term."""

    code: str
    name: str
    unit_kind: str
    seats_max: int | None = None
    body: str = ""
    sources: tuple[str, ...] = ()
    administers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Term:
    """A person holds a post in a unit for a period."""

    person: str
    unit: str
    post: PostRule
    period: Period


class NoSeat(NotPossible):
    """All seats of the post are taken on some day of the term."""


class OverlappingTerm(NotPossible):
    """The person already holds the post, or another of the same body, on some day of the term."""


class AdministratorsKeptApart(NotPossible):
    """Nobody may be two of the three administrators: system, security, audit (等保 三员分立)."""


class WrongSource(BadInput):
    """The post is not open to people from there."""


def require_source(post: PostRule, source: str) -> None:
    """Return if ``post`` may be filled from ``source``.

    :raises WrongSource: the city's list of sources for this post does not have it
    """
    if post.sources and source not in post.sources:
        raise WrongSource("%(post)s不能从这里选任：%(source)s", where="source", post=post.name, source=source)


def require_secondment(*, home: str, host: str, until_on: date | None) -> None:
    """Return if somebody may be lent by ``home`` to ``host`` until a day.

    :raises BadInput: nobody lends them, the two are one, or nobody says until when
    """
    if not home:
        raise BadInput("派驻要写明派出单位", where="home")
    if home == host:
        raise BadInput("派出单位和派驻单位不能相同", where="home")
    if until_on is None:
        raise BadInput("派驻要写明截止日期", where="until_on")


def require_unit_kind(post: PostRule, *, kind: str, kind_name: str) -> None:
    """Return if ``post`` exists in units of ``kind``.

    :raises BadInput: it is a post of other units
    """
    if post.unit_kind != kind:
        raise BadInput("%(kind)s没有%(post)s这个岗位", where="post", kind=kind_name, post=post.name)


def require_free(term: Term, others: Iterable[Term]) -> None:
    """Return if ``term`` goes together with the ``others`` of its unit and of its person.

    :raises OverlappingTerm: the person would hold the post, or a post of the same body, twice
    :raises NoSeat: more people than seats
    :raises AdministratorsKeptApart: the person would be two administrators
    """
    meeting = [other for other in others if other.period.overlaps(term.period)]
    own = [other for other in meeting if other.person == term.person]
    here = [other for other in meeting if other.unit == term.unit]
    for other in own:
        if other.unit == term.unit and _excludes(term.post, other.post):
            raise OverlappingTerm(
                "此人在这里已任%(post)s，自 %(since)s 起", post=other.post.name, since=other.period.from_on
            )
        both = term.post.administers | other.post.administers
        if term.post.administers and other.post.administers and len(both) > 1:
            raise AdministratorsKeptApart("系统、安全、审计三类管理员不能由同一人担任")
    same_post = [other for other in here if other.post.code == term.post.code]
    if term.post.seats_max is not None and most_at_once([term, *same_post]) > term.post.seats_max:
        raise NoSeat(
            "%(post)s只有 %(seats)s 个名额，这段时间已满", post=term.post.name, seats=term.post.seats_max
        )


def _excludes(post: PostRule, other: PostRule) -> bool:
    return post.code == other.code or (post.body != "" and post.body == other.body)


def most_at_once(terms: Sequence[Term]) -> int:
    """Return how many of ``terms`` run on the day when most of them do."""
    return max(
        (sum(term.period.covers(day) for term in terms) for day in {t.period.from_on for t in terms}),
        default=0,
    )


def has_run_out(*, until_on: date | None, ended_by_act: bool, renewed: bool, on: date) -> bool:
    """Return whether a term ended by itself and nobody has acted on it: it is flagged until somebody does."""
    return until_on is not None and until_on <= on and not ended_by_act and not renewed
