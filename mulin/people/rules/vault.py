"""Seals of the contact vault: authenticated encryption under a key per row, wrapped by the master key.

A sealed value is ``algorithm byte · 12-byte nonce · ciphertext and tag``. Its associated data name the
table, the row and the field, so that a value moved elsewhere does not open. The algorithm byte lets a city
change to SM4 (GB/T 32907) row by row; old rows keep opening.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
SM4_KEY_BYTES: Final = 16


class Algorithm(IntEnum):
    """How a value is sealed; written as its first byte."""

    AES_256_GCM = 1
    SM4_GCM = 2


class BrokenSeal(Exception):
    """The value was changed, moved, or sealed under another key: a fault, never a user's mistake."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value lies; it opens nowhere else."""

    table: str
    row: str
    field: str

    def data(self, algorithm: int) -> bytes:
        """Return the associated data that bind a value to this place and to its algorithm."""
        return b"\x1f".join([bytes([algorithm]), self.table.encode(), self.row.encode(), self.field.encode()])


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a row keeps: the value under the row's key, and the row's key under the master key."""

    sealed: bytes
    wrapped_key: bytes


def _aes_seal(key: bytes, nonce: bytes, plain: bytes, data: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, plain, data)


def _aes_open(key: bytes, nonce: bytes, secret: bytes, data: bytes) -> bytes:
    return AESGCM(key).decrypt(nonce, secret, data)


def _sm4_key(key: bytes) -> algorithms.SM4:
    """Return a key of SM4's length derived from ours: one key must not serve two ciphers."""
    return algorithms.SM4(HKDF(SHA256(), SM4_KEY_BYTES, salt=None, info=b"mulin sm4-gcm").derive(key))


def _sm4_seal(key: bytes, nonce: bytes, plain: bytes, data: bytes) -> bytes:
    sealer = Cipher(_sm4_key(key), modes.GCM(nonce)).encryptor()
    sealer.authenticate_additional_data(data)
    return sealer.update(plain) + sealer.finalize() + sealer.tag


def _sm4_open(key: bytes, nonce: bytes, secret: bytes, data: bytes) -> bytes:
    opener = Cipher(_sm4_key(key), modes.GCM(nonce, secret[-TAG_BYTES:])).decryptor()
    opener.authenticate_additional_data(data)
    return opener.update(secret[:-TAG_BYTES]) + opener.finalize()


_Crypt = Callable[[bytes, bytes, bytes, bytes], bytes]
_SEALERS: Final[Mapping[Algorithm, _Crypt]] = {
    Algorithm.AES_256_GCM: _aes_seal,
    Algorithm.SM4_GCM: _sm4_seal,
}
_OPENERS: Final[Mapping[Algorithm, _Crypt]] = {
    Algorithm.AES_256_GCM: _aes_open,
    Algorithm.SM4_GCM: _sm4_open,
}


def seal(plain: bytes, *, key: bytes, place: Place, algorithm: Algorithm = Algorithm.AES_256_GCM) -> bytes:
    """Return ``plain`` sealed under ``key`` so that it opens at ``place`` only."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return bytes([algorithm]) + nonce + _SEALERS[algorithm](key, nonce, plain, place.data(algorithm))


def unseal(sealed: bytes, *, key: bytes, place: Place) -> bytes:
    """Return what was sealed.

    :raises BrokenSeal: a byte was changed, the value was moved, or the key is another
    """
    if len(sealed) < 1 + NONCE_BYTES + TAG_BYTES:
        raise BrokenSeal(f"{place.table}.{place.field} of {place.row} is too short to be sealed")
    try:
        algorithm = Algorithm(sealed[0])
    except ValueError:
        raise BrokenSeal(
            f"{place.table}.{place.field} of {place.row} names an unknown algorithm {sealed[0]}"
        ) from None
    nonce, secret = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return _OPENERS[algorithm](key, nonce, secret, place.data(algorithm))
    except InvalidTag:
        raise BrokenSeal(f"{place.table}.{place.field} of {place.row} does not open") from None


def _key_place(place: Place, master_id: str) -> Place:
    return Place(place.table, place.row, f"{place.field} key under {master_id}")


def enclose(
    plain: bytes,
    *,
    master: bytes,
    master_id: str,
    place: Place,
    algorithm: Algorithm = Algorithm.AES_256_GCM,
) -> Envelope:
    """Return ``plain`` under a fresh key of its own, and that key under the master key."""
    key = secrets.token_bytes(KEY_BYTES)
    return Envelope(
        sealed=seal(plain, key=key, place=place, algorithm=algorithm),
        wrapped_key=seal(key, key=master, place=_key_place(place, master_id), algorithm=algorithm),
    )


def disclose(envelope: Envelope, *, master: bytes, master_id: str, place: Place) -> bytes:
    """Return what an envelope holds.

    :raises BrokenSeal: either part was changed, moved, or belongs to another master key
    """
    key = unseal(envelope.wrapped_key, key=master, place=_key_place(place, master_id))
    return unseal(envelope.sealed, key=key, place=place)


def rewrap(wrapped_key: bytes, *, old: bytes, old_id: str, new: bytes, new_id: str, place: Place) -> bytes:
    """Return the row's key under the new master key; what it seals stays untouched.

    :raises BrokenSeal: it does not open under the old one
    """
    algorithm = Algorithm(wrapped_key[0]) if wrapped_key else Algorithm.AES_256_GCM
    key = unseal(wrapped_key, key=old, place=_key_place(place, old_id))
    return seal(key, key=new, place=_key_place(place, new_id), algorithm=algorithm)
