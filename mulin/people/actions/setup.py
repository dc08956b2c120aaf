"""Acts that take what a pack says once for all: kinds of unit, roles with their permits, kinds of post."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol, TypeVar

from django.db import transaction

from mulin.kernel.actor import Actor
from mulin.ledger.actions import record
from mulin.people import policy
from mulin.people.actions import trees
from mulin.people.models import Appointment, Permit, PostKind, PostRole, Role, UnitKind
from mulin.people.queries import setup
from mulin.people.rules import structure, terms
from mulin.people.rules.acts import Act
from mulin.people.rules.rows import Imported, Problems
from mulin.people.rules.structure import KindRow, PostRow, RoleRow

_KIND_FIELDS: Final = ["name", "name_en", "family", "parents", "rank", "must_cover"]
_ROLE_FIELDS: Final = ["name", "name_en", "area", "administers"]
_POST_FIELDS: Final = [
    "name",
    "name_en",
    "unit_kind",
    "aliases",
    "norm_min",
    "norm_max",
    "seats_max",
    "slot_of",
    "body",
    "leads",
    "is_worker",
    "on_grid",
    "sources",
    "public_contact",
]


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


_Row = TypeVar("_Row", bound=_Coded)


@transaction.atomic
def import_unit_kinds(*, rows: Sequence[KindRow], actor: Actor, now: datetime) -> Imported:
    """Take the kinds of unit as the table has them; kinds not in the table stay.

    :raises NotAllowed: the actor may not import
    :raises BadRows: a row breaks a rule
    """
    as_unit = policy.require_everywhere(actor, Act.IMPORT_PEOPLE)
    trees.take()
    known = setup.kind_rows()
    structure.check_kinds(rows, known=known)
    new, changed = _apart(rows, known)
    UnitKind.objects.bulk_create([_kind(row) for row in new])
    UnitKind.objects.bulk_update([_kind(row) for row in changed], _KIND_FIELDS)
    return _noted("unit_kinds", rows, new, changed, actor=actor, as_unit=as_unit, now=now)


@transaction.atomic
def import_roles(*, rows: Sequence[RoleRow], actor: Actor, now: datetime) -> Imported:
    """Take the roles and exactly their permits as the table has them; it holds from the next request on.

    :raises NotAllowed: the actor may not import
    :raises BadRows: a row breaks a rule
    """
    as_unit = policy.require_everywhere(actor, Act.IMPORT_PEOPLE)
    trees.take()
    structure.check_roles(rows)
    new, changed = _apart(rows, setup.role_rows())
    Role.objects.bulk_create([_role(row) for row in new])
    Role.objects.bulk_update([_role(row) for row in changed], _ROLE_FIELDS)
    Permit.objects.filter(role__in=[row.code for row in changed]).delete()
    Permit.objects.bulk_create(
        [
            Permit(role_id=row.code, act=act, relation=relation)
            for row in (*new, *changed)
            for act, relation in sorted(row.permits)
        ]
    )
    return _noted("roles", rows, new, changed, actor=actor, as_unit=as_unit, now=now)


@transaction.atomic
def import_posts(*, rows: Sequence[PostRow], actor: Actor, now: datetime) -> Imported:
    """Take the kinds of post and exactly their roles as the table has them.

    :raises NotAllowed: the actor may not import
    :raises BadRows: a row breaks a rule, or a post has more holders than it shall have seats
    """
    as_unit = policy.require_everywhere(actor, Act.IMPORT_PEOPLE)
    trees.take()
    structure.check_posts(rows, kinds=setup.kind_rows().keys(), roles=setup.role_rows().keys())
    new, changed = _apart(rows, setup.post_rows())
    _check_seats(rows, changed)
    ids = setup.post_ids()
    ids.update({post.code: post.pk for post in PostKind.objects.bulk_create([_post(row) for row in new])})
    kept = [_post(row) for row in changed]
    for post in kept:
        post.pk = ids[post.code]
    PostKind.objects.bulk_update(kept, _POST_FIELDS)
    PostRole.objects.filter(post__in=kept).delete()
    PostRole.objects.bulk_create(
        [
            PostRole(post_id=ids[row.code], role_id=role, only=only)
            for row in (*new, *changed)
            for role, only in sorted(row.roles)
        ]
    )
    for post in kept:
        Appointment.objects.filter(post=post).update(sole=post.seats_max == 1)
    return _noted("posts", rows, new, changed, actor=actor, as_unit=as_unit, now=now)


def _apart(rows: Iterable[_Row], known: Mapping[str, _Row]) -> tuple[list[_Row], list[_Row]]:
    """Return the rows that are new and those that differ from what is known."""
    new, changed = [], []
    for row in rows:
        if row.code not in known:
            new.append(row)
        elif row != known[row.code]:
            changed.append(row)
    return new, changed


def _noted(
    kind: str,
    rows: Sequence[object],
    new: Sequence[object],
    changed: Sequence[object],
    *,
    actor: Actor,
    as_unit: int | None,
    now: datetime,
) -> Imported:
    counts = Imported(added=len(new), changed=len(changed), same=len(rows) - len(new) - len(changed))
    if not counts.is_nothing:
        record(
            "people.imported",
            subject=kind,
            actor=actor,
            at=now,
            as_unit=as_unit,
            added=counts.added,
            changed=counts.changed,
        )
    return counts


def _check_seats(rows: Sequence[PostRow], changed: Iterable[PostRow]) -> None:
    problems = Problems()
    limited = {row.code: row.seats_max for row in changed if row.seats_max is not None}
    held: dict[tuple[str, str], list[terms.Term]] = {}
    for term in setup.terms_of_posts(limited.keys(), rules=setup.post_rules()):
        held.setdefault((term.post.code, term.unit), []).append(term)
    places = {row.code: number for number, row in enumerate(rows)}
    for (post, unit), those in held.items():
        if terms.most_at_once(those) > limited[post]:
            problems.add(places[post], "seats_max", "%(unit)s 的在任人数多于名额", unit=unit)
    problems.refuse()


def _kind(row: KindRow) -> UnitKind:
    return UnitKind(
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        family=row.family,
        parents=list(row.parents),
        rank=row.rank,
        must_cover=row.must_cover,
    )


def _role(row: RoleRow) -> Role:
    return Role(code=row.code, name=row.name, name_en=row.name_en, area=row.area, administers=row.administers)


def _post(row: PostRow) -> PostKind:
    return PostKind(
        code=row.code,
        name=row.name,
        name_en=row.name_en,
        unit_kind_id=row.unit_kind,
        aliases=list(row.aliases),
        norm_min=row.norm_min,
        norm_max=row.norm_max,
        seats_max=row.seats_max,
        slot_of=row.slot_of,
        body=row.body,
        leads=row.leads,
        is_worker=row.is_worker,
        on_grid=row.on_grid,
        sources=list(row.sources),
        public_contact=row.public_contact,
    )
