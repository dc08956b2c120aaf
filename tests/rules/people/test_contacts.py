"""What goes into the vault, and what has to be said to look at it."""

import pytest

from mulin.kernel.errors import BadInput
from mulin.people.rules.contacts import ContactDetails, checked_details, checked_reason, details_from


def test_details_come_back_as_they_were_sealed() -> None:
    details = checked_details(phone="138 0000 0000", name="  王 \t 女士\n")
    assert details == ContactDetails("13800000000", "王 女士")
    assert details_from(details.as_bytes()) == details


def test_a_traceback_names_nobody() -> None:
    assert "1380" not in repr(ContactDetails("13800000000", "王女士"))
    assert "王" not in repr(ContactDetails("13800000000", "王女士"))


def test_a_name_may_be_missing_but_not_endless() -> None:
    assert checked_details(phone="13800000000", name="").name == ""
    with pytest.raises(BadInput) as refused:
        checked_details(phone="13800000000", name="字" * 41)
    assert refused.value.where == "name"


@pytest.mark.parametrize("reason", ["", "  ", "查", "看看 "])
def test_no_reason_is_no_reason(reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        checked_reason(reason)
    assert refused.value.where == "reason"


def test_a_reason_is_trimmed_and_bounded() -> None:
    assert checked_reason("  核实  渗水位置 ") == "核实 渗水位置"
    with pytest.raises(BadInput):
        checked_reason("字" * 201)
