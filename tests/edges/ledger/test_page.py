"""The ledger's page: verified on request, a forgery named in the reader's language."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from tests.edges.ledger.test_cli import forge
from tests.make import console, packs
from tests.make import ledger as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _city(tmp_path: Path, settings: LazySettings) -> None:
    settings.VAR = tmp_path
    packs.city()


def test_a_whole_ledger_passes() -> None:
    page = console.browser(console.AUDITOR).post("/console/ledger/").content.decode()
    assert "核验通过" in page


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-CN", "第一处：第 {entry} 条记录。各列算不出它的哈希：写下之后被改过"),
        ("en", "entry {entry}. Its columns do not give its hash: it was changed"),
    ],
)
def test_a_forgery_is_named(language: str, said: str) -> None:
    browser = console.browser(console.AUDITOR, language=language)
    make.entries(3)
    entry = forge()
    assert said.format(entry=entry) in browser.post("/console/ledger/").content.decode()


def test_who_may_not_read_it_is_refused() -> None:
    assert console.browser(console.FIRM).post("/console/ledger/").status_code == 403
