"""The vault's seals: what was sealed opens at its place under its key, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.people.rules import vault
from mulin.people.rules.vault import Algorithm, BrokenSeal, Place

PLACE = Place("people_contact", "row-1", "sealed")
MASTER = bytes(range(32))
OTHER = bytes(range(1, 33))
PLAIN = '{"phone": "0632-5501234", "name": "某某"}'.encode()

each_algorithm = pytest.mark.parametrize("algorithm", Algorithm)


def enclosed(algorithm: Algorithm = Algorithm.AES_256_GCM, place: Place = PLACE) -> vault.Envelope:
    return vault.enclose(PLAIN, master=MASTER, master_id="k1", place=place, algorithm=algorithm)


def opened(
    envelope: vault.Envelope, *, place: Place = PLACE, master: bytes = MASTER, key_id: str = "k1"
) -> bytes:
    return vault.disclose(envelope, master=master, master_id=key_id, place=place)


@each_algorithm
def test_what_was_sealed_opens(algorithm: Algorithm) -> None:
    assert opened(enclosed(algorithm)) == PLAIN


@each_algorithm
def test_nothing_readable_is_left(algorithm: Algorithm) -> None:
    envelope = enclosed(algorithm)
    assert b"0632" not in envelope.sealed + envelope.wrapped_key
    assert envelope.sealed[0] == envelope.wrapped_key[0] == algorithm


@each_algorithm
@pytest.mark.parametrize("part", ["sealed", "wrapped_key"])
def test_every_changed_byte_breaks_the_seal(algorithm: Algorithm, part: str) -> None:
    whole = enclosed(algorithm)
    for place in range(len(getattr(whole, part))):
        for flip in (0x01, 0x80):
            changed = bytearray(getattr(whole, part))
            changed[place] ^= flip
            parts = {"sealed": whole.sealed, "wrapped_key": whole.wrapped_key, part: bytes(changed)}
            with pytest.raises(BrokenSeal):
                opened(vault.Envelope(**parts))


@each_algorithm
@pytest.mark.parametrize("part", ["sealed", "wrapped_key"])
def test_a_shortened_value_breaks_the_seal(algorithm: Algorithm, part: str) -> None:
    whole = enclosed(algorithm)
    for length in range(len(getattr(whole, part))):
        parts = {
            "sealed": whole.sealed,
            "wrapped_key": whole.wrapped_key,
            part: getattr(whole, part)[:length],
        }
        with pytest.raises(BrokenSeal):
            opened(vault.Envelope(**parts))


@each_algorithm
@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(Place("people_contact", "row-2", "sealed"), id="another-row"),
        pytest.param(Place("people_secondfactor", "row-1", "sealed"), id="another-table"),
        pytest.param(Place("people_contact", "row-1", "note"), id="another-field"),
    ],
)
def test_a_value_moved_elsewhere_does_not_open(algorithm: Algorithm, elsewhere: Place) -> None:
    with pytest.raises(BrokenSeal):
        opened(enclosed(algorithm), place=elsewhere)


def test_swapping_two_rows_breaks_both() -> None:
    first, second = Place("t", "1", "f"), Place("t", "2", "f")
    one, two = enclosed(place=first), enclosed(place=second)
    for mixed, place in (
        (vault.Envelope(two.sealed, one.wrapped_key), first),
        (vault.Envelope(one.sealed, two.wrapped_key), second),
        (two, first),
        (one, second),
    ):
        with pytest.raises(BrokenSeal):
            opened(mixed, place=place)


def test_another_master_key_or_another_name_for_it_does_not_open() -> None:
    with pytest.raises(BrokenSeal):
        opened(enclosed(), master=OTHER)
    with pytest.raises(BrokenSeal):
        opened(enclosed(), key_id="k2")


@each_algorithm
def test_a_new_master_key_wraps_the_same_row_key(algorithm: Algorithm) -> None:
    old = enclosed(algorithm)
    wrapped = vault.rewrap(old.wrapped_key, old=MASTER, old_id="k1", new=OTHER, new_id="k2", place=PLACE)
    fresh = vault.Envelope(old.sealed, wrapped)
    assert wrapped[0] == algorithm
    assert opened(fresh, master=OTHER, key_id="k2") == PLAIN
    with pytest.raises(BrokenSeal):
        opened(fresh)


def test_an_erased_key_cannot_be_rewrapped() -> None:
    with pytest.raises(BrokenSeal):
        vault.rewrap(b"", old=MASTER, old_id="k1", new=OTHER, new_id="k2", place=PLACE)


def test_an_unknown_algorithm_is_refused_before_anything_is_tried() -> None:
    envelope = enclosed()
    with pytest.raises(BrokenSeal, match="unknown algorithm 9"):
        opened(vault.Envelope(b"\x09" + envelope.sealed[1:], envelope.wrapped_key))


@given(st.binary(max_size=200))
def test_any_bytes_come_back(plain: bytes) -> None:
    for algorithm in Algorithm:
        envelope = vault.enclose(plain, master=MASTER, master_id="k1", place=PLACE, algorithm=algorithm)
        assert opened(envelope) == plain


def test_the_same_words_never_look_the_same() -> None:
    assert len({enclosed().sealed for _ in range(50)}) == 50
