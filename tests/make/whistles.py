"""Whistles for tests: a table of steps, three departments, and whistles in every state."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from mulin.cases.actions import answering, evaluating, ruling, setup, whistling
from mulin.cases.models import Call, Case, Ruling, Whistle
from mulin.cases.rules.whistles import Asked, RulingOutcome, StepRow
from mulin.catalogue.models import Item
from mulin.kernel.actor import SYSTEM, Actor
from mulin.people.models import Unit
from tests.make import cases as make
from tests.make.cases import NOON, PHOTO, SINCE, City

SCORES = {"响应": 4, "结果": 5}
STEP = StepRow(
    line=2,
    caller_kind="grid",
    called_kinds=("community",),
    report_value=30,
    report_kind="minutes",
    handle_value=0,
    handle_kind="",
    ruling_value=60,
    ruling_kind="minutes",
    evaluate_value=3,
    evaluate_kind="natural_days",
    aspects=("响应", "结果"),
    scale=5,
    is_example=True,
)
STEPS = (
    STEP,
    replace(STEP, line=3, caller_kind="community", called_kinds=("street",)),
    replace(STEP, line=4, caller_kind="street", called_kinds=("department",)),
)


@dataclass
class Field:
    """The little city with three departments, a fourth that is better, and somebody at each."""

    city: City
    housing: Unit
    enforcement: Unit
    water: Unit
    emergency: Unit
    people: dict[str, Actor]

    @property
    def street(self) -> Actor:
        """Return who whistles."""
        return self.city.dispatcher

    @property
    def superior(self) -> Actor:
        """Return who rules: the county, above the street and its departments."""
        return self.city.command


def table() -> None:
    """Put the table of three steps in force."""
    setup.adopt_whistle_table(rows=STEPS, from_on=SINCE, actor=SYSTEM, now=NOON)


def field(city: City | None = None) -> Field:
    """Make the departments and put the table in force."""
    here = city or make.city()
    table()
    units = {
        name: make.unit("department", f"示例{name}局", here.county, code=name)
        for name in ("housing", "enforcement", "water", "emergency")
    }
    make.item("9-001", name="市政管网外溢抢修")
    people = {name: make.actor("handler", unit) for name, unit in units.items()}
    people["reader"] = make.actor("reader", here.street)
    return Field(here, people=people, **units)


def asked(*units: str, lead: str = "") -> list[Asked]:
    """Return units to be called, each with a task; the first leads unless ``lead`` says otherwise."""
    return [Asked(unit, f"请{unit}到场处置", lead=unit == (lead or units[0])) for unit in units]


def whistle(
    there: Field, *, names: tuple[str, ...] = ("housing",), now: datetime = NOON, **more: Any
) -> Whistle:
    """Return a whistle of the street on a case the firm has in hand."""
    case = more.pop("case", None) or make.in_hand(there.city)
    said: dict[str, Any] = {"units": asked(*names), "ask": "请到场抽排", "item": "9-001"}
    whistling.whistle_units(case_id=case.pk, actor=there.street, now=now, **said | more)
    return Whistle.objects.get(case=case, ended_at__isnull=True)


def by(there: Field, name: str) -> Actor:
    """Return somebody by the unit's name."""
    return there.people[name] if name in there.people else getattr(there, name)


def do(act: Any, there: Field, one: Whistle, name: str, *, now: datetime = NOON, **said: Any) -> Case:
    """Do ``act`` on a whistle in the name of ``name``."""
    made: Case = act(case_id=one.case_id, whistle_id=one.pk, actor=by(there, name), now=now, **said)
    return made


def reported_in(there: Field, one: Whistle, *names: str, now: datetime = NOON) -> None:
    """Let called units report in."""
    for name in names:
        do(answering.report_in, there, one, name, now=now)


def refused(
    there: Field, one: Whistle, name: str = "water", *, better: str = "emergency", now: datetime = NOON
) -> Ruling:
    """Let a called unit refuse; return the ruling that is asked."""
    do(
        answering.refuse_whistle,
        there,
        one,
        name,
        now=now,
        reason="抽排车已移交",
        rule="权责清单 3-08（示例）",
        better_unit=better,
        photos=(PHOTO,),
    )
    return Ruling.objects.filter(call__whistle=one, ruled_at__isnull=True).latest("pk")


