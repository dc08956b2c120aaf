"""Entries become notices and messages: once each, none skipped, none lost."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from mulin.cases.actions import escalating, handling, triage, voice
from mulin.gateways import messages
from mulin.gateways.messages import NeverAgain, TryAgain, Twin
from mulin.kernel.actor import SYSTEM, Actor, Grant, Relation
from mulin.kernel.errors import NotAllowed, NotFound, NotPossible
from mulin.ledger.actions import record
from mulin.ledger.models import Entry
from mulin.telling import jobs, queries
from mulin.telling.actions import following, reading, sending
from mulin.telling.models import Follower, Notice, Outgoing
from mulin.telling.rules import timing
from mulin.telling.rules.routes import Route
from tests.make import cases as make
from tests.make import whistles
from tests.make.cases import NOON, City

pytestmark = pytest.mark.django_db(transaction=True)

ROUTES = (
    Route("case.filed", "desk", "in_app", "new_case"),
    Route("case.filed", "reporter", "sms", "reported"),
    Route("case.dispatched", "named_unit", "in_app", "assigned"),
    Route("case.dispatched", "reporter", "sms", "dispatched", time(11), time(13)),
    Route("case.overdue", "named_unit", "in_app", "overdue"),
    Route("case.overdue", "named_unit", "wechat", "overdue"),
)


@pytest.fixture
def sms() -> Iterator[Twin]:
    twin = Twin()
    messages.use("sms", twin)
    yield twin
    messages.use("sms", None)


@pytest.fixture
def here() -> City:
    made = make.city()
    following.adopt_routes(routes=ROUTES, actor=SYSTEM, now=NOON)
    jobs.follow(now=NOON)
    return made


def clerk(here: City, *acts: str) -> Actor:
    permits = frozenset((act, Relation.ANY) for act in acts)
    grant = Grant(here.city.pk, here.city.path, "市", "technician", permits)
    return replace(here.command, grants=(grant,))


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("id").values_list("words", "unit__code"))


def test_a_report_is_told_to_its_desk_and_to_who_left_a_number(here: City, sms: Twin) -> None:
    filed = make.filed(contact=make.contact())
    make.filed()
    assert jobs.follow(now=NOON) >= 2
    assert told() == [("new_case", "county")] * 2
    assert jobs.send("sms", now=NOON) == 1
    (message,) = sms.sent.values()
    assert message.to == "13800000000"
    assert filed.report.tracking_code in message.text
    assert filed.report.text[:6] not in message.text
    assert Outgoing.objects.get().state == "sent"
    assert jobs.follow(now=NOON) == 1  # the ledger tells that the contact was used
    assert Entry.objects.filter(kind="contact.reached").count() == 1
    assert jobs.send("sms", now=NOON) == 0
    stored = " ".join(str(value) for row in Outgoing.objects.values() for value in row.values())
    assert "13800000000" not in stored


def test_who_did_it_is_not_told_and_quiet_hours_hold_the_message_not_the_notice(
    here: City, sms: Twin
) -> None:
    filed = make.filed(contact=make.contact())
    triage.dispatch_case(case_id=filed.case.pk, lead="firm", reason="内部设施", actor=here.command, now=NOON)
    jobs.follow(now=NOON)  # twelve o'clock in the city
    assert ("assigned", "firm") in told()
    waits = Outgoing.objects.get(words="dispatched")
    assert waits.next_at == NOON + timedelta(hours=1)
    jobs.send("sms", now=NOON)
    assert len(sms.sent) == 1
    jobs.send("sms", now=NOON + timedelta(hours=1))
    assert len(sms.sent) == 2
    assert waits.facts["due"]


def test_a_late_commit_is_not_passed_by(here: City) -> None:
    """An older transaction commits after a younger one was read: a reader by number would miss it."""
    first, written, go = make.case(here.grid), threading.Event(), threading.Event()
    second = make.case(here.grid)
    jobs.follow(now=NOON)
    Notice.objects.all().delete()

    def slow() -> None:
        with transaction.atomic():
            record("case.overdue", subject=first.pk, actor=SYSTEM, at=NOON, to=here.firm.pk)
            written.set()
            go.wait(10)
        connection.close()

    late = threading.Thread(target=slow)
    late.start()
    written.wait(10)
    with transaction.atomic():
        record("case.overdue", subject=second.pk, actor=SYSTEM, at=NOON, to=here.firm.pk)
    following.follow_ledger(actor=SYSTEM, now=NOON)
    go.set()
    late.join()
    jobs.follow(now=NOON)
    assert sorted(Notice.objects.values_list("case", flat=True)) == sorted([first.pk, second.pk])


def test_two_followers_tell_once(here: City) -> None:
    for _ in range(20):
        make.filed(contact=make.contact())
    gate = threading.Barrier(2)

    def run() -> None:
        gate.wait()
        jobs.follow(now=NOON)
        connection.close()

    runners = [threading.Thread(target=run) for _ in range(2)]
    [runner.start() for runner in runners]
    [runner.join() for runner in runners]
    jobs.follow(now=NOON)
    assert (Notice.objects.count(), Outgoing.objects.count()) == (20, 20)


def test_a_reader_that_lost_its_place_writes_nothing_twice(here: City) -> None:
    place = Follower.objects.values().get()
    make.filed(contact=make.contact())
    jobs.follow(now=NOON)
    ids = set(Outgoing.objects.values_list("id", flat=True))
    Follower.objects.update(tx=place["tx"], entry=place["entry"])
    jobs.follow(now=NOON)
    assert Notice.objects.count() == 1
    assert set(Outgoing.objects.values_list("id", flat=True)) == ids


def test_two_senders_send_once(here: City, sms: Twin) -> None:
    for _ in range(30):
        make.filed(contact=make.contact())
    jobs.follow(now=NOON)
    gate = threading.Barrier(2)

    def run() -> None:
        gate.wait()
        jobs.send("sms", now=NOON)
        connection.close()

    runners = [threading.Thread(target=run) for _ in range(2)]
    [runner.start() for runner in runners]
    [runner.join() for runner in runners]
    assert len(sms.calls) == len(sms.sent) == 30


def test_a_crash_after_sending_sends_again_under_the_same_id(
    here: City, sms: Twin, monkeypatch: pytest.MonkeyPatch
) -> None:
    make.filed(contact=make.contact())
    jobs.follow(now=NOON)
    with monkeypatch.context() as patch:
        patch.setattr(sending, "_mark", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
        with pytest.raises(SystemExit):
            jobs.send("sms", now=NOON)
    assert Outgoing.objects.get().state == "sending"
    assert jobs.send("sms", now=NOON + timedelta(seconds=30)) == 0  # it may still be alive
    assert jobs.send("sms", now=NOON + timing.LEASE + timedelta(seconds=1)) == 1
    assert (len(sms.calls), len(sms.sent)) == (2, 1)
    assert Outgoing.objects.get().state == "sent"


def test_a_busy_gateway_is_asked_again_and_at_last_a_person_is(here: City, sms: Twin) -> None:
    make.filed(contact=make.contact())
    jobs.follow(now=NOON)
    sms.failing = TryAgain("HTTP 503")
    now = NOON
    for _ in range(timing.TRIES_MOST):
        assert jobs.send("sms", now=now) == 1
        assert jobs.send("sms", now=now) == 0
        now = max(now, Outgoing.objects.get().next_at)
    dead = Outgoing.objects.get()
    assert (dead.state, dead.attempts, dead.fault) == ("dead", timing.TRIES_MOST, "HTTP 503")

    person = clerk(here, "read_outbox", "resend_message", "give_up_message")
    (row,), more = queries.stuck(person)
    assert (row.id, row.fault, row.to, more) == (dead.pk, "HTTP 503", "", False)
    sms.failing = None
    sending.resend_message(message_id=dead.pk, actor=person, now=now)
    assert jobs.send("sms", now=now) == 1
    assert list(sms.sent) == [str(dead.pk)]
    with pytest.raises(NotPossible):
        sending.resend_message(message_id=dead.pk, actor=person, now=now)


@pytest.mark.parametrize("fault", [NeverAgain("HTTP 400"), None])
def test_what_cannot_be_sent_is_parked_at_once(here: City, sms: Twin, fault: NeverAgain | None) -> None:
    filed = make.filed(contact=make.contact())
    jobs.follow(now=NOON)
    if fault is None:
        voice.withdraw_contact(tracking_code=filed.report.tracking_code, actor=make.PUBLIC, now=NOON)
    sms.failing = fault
    jobs.send("sms", now=NOON)
    assert Outgoing.objects.get().state == "dead"
    person = clerk(here, "give_up_message")
    sending.give_up_message(message_id=Outgoing.objects.get().pk, actor=person, now=NOON)
    assert Outgoing.objects.get().state == "dropped"
    assert Entry.objects.filter(kind="message.dropped").count() == 1


def test_without_a_gateway_a_message_is_off_and_old_news_is_not_sent(here: City, sms: Twin) -> None:
    case = make.dispatched(here)
    type(case).objects.filter(pk=case.pk).update(due_at=NOON)
    escalating.sweep_clocks(actor=SYSTEM, now=NOON)
    make.filed(contact=make.contact())
    jobs.follow(now=NOON)
    assert jobs.send("wechat", now=NOON) == 1
    assert Outgoing.objects.get(channel="wechat").state == "off"
    assert jobs.send("wechat", now=NOON) == 0
    jobs.send("sms", now=NOON + timedelta(days=4))
    assert Outgoing.objects.get(channel="sms").state == "dead"
    assert not sms.calls


def test_a_desk_reads_its_own_notices_and_nobody_elses(here: City) -> None:
    case = make.dispatched(here)
    jobs.follow(now=NOON)
    mine = queries.notices(here.handler)
    assert [(row.words, row.number, row.is_read) for row in mine.rows] == [("assigned", case.number, False)]
    assert (mine.unread, queries.unread(here.other_dispatcher)) == (1, 0)
    pk = mine.rows[0].id
    assert reading.mark_read(notice_ids=[pk], actor=here.other_dispatcher, now=NOON) == 0
    assert reading.mark_read(notice_ids=None, actor=here.handler, now=NOON) == 1
    assert reading.mark_read(notice_ids=[pk], actor=here.handler, now=NOON) == 0
    assert queries.unread(here.handler) == 0
    assert Notice.objects.get(pk=pk).read_by_id == here.handler.account_id
    assert queries.notices(here.handler, language="en").rows[0].text.isascii()


def test_the_wrong_role_touches_no_message(here: City) -> None:
    nobody, nothing = here.handler, UUID(int=0)
    for act in (
        lambda: following.follow_ledger(actor=nobody, now=NOON),
        lambda: following.adopt_routes(routes=(), actor=nobody, now=NOON),
        lambda: sending.send_messages(channel="sms", actor=nobody, now=NOON),
        lambda: sending.resend_message(message_id=nothing, actor=nobody, now=NOON),
        lambda: sending.give_up_message(message_id=nothing, actor=nobody, now=NOON),
        lambda: sending.acknowledge_message(message_id=nothing, delivered=True, actor=nobody, now=NOON),
        lambda: queries.stuck(nobody),
        lambda: queries.outbox(nobody),
    ):
        with pytest.raises(NotAllowed):
            act()
    with pytest.raises(NotFound):
        sending.resend_message(message_id=nothing, actor=clerk(here, "resend_message"), now=NOON)


def test_the_outbox_is_counted(here: City) -> None:
    make.filed(contact=make.contact())
    jobs.follow(now=NOON)
    person = clerk(here, "read_outbox")
    assert queries.outbox(person)["waiting"] == 1
    jobs.send("sms", now=NOON)
    assert queries.outbox(person) == {"waiting": 0, "sending": 0, "off": 1, "dead": 0, "dropped": 0}


def test_a_question_reaches_who_can_answer(here: City, sms: Twin) -> None:
    following.adopt_routes(
        routes=[Route("case.asked", "reporter", "sms", "question")], actor=SYSTEM, now=NOON
    )
    filed = make.filed(contact=make.contact())
    triage.dispatch_case(case_id=filed.case.pk, lead="firm", reason="内部设施", actor=here.command, now=NOON)
    handling.accept_case(case_id=filed.case.pk, actor=here.handler, now=NOON)
    handling.ask_resident(case_id=filed.case.pk, question="哪个单元？", actor=here.handler, now=NOON)
    jobs.follow(now=NOON)
    jobs.send("sms", now=NOON)
    (message,) = sms.sent.values()
    assert "示例物业" in message.text
    assert "哪个单元" not in message.text


def test_every_called_unit_is_told() -> None:
    there = whistles.field()
    following.adopt_routes(
        routes=[Route("case.whistled", "called_unit", "in_app", "called")], actor=SYSTEM, now=NOON
    )
    jobs.follow(now=NOON)
    whistles.whistle(there, names=("housing", "water"))
    jobs.follow(now=NOON)
    assert sorted(told()) == [("called", "housing"), ("called", "water")]
