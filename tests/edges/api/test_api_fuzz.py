"""A machine reads the contract and tries what no person would: no crash, no answer it does not document."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.make import cases as make
from tests.make.api import token_of

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,unsupported_method,ignored_auth"
)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["dispatcher", "checker", "nobody"])
def test_nothing_said_in_the_contract_breaks_it(
    transactional_db: None, live_server: Any, settings: Any, tmp_path: Path, who: str
) -> None:
    settings.API_INTAKE_PER_MINUTE = 0
    here = make.city()
    make.item()
    case = make.handled(here) if who == "checker" else make.case(here.grid)
    known = f'[parameters]\n"path.case_id" = "{case.pk}"\n"path.code" = "{make.code_of(case)}"\n'
    (tmp_path / "schemathesis.toml").write_text(known, encoding="utf-8")
    words = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{live_server.url}/api/v1/openapi.json",
        "--checks", CHECKS, "--max-examples", "10", "--max-time", "15", "--phases", "coverage,fuzzing",
        "--seed", "7", "--no-color", "--suppress-health-check", "all", "--generation-database", "none",
    ]  # fmt: skip
    if who != "nobody":
        token = token_of(getattr(here, who), now=timezone.now())
        words += ["--header", f"Authorization: Bearer {token}"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout[-8_000:]
