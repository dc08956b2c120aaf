"""Grid officers report, every channel leads into one pool, a walk-in is never typed twice."""

from datetime import timedelta

import pytest

from mulin.cases.actions import intake
from mulin.cases.models import Case, Report
from mulin.cases.queries import figures
from mulin.cases.rules.intake import Channel, Filing, Kind, ReceptionEnd
from tests.make import cases as make
from tests.make.cases import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.mechanism("S-064")
def test_a_grid_officers_report_opens_a_case_and_counts_as_the_grids() -> None:
    here = make.city()
    make.filed()
    filed = make.filed(channel=Channel.GRID, by=here.checker, source="grid")
    assert (filed.report.channel, filed.case.state) == ("grid", "received")
    Case.objects.update(place_unit=here.grid)
    lines = figures.counts(
        here.command, by=figures.By.CHANNEL, since=NOON - timedelta(days=1), until=NOON + timedelta(days=1)
    )
    assert {line.value: line.cases for line in lines} == {"grid": 1, "web": 1}


@pytest.mark.mechanism("S-065")
@pytest.mark.parametrize("kind", [Kind.NEED, Kind.OPINION, Kind.SUGGESTION])
def test_walk_in_phone_paper_and_online_make_the_same_case(kind: Kind) -> None:
    here = make.city()
    for channel in (Channel.COUNTER, Channel.PHONE, Channel.PAPER):
        make.filed(channel=channel, kind=kind, by=here.checker, source=channel.value)
    make.filed(channel=Channel.WEB, kind=kind)
    told = set(Case.objects.values_list("state", "kind", "desk_id", "title"))
    assert told == {("received", kind.value, here.county.pk, "单元门口的井往外冒污水，味道很大")}
    assert Case.objects.count() == Report.objects.count() == 4


@pytest.mark.mechanism("S-066")
def test_a_reception_is_logged_with_its_outcome_and_becomes_a_case_as_it_stands() -> None:
    here = make.city()
    at_night = NOON + timedelta(hours=14)
    answered = intake.log_reception(
        matter="问高龄补贴在哪里办", outcome=ReceptionEnd.ANSWERED, actor=here.checker, now=at_night
    )
    waiting = intake.log_reception(
        matter="3 号楼下水道堵了", outcome=ReceptionEnd.WAITING, actor=here.checker, now=at_night
    )
    blank = Filing(text="", channel=Channel.COUNTER, source="reception", source_no=str(waiting.pk))
    filed = intake.file_reception(reception_id=waiting.pk, filing=blank, actor=here.checker, now=at_night)
    assert filed.report.text == "3 号楼下水道堵了"
    log = figures.receptions(here.checker, since=NOON)
    assert [(entry.pk, entry.outcome, entry.report_id) for entry in log] == [
        (waiting.pk, "filed", filed.report.pk),
        (answered.pk, "answered", None),
    ]
    assert figures.receptions(here.other_dispatcher, since=NOON) == ()
