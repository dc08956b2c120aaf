"""Everybody and everything a history may name: a pack adopted, its staff signed in."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from mulin.kernel.actor import SYSTEM
from mulin.packs.actions import adopt_pack
from mulin.packs.queries import read_pack
from mulin.people.models import Account, Person
from mulin.people.queries.actors import actor_of

BEGINS: Final = datetime(2026, 3, 2, 1, tzinfo=UTC)
STEP: Final = 60.0  # mean seconds between two acts: 10⁵ of them make two months and a half
LIVE: Final = 150  # cases that somebody is busy with; one act in eight goes to any case of the past


class Row(NamedTuple):
    """What chooses the next act: a case as it stands."""

    id: UUID
    state: str
    version: int
    desk: int
    lead: int | None
    whistles: int  # open ones
    supervisions: int
    asks: int  # suspensions and extensions that wait for a word
    held: bool
    milestones: int
    visits: int  # open ones


@dataclass
class World:
    """Everybody and everything an act may name, and what came of it so far."""

    chance: random.Random
    now: datetime
    actors: Sequence[Any]
    at: Mapping[int, Sequence[Any]]  # by unit, who works there
    above: Mapping[int, Sequence[int]]  # by unit, itself and the units above
    units: Sequence[str]
    items: Sequence[str]
    codes: Mapping[int, str]
    departments: Sequence[str]
    spots: Sequence[tuple[float, float]]
    cases: list[UUID] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    filed: int = 0
    step: float = STEP  # mean seconds between two acts

    @property
    def acts(self) -> int:
        """Return how many acts were tried."""
        return self.done.total() + self.refused.total()

    def pick(self, some: Sequence[Any]) -> Any:
        """Return one of ``some``."""
        return some[int(self.chance.random() * len(some))]


def world(*, seed: int, pack: Path, step: float = STEP) -> World:
    """Adopt a pack and sign everybody in who holds a post of it."""

    adopt_pack(pack=read_pack(pack), actor=SYSTEM, now=BEGINS - timedelta(days=30))
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct person.staff_no from people_appointment term"
            " join people_person person on person.id = term.person_id order by 1"
        )
        staff = [number for (number,) in cursor.fetchall()]
        cursor.execute("select id, code, path, kind_id from people_unit order by id")
        units = cursor.fetchall()
        cursor.execute("select code from catalogue_item order by code")
        items = [code for (code,) in cursor.fetchall()]
        cursor.execute("select distinct unnest(items) from cases_profilestep")
        items += [code for (code,) in cursor.fetchall() if code in items] * len(
            items
        )  # one in two has clocks
        cursor.execute(
            "select (west + east) / 2, (south + north) / 2 from places_area where kind = 'grid' order by code"
        )
        spots = cursor.fetchall()
    actors = []
    for number in staff:
        person = Person.objects.get(staff_no=number)  # nobody signs in: no password, no hash to wait for
        account = Account.objects.create(username=f"h.{number}".lower(), person=person, created_at=BEGINS)
        actors.append(actor_of(account.pk, now=BEGINS))
    actors = [actor for actor in actors if actor.grants]
    at: dict[int, list[Any]] = {}
    for actor in actors:
        for grant in actor.grants:
            at.setdefault(grant.unit_id, []).append(actor)
    return World(
        chance=random.Random(seed),
        now=BEGINS,
        actors=actors,
        at=at,
        above={pk: [int(part) for part in reversed(path.split("/")) if part] for pk, _, path, _ in units},
        units=[code for _, code, _, _ in units],
        codes={pk: code for pk, code, _, _ in units},
        departments=[code for _, code, _, kind in units if kind == "department"],
        items=items,
        spots=spots,
        step=step,
    )
