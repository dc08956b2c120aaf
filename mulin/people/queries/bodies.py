"""Who serves where: members of a body, workers on grids and in the office, contact points."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q

from mulin.kernel.actor import Actor
from mulin.people import policy
from mulin.people.models import Appointment, Cover, Listing, PostKind, Unit
from mulin.people.queries import branches
from mulin.people.queries.days import in_force
from mulin.people.rules import terms
from mulin.people.rules.acts import Act


@dataclass(frozen=True, slots=True)
class Member:
    """A term in a body; ``has_run_out`` flags one that ended by itself and nobody has acted on."""

    appointment_id: int
    person: str
    post: str
    post_name: str
    full_time: bool
    source: str
    source_unit: str
    from_on: date
    until_on: date | None
    has_run_out: bool


@dataclass(frozen=True, slots=True)
class WorkersRow:
    """The workers of one community: who is posted to a grid and who keeps the office (定岗网格)."""

    unit_id: int
    unit_code: str
    unit_name: str
    posted: int
    office: int

    @property
    def workers(self) -> int:
        """Return how many there are."""
        return self.posted + self.office


@dataclass(frozen=True, slots=True)
class Answerable:
    """Who answers for a unit on a day; nobody is an answer too."""

    unit_id: int
    unit_code: str
    unit_name: str
    person: str
    post_name: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """How many part-time members one unit has from one kind of source."""

    unit_id: int
    unit_code: str
    unit_name: str
    source: str
    members: int


@dataclass(frozen=True, slots=True)
class BothPosts:
    """In how many communities one person holds both posts (一肩挑), and which they are."""

    of: int
    units: tuple[str, ...]

    @property
    def count(self) -> int:
        """Return in how many."""
        return len(self.units)

    @property
    def share(self) -> float:
        """Return the share of all such units; of none it is nought."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True)
class ContactPoint:
    """Somebody who agreed to be shown to residents."""

    unit_name: str
    post_name: str
    name: str
    phone: str


_WORKERS: Final = """
    , worker AS (
        SELECT DISTINCT held.person_id, held.unit_id AS home
        FROM held JOIN people_postkind post ON post.id = held.post_id AND post.is_worker
    ), posted AS (
        SELECT DISTINCT held.person_id, below.home
        FROM held JOIN people_postkind post ON post.id = held.post_id AND post.on_grid
        JOIN below ON below.id = held.unit_id
    )
    SELECT home.id, home.code, home.short_name, count(posted.person_id),
           count(worker.person_id) - count(posted.person_id)
    FROM home LEFT JOIN worker ON worker.home = home.id
    LEFT JOIN posted ON posted.home = home.id AND posted.person_id = worker.person_id
    GROUP BY home.id, home.code, home.short_name ORDER BY home.code
"""

_ANSWERABLE: Final = """
    SELECT DISTINCT ON (place.code) place.id, place.code, place.short_name,
           coalesce(person.name, ''), coalesce(post.name, '')
    FROM place
    LEFT JOIN (held JOIN people_postkind post ON post.id = held.post_id AND (post.leads OR post.on_grid)
               JOIN people_person person ON person.id = held.person_id)
           ON held.unit_id = place.id
    WHERE place.kind_id = %(kind)s
    ORDER BY place.code, post.leads DESC NULLS LAST, held.full_time DESC, held.id
"""

_SOURCES: Final = """
    SELECT place.id, place.code, place.short_name, held.source, count(*)
    FROM held JOIN place ON place.id = held.unit_id JOIN people_postkind post ON post.id = held.post_id
    WHERE post.code = ANY(%(posts)s)
    GROUP BY place.id, place.code, place.short_name, held.source ORDER BY place.code, held.source
"""

# A body's own unit may hold the posts, or a unit below it, or one that serves it: the party committee does.
_BOTH: Final = """
    , near AS (
        SELECT home, id FROM below
        UNION
        SELECT home.id, cover.unit_id FROM people_cover cover JOIN home ON home.id = cover.territory_id
        WHERE cover.from_on <= %(on)s AND (cover.until_on IS NULL OR cover.until_on > %(on)s)
    ), holder AS (
        SELECT near.home, term.person_id, post.code
        FROM near JOIN people_appointment term ON term.unit_id = near.id
        JOIN people_postkind post ON post.id = term.post_id AND post.code = ANY(%(posts)s)
        WHERE term.from_on <= %(on)s AND (term.until_on IS NULL OR term.until_on > %(on)s)
    )
    SELECT home.short_name, EXISTS (
        SELECT FROM holder WHERE holder.home = home.id
        GROUP BY holder.person_id HAVING count(DISTINCT holder.code) = cardinality(%(posts)s::text[])
    )
    FROM home ORDER BY home.code
"""


