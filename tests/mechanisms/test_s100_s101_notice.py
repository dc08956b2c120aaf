"""Told all at once what a matter takes (一次性告知); what is asked for later is logged and counted."""

from datetime import timedelta

import pytest
from django.test import Client

from mulin.cases.actions import handling, intake, triage
from mulin.cases.models import Case, Requirement
from mulin.cases.queries import notices, receptions
from mulin.cases.queries.completion import Period
from mulin.cases.queries.notices import NoticeCount
from mulin.cases.queries.tracking import track
from mulin.cases.rules.intake import Channel, Filing, ReceptionEnd
from mulin.kernel.actor import PUBLIC
from mulin.kernel.errors import BadInput, NotAllowed
from mulin.ledger import queries as ledger
from tests.make import cases as make
from tests.make.cases import NOON, City

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ALL = ("渗漏部位照片", "物业报修记录")


def leaking(here: City) -> Case:
    """Return a case in hand of an item with a checklist of two."""
    make.item("1-077", name="屋顶漏水", checklist=list(ALL))
    case = make.in_hand(here)
    return triage.match_item(case_id=case.pk, item="1-077", actor=here.dispatcher, now=NOON)


def ask(here: City, case: Case, *things: str, hours: int = 1, question: str = "") -> Case:
    now = NOON + hours * HOUR
    return handling.ask_resident(
        case_id=case.pk, question=question, requirements=things, actor=here.handler, now=now
    )


def answered(case: Case, *, hours: int) -> None:
    code = case.reports.get().tracking_code
    handling.hear_resident(tracking_code=code, text="给您", actor=PUBLIC, now=NOON + hours * HOUR)


@pytest.mark.mechanism("S-100")
def test_the_whole_checklist_is_told_at_once_and_a_further_document_is_logged() -> None:
    here = make.city()
    case = leaking(here)
    code = case.reports.get().tracking_code
    before = track(code, now=NOON).checklist  # at once, before anybody asks
    assert [(one.text, one.asked) for one in before] == [(text, False) for text in ALL]

    ask(here, case, ALL[0], question="哪天开始漏的？")
    asked = track(code, now=NOON + HOUR)
    assert asked.question == f"哪天开始漏的？\n· {ALL[0]}"
    assert [(one.text, one.asked) for one in asked.checklist] == [(ALL[0], True), (ALL[1], False)]
    answered(case, hours=2)
    ask(here, case, ALL[0], "产权证明", hours=3)  # the same again is fine, another one is not

    facts = [entry.facts for entry in ledger.entries_of(case.pk) if entry.kind == "case.asked"]
    assert [(each["required"], each["late"]) for each in facts] == [(1, 0), (2, 1)]
    assert list(Requirement.objects.filter(is_late=True).values_list("text", flat=True)) == ["产权证明"]
    assert [one.text for one in track(code, now=NOON + 3 * HOUR).checklist] == [*ALL, "产权证明"]


@pytest.mark.mechanism("S-100")
def test_a_breach_is_a_number_that_opens_its_cases() -> None:
    here = make.city()
    case, other = leaking(here), make.in_hand(here)
    ask(here, other, "照片")
    ask(here, case, ALL[0])
    answered(case, hours=2)
    ask(here, case, ALL[1], hours=3)
    period = Period.of(NOON, NOON + 5 * HOUR, now=NOON + 5 * HOUR)
    assert notices.notices(here.command, period) == {NoticeCount.TOLD: 2, NoticeCount.LATE: 1}
    assert notices.cases_told(here.command, period, NoticeCount.LATE) == (case.pk,)
    assert set(notices.cases_told(here.command, period, NoticeCount.TOLD)) == {case.pk, other.pk}
    with pytest.raises(NotAllowed):
        notices.notices(here.handler, period)
    assert not {field.name for field in Requirement._meta.get_fields()} & {"account", "person"}


@pytest.mark.mechanism("S-100")
def test_a_question_alone_is_no_notice_and_another_item_begins_anew() -> None:
    here = make.city()
    case = leaking(here)
    handling.ask_resident(case_id=case.pk, question="几楼？", actor=here.handler, now=NOON)
    answered(case, hours=1)
    ask(here, case, *ALL, hours=2)  # the first time something is asked for: not late
    answered(case, hours=3)
    make.item("1-078", name="外墙漏水", checklist=["外墙照片"])
    triage.match_item(case_id=case.pk, item="1-078", actor=here.dispatcher, now=NOON + 4 * HOUR)
    ask(here, case, "外墙照片", hours=5)
    assert not Requirement.objects.filter(is_late=True).exists()


def test_nothing_asked_is_refused_and_an_internal_item_shows_nothing() -> None:
    here = make.city()
    case = leaking(here)
    for said in ({}, {"question": " ", "requirements": [" "]}, {"requirements": ["长" * 101]}):
        with pytest.raises(BadInput):
            handling.ask_resident(case_id=case.pk, actor=here.handler, now=NOON, **said)
    assert not Requirement.objects.exists()
    case.refresh_from_db()
    assert case.item is not None
    type(case.item).objects.update(is_public=False)
    assert track(case.reports.get().tracking_code, now=NOON).checklist == ()


@pytest.mark.mechanism("S-101")
def test_a_visitor_is_a_line_of_the_log_and_then_a_report() -> None:
    here = make.city()
    came = intake.log_reception(matter="屋顶漏水", outcome=ReceptionEnd.WAITING, actor=here.checker, now=NOON)
    (line,) = receptions.log(here.checker, day=NOON.date(), channel=Channel.COUNTER)
    assert (line.id, line.matter, line.may_be_filed) == (came.pk, "屋顶漏水", True)
    blank = Filing(text="", channel=Channel.COUNTER, source="reception", source_no=str(came.pk))
    filed = intake.file_reception(reception_id=came.pk, filing=blank, actor=here.checker, now=NOON)
    (line,) = receptions.log(here.checker, day=NOON.date(), channel=Channel.COUNTER)
    assert (line.outcome, line.case_id) == ("filed", filed.case.pk)
    kinds = [entry.kind for entry in ledger.entries_of(came.pk)] + [
        entry.kind for entry in ledger.entries_of(filed.case.pk)
    ]
    assert kinds == ["reception.logged", "case.filed"]  # an entry of its own each


@pytest.mark.mechanism("S-101")
def test_each_public_item_shows_its_promised_time_and_no_other_does() -> None:
    make.city()
    make.item("1-077", name="屋顶漏水", checklist=list(ALL), limit_value=3, limit_kind="working_days")
    make.item("1-078", name="内部核查事项", is_public=False)
    page = Client().get("/services").content.decode()
    assert "屋顶漏水" in page
    assert "3 个工作日内" in page
    assert "要准备：渗漏部位照片、物业报修记录" in page
    assert "内部核查事项" not in page
    assert "内部核查事项" not in Client().get("/services?q=核查").content.decode()
    narrowed = Client().get("/services?q=漏水").content.decode()
    assert ("屋顶漏水" in narrowed, "下水道堵塞" in narrowed) == (True, False)
    english = Client(headers={"accept-language": "en"}).get("/services").content.decode()
    assert "within 3 working days" in english
    assert 'href="/services"' in Client().get("/").content.decode()
