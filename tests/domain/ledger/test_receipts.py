"""A request may come twice; its act happens once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from mulin.kernel.errors import BadInput
from mulin.ledger import actions, jobs
from mulin.ledger.models import Entry, Receipt
from tests.make import ledger as make

pytestmark = pytest.mark.django_db(transaction=True)


def act() -> bytes:
    make.entry()
    return "受理编号".encode()


def once(**other: object) -> actions.Acknowledged:
    return actions.once(**{"scope": "web", "key": "k1", "digest": "d1", "act": act, **other})


def test_the_second_time_gives_the_first_answer() -> None:
    assert once() == actions.Acknowledged("受理编号".encode(), replayed=False)
    assert once() == actions.Acknowledged("受理编号".encode(), replayed=True)
    assert Entry.objects.count() == 1


def test_the_same_key_with_other_words_is_refused() -> None:
    once()
    with pytest.raises(actions.KeyReused) as refusal:
        once(digest="d2")
    assert isinstance(refusal.value, BadInput)
    assert refusal.value.where == "Idempotency-Key"
    assert Entry.objects.count() == 1


@pytest.mark.parametrize("other", [{"key": "k2"}, {"scope": "phone"}])
def test_another_key_or_scope_is_another_request(other: dict[str, str]) -> None:
    once()
    assert not once(**other).replayed
    assert Entry.objects.count() == 2


def test_an_act_that_fails_leaves_no_receipt_and_may_be_tried_again() -> None:
    def fail() -> bytes:
        make.entry()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        once(act=fail)

    assert not Receipt.objects.exists()
    assert not Entry.objects.exists()
    assert not once().replayed


def test_eight_at_once_have_one_effect() -> None:
    answers = make.together(*[once] * 8)
    assert [type(answer) for answer in answers] == [actions.Acknowledged] * 8
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 7
    assert {answer.body for answer in answers} == {"受理编号".encode()}
    assert Entry.objects.count() == 1


def test_a_twin_waits_and_takes_over_when_the_first_fails() -> None:
    entered, go = threading.Event(), threading.Event()

    def fail() -> bytes:
        entered.set()
        go.wait(10)
        raise ZeroDivisionError

    def second() -> actions.Acknowledged:
        entered.wait(10)
        threading.Timer(0.3, go.set).start()
        return once()

    first, answer = make.together(lambda: once(act=fail), second)
    assert isinstance(first, ZeroDivisionError)
    assert answer == actions.Acknowledged("受理编号".encode(), replayed=False)
    assert Entry.objects.count() == 1


def test_old_receipts_are_forgotten_young_ones_kept() -> None:
    once(key="old")
    once(key="young")
    with connection.cursor() as cursor:
        cursor.execute("update ledger_receipt set at = at - interval '101 days' where key = 'old'")

    assert jobs.forget_receipts(now=timezone.now()) == 1
    assert [receipt.key for receipt in Receipt.objects.all()] == ["young"]
    assert jobs.forget_receipts(now=timezone.now() + timedelta(days=99)) == 0
