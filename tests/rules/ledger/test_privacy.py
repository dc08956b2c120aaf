"""No personal data enters the ledger, by key or by value; what merely looks like it from afar may."""

from uuid import uuid4

import pytest

from mulin.ledger.rules.privacy import PersonalData, refuse_personal


@pytest.mark.parametrize(
    "facts",
    [
        {"phone": "x"},
        {"caller_phone": "x"},
        {"Name": "x"},
        {"contact": 5},
        {"text": "x"},
        {"words": "x"},
        {"reason": "x"},
        {"address": "x"},
        {"why": {"rows": [{"name": "x"}]}},
        {"to": "13912345678"},
        {"to": "电话13912345678"},
        {"to": "电话：139-1234-5678。"},
        {"to": "139 1234 5678"},
        {"to": "+86 13912345678"},
        {"to": "8613912345678"},
        {"to": 13912345678},
        {"to": ["a", {"deep": ["13912345678"]}]},
        {"to": "0632-5512345"},
        {"to": "110101199001011237"},
        {"to": "11010119900101123X"},
        {"to": 110101199001011237},
        {"to": "li@example.com"},
        {"to": "很长的话" * 100},
    ],
    ids=str,
)
def test_personal_data_is_refused(facts) -> None:
    with pytest.raises(PersonalData):
        refuse_personal(facts)


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"contact_id": str(uuid4()), "remark": 17} and {"contact_id": "5", "remark_id": 17},
        {"code": "370404001001001"},  # fifteen digits: a grid, not an old identity number
        {"number": "YC-20260511-000147", "tracking": "7K3M-92QD"},
        {"digest": "13912345678" + "ab" * 26 + "c"},
        {"lon": 117.13912345678, "lat": 34.75, "text_lon": "117.13912345678"},
        {"count": 12_999_999_999, "micros": 1_763_720_000_000, "big": 2**62},
        {"by": True, "nothing": None, "list": [1, None, False, 2.5]},
        {"from_on": "2026-01-01", "at": "2026-05-12T12:00:00.123456+08:00"},
        {"id": "00000000-1391-2345-6780-139123456780"},
    ],
    ids=str,
)
def test_facts_without_a_person_are_kept(facts) -> None:
    refuse_personal(facts)


def test_no_random_identifier_looks_like_a_person() -> None:
    for _ in range(20_000):
        refuse_personal({"id": str(uuid4()), "digest": uuid4().hex})
