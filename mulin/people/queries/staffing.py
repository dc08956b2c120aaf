"""Staffing of a branch on a day: posts against norms, slots left empty, units nobody answers for."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from mulin.kernel.actor import Actor
from mulin.people import policy
from mulin.people.models import Unit
from mulin.people.queries import branches
from mulin.people.rules.acts import Act

_POSTS: Final = """
    SELECT place.id, place.code, place.short_name, place.kind_id, post.code, post.name,
           post.norm_min, post.norm_max, post.slot_of, post.leads,
           count(held.id), count(held.id) FILTER (WHERE held.full_time),
           (SELECT max(past.until_on) FROM people_appointment past
            WHERE past.unit_id = place.id AND past.post_id = post.id AND past.until_on <= %(on)s)
    FROM place JOIN people_postkind post ON post.unit_kind_id = place.kind_id
    LEFT JOIN held ON held.unit_id = place.id AND held.post_id = post.id
    GROUP BY place.id, place.code, place.short_name, place.kind_id, place.from_on, post.id
    ORDER BY place.code, post.norm_min DESC, post.code
"""


@dataclass(frozen=True, slots=True)
class PostRow:
    """One post of one unit against its norm."""

    unit_id: int
    unit_code: str
    unit_name: str
    unit_kind: str
    post: str
    post_name: str
    norm_min: int
    norm_max: int | None
    slot_of: str
    leads: bool
    holders: int
    full_time: int
    vacant_since: date | None  # the day the last holder left, where there was one

    @property
    def is_below(self) -> bool:
        """Return whether fewer serve than the norm asks."""
        return self.holders < self.norm_min

    @property
    def is_above(self) -> bool:
        """Return whether more serve than the norm allows."""
        return self.norm_max is not None and self.holders > self.norm_max


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A unit against a staffing template such as 一格三员: which of its slots are empty."""

    unit_id: int
    unit_code: str
    unit_name: str
    template: str
    filled: int
    slots: int
    empty: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Return whether every slot has somebody."""
        return not self.empty


@dataclass(frozen=True, slots=True)
class Staffing:
    """The staffing of a branch on a day; every list names the units it is about."""

    on: date
    posts: tuple[PostRow, ...]
    slots: tuple[SlotRow, ...]

    @property
    def below(self) -> tuple[PostRow, ...]:
        """Return the posts with fewer people than the norm."""
        return tuple(row for row in self.posts if row.is_below)

    @property
    def above(self) -> tuple[PostRow, ...]:
        """Return the posts with more people than the norm."""
        return tuple(row for row in self.posts if row.is_above)

    @property
    def vacant(self) -> tuple[PostRow, ...]:
        """Return the posts that nobody holds."""
        return tuple(row for row in self.posts if not row.holders)

    @property
    def leaderless(self) -> tuple[PostRow, ...]:
        """Return the alerts: units that nobody answers for, a grid without its lead above all."""
        return tuple(row for row in self.posts if row.leads and not row.holders)

    @property
    def incomplete(self) -> tuple[SlotRow, ...]:
        """Return the units whose template has an empty slot."""
        return tuple(row for row in self.slots if not row.is_complete)


def staffing(actor: Actor, unit: Unit, *, on: date) -> Staffing:
    """Return how the units at and below ``unit`` were staffed on a day, in one statement.

    :raises NotFound: the actor may not see the unit
    :raises NotAllowed: the actor may not see who serves there
    """
    policy.require(actor, Act.SEE_STAFF, unit)
    posts = tuple(PostRow(*row) for row in branches.ask(unit, _POSTS, on=on))
    return Staffing(on=on, posts=posts, slots=_slots(posts))


def _slots(posts: tuple[PostRow, ...]) -> tuple[SlotRow, ...]:
    by_unit: dict[tuple[int, str], list[PostRow]] = {}
    for row in posts:
        if row.slot_of:
            by_unit.setdefault((row.unit_id, row.slot_of), []).append(row)
    return tuple(
        SlotRow(
            unit_id=rows[0].unit_id,
            unit_code=rows[0].unit_code,
            unit_name=rows[0].unit_name,
            template=template,
            filled=sum(row.holders > 0 for row in rows),
            slots=len(rows),
            empty=tuple(row.post_name for row in rows if not row.holders),
        )
        for (_, template), rows in by_unit.items()
    )
