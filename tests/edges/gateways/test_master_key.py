"""The master key: made once, private, never printed, still able to open what older keys wrapped."""

import stat
import threading
from pathlib import Path

import pytest
from django.conf import LazySettings

from mulin.gateways import keys


@pytest.fixture(autouse=True)
def var(tmp_path: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.VAR = tmp_path
    monkeypatch.delenv("MULIN_MASTER_KEY", raising=False)
    return tmp_path


def test_it_is_made_on_first_use_and_stays() -> None:
    first = keys.master_key()
    assert len(first.bytes) == 32
    assert len(first.id) == 16
    assert keys.master_key() == first
    assert stat.S_IMODE(keys.key_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.key_file().parent.stat().st_mode) == 0o700
    assert [file.name for file in keys.key_file().parent.iterdir()] == ["master.key"]


def test_processes_that_start_together_use_one_key() -> None:
    seen: list[keys.MasterKey] = []
    threads = [threading.Thread(target=lambda: seen.append(keys.master_key())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert len(set(seen)) == 1


def test_it_never_shows_in_a_traceback() -> None:
    key = keys.master_key()
    assert key.bytes.hex() not in repr(key)
    assert repr(key.bytes) not in repr(key)


def test_the_environment_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULIN_MASTER_KEY", "ab" * 32 + "," + "cd" * 32)
    assert keys.master_key().bytes == b"\xab" * 32
    assert not keys.key_file().exists()
    monkeypatch.setenv("MULIN_MASTER_KEY", "cd" * 32)
    assert keys.master_key().bytes == b"\xcd" * 32


def test_an_older_key_still_opens_what_it_wrapped() -> None:
    old = keys.master_key()
    new = keys.rotate_master_key()
    assert new != old
    assert keys.master_key() == new
    assert keys.master_key(old.id) == old
    assert stat.S_IMODE(keys.key_file().stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("given", "why"),
    [("xyz", "not hexadecimal"), ("ab" * 16, "16 bytes"), ("ab" * 32 + ",", "0 bytes")],
)
def test_a_malformed_key_stops_everything(monkeypatch: pytest.MonkeyPatch, given: str, why: str) -> None:
    monkeypatch.setenv("MULIN_MASTER_KEY", given)
    with pytest.raises(keys.UnusableKey, match=why) as refused:
        keys.master_key()
    assert given.split(",")[0] not in str(refused.value)


def test_a_key_that_others_can_read_is_not_used() -> None:
    keys.master_key()
    keys.key_file().chmod(0o640)
    keys._read.clear()
    with pytest.raises(keys.UnusableKey, match="chmod 600"):
        keys.master_key()


def test_an_emptied_file_is_not_silently_replaced() -> None:
    keys.master_key()
    keys.key_file().write_text("")
    with pytest.raises(keys.UnusableKey, match="no key"):
        keys.master_key()


def test_an_unknown_name_is_said() -> None:
    with pytest.raises(keys.UnusableKey, match="backup"):
        keys.master_key("0123456789abcdef")


def test_a_key_of_the_environment_is_rotated_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MULIN_MASTER_KEY", "ab" * 32)
    with pytest.raises(keys.UnusableKey, match="MULIN_MASTER_KEY"):
        keys.rotate_master_key()
