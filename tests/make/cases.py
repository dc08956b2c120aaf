"""A little city for the heart's tests: two streets, a firm, a department, and cases in it."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID

from mulin.cases.actions import checking, handling, holding, intake, setup, supervising, timetables, triage
from mulin.cases.models import Case, ProfileTable
from mulin.cases.rules.dispatch import Row
from mulin.cases.rules.intake import Channel, ContactGiven, Filing, Kind, PhotoGiven
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.milestones import Start, Step
from mulin.catalogue.models import Edition, Item, ItemList
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.kernel.actor import PUBLIC, SYSTEM, Actor, Grant, Relation
from mulin.people.models import Account, Belonging, Person, Unit, UnitKind

NOON = datetime(2026, 5, 12, 4, tzinfo=UTC)  # a Tuesday, 12:00 in the city
SINCE = date(2026, 1, 1)
PHOTO = PhotoGiven(digest="ab" * 32, width=800, height=600)

STEPS = (
    Step(2, "1365", "arrive", "到场", Limit(10, LimitKind.MINUTES), Start.REPORTED, Act.MEET, ("1-009",)),
    Step(
        3, "1365", "plan", "拿出方案", Limit(30, LimitKind.MINUTES), Start.REPORTED, Act.MEET, ("1-009",),
        asks_words=True, templates=("先劝导，次日复查（示例）",),
    ),
    Step(4, "1365", "solve", "小问题", Limit(60, LimitKind.MINUTES), Start.REPORTED, Act.FINISH, ("1-009",)),
    Step(5, "1365", "mediate", "协调完成", Limit(5, LimitKind.HOURS), Start.REPORTED, Act.FINISH, ("1-",)),
)  # fmt: skip

R = Relation
WHISTLES = ("whistle_units", "call_more_units", "change_whistle_lead", "urge_units", "end_whistle")
ANSWERS = ("report_in", "refuse_whistle", "reply_whistle", "sum_up_whistle")
JUDGES = ("evaluate_whistle", "object_to_evaluation")
MEDIATES = ("hold_session", "record_agreement", "end_mediation")
PERMITS: dict[str, dict[str, tuple[Relation, ...]]] = {
    "dispatcher": {
        "see_case": (R.PLACE, R.BRANCH, R.FILED),
        "file_report": (R.ANY,),
        **dict.fromkeys(
            ("register_case", "dispatch_case", "merge_case", "decline_case", "reopen_case"), (R.PLACE, R.DESK)
        ),
        **dict.fromkeys(("correct_place", "match_item", "add_note", "add_public_note"), (R.PLACE, R.DESK)),
        **dict.fromkeys(("pass_check", "fail_check", "answer_report", "close_case"), (R.DESK,)),
        **dict.fromkeys(("uphold_decline", "admit_case"), (R.DESK,)),
        "reveal_contact": (R.DESK,),
        "reply_supervision": (R.DESK, R.LEAD, R.PLACE),
        "see_supervisions": (R.ANY,),
        "record_visit": (R.ASSIST,),
        **dict.fromkeys(("propose_mediation", "end_mediation"), (R.PLACE,)),
        **dict.fromkeys(("review_appeal", "propose_exclusion", "draw_visits", "see_rates"), (R.PLACE,)),
        **dict.fromkeys(("grant_suspension", "refuse_suspension", "resume_case"), (R.PLACE,)),
        **dict.fromkeys(("grant_extension", "refuse_extension"), (R.PLACE,)),
        **dict.fromkeys(WHISTLES, (R.DESK, R.LEAD, R.PLACE)),
        **dict.fromkeys(ANSWERS, (R.ASSIST,)),
        **dict.fromkeys(JUDGES, (R.ASSIST, R.DESK, R.LEAD, R.PLACE)),
    },
    "checker": {
        "see_case": (R.PLACE, R.BRANCH, R.FILED),
        "file_report": (R.ANY,),
        **dict.fromkeys(("pass_check", "fail_check", "answer_report", "close_case"), (R.DESK,)),
        **dict.fromkeys(("accept_case", "return_case", "finish_case", "ask_resident"), (R.LEAD,)),
        **dict.fromkeys(("add_note", "add_public_note"), (R.PLACE,)),
        "reveal_contact": (R.DESK,),
        **dict.fromkeys(WHISTLES, (R.DESK, R.LEAD, R.PLACE)),
        **dict.fromkeys(ANSWERS, (R.ASSIST,)),
        **dict.fromkeys(JUDGES, (R.ASSIST, R.DESK, R.LEAD, R.PLACE)),
    },
    "handler": {
        "see_case": (R.LEAD, R.DESK, R.ASSIST),
        **dict.fromkeys(("accept_case", "return_case", "finish_case", "ask_resident"), (R.LEAD,)),
        **dict.fromkeys(("ask_suspension", "ask_extension", "meet_milestone"), (R.LEAD,)),
        **dict.fromkeys(("add_note", "add_public_note"), (R.LEAD, R.ASSIST)),
        "reply_supervision": (R.DESK, R.LEAD, R.ASSIST),
        "appeal_mark": (R.LEAD,),
        **dict.fromkeys((*ANSWERS, *JUDGES), (R.ASSIST,)),
    },
    "command": dict.fromkeys(
        (
            "see_case",
            "dispatch_case",
            "uphold_decline",
            "admit_case",
            "publish_dispatch",
            "adopt_pack",
            "decide_appeal",
            "confirm_exclusion",
            "see_rates",
            "rule_on_refusal",
        ),
        (R.ANY,),
    )
    | {"rule_on_refusal": (R.ANY,)}
    | dict.fromkeys(("supervise_case", "verify_supervision", "see_supervisions", "issue_bulletin"), (R.ANY,)),
    "visitor": {"see_case": (R.ASSIST,), "record_visit": (R.ASSIST,)},
    "reader": {"see_case": (R.PLACE,)},
    "finder": {"see_case": (R.PLACE, R.FILED), "file_report": (R.ANY,)},
    "mediator": dict.fromkeys(("see_case", "record_consent", *MEDIATES), (R.ASSIST,)),
}

_serial = count(1)


def unit(kind: str, name: str, parent: Unit | None = None, code: str = "") -> Unit:
    """Make a unit of ``kind`` below ``parent``."""
    UnitKind.objects.get_or_create(
        code=kind,
        defaults={
            "name": kind,
            "name_en": kind,
            "family": "department" if kind == "department" else "territory",
            "parents": [],
            "rank": 1,
        },
    )
    made = Unit.objects.create(
        code=code or f"u{next(_serial)}", kind_id=kind, name=name, short_name=name, path="", from_on=SINCE
    )
    made.path = f"{parent.path if parent else ''}{made.pk}/"
    made.save(update_fields=["path"])
    if parent is not None:
        Belonging.objects.create(unit=made, parent=parent, from_on=SINCE)
    return made


def actor(role: str, at: Unit, *, name: str = "") -> Actor:
    """Make somebody who holds ``role`` at a unit."""
    serial = next(_serial)
    person = Person.objects.create(staff_no=f"p{serial}", name=name or f"{role}{serial}")
    account = Account.objects.create(username=f"a{serial}", person=person, created_at=NOON)
    permits = frozenset((act, rel) for act, rels in PERMITS[role].items() for rel in rels)
    grant = Grant(unit_id=at.pk, unit_path=at.path, unit_name=at.name, post=role, permits=permits)
    return Actor(account_id=account.pk, name=person.name, grants=(grant,))


@dataclass
class City:
    """The units of the little city and somebody at each desk."""

    city: Unit
    county: Unit
    street: Unit
    community: Unit
    grid: Unit
    firm: Unit
    department: Unit
    other_street: Unit
    command: Actor
    dispatcher: Actor
    checker: Actor
    handler: Actor
    other_dispatcher: Actor
    called: Actor  # of the department
    mediator: Actor  # of the community
    people: dict[str, Actor] = field(default_factory=dict)


def item(code: str = "1-004", **fields: object) -> Item:
    """Make an item of the list in force."""
    lists, _ = ItemList.objects.get_or_create(code="matters", defaults={"name": "事项清单"})
    edition, _ = Edition.objects.get_or_create(
        item_list=lists,
        from_on=SINCE,
        defaults={"name": "2026（示例）", "published_at": NOON, "source_digest": "0" * 64},
    )
    usual: dict[str, object] = {
        "name": "下水道堵塞",
        "path": ["小区内", "设施"],
        "module": "livelihood",
        "levels": ["community"],
        "lead_kind": "property_firm",
        "limit_value": 1,
        "limit_kind": "working_days",
        "line": next(_serial),
        "closing_standard": "排水恢复",
        "keywords": ["下水道", "堵塞"],
    }
    return Item.objects.create(edition=edition, code=code, **(usual | fields))


def city() -> City:
    """Make the little city with a dispatch table of one row: everything goes to the community."""
    top = unit("city", "示例市")
    county = unit("county", "示例区", top, code="county")
    street = unit("street", "东街道", county, code="street")
    community = unit("community", "东一社区", street, code="community")
    grid = unit("grid", "东一-01", community, code="grid")
    firm = unit("property_firm", "示例物业", community, code="firm")
    department = unit("department", "示例住建局", county, code="department")
    other = unit("street", "西街道", county, code="other")
    made = City(
        city=top,
        county=county,
        street=street,
        community=community,
        grid=grid,
        firm=firm,
        department=department,
        other_street=other,
        command=actor("command", county),
        dispatcher=actor("dispatcher", street),
        checker=actor("checker", community),
        handler=actor("handler", firm),
        other_dispatcher=actor("dispatcher", other),
        called=actor("handler", department),
        mediator=actor("mediator", community),
    )
    setup.adopt_settings(
        values={"fallback_unit_code": "county", "prefix": "SL", "rating_days": 7}, actor=SYSTEM, now=NOON
    )
    setup.publish_dispatch_table(
        rows=[Row(line=2, lead="kind:community")], name="示例派遣表", from_on=SINCE, actor=SYSTEM, now=NOON
    )
    return made


def filing(**changes: object) -> Filing:
    """Return a filing from the web with a fresh source number."""
    usual = Filing(
        text="单元门口的井往外冒污水，味道很大。中午开始的",
        kind=Kind.NEED,
        channel=Channel.WEB,
        source="web",
        source_no=f"n{next(_serial)}",
    )
    return replace(usual, **changes)  # type: ignore[arg-type]


def filed(*, now: datetime = NOON, by: Actor = PUBLIC, **changes: object) -> intake.Filed:
    """File a report."""
    return intake.file_report(filing=filing(**changes), actor=by, now=now)


def case(place: Unit | None = None, *, now: datetime = NOON, **fields: object) -> Case:
    """Return a received case at ``place`` (on its street's desk), with ``fields`` set as they are."""
    made = filed(now=now).case
    if place is not None:
        street = Unit.objects.filter(
            kind="street", pk__in=[int(p) for p in place.path.split("/") if p]
        ).first()
        fields = {"place_unit": place, **({"desk": street} if street else {}), **fields}
    if fields:
        Case.objects.filter(pk=made.pk).update(**fields)
    return Case.objects.get(pk=made.pk)


def dispatched(here: City, *, lead: str = "firm", now: datetime = NOON) -> Case:
    """Return a case of the grid, sent to ``lead``."""
    made = case(here.grid, now=now)
    return triage.dispatch_case(
        case_id=made.pk, lead=lead, reason="小区内部设施", actor=here.dispatcher, now=now
    )


def in_hand(here: City, *, now: datetime = NOON, **how: object) -> Case:
    """Return a case the firm has accepted."""
    made = dispatched(here, now=now, **how)  # type: ignore[arg-type]
    return handling.accept_case(case_id=made.pk, actor=here.handler, now=now)


def suspension_asked(here: City, *, now: datetime = NOON) -> Case:
    """Return a case whose lead asked that its clock stand for ten days."""
    made = in_hand(here, now=now)
    return holding.ask_suspension(
        case_id=made.pk,
        reason="weather",
        until=(now + timedelta(days=10)).date(),
        words="连阴雨，等晴天施工（示例）",
        actor=here.handler,
        now=now,
    )


def suspended(here: City, *, now: datetime = NOON) -> Case:
    """Return a case whose clock stands for ten days."""
    made = suspension_asked(here, now=now)
    return holding.grant_suspension(case_id=made.pk, actor=here.dispatcher, now=now)


def extension_asked(here: City, *, now: datetime = NOON) -> Case:
    """Return a case whose lead asked for more time."""
    made = in_hand(here, now=now)
    return holding.ask_extension(case_id=made.pk, words="等配件（示例）", actor=here.handler, now=now)


def profiled(here: City, *, now: datetime = NOON) -> Case:
    """Return a dispatched case of an item with the four milestones of 1365."""
    if not ProfileTable.objects.exists():
        timetables.publish_profiles(steps=STEPS, name="1365（示例）", from_on=SINCE, actor=SYSTEM, now=now)
    made = case(here.grid, now=now)
    if not Item.objects.filter(code="1-009").exists():
        item("1-009", name="邻里噪音")
    triage.match_item(case_id=made.pk, item="1-009", actor=here.dispatcher, now=now)
    return triage.dispatch_case(
        case_id=made.pk, lead="firm", reason="小区内部", actor=here.dispatcher, now=now
    )


def handled(here: City) -> Case:
    """Return a case with a result on the community's desk."""
    made = in_hand(here)
    return handling.finish_case(
        case_id=made.pk, result="已疏通", photos=(PHOTO,), actor=here.handler, now=NOON
    )


def checked(here: City) -> Case:
    """Return a case whose result the community has confirmed."""
    made = handled(here)
    return checking.pass_check(case_id=made.pk, actor=here.checker, now=NOON)


def answered(here: City) -> Case:
    """Return a checked case with every report answered."""
    made = checked(here)
    for report in made.reports.all():
        checking.answer_report(
            case_id=made.pk, report_id=report.pk, text="已疏通，请看照片", actor=here.checker, now=NOON
        )
    return Case.objects.get(pk=made.pk)


def closed(here: City) -> Case:
    """Return a closed case."""
    made = answered(here)
    return checking.close_case(case_id=made.pk, actor=here.checker, now=NOON)


def declined(here: City) -> Case:
    """Return a refused case."""
    made = case(here.grid)
    return triage.decline_case(
        case_id=made.pk, reason="不属于本市职责（示例）", actor=here.dispatcher, now=NOON
    )


def contact() -> ContactGiven:
    """Return a contact nobody has."""
    return ContactGiven(phone="13800000000", name="3 号楼居民", may_call=True)


def supervised(here: City) -> Case:
    """Return a case in the firm's hands that the county supervises."""
    made = in_hand(here)
    return supervising.supervise_case(case_id=made.pk, reason="居民等久了", actor=here.command, now=NOON)


def replied(here: City) -> Case:
    """Return a supervised case whose unit has answered."""
    made = supervised(here)
    return supervising.reply_supervision(
        case_id=made.pk,
        supervision_id=made.supervisions.get().pk,
        text="明天上午修好",
        actor=here.handler,
        now=NOON,
    )


def code_of(made: Case) -> str:
    """Return the tracking code of the first voice of a case."""
    return made.reports.order_by("received_at").values_list("tracking_code", flat=True)[0]


def unknown() -> UUID:
    """Return an id no case has."""
    return UUID(int=0)
