"""What can be filed, and what is refused with the name of the field."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.cases.rules.grams import grams, wanted
from mulin.cases.rules.intake import (
    CODE_ALPHABET,
    Channel,
    ContactGiven,
    Filing,
    PhotoGiven,
    checked,
    new_tracking_code,
    normal_code,
    title_of,
)
from mulin.kernel.errors import BadInput

NOON = datetime(2026, 5, 11, 4, tzinfo=UTC)
GOOD = Filing(text="井盖松动", channel=Channel.WEB, source="web", source_no="1", lon=117.6, lat=34.7)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"text": " \n"}, "text"),
        ({"text": "水" * 10_001}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"title": "题" * 121}, "title"),
        ({"address": "路" * 201}, "address"),
        ({"source_no": ""}, "source_no"),
        ({"source_no": "9" * 81}, "source_no"),
        ({"lon": None}, "longitude"),
        ({"lat": None}, "latitude"),
        ({"lon": 181.0}, "longitude"),
        ({"lat": -91.0}, "latitude"),
        ({"lon": float("nan")}, "longitude"),
        ({"anonymous": True, "contact": ContactGiven(phone="x")}, "contact"),
        ({"photos": (PhotoGiven("0", 1, 1),) * 10}, "photos"),
        ({"received_at": NOON + timedelta(minutes=1)}, "received_at"),
    ],
)
def test_a_wrong_part_is_named(change: dict[str, object], where: str) -> None:
    with pytest.raises(BadInput) as refusal:
        checked(replace(GOOD, **change), now=NOON)
    assert refusal.value.where == where


def test_what_is_right_passes_unchanged() -> None:
    assert checked(GOOD, now=NOON) is GOOD


def test_the_digest_tells_other_words_apart_but_not_other_numbers() -> None:
    assert replace(GOOD, source_no="2").digest() == GOOD.digest()
    assert replace(GOOD, text="井盖丢失").digest() != GOOD.digest()
    assert replace(GOOD, contact=ContactGiven(phone="1")).digest() != GOOD.digest()


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("井盖松动。老人差点摔倒", "井盖松动"),
        ("\n  路灯不亮\n第三盏", "路灯不亮"),
        ("水" * 50, "水" * 39 + "…"),
        ("。。。", "。。。"),
    ],
)
def test_the_title_is_the_first_sentence(text: str, title: str) -> None:
    assert title_of(text) == title


def test_codes_are_easy_to_tell_and_do_not_repeat() -> None:
    codes = {new_tracking_code() for _ in range(2_000)}
    assert len(codes) == 2_000
    assert not set("01OILU") & set("".join(codes))
    assert all(len(code) == 9 and code[4] == "-" for code in codes)


@given(st.text(alphabet=CODE_ALPHABET, min_size=8, max_size=8))
def test_a_code_is_understood_however_it_is_typed(letters: str) -> None:
    code = f"{letters[:4]}-{letters[4:]}"
    for typed in (code, letters, letters.lower(), f" {letters[:4]} {letters[4:]} "):
        assert normal_code(typed) == code


def test_two_character_words_are_found() -> None:
    assert set(wanted("井盖")) <= set(grams("路口的井盖松动了"))
    assert set(wanted("12345")) <= set(grams("拨打12345没人接"))
    assert not set(wanted("盖井")) <= set(grams("路口的井盖松动了"))


@given(st.text(alphabet="井盖松动路灯不亮", min_size=2, max_size=30), st.data())
def test_every_part_of_a_text_finds_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 2, len(text)))
    assert set(wanted(text[start:end])) <= set(grams(text))
