"""An entry is written with its act or not at all, and never changed."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mulin.kernel.actor import PUBLIC, SYSTEM
from mulin.ledger import actions, queries
from mulin.ledger.models import Chain, Entry
from mulin.ledger.rules.privacy import PersonalData
from tests.make import ledger as make


@pytest.mark.django_db
def test_an_entry_tells_what_happened() -> None:
    subject = uuid4()
    actions.record(
        "case.dispatched", subject=subject, actor=make.CLERK, at=make.NOON, as_unit=3, to="37040401", n=2
    )

    (entry,) = queries.entries_of(subject)

    assert entry == queries.EntryRow(
        id=entry.id, at=make.NOON, kind="case.dispatched", subject=str(subject), account_id=7, unit_id=3,
        facts={"to": "37040401", "n": 2},
    )  # fmt: skip


@pytest.mark.django_db
def test_recording_is_one_statement(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        actions.record("case.noted", subject=uuid4(), actor=PUBLIC, at=make.NOON)


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded() -> None:
    with pytest.raises(actions.OutsideTransaction):
        actions.record("case.noted", subject=uuid4(), actor=SYSTEM, at=make.NOON)
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_leaves_no_entry_and_no_gap() -> None:
    @transaction.atomic
    def fail() -> None:
        actions.record("case.noted", subject=uuid4(), actor=SYSTEM, at=make.NOON)
        raise ZeroDivisionError

    make.entry()
    with pytest.raises(ZeroDivisionError):
        fail()
    make.entry()

    assert Entry.objects.count() == 2
    assert queries.verify().ok


@pytest.mark.django_db
def test_personal_data_is_refused_before_it_reaches_the_database(django_assert_num_queries) -> None:
    with django_assert_num_queries(0), pytest.raises(PersonalData):
        actions.record("case.noted", subject=uuid4(), actor=PUBLIC, at=make.NOON, to="13912345678")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "subject", "account_id"),
    [
        ("noted", "x", 1),
        ("case.Noted", "x", 1),
        ("case.a.b", "x", 1),
        ("case.noted", "a b", 1),
        ("case.noted", "", 1),
        ("case.noted", "x", -2),
    ],
)
def test_a_malformed_entry_is_refused(kind: str, subject: str, account_id: int) -> None:
    actor = type(PUBLIC)(account_id=account_id, name="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.record(kind, subject=subject, actor=actor, at=make.NOON)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_numbers_need_the_kind_of_their_subject() -> None:
    for kind in ("unit.founded", "item.listed"):
        actions.record(kind, subject=27, actor=SYSTEM, at=make.NOON)

    assert [entry.kind for entry in queries.entries_of(27, subject_kind="unit")] == ["unit.founded"]
    with pytest.raises(ValueError, match="what kind"):
        queries.entries_of(27)


@pytest.mark.django_db
def test_a_timeline_is_in_order_and_ends_with_the_present() -> None:
    subject = uuid4()
    for step in range(5):
        # `at` may stand still or go back (a clock is set): the order is that of writing.
        at = make.NOON - timedelta(days=step)
        actions.record("case.noted", subject=subject, actor=SYSTEM, at=at, step=step)
    assert [entry.facts["step"] for entry in queries.entries_of(subject, limit=3)] == [2, 3, 4]


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8)
KEYS = st.sampled_from(["甲", "b\n", '"', "\\", "é", ""])
NUMBERS = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner),
    max_leaves=6,
)


@pytest.mark.django_db
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    facts=JSON,
    at=st.integers(-(2**51), 2**53).map(lambda micros: EPOCH + timedelta(microseconds=micros)),
    unit=st.none() | st.integers(0, 2**40),
)
def test_trigger_and_verifier_compute_the_same_hash(facts, at, unit) -> None:
    try:
        actions.record("case.noted", subject=uuid4(), actor=SYSTEM, at=at, as_unit=unit, it=facts)
    except PersonalData:
        return
    verdict = queries.verify()
    assert verdict.ok, (verdict, json.dumps(facts))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_entry set facts = facts",
        "delete from ledger_entry",
        "update ledger_root set at = at",
        "delete from ledger_root",
        "update ledger_chain set height = height + 1",
        "update ledger_chain set entry = 0",
        "delete from ledger_chain",
        "truncate ledger_entry",
        "truncate ledger_root",
        "truncate ledger_chain",
        "insert into ledger_chain values (3, 9, 9, '', 0) on conflict (chain) do update set height = 9",
    ],
)
def test_the_database_refuses_to_change_what_happened(statement: str) -> None:
    make.entries(3)
    make.root()
    with connection.cursor() as cursor:
        for table in ("ledger_entry", "ledger_root", "ledger_chain"):  # as migrated; tests lift it, see make
            cursor.execute(f"alter table {table} enable trigger ledger_no_truncate")
        chain = Chain.objects.filter(height__gt=0).values_list("chain", flat=True)[0]
        before = (list(Entry.objects.values()), list(Chain.objects.values()))

        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute(statement.replace("(3,", f"({chain},"))

    assert (list(Entry.objects.values()), list(Chain.objects.values())) == before


@pytest.mark.django_db
def test_nobody_chooses_number_chain_or_hash() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into ledger_entry (id, tx, at, kind, subject_kind, subject, account_id, facts, chain, "
            "height, previous, hash) values (5, 6, now(), 'case.noted', 'case', 'x', 1, '{}', 7, 8, 'p', 'h')"
        )
    assert queries.verify().ok
