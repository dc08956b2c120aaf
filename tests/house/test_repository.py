"""What may be in the repository at all."""

import json
import re

from tests.house.tree import ROOT, files, text_files

# Built from pieces so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(r"(?<![\w.-])/(?:work|root|farm|home)/[a-z]")
HOSTS = re.compile(
    "|".join(
        re.escape(host)
        for host in ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "deb." + "debian.org")
    )
    + r"|(?<!emit)-"
    + r"-(?:extra-)?index-url[ =]http"
)
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")


def test_no_lock_file_names_an_address() -> None:
    for path in files():
        if path.suffix == ".lock":
            assert "://" not in path.read_text(), path
        if path.name == "package-lock.json":
            packages = json.loads(path.read_text())["packages"]
            assert len(packages) > 3
            assert all("resolved" not in package for package in packages.values()), path


def test_every_requirement_is_pinned_by_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        entries = re.findall(
            r"^[a-z0-9][^\s=]*==\S+( \\\n    --hash=sha256:[0-9a-f]{64})?",
            (ROOT / name).read_text(),
            re.MULTILINE | re.IGNORECASE,
        )
        assert len(entries) > 20
        assert all(entries), name


def test_what_runs_is_in_what_developers_have() -> None:
    def pins(name: str) -> set[str]:
        return set(
            re.findall(r"^[a-z0-9][^\s=]*==\S+", (ROOT / name).read_text(), re.MULTILINE | re.IGNORECASE)
        )

    assert pins("requirements.lock") <= pins("requirements-dev.lock")


def test_no_file_names_a_place_on_somebodys_machine() -> None:
    for path, text in text_files():
        found = MACHINE_PATHS.search(text)
        assert not found, f"{path.relative_to(ROOT)}: {found and found[0]}"


def test_no_file_names_a_package_host() -> None:
    for path, text in text_files():
        if path.name != "test_repository.py":
            found = HOSTS.search(text)
            assert not found, f"{path.relative_to(ROOT)}: {found and found[0]}"


def test_no_real_telephone_number_slipped_in() -> None:
    """Mobile numbers in the repository read …0000…: they stand for nobody."""
    for path, text in text_files():
        if path.relative_to(ROOT).parts[0] != "tests" and path.suffix not in {".json", ".lock"}:
            for number in PHONE.findall(text):
                assert number[3:7] == "0000", f"{path.relative_to(ROOT)}: {number}"


def test_private_things_are_not_in_the_repository() -> None:
    for path in files():
        parts = path.relative_to(ROOT).parts
        assert not {"var", ".venv", "node_modules"} & set(parts), path
        assert path.suffix not in {".pem", ".key", ".sqlite3"}, path
