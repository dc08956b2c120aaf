"""The secret is made once, for one reader."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mulin.config.secret import secret_key


def test_it_is_made_once_long_and_private(tmp_path: Path) -> None:
    first = secret_key(tmp_path / "keys")
    assert len(first) > 60
    assert secret_key(tmp_path / "keys") == first
    assert (tmp_path / "keys" / "django-secret").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_two_cities_have_two_secrets(tmp_path: Path) -> None:
    assert secret_key(tmp_path / "a") != secret_key(tmp_path / "b")


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: secret_key(tmp_path / "keys"), range(32)))) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["django-secret"]
