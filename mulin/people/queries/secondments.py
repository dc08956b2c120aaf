"""Secondments (下沉、派驻): who serves away from home on a day, by home and street; teams as composed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final

from django.db.models import QuerySet

from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotAllowed
from mulin.people import policy
from mulin.people.models import PostKind, Unit, UnitKind
from mulin.people.queries import branches, units
from mulin.people.rules.acts import Act
from mulin.people.rules.terms import SECONDMENT

STREET_RANK: Final = 3  # of a kind of unit: 1 city … 5 grid
_NOWHERE: Final = "-"  # no kind's code: a city without streets is asked as well

# Running on the day, or run out by itself with nobody having acted on it and nothing after it.
_SECONDED: Final = """
    SELECT term.id, person.staff_no, person.name, post.name, place.code, place.short_name,
           sender.code, sender.short_name, coalesce(home.code, ''), coalesce(home.short_name, ''),
           term.from_on, term.until_on, term.until_on <= %(on)s
    FROM people_appointment term
    JOIN place ON place.id = term.unit_id
    JOIN people_person person ON person.id = term.person_id
    JOIN people_postkind post ON post.id = term.post_id
    JOIN people_unit sender ON sender.id = term.source_unit_id
    LEFT JOIN (below JOIN home ON home.id = below.home) ON below.id = place.id
    WHERE term.source = %(source)s AND term.from_on <= %(on)s
      AND (term.until_on > %(on)s OR term.ended_at IS NULL AND NOT EXISTS (
          SELECT FROM people_appointment later
          WHERE later.person_id = term.person_id AND later.unit_id = term.unit_id
            AND later.post_id = term.post_id AND later.from_on >= term.until_on))
    ORDER BY sender.code, place.code, term.from_on, term.id
"""

# Every post of the units that take seconded people: what a team is made of is what the city's table says.
_TEAMS: Final = """
    SELECT place.code, place.short_name, post.name, post.slot_of, post.norm_min,
           count(held.id), count(held.id) FILTER (WHERE held.source = %(source)s)
    FROM place JOIN people_postkind post ON post.unit_kind_id = place.kind_id
    LEFT JOIN held ON held.unit_id = place.id AND held.post_id = post.id
    WHERE place.kind_id IN (SELECT unit_kind_id FROM people_postkind WHERE %(source)s = ANY(sources))
    GROUP BY place.id, place.code, place.short_name, post.id
    ORDER BY place.code, post.leads DESC, post.id
"""


@dataclass(frozen=True, slots=True)
class Seconded:
    """Somebody serves in ``unit`` who belongs to ``home``; ``has_run_out``: over, nobody has acted on it."""

    appointment_id: int
    staff_no: str
    person: str
    post_name: str
    unit: str
    unit_name: str
    home: str
    home_name: str
    street: str  # empty where the unit lies in none
    street_name: str
    from_on: date
    until_on: date
    has_run_out: bool


@dataclass(frozen=True, slots=True)
class Register:
    """The secondments of a branch on a day; every count is the length of a list."""

    on: date
    rows: tuple[Seconded, ...]

    @property
    def running(self) -> tuple[Seconded, ...]:
        """Return those that hold on the day."""
        return tuple(row for row in self.rows if not row.has_run_out)

    @property
    def run_out(self) -> tuple[Seconded, ...]:
        """Return those that ended by themselves and that nobody has acted on."""
        return tuple(row for row in self.rows if row.has_run_out)

    def of(self, *, home: str = "", street: str | None = None) -> tuple[Seconded, ...]:
        """Return those running that come from ``home`` and serve in ``street``; unsaid means any."""
        return tuple(row for row in self.running if home in ("", row.home) and street in (None, row.street))

    @property
    def homes(self) -> dict[str, str]:
        """Return the names of the units that lend people, by code."""
        return {row.home: row.home_name for row in self.running}

    @property
    def streets(self) -> dict[str, str]:
        """Return the names of the streets they serve in, by code; empty for none."""
        return dict(sorted({row.street: row.street_name for row in self.running}.items()))


@dataclass(frozen=True, slots=True)
class TeamPost:
    """One post of a team: how many serve, and how many of them are seconded."""

    unit: str
    unit_name: str
    post_name: str
    slot_of: str
    norm_min: int
    holders: int
    seconded: int


def secondments(actor: Actor, *, on: date) -> Register:
    """Return the secondments of a day wherever the actor may see who serves.

    :raises NotAllowed: the actor may see it nowhere
    """
    streets = UnitKind.objects.filter(family="territory", rank=STREET_RANK).values_list("code", flat=True)
    found = _asked(actor, _SECONDED, on=on, homes=[*streets, _NOWHERE])
    return Register(on, tuple(Seconded(*row) for row in found))


def teams(actor: Actor, *, on: date) -> list[TeamPost]:
    """Return the posts of the units that take seconded people, as they were filled on a day.

    :raises NotAllowed: the actor may nowhere see who serves
    """
    return [TeamPost(*row) for row in _asked(actor, _TEAMS, on=on)]


def _asked(actor: Actor, question: str, *, on: date, homes: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    roots = units.roots_for(actor, Act.SEE_STAFF)
    if not roots:
        raise NotAllowed("您的岗位不能做这一步")
    answers = [branches.ask(root, question, on=on, homes=homes, source=SECONDMENT) for root in roots]
    return list(chain.from_iterable(answers))


def lenders(actor: Actor) -> list[Unit]:
    """Return the departments that may lend people: those the actor may see and that take none themselves."""
    seen = Unit.objects.filter(policy.units_seen_by(actor), kind__family="department", until_on__isnull=True)
    return list(seen.exclude(kind__in=_takers().values("unit_kind")).order_by("code"))


def seats(actor: Actor) -> list[tuple[Unit, PostKind]]:
    """Return where the actor may send people: units with each of their posts that takes seconded ones."""
    posts: dict[str, list[PostKind]] = {}
    for post in _takers().order_by("pk"):
        posts.setdefault(post.unit_kind_id, []).append(post)
    places = Unit.objects.filter(
        policy.units_for(actor, Act.SECOND_STAFF), kind__in=posts, until_on__isnull=True
    )
    return [(place, post) for place in places.order_by("code") for post in posts[place.kind_id]]


def _takers() -> QuerySet[PostKind]:
    return PostKind.objects.filter(sources__contains=[SECONDMENT])
