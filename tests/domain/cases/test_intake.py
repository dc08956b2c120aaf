"""Voices come in by every channel, once each, into one pool."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from mulin.cases.actions import handling, intake
from mulin.cases.actions.intake import SourceNumberReused
from mulin.cases.models import Case, Reception, Report
from mulin.cases.rules.intake import Channel, Filing, ReceptionEnd
from mulin.kernel.actor import PUBLIC, SYSTEM
from mulin.kernel.errors import BadInput, NotAllowed, NotPossible
from mulin.ledger.models import Entry
from mulin.people.models import Contact
from tests.make import cases as make
from tests.make.cases import NOON, PHOTO, City

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> City:
    return make.city()


def test_a_report_opens_a_case_on_a_desk_with_a_code_and_an_entry(here: City) -> None:
    filed = make.filed(photos=(PHOTO,), contact=make.contact())
    case = Case.objects.get(pk=filed.case.pk)
    assert (case.state, case.desk, case.title) == (
        "received",
        here.county,
        "单元门口的井往外冒污水，味道很大",
    )
    assert case.number.startswith("SL-20260512-")
    assert case.due_at is not None
    assert len(filed.report.tracking_code) == 9
    assert case.photos.get().report == filed.report
    entry = Entry.objects.get(subject=str(case.pk))
    assert (entry.kind, entry.account_id, entry.facts["report"]) == ("case.filed", 0, str(filed.report.pk))


def test_the_contact_lies_in_the_vault_and_nowhere_else(here: City) -> None:
    make.filed(contact=make.contact())
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'select count(*) from "{table}" t where t::text like %s', ["%13800000000%"])
            assert cursor.fetchone() == (0,), table
    assert Contact.objects.count() == 1


def test_the_same_number_is_one_report(here: City) -> None:
    first = make.filed(source_no="k1")
    again = make.filed(source_no="k1")
    assert (again.report, again.replayed, first.replayed) == (first.report, True, False)
    assert (
        Report.objects.count() == Case.objects.count() == Entry.objects.filter(kind="case.filed").count() == 1
    )


def test_the_same_number_with_other_words_is_refused(here: City) -> None:
    make.filed(source_no="k1")
    with pytest.raises(SourceNumberReused):
        make.filed(source_no="k1", text="别的事")
    assert Report.objects.count() == 1


@pytest.mark.parametrize("channel", [c for c in Channel if c not in intake.PUBLIC_CHANNELS])
def test_staff_channels_are_for_staff(here: City, channel: Channel) -> None:
    with pytest.raises(NotAllowed):
        make.filed(channel=channel)
    with pytest.raises(NotAllowed):
        make.filed(channel=channel, by=here.handler)  # wrong role: a firm does not take reports
    assert not Report.objects.exists()
    filed = make.filed(channel=channel, by=here.checker)
    assert (filed.report.channel, filed.report.filed_unit) == (channel, here.community)
    assert filed.case.first_unit == here.community


def test_a_wrong_part_leaves_nothing_behind(here: City) -> None:
    for wrong in ({"text": ""}, {"lon": 200.0, "lat": 0.0}, {"contact": make.contact(), "anonymous": True}):
        with pytest.raises(BadInput):
            make.filed(**wrong)
    assert not any(model.objects.exists() for model in (Case, Report, Contact))


def test_a_voice_may_join_an_open_case_and_take_up_one_just_closed_but_no_older_one(here: City) -> None:
    case = make.case(here.grid)
    joined = make.filed(joins=case.pk)
    case.refresh_from_db()
    assert (joined.case, case.report_count) == (case, 2)
    again = make.filed(joins=make.closed(here).pk)  # another resident says it is not fixed: W11
    assert (again.case.state, again.case.reopened, again.case.report_count) == ("registered", 1, 2)
    over = make.closed(here)
    assert make.filed(joins=over.pk, now=NOON + timedelta(days=16)).case != over
    over.refresh_from_db()
    assert over.state == "closed"


def test_a_reception_becomes_a_report_without_typing_again(here: City) -> None:
    reception = intake.log_reception(
        matter="来访：路灯三盏不亮", outcome=ReceptionEnd.WAITING, actor=here.checker, now=NOON
    )
    blank = Filing(text="", channel=Channel.COUNTER, source="desk", source_no=str(reception.pk))
    filed = intake.file_reception(reception_id=reception.pk, filing=blank, actor=here.checker, now=NOON)
    reception.refresh_from_db()
    assert filed.report.text == "来访：路灯三盏不亮"
    assert (reception.report, reception.outcome) == (filed.report, "filed")
    with pytest.raises(NotPossible):
        intake.file_reception(reception_id=reception.pk, filing=blank, actor=here.checker, now=NOON)


@pytest.mark.parametrize("by", ["handler", "command"])
def test_a_reception_is_refused_in_the_wrong_role(here: City, by: str) -> None:
    with pytest.raises(NotAllowed):
        intake.log_reception(matter="来访", outcome=ReceptionEnd.ANSWERED, actor=getattr(here, by), now=NOON)
    assert not Reception.objects.exists()


def test_a_contact_is_shown_for_a_reason_that_its_owner_can_read(here: City) -> None:
    filed = make.filed(contact=make.contact())
    Case.objects.filter(pk=filed.case.pk).update(place_unit=here.grid, desk=here.community)
    ask = {"case_id": filed.case.pk, "report_id": filed.report.pk, "actor": here.checker, "now": NOON}
    with pytest.raises(BadInput):
        handling.reveal_contact(reason=" ", **ask)
    with pytest.raises(NotAllowed):
        handling.reveal_contact(reason="回访", **(ask | {"actor": here.dispatcher}))
    assert handling.reveal_contact(reason="约上门时间", **ask).phone == "13800000000"
    view = filed.report.contact.views.get()
    assert (view.reason, view.unit) == ("约上门时间", here.community)


@pytest.mark.django_db(transaction=True)
def test_the_same_number_twice_at_once_is_one_report() -> None:
    make.city()
    filing, gate, filed = make.filing(source_no="race"), Barrier(4), []

    def send() -> None:
        gate.wait()
        try:
            filed.append(intake.file_report(filing=filing, actor=PUBLIC, now=NOON).report.pk)
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(filed) == 4
    assert len(set(filed)) == Report.objects.count() == Case.objects.count() == 1


def test_the_system_may_import(here: City) -> None:
    assert make.filed(channel=Channel.IMPORT, by=SYSTEM).report.channel == "import"
