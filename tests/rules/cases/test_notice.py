"""What a resident is asked to bring: each thing once, bounded, and late if it was not told the first time."""

import pytest

from mulin.cases.rules import notice
from mulin.kernel.errors import BadInput


def test_each_thing_is_asked_for_once() -> None:
    assert notice.things([" 现场  照片 ", "现场 照片", "", "  ", "位置"]) == ("现场 照片", "位置")


@pytest.mark.parametrize(
    "said", [[f"第{n}样" for n in range(21)], ["长" * 101], ["坏\x00"]], ids=["many", "long", "unstorable"]
)
def test_too_much_is_refused(said: list[str]) -> None:
    with pytest.raises(BadInput) as refused:
        notice.things(said)
    assert refused.value.where == "requirements"
    assert notice.things([f"第{n}样" for n in range(20)] + ["第1样"])
    assert notice.things(["长" * 100])


@pytest.mark.parametrize(
    ("told", "late"),
    [
        pytest.param((), set(), id="first-time"),
        pytest.param(("照片", "位置"), set(), id="told-before"),
        pytest.param(("照片",), {"位置"}, id="one-more"),
        pytest.param(("别的",), {"照片", "位置"}, id="all-new"),
    ],
)
def test_what_was_not_told_the_first_time_is_late(told: tuple[str, ...], late: set[str]) -> None:
    assert notice.late(("照片", "位置"), told=told) == late


def test_the_words_hold_question_and_things() -> None:
    assert notice.worded("几楼？", ("照片", "位置")) == "几楼？\n· 照片\n· 位置"
    assert notice.worded("", ("照片",)) == "· 照片"
