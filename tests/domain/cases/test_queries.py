"""The queue, the case page, the tracking page: right rows, constant questions, nothing hidden shown."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.cases.actions import checking, handling, triage, voice
from mulin.cases.models import Case
from mulin.cases.queries import doors, figures, tracking, worklist
from mulin.cases.queries.page import case_page, dispatch_proposal
from mulin.cases.queries.worklist import Clock, QueueFilter, Tab
from mulin.cases.rules.lifecycle import Act, PublicStep, State
from mulin.catalogue.models import Item
from mulin.kernel.actor import PUBLIC
from mulin.kernel.errors import BadInput, NotFound, NotPossible, Refusal
from tests.make import cases as make
from tests.make.cases import NOON, City

pytestmark = pytest.mark.django_db


@pytest.fixture
def here() -> City:
    return make.city()


def rows(actor: make.Actor, tab: Tab, **filters: object) -> list[str]:
    page = worklist.queue(actor, tab=tab, filters=QueueFilter(**filters), now=NOON)  # type: ignore[arg-type]
    return [row.number for row in page.rows]


def test_each_tab_holds_what_its_name_says(here: City) -> None:
    received, sent = make.case(here.grid), make.dispatched(here)
    make.case(here.other_street)
    own = make.filed(by=here.checker, source="desk").case
    late = make.in_hand(here)
    Case.objects.filter(pk=late.pk).update(due_at=NOON - timedelta(hours=1))
    assert rows(here.dispatcher, Tab.TODO) == [received.number]
    assert set(rows(here.dispatcher, Tab.DONE)) == {sent.number, late.number}
    assert rows(here.checker, Tab.FILED) == [own.number]
    assert rows(here.dispatcher, Tab.OVERDUE) == [late.number]
    assert rows(here.handler, Tab.TODO) == [late.number, sent.number]  # most pressing first


def test_counts_are_of_the_tabs(here: City) -> None:
    make.case(here.grid)
    make.dispatched(here)
    counts = worklist.queue(here.dispatcher, tab=Tab.TODO, filters=QueueFilter(), now=NOON).counts
    assert (counts["todo"], counts["done"], counts["filed"], counts["overdue"]) == (1, 1, 0, 0)


def test_filters_narrow(here: City) -> None:
    make.item()
    one, two = make.case(here.grid, kind="complaint"), make.case(here.community)
    triage.match_item(case_id=one.pk, item="1-004", actor=here.dispatcher, now=NOON)
    Case.objects.filter(pk=two.pk).update(due_at=NOON - timedelta(minutes=1))
    assert rows(here.dispatcher, Tab.TODO, item="1-004") == [one.number]
    assert rows(here.dispatcher, Tab.TODO, kind="complaint") == [one.number]
    assert rows(here.dispatcher, Tab.TODO, clock=Clock.OVERDUE) == [two.number]
    assert set(rows(here.dispatcher, Tab.TODO, community=here.community.code)) == {one.number, two.number}
    assert rows(here.dispatcher, Tab.TODO, community=here.grid.code) == [one.number]
    assert rows(here.dispatcher, Tab.TODO, community="nobody") == []
    assert rows(here.dispatcher, Tab.TODO, channel="phone") == []
    assert len(rows(here.dispatcher, Tab.TODO, channel="web")) == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [("污水", True), ("井往外冒", True), ("水污", False), ("sl-20260512", True), ("！", False)],
)
def test_full_text_search_finds_two_character_words(here: City, text: str, found: bool) -> None:
    make.case(here.grid)
    assert bool(rows(here.dispatcher, Tab.TODO, text=text)) is found


def test_search_reaches_closed_cases_but_never_those_of_others(here: City) -> None:
    mine, theirs = make.closed(here), make.case(here.other_street)
    found = worklist.search(here.dispatcher, text="污水", now=NOON)
    assert [row.number for row in found.rows] == [mine.number]
    assert rows(here.dispatcher, Tab.TODO, text="污水") == [mine.number]
    assert theirs.number in [r.number for r in worklist.search(here.command, text="污水", now=NOON).rows]


def test_pages_follow_each_other_without_gap(here: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worklist, "PAGE", 2)
    numbers = {make.case(here.grid).number for _ in range(5)}
    seen: list[str] = []
    for page in (1, 2, 3):
        found = worklist.queue(here.dispatcher, tab=Tab.TODO, filters=QueueFilter(), now=NOON, page=page)
        seen += [row.number for row in found.rows]
        assert found.has_more is (page < 3)
    assert len(seen) == 5
    assert set(seen) == numbers


def questions(ask: object) -> int:
    with CaptureQueriesContext(connection) as asked:
        ask()  # type: ignore[operator]
    return len(asked)


def test_the_queue_asks_the_same_for_one_row_and_three(here: City) -> None:
    make.item()

    def more() -> None:
        case = make.in_hand(here)
        triage.match_item(case_id=case.pk, item="1-004", actor=here.dispatcher, now=NOON)

    def ask() -> None:
        page = worklist.queue(here.handler, tab=Tab.TODO, filters=QueueFilter(), now=NOON)
        assert all(row.item_name == "下水道堵塞" and row.place for row in page.rows)

    more()
    one = questions(ask)
    more()
    more()
    assert questions(ask) == one


def test_the_case_page_asks_the_same_for_one_voice_and_three(here: City) -> None:
    case = make.checked(here)

    def ask() -> None:
        page = case_page(here.checker, case.pk, now=NOON)
        assert [report.has_contact for report in page.reports].count(True) == len(page.reports) - 1

    one = questions(ask)
    for _ in range(2):
        make.filed(joins=case.pk, contact=make.contact())
        handling.add_note(case_id=case.pk, text="又一位", actor=here.checker, now=NOON)
    assert questions(ask) == one


def test_buttons_are_what_the_rules_allow_and_say_what_is_missing(here: City) -> None:
    case = make.checked(here)
    offers = {offer.act: offer for offer in case_page(here.checker, case.pk, now=NOON).offers}
    assert not offers[Act.CLOSE].possible
    assert [blocker.missing for blocker in offers[Act.CLOSE].missing] == ["answers"]
    assert offers[Act.ANSWER].primary
    assert Act.DISPATCH not in offers
    assert sum(offer.primary for offer in offers.values()) == 1


def test_every_offered_act_is_one_the_server_accepts_and_the_other_way_round(here: City) -> None:
    tried = 0
    for given in (make.dispatched, make.in_hand, make.handled, make.checked, make.closed, make.declined):
        case = given(here)
        for actor in (here.dispatcher, here.checker, here.handler):
            try:
                offered = {o.act for o in case_page(actor, case.pk, now=NOON).offers}
            except NotFound:
                continue
            for act, do in (
                (Act.ACCEPT, handling.accept_case),
                (Act.APPROVE, checking.pass_check),
                (Act.REGISTER, triage.register_case),
            ):
                tried += 1
                before = Case.objects.filter(pk=case.pk).values().get()
                try:
                    do(case_id=case.pk, actor=actor, now=NOON)
                    accepted = True
                except Refusal:
                    accepted = False
                Case.objects.filter(pk=case.pk).update(**before)
                assert (act in offered) is accepted, (case.state, actor.grants[0].post, act)
    assert tried >= 30


def test_the_timeline_tells_who_when_and_what_was_said(here: City) -> None:
    case = make.checked(here)
    handling.add_note(case_id=case.pk, text="只给同事看", actor=here.checker, now=NOON)
    timeline = case_page(here.checker, case.pk, now=NOON).timeline
    assert [event.kind for event in timeline] == [
        "case.noted",
        "case.passed",
        "case.finished",
        "case.accepted",
        "case.dispatched",
        "case.filed",
    ]
    assert timeline[0].words == "只给同事看"
    assert (timeline[3].unit, timeline[4].units["to"]) == ("示例物业", "示例物业")


def test_the_proposal_is_the_tables_answer_with_choices_below(here: City) -> None:
    proposal = dispatch_proposal(here.dispatcher, make.case(here.grid).pk, now=NOON)
    assert (proposal.lead, proposal.why["line"]) == (here.community, 2)
    assert here.firm in proposal.choices
    assert here.other_street not in proposal.choices


def test_a_resident_sees_six_plain_steps_and_nothing_of_others(here: City) -> None:
    case = make.in_hand(here)
    handling.add_note(case_id=case.pk, text="内部：先找管道图", actor=here.handler, now=NOON)
    handling.add_public_note(case_id=case.pk, text="下午三点到场", actor=here.handler, now=NOON)
    make.filed(joins=case.pk, text="我家也冒水，住 5 号楼")
    seen = tracking.track(make.code_of(case).lower(), now=NOON)
    assert (seen.step, seen.same_voices, seen.responsible) == (PublicStep.HANDLING, 1, "示例物业")
    assert [step.is_done for step in seen.steps] == [True, True, True, False, False, False]
    told = " ".join(each.words for each in seen.told)
    assert "下午三点到场" in told
    assert "内部" not in told
    assert "5 号楼" not in repr(seen)


def test_a_wrong_code_is_not_found() -> None:
    with pytest.raises(NotFound):
        tracking.track("2222-2222", now=NOON)


def test_asked_and_heard(here: City) -> None:
    case = make.in_hand(here)
    handling.ask_resident(case_id=case.pk, question="哪个单元？", actor=here.handler, now=NOON)
    code = make.code_of(case)
    assert tracking.track(code, now=NOON).question == "哪个单元？"
    handling.hear_resident(tracking_code=code, text="2 单元", actor=PUBLIC, now=NOON)
    case.refresh_from_db()
    assert case.state == State.IN_HAND
    assert tracking.track(code, now=NOON).question == ""
    with pytest.raises(BadInput):
        handling.hear_resident(tracking_code=code, text=" ", actor=PUBLIC, now=NOON)
    over = make.closed(here)
    with pytest.raises(NotPossible):
        handling.hear_resident(tracking_code=make.code_of(over), text="还有", actor=PUBLIC, now=NOON)


def test_a_rating_is_given_once_after_the_answer_and_shown_to_nobody_judged(here: City) -> None:
    early = make.checked(here)
    with pytest.raises(NotPossible):
        voice.rate_report(
            tracking_code=make.code_of(early), solved=True, satisfied=True, actor=PUBLIC, now=NOON
        )
    case = make.closed(here)
    code = make.code_of(case)
    assert tracking.track(code, now=NOON).may_rate
    rate = {"tracking_code": code, "solved": False, "satisfied": False, "actor": PUBLIC, "now": NOON}
    voice.rate_report(words="又堵了，很失望", **rate)
    assert tracking.track(code, now=NOON).is_rated
    with pytest.raises(NotPossible):
        voice.rate_report(**rate)
    for actor in (here.handler, here.checker, here.dispatcher, here.command):
        assert "失望" not in repr(case_page(actor, case.pk, now=NOON))
        events = case_page(actor, case.pk, now=NOON).timeline
        rated = [event.facts for event in events if event.kind == "case.rated"]
        assert rated == [{"report": str(case.reports.get().pk)}]


def test_inside_a_compound_the_residents_rate_before_the_slip_is_closed(here: City) -> None:
    case = make.answered(here)
    Case.objects.filter(pk=case.pk).update(in_compound=True)
    with pytest.raises(NotPossible):
        checking.close_case(case_id=case.pk, actor=here.checker, now=NOON)
    offers = {o.act: o for o in case_page(here.checker, case.pk, now=NOON).offers}
    assert [b.missing for b in offers[Act.CLOSE].missing] == ["rating"]
    voice.rate_report(tracking_code=make.code_of(case), solved=True, satisfied=True, actor=PUBLIC, now=NOON)
    assert checking.close_case(case_id=case.pk, actor=here.checker, now=NOON).state == State.CLOSED


def test_silence_is_no_veto(here: City) -> None:
    case = make.answered(here)
    Case.objects.filter(pk=case.pk).update(in_compound=True)
    later = NOON + timedelta(days=7)
    assert checking.close_case(case_id=case.pk, actor=here.checker, now=later).state == State.CLOSED


def test_a_refusal_can_be_reviewed_once_by_the_unit_above(here: City) -> None:
    case = make.declined(here)
    code = make.code_of(case)
    assert tracking.track(code, now=NOON).may_ask_review
    voice.ask_review(tracking_code=code, reason="这是公共道路", actor=PUBLIC, now=NOON)
    case.refresh_from_db()
    assert (case.state, case.desk) == (State.UNDER_REVIEW, here.county)
    checking.uphold_decline(case_id=case.pk, reason="维持", actor=here.command, now=NOON)
    assert not tracking.track(code, now=NOON).may_ask_review
    with pytest.raises(NotPossible):
        voice.ask_review(tracking_code=code, reason="再看看", actor=PUBLIC, now=NOON)


def test_a_contact_can_be_taken_back(here: City) -> None:
    filed = make.filed(contact=make.contact())
    code = filed.report.tracking_code
    assert tracking.track(code, now=NOON).has_contact
    voice.withdraw_contact(tracking_code=code, actor=PUBLIC, now=NOON)
    assert not tracking.track(code, now=NOON).has_contact
    with pytest.raises(NotPossible):
        voice.withdraw_contact(tracking_code=code, actor=PUBLIC, now=NOON)


def test_nearby_tells_the_item_and_the_distance_but_no_words(here: City) -> None:
    make.item()
    case = make.case(here.grid, lon=117.6000, lat=34.7700)
    triage.match_item(case_id=case.pk, item="1-004", actor=here.dispatcher, now=NOON)
    near = worklist.nearby(lon=117.6003, lat=34.7701, now=NOON)
    assert [(each.item_name, each.metres) for each in near] == [("下水道堵塞", 30)]
    assert worklist.nearby(lon=117.61, lat=34.77, now=NOON) == ()


def test_nearby_knows_what_was_just_closed_as_long_as_it_can_be_taken_up_again(here: City) -> None:
    case = make.closed(here)
    make.item()
    Case.objects.filter(pk=case.pk).update(lon=117.6, lat=34.77, item=Item.objects.get(code="1-004"))
    (near,) = worklist.nearby(lon=117.6, lat=34.77, now=NOON)
    assert near.closed_at == Case.objects.get(pk=case.pk).closed_at
    window = timedelta(days=doors.settings().reopen_days)
    assert worklist.nearby(lon=117.6, lat=34.77, now=NOON + window + timedelta(hours=1)) == ()


def test_counts_open_the_cases_they_count(here: City) -> None:
    make.item()
    case = make.closed(here)
    Case.objects.filter(pk=case.pk).update(module="livelihood")
    make.case(here.other_street)
    since, until = NOON - timedelta(days=1), NOON + timedelta(days=1)
    streets = {
        line.name: line
        for line in figures.counts(here.command, by=figures.By.STREET, since=since, until=until)
    }
    assert (streets["东街道"].cases, streets["东街道"].closed, streets["西街道"].cases) == (1, 1, 1)
    mine = figures.counts(here.dispatcher, by=figures.By.MODULE, since=since, until=until)
    assert [(line.value, line.cases) for line in mine] == [("livelihood", 1)]
    assert figures.closed_without_answer() == 0