def ruled(
    there: Field, asked_of: Ruling, outcome: RulingOutcome, *, unit: str = "", now: datetime = NOON
) -> Case:
    """Let the superior rule."""
    return ruling.rule_on_refusal(
        case_id=asked_of.case_id,
        ruling_id=asked_of.pk,
        outcome=outcome,
        unit=unit,
        rule="三定方案（示例）",
        words="按职责划分办理",
        actor=there.superior,
        now=now,
    )


def replied(there: Field, one: Whistle, *names: str, now: datetime = NOON) -> None:
    """Let called units reply with a result."""
    for name in names:
        do(answering.reply_whistle, there, one, name, now=now, result="已办完")


def summed(there: Field, one: Whistle, *, now: datetime = NOON) -> None:
    """Let the only called unit report in, reply and sum up."""
    reported_in(there, one, "housing", now=now)
    replied(there, one, "housing", now=now)
    do(answering.sum_up_whistle, there, one, "housing", now=now, summary="主管已疏通")


def ended(there: Field, one: Whistle | None = None, *, now: datetime = NOON) -> Whistle:
    """Return an ended whistle to one department."""
    one = one or whistle(there)
    summed(there, one, now=now)
    do(whistling.end_whistle, there, one, "street", now=now)
    return Whistle.objects.get(pk=one.pk)


def judged(there: Field, one: Whistle, name: str, of: str, *, now: datetime = NOON) -> None:
    """Let one side judge the other."""
    do(
        evaluating.evaluate_whistle,
        there,
        one,
        name,
        now=now,
        judged=of,
        scores=SCORES,
        words=f"{name}看{of}：来得快",
    )


def call_of(one: Whistle, unit: Unit) -> Call:
    """Return the running call of a unit."""
    return Call.objects.exclude(state="released").get(whistle=one, unit=unit)


LATER = NOON + timedelta(minutes=10)


def _one(case: Case) -> dict[str, Any]:
    return {"case_id": case.pk, "whistle_id": Whistle.objects.get(case=case).pk, "now": NOON}


def ready(here: City) -> Case:
    """Return a case in hand in a city whose table lets the street call departments."""
    table()
    if not Item.objects.filter(code="9-001").exists():
        make.item("9-001", name="市政管网外溢抢修")
    return make.in_hand(here)


def called(here: City, *units: str) -> Case:
    """Return a case on which the street has called the department."""
    case = ready(here)
    return whistling.whistle_units(
        case_id=case.pk,
        units=asked(*(units or ("department",))),
        ask="请到场",
        item="9-001",
        actor=here.dispatcher,
        now=NOON,
    )


def two_called(here: City) -> Case:
    """Return a case on which the street has called two departments, another standing by."""
    for code in ("second", "third"):
        if not Unit.objects.filter(code=code).exists():
            make.unit("department", f"示例{code}局", here.county, code=code)
    return called(here, "second", "department")


def come(here: City) -> Case:
    """Return a case on which the called department has reported in."""
    return answering.report_in(actor=here.called, **_one(called(here)))


def done(here: City) -> Case:
    """Return a case on which the called department has replied."""
    return answering.reply_whistle(actor=here.called, result="已办完", **_one(come(here)))


def concluded(here: City) -> Case:
    """Return a case on which the lead has summed up."""
    return answering.sum_up_whistle(actor=here.called, summary="三方已办", **_one(done(here)))


def returned(here: City) -> Case:
    """Return a case on which the called department has refused."""
    case = two_called(here)
    return answering.refuse_whistle(
        actor=here.called,
        reason="不归我们",
        rule="3-08（示例）",
        documents="移交单",
        better_unit="third",
        **_one(case),
    )


def opened(here: City) -> Case:
    """Return a case whose whistle is over and whose evaluations are open."""
    case = whistling.end_whistle(actor=here.dispatcher, **_one(concluded(here)))
    for actor, judged_unit in ((here.dispatcher, "department"), (here.called, "street")):
        case = evaluating.evaluate_whistle(
            actor=actor, judged=judged_unit, scores=SCORES, words="来得快", **_one(case)
        )
    return case