def members_of(actor: Actor, unit: Unit, *, on: date) -> list[Member]:
    """Return who serves in ``unit`` on a day, and whose term has run out without anybody acting on it.

    :raises NotFound: the actor may not see the unit
    :raises NotAllowed: the actor may not see who serves there
    """
    policy.require(actor, Act.SEE_STAFF, unit)
    # Followed: by the same person again or, where there is one seat only, by whoever sits on it now.
    later = Appointment.objects.filter(
        Q(person=OuterRef("person")) | Q(sole=True),
        unit=unit,
        post=OuterRef("post"),
        from_on__gte=OuterRef("until_on"),
    )
    rows = (
        Appointment.objects.filter(in_force(on) | Q(until_on__lte=on, ended_at__isnull=True), unit=unit)
        .annotate(followed=Exists(later))
        .select_related("person", "post", "source_unit")
        .order_by("-post__leads", "-full_time", "post__code", "from_on", "pk")
    )
    members = [_member(term, on=on) for term in rows]
    return [member for member in members if member.has_run_out or _runs(member, on)]


def _member(term: Appointment, *, on: date) -> Member:
    return Member(
        appointment_id=term.pk,
        person=term.person.name,
        post=term.post.code,
        post_name=term.post.name,
        full_time=term.full_time,
        source=term.source,
        source_unit=term.source_unit.short_name if term.source_unit else "",
        from_on=term.from_on,
        until_on=term.until_on,
        has_run_out=terms.has_run_out(
            until_on=term.until_on,
            ended_by_act=term.ended_at is not None,
            renewed=getattr(term, "followed", False),
            on=on,
        ),
    )


def _runs(member: Member, on: date) -> bool:
    return member.until_on is None or member.until_on > on


def workers(actor: Actor, unit: Unit, *, on: date) -> list[WorkersRow]:
    """Return, per community at or below ``unit``, how many workers are posted to a grid, how many not.

    :raises NotFound: the actor may not see the unit
    :raises NotAllowed: the actor may not see who serves there
    """
    policy.require(actor, Act.SEE_STAFF, unit)
    homes = list(PostKind.objects.filter(is_worker=True).values_list("unit_kind_id", flat=True).distinct())
    return [WorkersRow(*row) for row in branches.ask(unit, _WORKERS, on=on, homes=homes)] if homes else []


def answerable(actor: Actor, unit: Unit, *, kind: str, on: date) -> list[Answerable]:
    """Return who answers for each unit of ``kind`` at or below ``unit``: its lead, else who is posted there.

    :raises NotFound: the actor may not see the unit
    :raises NotAllowed: the actor may not see who serves there
    """
    policy.require(actor, Act.SEE_STAFF, unit)
    return [Answerable(*row) for row in branches.ask(unit, _ANSWERABLE, on=on, kind=kind)]


def members_by_source(actor: Actor, unit: Unit, *, posts: Sequence[str], on: date) -> list[SourceRow]:
    """Return how many hold one of ``posts``, per unit at or below ``unit`` and per kind of source.

    :raises NotFound: the actor may not see the unit
    :raises NotAllowed: the actor may not see who serves there
    """
    policy.require(actor, Act.SEE_STAFF, unit)
    return [SourceRow(*row) for row in branches.ask(unit, _SOURCES, on=on, posts=list(posts))]


def held_together(actor: Actor, unit: Unit, *, kind: str, posts: Sequence[str], on: date) -> BothPosts:
    """Return in which units of ``kind`` one person holds all of ``posts`` (一肩挑).

    :raises NotFound: the actor may not see the unit
    :raises NotAllowed: the actor may not see who serves there
    """
    policy.require(actor, Act.SEE_STAFF, unit)
    rows = branches.ask(unit, _BOTH, on=on, homes=[kind], posts=sorted(set(posts)))
    return BothPosts(of=len(rows), units=tuple(name for name, both in rows if both))


def contact_points(unit: Unit, *, on: date) -> list[ContactPoint]:
    """Return whom residents of a territory may ring: people who agreed to it, for as long as they serve."""
    here = Q(appointment__unit__path__startswith=unit.path)
    covers = Cover.objects.filter(in_force(on), territory__path__startswith=unit.path)
    rows = (
        Listing.objects.filter(here | Q(appointment__unit__in=covers.values("unit")))
        .filter(appointment__in=Appointment.objects.filter(in_force(on)))
        .order_by("appointment__unit__code", "appointment_id")
    )
    return [
        ContactPoint(unit_name=place, post_name=post, name=name, phone=phone)
        for place, post, name, phone in rows.values_list(
            "appointment__unit__short_name", "appointment__post__name", "name", "phone"
        )
    ]
