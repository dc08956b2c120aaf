"""What packs have brought so far, in the shape of their tables."""

from collections.abc import Collection, Iterable

from django.db.models import Q

from mulin.kernel.periods import Period
from mulin.people.models import Appointment, Permit, PostKind, PostRole, Role, UnitKind
from mulin.people.rules.structure import KindRow, PostRow, RoleRow
from mulin.people.rules.terms import PostRule, Term


def kind_rows() -> dict[str, KindRow]:
    """Return the kinds of unit by code."""
    return {
        kind.code: KindRow(
            code=kind.code,
            name=kind.name,
            name_en=kind.name_en,
            family=kind.family,
            parents=tuple(kind.parents),
            rank=kind.rank,
            must_cover=kind.must_cover,
        )
        for kind in UnitKind.objects.all()
    }


def role_rows() -> dict[str, RoleRow]:
    """Return the roles with their permits by code."""
    permits: dict[str, set[tuple[str, str]]] = {}
    for role, act, relation in Permit.objects.values_list("role_id", "act", "relation"):
        permits.setdefault(role, set()).add((act, relation))
    return {
        role.code: RoleRow(
            code=role.code,
            name=role.name,
            name_en=role.name_en,
            area=role.area,
            permits=frozenset(permits.get(role.code, ())),
            administers=role.administers,
        )
        for role in Role.objects.all()
    }


def post_rows() -> dict[str, PostRow]:
    """Return the kinds of post with their roles by code."""
    roles: dict[int, set[tuple[str, str]]] = {}
    for post, role, only in PostRole.objects.values_list("post_id", "role_id", "only"):
        roles.setdefault(post, set()).add((role, only))
    return {
        post.code: PostRow(
            code=post.code,
            name=post.name,
            name_en=post.name_en,
            unit_kind=post.unit_kind_id,
            roles=frozenset(roles.get(post.pk, ())),
            aliases=tuple(post.aliases),
            norm_min=post.norm_min,
            norm_max=post.norm_max,
            seats_max=post.seats_max,
            slot_of=post.slot_of,
            body=post.body,
            leads=post.leads,
            is_worker=post.is_worker,
            on_grid=post.on_grid,
            sources=tuple(post.sources),
            public_contact=post.public_contact,
        )
        for post in PostKind.objects.all()
    }


def post_ids() -> dict[str, int]:
    """Return the ids of the kinds of post by code."""
    return dict(PostKind.objects.values_list("code", "pk"))


def post_rules(posts: Iterable[PostKind] | None = None) -> dict[str, PostRule]:
    """Return what the kinds of post demand of a term, by code."""
    administers: dict[int, set[str]] = {}
    for post, kind in PostRole.objects.exclude(role__administers="").values_list(
        "post_id", "role__administers"
    ):
        administers.setdefault(post, set()).add(kind)
    return {
        post.code: PostRule(
            code=post.code,
            name=post.name,
            unit_kind=post.unit_kind_id,
            seats_max=post.seats_max,
            body=post.body,
            sources=tuple(post.sources),
            administers=frozenset(administers.get(post.pk, ())),
        )
        for post in (PostKind.objects.all() if posts is None else posts)
    }


def terms_of(*, units: Collection[str], people: Collection[str], rules: dict[str, PostRule]) -> list[Term]:
    """Return every term, of any time, in these units or of these people (by 工号)."""
    rows = Appointment.objects.filter(Q(unit__code__in=units) | Q(person__staff_no__in=people)).values_list(
        "person__staff_no", "unit__code", "post__code", "from_on", "until_on"
    )
    return [
        Term(person=person, unit=unit, post=rules[post], period=Period(from_on, until_on))
        for person, unit, post, from_on, until_on in rows
    ]


def terms_of_posts(codes: Collection[str], *, rules: dict[str, PostRule]) -> list[Term]:
    """Return every term, of any time, in these posts."""
    rows = Appointment.objects.filter(post__code__in=codes).values_list(
        "person__staff_no", "unit__code", "post__code", "from_on", "until_on"
    )
    return [
        Term(person=person, unit=unit, post=rules[post], period=Period(from_on, until_on))
        for person, unit, post, from_on, until_on in rows
    ]
