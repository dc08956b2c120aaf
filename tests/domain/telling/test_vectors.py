"""Known bugs of other systems, as tests under their numbers (W1 … W20)."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from mulin.cases.actions import escalating
from mulin.cases.models import Alarm, Case
from mulin.cases.rules.escalation import Rung
from mulin.gateways import messages
from mulin.gateways.messages import TryAgain, Twin
from mulin.kernel.actor import SYSTEM
from mulin.ledger.models import Entry
from mulin.telling import jobs, queries
from mulin.telling.actions import following, sending
from mulin.telling.models import Notice, Outgoing
from mulin.telling.rules import timing
from mulin.telling.rules.routes import Route
from tests.make import cases as make
from tests.make.cases import NOON, City

HOUR = timedelta(hours=1)
ROUTES = [
    Route("case.overdue", "named_unit", "in_app", "overdue"),
    Route("case.filed", "reporter", "sms", "reported"),
]


@pytest.fixture
def here(transactional_db: None) -> City:
    made = make.city()
    following.adopt_routes(routes=ROUTES, actor=SYSTEM, now=NOON)
    jobs.follow(now=NOON)
    return made


@pytest.fixture
def sms() -> Iterator[Twin]:
    twin = Twin()
    messages.use("sms", twin)
    yield twin
    messages.use("sms", None)


def sweep(at: object = NOON) -> int:
    return escalating.sweep_clocks(actor=SYSTEM, now=at).total  # type: ignore[arg-type]


def test_w01_of_a_thousand_overdue_in_one_state_the_oldest_is_escalated_too(here: City) -> None:
    pattern = make.case(here.grid)
    Case.objects.bulk_create(
        Case(
            **{
                field.attname: getattr(pattern, field.attname)
                for field in Case._meta.concrete_fields
                if field.attname not in ("id", "number", "due_at")
            },
            id=uuid4(),
            number=f"W1-{n}",
            due_at=NOON - n * HOUR,
        )
        for n in range(1, 1_001)
    )
    Case.objects.filter(pk=pattern.pk).update(due_at=NOON + 90 * 24 * HOUR)
    escalating.adopt_ladder(rungs=[Rung(1, 0, "superior")], actor=SYSTEM, now=NOON)
    assert sweep() == 2_000
    told = set(Alarm.objects.filter(kind="escalation").values_list("case__number", flat=True))
    assert {"W1-1", "W1-1000"} <= told
    assert len(told) == 1_000
    assert sweep() == 0


def test_w02_what_is_overdue_and_in_nobodys_hands_goes_to_the_desk_that_has_it(here: City) -> None:
    case = make.case(here.grid)
    Case.objects.filter(pk=case.pk).update(due_at=NOON)
    assert case.lead_id is None
    sweep()
    jobs.follow(now=NOON)
    assert Notice.objects.get().unit == here.street
    assert queries.unread(here.dispatcher) == 1


def test_w03_no_superior_leads_up_the_tree_and_at_last_to_the_place(here: City) -> None:
    escalating.adopt_ladder(
        rungs=[Rung(1, 1, "kind:city"), Rung(2, 2, "superior:9"), Rung(3, 3, "place:community")],
        actor=SYSTEM,
        now=NOON,
    )
    case = make.case(here.grid)
    Case.objects.filter(pk=case.pk).update(due_at=NOON, desk=here.city, place_unit=here.grid)
    nowhere = make.case()
    Case.objects.filter(pk=nowhere.pk).update(due_at=NOON, desk=here.city, place_unit=None)
    sweep(NOON + 4 * HOUR)
    told = Alarm.objects.filter(kind="escalation").order_by("level")
    assert list(told.filter(case=case).values_list("level", "unit__code")) == [
        (1, here.city.code),
        (2, "community"),  # nobody stands so high: 属地兜底
        (3, "community"),
    ]
    assert list(told.filter(case=nowhere).values_list("unit__code", flat=True)) == [
        here.city.code,
        "county",  # no place either: the city's fallback unit
        "county",
    ]


def test_w08_a_hand_over_nobody_acknowledges_is_not_sent_for_ever(here: City, sms: Twin) -> None:
    make.filed(contact=make.contact())
    jobs.follow(now=NOON)
    sms.failing = TryAgain("TimeoutError")
    now = NOON
    while Outgoing.objects.get().state != "dead":
        assert Outgoing.objects.get().state == "waiting"
        jobs.send("sms", now=now)
        now = max(now, Outgoing.objects.get().next_at)
    assert now - NOON < timing.STALE
    dead = Outgoing.objects.get()
    assert (dead.fault, dead.attempts, dead.sent_at) == ("TimeoutError", timing.TRIES_MOST, None)


def test_w09_news_from_outside_that_does_not_fit_is_kept_and_changes_nothing(here: City, sms: Twin) -> None:
    make.filed(contact=make.contact())
    jobs.follow(now=NOON)
    message = Outgoing.objects.get()
    late = {"message_id": message.pk, "actor": SYSTEM, "now": NOON}
    sending.acknowledge_message(delivered=True, status="DELIVRD", **late)  # before it was sent at all
    kept = Outgoing.objects.get()
    assert (kept.state, kept.news[0][1:]) == ("waiting", ["DELIVRD", "waiting"])
    jobs.send("sms", now=NOON)
    sending.acknowledge_message(delivered=False, status="UNDELIV", **late)
    assert Outgoing.objects.get().state == "dead"
    sending.acknowledge_message(delivered=True, status="DELIVRD", **late)  # they changed their mind
    kept = Outgoing.objects.get()
    assert (kept.state, len(kept.news)) == ("dead", 3)


def test_w20_one_miss_is_one_event_however_often_it_is_swept(here: City) -> None:
    case = make.case(here.grid)
    Case.objects.filter(pk=case.pk).update(due_at=NOON)
    assert [sweep(NOON + n * HOUR) for n in range(5)] == [1, 0, 0, 0, 0]
    assert Alarm.objects.count() == Entry.objects.filter(kind="case.overdue").count() == 1
