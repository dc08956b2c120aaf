"""Telephone numbers: every way people write them, and a reason for each that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.people.rules.phones import BadPhone, Flaw, masked, normal_phone


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("13800000000", "13800000000"),
        (" 138 0000 0000 ", "13800000000"),
        ("138-0000-0000", "13800000000"),
        ("+86 138 0000 0000", "13800000000"),
        ("0086-13800000000", "13800000000"),
        ("1 3 8 0 0 0 0 0 0 0 0", "13800000000"),
        ("１３８００００００００", "13800000000"),  # as a Chinese keyboard writes them
        ("19912345678", "19912345678"),
        ("06325501234", "0632-5501234"),
        ("0632-5501234", "0632-5501234"),
        ("(0632)5501234", "0632-5501234"),
        ("(0632) 5501234", "0632-5501234"),
        ("+86 0632 5501234", "0632-5501234"),
        ("010-65001234", "010-65001234"),
        ("0531 8800 1234", "0531-88001234"),
        ("0632-5501234转12", "0632-5501234-12"),
        ("0632-5501234 ext. 8001", "0632-5501234-8001"),
        ("0632-5501234#3", "0632-5501234-3"),
        ("400-800-1234", "4008001234"),
    ],
)
def test_numbers_have_one_way_of_writing(typed: str, normal: str) -> None:
    assert normal_phone(typed) == normal


@pytest.mark.parametrize(
    ("typed", "flaw"),
    [
        ("", Flaw.EMPTY),
        ("   ", Flaw.EMPTY),
        ("没有电话", Flaw.LETTERS),
        ("138oooo0000", Flaw.LETTERS),
        ("1380000000", Flaw.TOO_SHORT),
        ("138000000000", Flaw.TOO_LONG),
        ("12000000000", Flaw.UNKNOWN),
        ("11111111111", Flaw.UNKNOWN),
        ("5501234", Flaw.NO_AREA_CODE),
        ("88001234", Flaw.NO_AREA_CODE),
        ("12345", Flaw.TOO_SHORT),
        ("110", Flaw.TOO_SHORT),
        ("+82 10 1234 5678", Flaw.ABROAD),
        ("0082 10 1234 5678", Flaw.ABROAD),
        ("0632-55", Flaw.TOO_SHORT),
        ("0632-5501234567", Flaw.TOO_LONG),
        ("022-1234567890", Flaw.TOO_LONG),
        ("1" * 41, Flaw.TOO_LONG),
        ("13800000000;drop", Flaw.LETTERS),
        ("13800000000\x00", Flaw.LETTERS),
        ("٠١٢٣٤٥٦٧٨٩٠", Flaw.LETTERS),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(typed: str, flaw: Flaw) -> None:
    with pytest.raises(BadPhone) as refused:
        normal_phone(typed)
    assert refused.value.flaw is flaw
    assert refused.value.where == "phone"
    assert refused.value.what


@given(st.text(max_size=60))
def test_any_text_is_either_a_number_or_refused_and_a_number_stays_itself(text: str) -> None:
    try:
        number = normal_phone(text)
    except BadPhone:
        return
    assert normal_phone(number) == number
    assert set(number) <= set("0123456789-")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812345678", "138****5678"),
        ("0632-5501234", "063*****1234"),
        ("12345", "1***5"),
    ],
)
def test_a_masked_number_hides_its_middle(number: str, shown: str) -> None:
    assert masked(number) == shown
