"""The life of a promise and of a comment: what may follow what, which days may be promised."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from mulin.cases.rules.intake import Kind
from mulin.kernel.errors import BadInput
from mulin.publications.rules import comments, promises
from mulin.publications.rules.comments import CommentSettled, CommentState
from mulin.publications.rules.promises import Act, PromiseOver, PromiseState, Standing

TODAY = date(2026, 5, 12)
DAY = timedelta(days=1)
days = some.dates(min_value=date(2020, 1, 1), max_value=date(2035, 1, 1))


@pytest.mark.parametrize("state", PromiseState)
@pytest.mark.parametrize("act", [Act.KEEP, Act.POSTPONE, Act.WITHDRAW])
def test_only_a_running_promise_moves(state: PromiseState, act: Act) -> None:
    if state is not PromiseState.RUNNING:
        with pytest.raises(PromiseOver):
            promises.after(state, act)
    else:
        ends = {
            Act.KEEP: PromiseState.KEPT,
            Act.POSTPONE: PromiseState.RUNNING,
            Act.WITHDRAW: PromiseState.WITHDRAWN,
        }
        assert promises.after(state, act) is ends[act]


@given(due_on=days, today=days, state=some.sampled_from(PromiseState))
def test_overdue_follows_from_the_date_alone(due_on: date, today: date, state: PromiseState) -> None:
    standing = promises.standing(state, due_on, today=today)
    assert (standing is Standing.OVERDUE) == (state is PromiseState.RUNNING and due_on < today)
    assert standing is Standing.OVERDUE or standing.value == state.value
    assert (promises.days_late(due_on, today) > 0) == (today > due_on)


@pytest.mark.parametrize(
    ("due_on", "fine"),
    [
        pytest.param(TODAY, True, id="today"),
        pytest.param(TODAY - DAY, False, id="yesterday"),
        pytest.param(TODAY + promises.FARTHEST, True, id="as-far-as-may-be"),
        pytest.param(TODAY + promises.FARTHEST + DAY, False, id="too-far"),
    ],
)
def test_which_days_may_be_promised(due_on: date, fine: bool) -> None:
    if fine:
        promises.check_date(due_on, today=TODAY)
    else:
        with pytest.raises(BadInput):
            promises.check_date(due_on, today=TODAY)


@given(was=days, due_on=days)
def test_a_new_date_is_a_later_one(was: date, due_on: date) -> None:
    try:
        promises.check_new_date(due_on, was=was, today=TODAY)
    except BadInput:
        assert due_on <= was or due_on < TODAY or due_on > TODAY + promises.FARTHEST
    else:
        assert due_on > was
        assert TODAY <= due_on <= TODAY + promises.FARTHEST


@pytest.mark.parametrize(
    ("state", "act", "to"),
    [
        (CommentState.WAITING, Act.RELEASE, CommentState.RELEASED),
        (CommentState.WAITING, Act.WITHHOLD, CommentState.WITHHELD),
        (CommentState.RELEASED, Act.WITHHOLD, CommentState.WITHHELD),
        (CommentState.RELEASED, Act.RELEASE, None),
        (CommentState.WITHHELD, Act.RELEASE, CommentState.RELEASED),
        (CommentState.WITHHELD, Act.WITHHOLD, None),
    ],
)
def test_the_life_of_a_comment(state: CommentState, act: Act, to: CommentState | None) -> None:
    if to is None:
        with pytest.raises(CommentSettled):
            comments.after(state, act)
    else:
        assert comments.after(state, act) is to


@pytest.mark.parametrize(
    "words",
    [
        "打我电话13912345678",
        "１３９１２３４５６７８",
        "0632-5512345",
        "a@example.org",
        "11010119900307123X",
        " ",
    ],
)
def test_personal_data_is_not_shown_to_everybody(words: str) -> None:
    with pytest.raises(BadInput) as refused:
        comments.shown(words)
    assert refused.value.where == "words"


def test_plain_words_are_shown() -> None:
    assert (
        comments.shown(" 3 号楼 2 单元门口还是暗，6 月 30 日能好吗？ ")
        == "3 号楼 2 单元门口还是暗，6 月 30 日能好吗？"
    )


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in comments.KINDS])
def test_a_comment_is_an_opinion_or_a_suggestion(kind: Kind) -> None:
    with pytest.raises(BadInput) as refused:
        comments.said("说一句", kind)
    assert refused.value.where == "kind"
