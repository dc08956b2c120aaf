"""Codes, opening hours and tables of components: what they accept, and what they say when they do not."""

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.kernel.errors import BadInput
from mulin.places.rules.opening import is_open, read_hours
from mulin.places.rules.thing_codes import SerialsSpent, ThingCode, next_code, parse_code
from mulin.places.rules.things import ThingKindRow, ThingThere, check_kinds, check_things

SHORT, LONG = ("0103", "0118"), ("01003", "01018")


@given(st.sampled_from([SHORT, LONG]), st.integers(1, 99_998))
def test_a_code_taken_apart_and_put_together_is_the_same(kinds: tuple[str, str], serial: int) -> None:
    for kind in kinds:
        code = str(ThingCode("990101", kind, serial))
        assert len(code) == 16
        assert parse_code(code, kinds) == ThingCode("990101", kind, serial)
        assert next_code("990101", kind, code) > code


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("99010101030000", "16"),
        ("9901010103O00001", "第 11 位"),
        ("9901010999000001", "0999"),
        ("9901010103000000", "11–16"),
        ("", "第 1 位"),
    ],
)
def test_a_bad_code_is_told_where(code: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as refused:
        parse_code(code, SHORT)
    assert refused.value.where == "code"


def test_numbers_begin_at_one_and_end() -> None:
    assert next_code("990101", "0103", "") == "9901010103000001"
    assert next_code("990101", "01003", "") == "9901010100300001"
    assert next_code("990101", "0103", "9901010103000009") == "9901010103000010"
    with pytest.raises(SerialsSpent):
        next_code("990101", "01003", "9901010100399999")
    with pytest.raises(BadInput):
        next_code("99", "0103", "")


HOURS = "周一至周五 08:30-12:00、14:00-18:00；周六 09:00-12:00"


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-05-11T08:30", True),  # a Monday
        ("2026-05-11T12:00", False),
        ("2026-05-11T17:59", True),
        ("2026-05-16T09:30", True),
        ("2026-05-16T14:30", False),
        ("2026-05-17T09:30", False),
    ],
)
def test_a_facility_is_open_by_its_hours(at: str, expected: bool) -> None:
    assert is_open(HOURS, datetime.fromisoformat(at)) is expected


def test_hours_of_every_day_and_of_no_day() -> None:
    assert is_open("每天 00:00-24:00", datetime(2026, 5, 17, 23, 59))  # noqa: DTZ001 local by definition
    assert read_hours("") == ()
    assert not is_open("", datetime(2026, 5, 17, 12, 0))  # noqa: DTZ001


@pytest.mark.parametrize(
    "text", ["周五至周一 08:00-12:00", "每天", "每天 18:00-08:00", "8:00-12:00", "每天 08:60-12:00", "开放"]
)
def test_hours_written_otherwise_are_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_hours(text)


GOOD = ThingThere("9901010103000001", "0103", 118.001, 34.001)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"kind": "0999"}, "类别"),
        ({"code": "9901010118000001"}, "编码里的类别"),
        ({"code": "12"}, "16"),
        ({"state": "fine"}, "状态"),
        ({"lon": 400.0}, "坐标"),
        ({"hours": "总是"}, "开放时间"),
        ({"accuracy_m": -1.0}, "精度"),
        ({"condition": "坏" * 201}, "太长"),
    ],
)
def test_what_a_table_of_things_may_not_say(change: dict[str, object], says: str) -> None:
    assert list(check_things([GOOD], SHORT)) == []
    ((number, problem),) = check_things([replace(GOOD, **change)], SHORT)  # type: ignore[arg-type]
    assert number == 0
    assert says in problem.what % problem.facts


def test_a_thing_twice_and_one_without_a_code() -> None:
    assert [number for number, _ in check_things([GOOD, GOOD], SHORT)] == [1]
    assert len(list(check_things([replace(GOOD, code="")], SHORT))) == 1
    assert list(check_things([replace(GOOD, code=""), replace(GOOD, code="")], SHORT, coded=False)) == []


def test_classes_have_one_width_and_one_name_for_a_major_class() -> None:
    rows = [
        ThingKindRow("0103", "公用设施", "雨水井盖", "Cover"),
        ThingKindRow("0118", "公用设施", "路灯", "Lamp"),
    ]
    assert list(check_kinds(rows)) == []
    for wrong in ("01003", "01", "01a3"):
        assert [p.code for p in check_kinds([*rows, replace(rows[0], code=wrong)])] == [wrong]
    assert len(list(check_kinds([*rows, replace(rows[0], code="0105", group="别的")]))) == 1
    assert len(list(check_kinds([*rows, rows[0]]))) == 1
