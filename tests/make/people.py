"""A small city's people: kinds, roles, posts, a tree, terms and accounts, all made by the real acts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from itertools import count

from django.apps import apps

from mulin.kernel.actor import SYSTEM, Actor
from mulin.ledger.models import Entry
from mulin.people.actions import setup, tables
from mulin.people.models import Account, Appointment, Edition, Person, Unit
from mulin.people.queries.actors import actor_of
from mulin.people.rules.plans import UnitRow
from mulin.people.rules.structure import KindRow, PostRow, RoleRow, TermRow

NOON = datetime(2026, 5, 12, 4, tzinfo=UTC)  # a Tuesday, 12:00 in the city
TODAY = date(2026, 5, 12)
SINCE = date(2026, 1, 1)

_serial = count(1)

KINDS = (
    KindRow("city", "市", "City", "territory", (), 1),
    KindRow("county", "区", "County", "territory", ("city",), 2),
    KindRow("street", "街道", "Street", "territory", ("county",), 3),
    KindRow("community", "社区", "Community", "territory", ("street",), 4),
    KindRow("grid", "网格", "Grid", "territory", ("community",), 5),
    KindRow("building", "楼栋", "Building", "territory", ("grid",), 6),
    KindRow("department", "部门", "Department", "department", ("city", "county", "department"), 3),
    KindRow("enforcement", "执法办", "Enforcement office", "department", ("street",), 4),
    KindRow("property_firm", "物业企业", "Property firm", "firm", ("street", "community"), 5),
    KindRow("committee", "社区党委", "Community committee", "party", ("community",), 4, must_cover=True),
    KindRow("branch", "网格党支部", "Grid branch", "party", ("committee",), 5, must_cover=True),
    KindRow("group", "楼院党小组", "Building group", "party", ("branch",), 6, must_cover=True),
    KindRow("household", "党员中心户", "Member household", "party", ("group", "branch"), 7, must_cover=True),
    KindRow("residents", "居委会", "Residents' committee", "residents", ("community",), 5),
)

SEE = frozenset({("see_unit", "branch"), ("see_staff", "branch")})
TREE_ACTS = (
    "found_unit",
    "rename_unit",
    "move_unit",
    "dissolve_unit",
    "cover_territory",
    "end_cover",
)
STAFF_ACTS = (
    "appoint",
    "end_appointment",
    "renew_appointment",
    "second_staff",
    "end_secondment",
    "list_publicly",
    "withdraw_listing",
    "create_account",
    "disable_account",
    "enable_account",
    "reset_password",
)
EVERYWHERE = (
    "see_unit",
    "see_staff",
    "import_people",
    "issue_token",
    "revoke_token",
    "reset_second_factor",
    "erase_contact",
    "rewrap_contacts",
)
ROLES = (
    RoleRow("reader", "查看", "Reader", "government", SEE),
    RoleRow(
        "organiser",
        "组织",
        "Organiser",
        "party",
        SEE | {(act, "branch") for act in (*TREE_ACTS, *STAFF_ACTS)},
    ),
    RoleRow(
        "officer", "网格员", "Officer", "government", SEE | {("file_report", "place"), ("see_case", "place")}
    ),
    RoleRow("handler", "处置", "Handler", "government", frozenset({("finish_case", "lead")})),
    RoleRow(
        "clerk", "窗口", "Clerk", "service", frozenset({("accept_case", "desk"), ("reveal_contact", "desk")})
    ),
    RoleRow(
        "sys",
        "系统管理员",
        "System administrator",
        "technical",
        frozenset((act, "any") for act in (*EVERYWHERE, *TREE_ACTS, *STAFF_ACTS)),
        administers="system",
    ),
    RoleRow("sec", "安全管理员", "Security administrator", "technical", frozenset(), administers="security"),
    RoleRow(
        "aud", "审计管理员", "Auditor", "technical", frozenset({("see_unit", "any")}), administers="audit"
    ),
)

POSTS = (
    PostRow("mayor", "市领导", "City leader", "city", frozenset({("reader", "")})),
    PostRow("admin", "系统管理员", "System administrator", "city", frozenset({("sys", "")})),
    PostRow("guard", "安全管理员", "Security administrator", "city", frozenset({("sec", "")})),
    PostRow("auditor", "审计管理员", "Auditor", "city", frozenset({("aud", "")})),
    PostRow("county_hr", "区组织", "County organiser", "county", frozenset({("organiser", "")})),
    PostRow("street_hr", "街道组织", "Street organiser", "street", frozenset({("organiser", "")})),
    PostRow(
        "secretary",
        "社区书记",
        "Community secretary",
        "community",
        frozenset({("organiser", "")}),
        norm_min=1,
        norm_max=1,
        seats_max=1,
        leads=True,
        body="joint_committee",
    ),
    PostRow("clerk", "窗口人员", "Clerk", "community", frozenset({("clerk", "")}), is_worker=True),
    PostRow(
        "worker", "社区工作者", "Community worker", "community", frozenset({("reader", "")}), is_worker=True
    ),
    PostRow(
        "part_time_member",
        "兼职委员",
        "Part-time member",
        "community",
        body="joint_committee",
        sources=("resident_unit", "property_firm", "police", "social_organisation", "owners_committee"),
    ),
    PostRow(
        "grid_lead",
        "网格长",
        "Grid lead",
        "grid",
        frozenset({("officer", "")}),
        norm_min=1,
        norm_max=1,
        seats_max=1,
        leads=True,
        on_grid=True,
        slot_of="一格三员",
        sources=("group_leader", "community_worker"),
    ),
    PostRow(
        "grid_officer",
        "网格员",
        "Grid officer",
        "grid",
        frozenset({("officer", ""), ("handler", "full")}),
        norm_min=1,
        norm_max=2,
        on_grid=True,
        slot_of="一格三员",
    ),
    PostRow("grid_helper", "网格辅助员", "Grid helper", "grid", slot_of="一格三员"),
    PostRow(
        "steward",
        "楼长",
        "Building steward",
        "building",
        frozenset({("officer", "")}),
        aliases=("楼栋长",),
        public_contact=True,
        leads=True,
    ),
    PostRow("squad_head", "执法办主任", "Head", "enforcement", norm_min=1, leads=True, slot_of="1+X+Y"),
    PostRow(
        "squad",
        "下沉队员",
        "Seconded officer",
        "enforcement",
        frozenset({("reader", "")}),
        slot_of="1+X+Y",
        sources=("secondment",),
    ),
    PostRow("squad_helper", "协管员", "Assistant", "enforcement", slot_of="1+X+Y"),
    PostRow("director", "居委会主任", "Director", "residents", seats_max=1, leads=True),
    PostRow("branch_secretary", "支部书记", "Branch secretary", "branch", seats_max=1, leads=True),
    PostRow("household", "党员中心户", "Member household", "household", public_contact=True),
)

UNITS = (
    UnitRow("city", "city", "示例市"),
    UnitRow("east", "county", "东区", "city"),
    UnitRow("west", "county", "西区", "city"),
    UnitRow("e1", "street", "东一街道", "east"),
    UnitRow("e2", "street", "东二街道", "east"),
    UnitRow("w1", "street", "西一街道", "west"),
    UnitRow("e1a", "community", "甲社区", "e1"),
    UnitRow("e1b", "community", "乙社区", "e1"),
    UnitRow("w1a", "community", "丙社区", "w1"),
    UnitRow("e1a-01", "grid", "甲社区第一网格", "e1a", "甲-01"),
    UnitRow("e1a-02", "grid", "甲社区第二网格", "e1a", "甲-02"),
    UnitRow("e1b-01", "grid", "乙社区第一网格", "e1b", "乙-01"),
    UnitRow("w1a-01", "grid", "丙社区第一网格", "w1a", "丙-01"),
    UnitRow("e1a-01-1", "building", "1号楼", "e1a-01"),
    UnitRow("e1a-01-2", "building", "2号楼", "e1a-01"),
    UnitRow("housing", "department", "住建局", "east"),
    UnitRow("firm", "property_firm", "示例物业", "e1a", covers=("e1a-01",)),
    UnitRow("p-a", "committee", "甲社区党委", "e1a", covers=("e1a",)),
    UnitRow("p-a1", "branch", "甲一支部", "p-a", covers=("e1a-01",)),
    UnitRow("r-a", "residents", "甲社区居委会", "e1a"),
)


# For secondments: a street's enforcement office in each of two streets, and a second department to lend.
SQUADS = (
    UnitRow("sq-e1", "enforcement", "东一执法办", "e1"),
    UnitRow("sq-e2", "enforcement", "东二执法办", "e2"),
    UnitRow("law", "department", "城管局", "east"),
)


def structure() -> None:
    """Make the kinds, roles and posts of the small city."""
    setup.import_unit_kinds(rows=KINDS, actor=SYSTEM, now=NOON)
    setup.import_roles(rows=ROLES, actor=SYSTEM, now=NOON)
    setup.import_posts(rows=POSTS, actor=SYSTEM, now=NOON)


def tree(*, more: Sequence[UnitRow] = (), on: date = SINCE) -> dict[str, Unit]:
    """Make the structure and the tree of the small city; return the units by code."""
    structure()
    tables.import_units(rows=(*UNITS, *more), on=on, actor=SYSTEM, now=NOON)
    return units()


def units() -> dict[str, Unit]:
    """Return every unit as it is now, by code."""
    return {unit.code: unit for unit in Unit.objects.select_related("kind")}


def person(name: str = "", staff_no: str = "") -> Person:
    """Make somebody known."""
    serial = next(_serial)
    return Person.objects.create(staff_no=staff_no or f"s{serial:05}", name=name or f"某某{serial}")


def term(
    post: str,
    unit: str,
    *,
    staff_no: str = "",
    from_on: date = SINCE,
    until_on: date | None = None,
    full_time: bool = True,
    source: str = "",
    source_unit: str = "",
) -> Appointment:
    """Appoint somebody, somebody new unless a number is given."""
    number = staff_no or person().staff_no
    name = Person.objects.get(staff_no=number).name
    row = TermRow(
        staff_no=number,
        name=name,
        unit=unit,
        post=post,
        from_on=from_on,
        until_on=until_on,
        full_time=full_time,
        source=source or ("community_worker" if post == "grid_lead" else ""),
        source_unit=source_unit,
    )
    tables.import_appointments(rows=[row], actor=SYSTEM, now=NOON)
    return Appointment.objects.get(person__staff_no=number, unit__code=unit, post__code=post, from_on=from_on)


def account(staff_no: str, *, username: str = "") -> Account:
    """Make a sign-in without a usable password: hashing one takes a tenth of a second."""
    someone = Person.objects.get(staff_no=staff_no)
    made = Account(username=username or f"user{next(_serial)}", person=someone, created_at=NOON)
    made.set_unusable_password()
    made.save()
    return made


def actor(post: str, unit: str, *, full_time: bool = True) -> Actor:
    """Make somebody who holds ``post`` in ``unit`` and has signed in."""
    appointment = term(post, unit, full_time=full_time)
    return actor_of(account(appointment.person.staff_no).pk, now=NOON)


def everything() -> dict[str, list[dict[str, object]]]:
    """Return every row of the package and every ledger entry: what a refusal must leave as it was."""
    rows = {
        model.__name__: list(model._default_manager.order_by("pk").values())
        for model in apps.get_app_config("people").get_models()
        if model is not Edition
    }
    rows["Entry"] = list(Entry.objects.order_by("id").values("kind", "subject", "facts"))
    return rows


def kinds_recorded() -> list[str]:
    """Return the kinds of ledger entries since the small city was made, oldest first."""
    kinds = Entry.objects.order_by("id").values_list("kind", flat=True)
    return sorted(kind for kind in kinds if kind != "people.imported")
