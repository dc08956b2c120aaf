"""The reception log of a day: receptions and reports taken down, of the units one answers for."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.cases.actions import intake
from mulin.cases.queries import receptions
from mulin.cases.rules.intake import Channel, ReceptionEnd
from mulin.kernel.actor import PUBLIC
from mulin.kernel.errors import NotAllowed
from tests.make import cases as make
from tests.make.cases import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = NOON.date()


def log(*args: object, **asked: object) -> list[tuple[str, str, str]]:
    found = receptions.log(*args, **{"day": TODAY, **asked})  # type: ignore[arg-type]
    return [(line.channel, line.matter, line.outcome) for line in found]


def test_a_day_holds_receptions_and_what_was_taken_down_otherwise() -> None:
    here = make.city()
    checker = here.checker
    came = intake.log_reception(matter="问低保", outcome=ReceptionEnd.ANSWERED, actor=checker, now=NOON)
    make.filed(by=checker, channel=Channel.PHONE, source="console", text="楼道灯不亮", now=NOON + DAY / 24)
    make.filed(by=checker, channel=Channel.COUNTER, source="console", text="昨天的事", now=NOON - DAY)
    make.filed(text="网上说的", now=NOON)  # nobody received it: not in the log
    assert log(checker) == [("phone", "楼道灯不亮", "filed"), ("counter", "问低保", "answered")]
    assert log(checker, channel=Channel.PHONE) == [("phone", "楼道灯不亮", "filed")]
    assert log(checker, channel=Channel.COUNTER) == [("counter", "问低保", "answered")]
    assert log(checker, day=TODAY - DAY) == [("counter", "昨天的事", "filed")]

    filing = make.filing(text="低保申请没有回音", channel=Channel.COUNTER, source="console")
    filed = intake.file_reception(reception_id=came.pk, filing=filing, actor=checker, now=NOON)
    (line,) = receptions.log(checker, day=TODAY, channel=Channel.COUNTER)  # once, though it is both now
    assert (line.case_id, line.outcome, line.may_be_filed) == (filed.case.pk, "filed", False)


def test_who_leads_the_branch_reads_it_and_nobody_else() -> None:
    here = make.city()
    intake.log_reception(matter="问低保", outcome=ReceptionEnd.ANSWERED, actor=here.checker, now=NOON)
    assert len(log(here.checker)) == len(log(here.dispatcher)) == 1
    codes = [code for code, _ in receptions.desks(here.dispatcher)]
    assert [len(log(here.dispatcher, unit=code)) for code in codes].count(1) == 1
    assert log(here.dispatcher, unit="nowhere") == []
    assert log(here.other_dispatcher) == []
    for stranger in (PUBLIC, here.handler):
        with pytest.raises(NotAllowed):
            receptions.log(stranger, day=TODAY)


def test_a_longer_day_asks_no_more_and_comes_in_pages() -> None:
    here = make.city()
    counts = []
    for n in (1, 2):
        for _ in range(n):
            intake.log_reception(matter="来人", outcome=ReceptionEnd.WAITING, actor=here.checker, now=NOON)
        with CaptureQueriesContext(connection) as asked:
            assert all(line.unit for line in receptions.log(here.checker, day=TODAY))
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert len(receptions.log(here.checker, day=TODAY, size=2)) == 3  # a page and one more
    assert len(receptions.log(here.checker, day=TODAY, size=2, page=2)) == 1
