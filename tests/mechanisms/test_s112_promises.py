"""Public supervision: what units promise stands for everybody to read and to answer."""

from datetime import timedelta

import pytest

from mulin.cases.actions import checking, handling, triage
from mulin.cases.models import Case
from mulin.cases.queries.tracking import track
from mulin.publications.actions import comments, promises
from mulin.publications.queries import promises as found
from mulin.publications.rules.promises import Standing
from tests.make import cases as make
from tests.make import publications as public
from tests.make.cases import NOON, PHOTO
from tests.make.publications import DUE

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.mark.mechanism("S-112")
def test_promise_date_and_state_stand_in_public_and_residents_comment_and_are_answered() -> None:
    here = make.city()
    who, above = public.promiser(here.department), public.reader(here.county)
    made = public.promise(here.department, by=who, address="东苑路")
    (row,) = found.board(now=NOON).rows  # promise, date, state
    assert (row.title, row.unit, row.due_on, row.standing) == (
        made.title, "示例住建局", DUE, Standing.RUNNING,
    )  # fmt: skip

    past = NOON + 60 * DAY  # nobody does anything: it is overdue by itself
    assert [each.standing for each in found.board(now=past).rows] == [Standing.OVERDUE]
    later = DUE + 30 * DAY
    promises.postpone_promise(promise_id=made.pk, due_on=later, reason="灯具缺货", actor=who, now=past)
    page = found.promise_page(made.pk, now=past)
    assert (page.promise.standing, page.first_due_on, page.turns[-1].was_late) == (
        Standing.RUNNING,
        DUE,
        True,
    )

    comment = public.comment(made, "晚上太暗，老人摔过跤", now=past)
    code = comment.report.tracking_code
    assert track(code, now=past).step == "reported"  # it goes the way of every report …
    case_id = comment.report.case_id
    triage.dispatch_case(case_id=case_id, lead="firm", reason="示例", actor=here.command, now=past)
    handling.accept_case(case_id=case_id, actor=here.handler, now=past)
    handling.finish_case(case_id=case_id, result="先装临时灯", actor=here.handler, now=past)
    desk = make.actor("checker", Case.objects.get(pk=case_id).desk)
    checking.pass_check(case_id=case_id, actor=desk, now=past)
    checking.answer_report(
        case_id=case_id, report_id=comment.report_id, text="今晚先装临时灯", actor=desk, now=past
    )
    assert track(code, now=past).answer == "今晚先装临时灯"  # … to an answer
    assert found.promise_page(made.pk, now=past).released == ()
    comments.release_comment(comment_id=comment.pk, words="晚上太暗", actor=above, now=past)
    page = found.promise_page(made.pk, now=past)
    assert ([each.words for each in page.released], page.promise.comments) == (["晚上太暗"], 1)

    promises.keep_promise(promise_id=made.pk, evidence="12 盏全亮", photos=(PHOTO,), actor=who, now=past)
    done = found.promise_page(made.pk, now=past)
    assert (done.promise.standing, done.turns[-1].photos) == (Standing.KEPT, (PHOTO.digest,))
