"""Promises: who may promise and keep, what is refused without a trace, what everybody and the desks read."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.cases.actions.intake import SourceNumberReused
from mulin.cases.rules.intake import Channel, Kind
from mulin.kernel.actor import PUBLIC, SYSTEM, Actor, Relation
from mulin.kernel.errors import BadInput, NotAllowed, NotFound
from mulin.ledger.models import Entry
from mulin.publications.actions import comments, promises
from mulin.publications.models import Comment, Promise, Turn
from mulin.publications.queries import comments as found_comments
from mulin.publications.queries import promises as found
from mulin.publications.queries.promises import StalePromise
from mulin.publications.rules.comments import CommentSettled, OwnPromise
from mulin.publications.rules.promises import PromiseOver, Standing
from tests.make import cases as make
from tests.make import publications as public
from tests.make.cases import NOON, PHOTO, City
from tests.make.publications import DUE

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = DUE + 30 * DAY
Do = Callable[[Promise, Actor], object]

ACTS: dict[str, Do] = {
    "keep": lambda it, who: promises.keep_promise(
        promise_id=it.pk, evidence="12 盏全亮", photos=(PHOTO,), version=it.version, actor=who, now=NOON
    ),
    "postpone": lambda it, who: promises.postpone_promise(
        promise_id=it.pk, due_on=LATER, reason="等灯具到货", version=it.version, actor=who, now=NOON
    ),
    "withdraw": lambda it, who: promises.withdraw_promise(
        promise_id=it.pk, reason="道路改造取消", version=it.version, actor=who, now=NOON
    ),
}


@pytest.fixture
def here() -> City:
    return make.city()


def snapshot() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Promise, Turn, Comment, Entry)]


@pytest.mark.parametrize("name", ACTS)
def test_an_act_moves_the_promise_and_is_recorded_once(here: City, name: str) -> None:
    who = public.promiser(here.department)
    made = public.promise(here.department, by=who)
    ACTS[name](made, who)
    now = Promise.objects.get()
    assert now.version == 2
    assert (now.over_at is None) == (name == "postpone")
    assert Turn.objects.filter(promise=made).count() == 2
    last = Entry.objects.order_by("-id")[0]
    assert (last.kind, last.subject) == (
        {"keep": "promise.kept", "postpone": "promise.postponed", "withdraw": "promise.withdrawn"}[name],
        str(made.pk),
    )
    assert last.unit_id == here.department.pk


@pytest.mark.parametrize("name", ACTS)
@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        pytest.param(lambda here: public.promiser(here.street), NotAllowed, id="another-unit"),
        pytest.param(lambda here: public.reader(here.county), NotAllowed, id="wrong-role"),
        pytest.param(lambda here: PUBLIC, NotAllowed, id="a-resident"),
    ],
)
def test_a_refused_act_leaves_no_trace(
    here: City, name: str, who: Callable[[City], Actor], refusal: type[Exception]
) -> None:
    made, actor = public.promise(here.department), who(here)
    before = snapshot()
    with pytest.raises(refusal):
        ACTS[name](made, actor)
    assert snapshot() == before


@pytest.mark.parametrize("name", ACTS)
def test_what_is_over_or_stale_or_nowhere_is_refused(here: City, name: str) -> None:
    who = public.promiser(here.department)
    made = public.promise(here.department, by=who)
    Promise.objects.filter(pk=made.pk).update(version=5)
    with pytest.raises(StalePromise):
        ACTS[name](made, who)
    made.version = 5
    promises.withdraw_promise(promise_id=made.pk, reason="取消", actor=who, now=NOON)
    made.version = 6
    with pytest.raises(PromiseOver):
        ACTS[name](made, who)
    made.pk = UUID(int=0)
    with pytest.raises(NotFound):
        ACTS[name](made, who)


@pytest.mark.parametrize("name", ACTS)
def test_its_first_question_locks_the_row(here: City, name: str) -> None:
    who = public.promiser(here.department)
    made = public.promise(here.department, by=who)
    with CaptureQueriesContext(connection) as seen:
        ACTS[name](made, who)
    asked = [each["sql"] for each in seen if each["sql"].lstrip().upper().startswith("SELECT")]
    assert "FOR UPDATE" in asked[0]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        pytest.param({"title": " "}, "title", id="no-title"),
        pytest.param({"title": "长" * 81}, "title", id="long-title"),
        pytest.param({"what": ""}, "what", id="nothing"),
        pytest.param({"what": "a\x00b"}, "what", id="not-storable"),
        pytest.param({"address": "路" * 201}, "address", id="long-address"),
        pytest.param({"due_on": date(2026, 5, 11)}, "due_on", id="gone-by"),
        pytest.param({"due_on": date(2040, 1, 1)}, "due_on", id="too-far"),
    ],
)
def test_a_promise_says_what_and_by_when(here: City, wrong: dict[str, Any], where: str) -> None:
    before = snapshot()
    with pytest.raises(BadInput) as refused:
        public.promise(here.department, **wrong)
    assert refused.value.where == where
    assert snapshot() == before


def test_a_promise_is_made_by_the_unit_itself_about_a_case_it_sees(here: City) -> None:
    case = make.case(here.grid)
    with pytest.raises(NotAllowed):
        public.promise(here.department, by=public.promiser(here.street))
    with pytest.raises(NotFound):
        public.promise(here.department, case_id=case.pk)
    with pytest.raises(BadInput):
        promises.publish_promise(unit="nowhere", title="t", what="w", due_on=DUE, actor=SYSTEM, now=NOON)
    assert public.promise(here.department, by=SYSTEM, case_id=case.pk).case_id == case.pk


def test_a_new_date_must_be_later_and_the_old_ones_stay(here: City) -> None:
    who = public.promiser(here.department)
    made = public.promise(here.department, by=who)
    with pytest.raises(BadInput):
        promises.postpone_promise(promise_id=made.pk, due_on=DUE, reason="等", actor=who, now=NOON)
    promises.postpone_promise(
        promise_id=made.pk, due_on=LATER, reason="等灯具", actor=who, now=NOON + 60 * DAY
    )
    page = found.promise_page(made.pk, now=NOON + 60 * DAY)
    assert (page.first_due_on, page.promise.due_on, page.promise.postponed) == (DUE, LATER, 1)
    assert [(turn.was_due_on, turn.due_on, turn.was_late) for turn in page.turns] == [
        (None, DUE, False),
        (DUE, LATER, True),
    ]


def test_lists_by_standing_and_kind_of_unit(here: City) -> None:
    who = public.promiser(here.department)
    running = public.promise(here.department, by=who)
    late = public.promise(here.street, due_on=date(2026, 5, 13))
    kept, gone = public.promise(here.department, by=who), public.promise(here.department, by=who)
    promises.keep_promise(promise_id=kept.pk, evidence="好了", actor=who, now=NOON)
    promises.withdraw_promise(promise_id=gone.pk, reason="取消", actor=who, now=NOON)
    now = NOON + 2 * DAY

    def ids(**asked: Any) -> list[UUID]:
        return [row.id for row in found.board(now=now, **asked).rows]

    assert ids(standing=Standing.RUNNING) == [running.pk]
    assert ids(standing=Standing.OVERDUE) == [late.pk]
    assert ids(standing=Standing.KEPT) == [kept.pk]
    assert ids(standing=Standing.WITHDRAWN) == [gone.pk]
    assert sorted(ids()) == sorted([running.pk, late.pk, kept.pk, gone.pk])
    assert ids(kind="street") == [late.pk]
    assert ids(units=[here.street.pk]) == [late.pk]
    assert [kind.code for kind in found.kinds()] == ["department", "street"]
    assert found.board(now=now, standing=Standing.OVERDUE).rows[0].days_late == 1
    assert found.counts(now=now) == dict.fromkeys(Standing, 1)
    assert found.counts(now=now, units=[here.firm.pk]) == dict.fromkeys(Standing, 0)


def test_pages_end(here: City) -> None:
    made = public.promise(here.department)
    Promise.objects.bulk_create(
        Promise(id=UUID(int=n + 1), unit=here.department, title="x", what="x", due_on=DUE, state="running",
                published_at=NOON)
        for n in range(found.PAGE)
    )  # fmt: skip
    first, second = (found.board(now=NOON, page=page) for page in (1, 2))
    assert (len(first.rows), first.has_more) == (found.PAGE, True)
    assert (len(second.rows), second.has_more) == (1, False)
    assert made.pk in {row.id for row in (*first.rows, *second.rows)}


def test_a_comment_is_a_report_with_an_answer_to_come(here: City) -> None:
    made = public.promise(here.department)
    comment = public.comment(made)
    report = comment.report
    assert (report.kind, report.text, report.contact_id) == ("opinion", "晚上真的太暗了，请快一点", None)
    assert report.tracking_code
    assert made.title in report.case.title
    assert found.promise_page(made.pk, now=NOON).released == ()
    assert found.board(now=NOON).rows[0].comments == 1


def test_the_same_key_is_the_same_comment(here: City) -> None:
    made = public.promise(here.department)
    said = {
        "promise_id": made.pk,
        "kind": Kind.SUGGESTION,
        "channel": Channel.WEB,
        "actor": PUBLIC,
        "now": NOON,
    }
    first = comments.comment_on_promise(text="请装感应灯", key="k", **said)
    again = comments.comment_on_promise(text="请装感应灯", key="k", **said)
    assert (first.report, again.replayed) == (again.report, True)
    assert (Comment.objects.count(), Promise.objects.get().comments) == (1, 1)
    with pytest.raises(SourceNumberReused):
        comments.comment_on_promise(text="别的话", key="k", **said)
    with pytest.raises(NotFound):
        comments.comment_on_promise(text="x", key="k", **{**said, "promise_id": UUID(int=0)})


def test_another_unit_reads_a_comment_over_before_everybody_does(here: City) -> None:
    made, above = public.promise(here.department), public.reader(here.county)
    comment = public.comment(made, "找王某某13912345678")
    say = {"comment_id": comment.pk, "now": NOON}
    own = public.actor(here.department, acts=public.DECIDING)
    for act in (comments.release_comment, comments.withhold_comment):
        words = {"words": "好"} if act is comments.release_comment else {"because": "x"}
        with pytest.raises(OwnPromise):
            act(**words, actor=own, **say)
        with pytest.raises(NotAllowed):
            act(**words, actor=public.promiser(here.department), **say)
        with pytest.raises(NotAllowed):
            act(**words, actor=public.reader(here.street), **say)
    with pytest.raises(BadInput):  # the number is in it still
        comments.release_comment(words=comment.report.text, actor=above, **say)
    assert [row.id for row in found_comments.waiting(above)[0]] == [comment.pk]
    comments.release_comment(words="晚上太暗", actor=above, **say)
    assert [each.words for each in found.promise_page(made.pk, now=NOON).released] == ["晚上太暗"]
    with pytest.raises(CommentSettled):
        comments.release_comment(words="再来", actor=above, **say)
    assert Promise.objects.get().comments_released == 1
    comments.withhold_comment(because="有人认得出是谁", actor=above, **say)
    assert found.promise_page(made.pk, now=NOON).released == ()
    assert Promise.objects.get().comments_released == 0
    assert [entry.kind for entry in Entry.objects.filter(subject=str(made.pk)).order_by("id")] == [
        "promise.published",
        "promise.commented",
        "promise.comment_released",
        "promise.comment_withheld",
    ]
    with pytest.raises(NotFound):
        comments.release_comment(comment_id=UUID(int=0), words="x", actor=above, now=NOON)


def test_the_queue_of_comments_and_the_act_agree(here: City) -> None:
    comment = public.comment(public.promise(here.department))
    units = (here.city, here.county, here.street, here.department, here.firm)
    for unit in units:
        for relation in (Relation.ANY, Relation.BRANCH, Relation.DESK):
            who = public.reader(unit, relation=relation)
            listed = found_comments.count_waiting(who)
            try:
                comments.withhold_comment(comment_id=comment.pk, because="x", actor=who, now=NOON)
            except NotAllowed:
                assert not listed
            except OwnPromise:
                assert not listed
            else:
                assert listed == 1
                Comment.objects.update(state="comment_waiting")
