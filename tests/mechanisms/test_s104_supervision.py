"""Supervision from overdue cases to the re-check; nothing leaves the process without closure."""

from datetime import timedelta

import pytest
from django.db.models import Count

from mulin.cases.actions import checking, escalating, handling, supervising
from mulin.cases.models import Case, Supervision
from mulin.cases.queries import supervisions
from mulin.cases.rules.closing import NotYet
from mulin.cases.rules.escalation import Rung
from mulin.cases.rules.lifecycle import FINAL, State
from mulin.cases.rules.supervision import ImpossibleStep
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import NotAllowed, NotPossible
from mulin.ledger import queries as ledger
from tests.make import cases as make
from tests.make.cases import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.mechanism("S-104")
def test_overdue_supervised_noticed_answered_rechecked_and_only_then_closed() -> None:
    here = make.city()
    escalating.adopt_ladder(rungs=[Rung(1, 24, "kind:county", supervise=True)], actor=SYSTEM, now=NOON)
    case = make.in_hand(here)
    Case.objects.filter(pk=case.pk).update(due_at=NOON)
    escalating.sweep_clocks(actor=SYSTEM, now=NOON + DAY)

    item = Supervision.objects.get()  # created from the overdue case
    assert (item.unit, item.due_at > NOON + DAY) == (here.firm, True)
    bulletin = supervising.issue_bulletin(
        title="五月第二周督办通报（示例）",
        since=NOON,
        until=NOON + 2 * DAY,
        actor=here.command,
        now=NOON + DAY,
    )
    held, rows = supervisions.bulletin_rows(here.command, bulletin.pk, now=NOON + DAY)
    assert [(held.title, row.unit, row.stage) for row in rows] == [(bulletin.title, "示例物业", "asked")]
    with pytest.raises(NotPossible):  # noticed once
        supervising.issue_bulletin(
            title="再发", since=NOON, until=NOON + 2 * DAY, actor=here.command, now=NOON + DAY
        )

    with pytest.raises(ImpossibleStep):  # no re-check before the answer
        supervising.verify_supervision(
            case_id=case.pk, supervision_id=item.pk, good=True, text="好", actor=here.command, now=NOON + DAY
        )
    say = {"case_id": case.pk, "supervision_id": item.pk, "now": NOON + DAY}
    with pytest.raises(NotAllowed):  # another unit cannot answer for it
        supervising.reply_supervision(text="我来答", actor=here.dispatcher, **say)
    supervising.reply_supervision(text="明天修好", actor=here.handler, **say)
    supervising.verify_supervision(good=False, text="现场没有动工", actor=here.command, **say)
    handling.finish_case(case_id=case.pk, result="已疏通", actor=here.handler, now=NOON + DAY)
    checking.pass_check(case_id=case.pk, actor=here.checker, now=NOON + DAY)
    report = case.reports.get()
    checking.answer_report(
        case_id=case.pk, report_id=report.pk, text="修好了", actor=here.checker, now=NOON + DAY
    )
    with pytest.raises(NotYet) as wait:
        checking.close_case(case_id=case.pk, actor=here.checker, now=NOON + DAY)
    assert [each.missing for each in wait.value.blockers] == ["supervision"]

    supervising.reply_supervision(text="已修好，见照片", actor=here.handler, **say)
    supervising.verify_supervision(good=True, text="看过现场", actor=here.command, **say)
    closed = checking.close_case(case_id=case.pk, actor=here.checker, now=NOON + DAY)
    assert closed.state == State.CLOSED
    item.refresh_from_db()
    assert (item.state, item.returns, item.verdict.text) == ("settled", 1, "看过现场")
    kinds = [entry.kind for entry in ledger.entries_of(case.pk)]
    assert [kind for kind in kinds if "superv" in kind] == [
        "case.supervised",
        "case.supervision_replied",
        "case.supervision_returned",
        "case.supervision_replied",
        "case.supervision_settled",
    ]
    (done,) = supervisions.bulletins(here.command)
    assert (done["items"], done["settled"]) == (1, 1)


@pytest.mark.mechanism("S-081")
def test_every_case_is_in_one_state_and_the_sums_agree_on_any_day() -> None:
    here = make.city()
    made = [make.case(here.grid), make.dispatched(here), make.in_hand(here), make.closed(here)]
    made.append(make.declined(here))
    by_state = dict(Case.objects.values_list("state").annotate(n=Count("pk")))
    over = sum(n for state, n in by_state.items() if State(state) in FINAL)
    assert sum(by_state.values()) == len(made)
    assert over == 2
    escalating.sweep_clocks(actor=SYSTEM, now=NOON + 60 * DAY)
    late = set(Case.objects.exclude(alarms=None).values_list("pk", flat=True))
    assert late == {case.pk for case in made[:3]}  # what is open and late is known; nothing open is forgotten
