"""The ledger from the command line: what it prints, and the exit status that a watchdog reads."""

import json
from pathlib import Path
from time import sleep
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from django.db import connection, transaction

from mulin.cli.ledger import ledger
from mulin.ledger import queries
from mulin.ledger.models import Entry
from tests.make import cases
from tests.make import ledger as make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: SimpleNamespace) -> Path:
    settings.VAR = tmp_path
    return tmp_path / "anchors"


def mulin(*words: str) -> Result:
    return CliRunner().invoke(ledger, list(words))


def forge() -> int:
    victim = Entry.objects.order_by("id")[2].pk
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("set local session_replication_role = replica")
        cursor.execute("update ledger_entry set account_id = 99 where id = %s", [victim])
    return victim


def test_a_whole_ledger_is_green() -> None:
    make.entries(5)
    mulin("anchor")
    result = mulin("verify")
    assert result.exit_code == 0
    assert "台账完好：5 条记录、1 个封印" in result.output
    assert "注意" not in result.output


def test_a_ledger_without_anchors_says_what_that_means() -> None:
    make.entries(5)
    make.root()
    result = mulin("verify")
    assert result.exit_code == 0
    assert "库外锚点只到第 0 个封印" in result.output


def test_a_forged_entry_is_named_and_the_exit_status_is_one() -> None:
    make.entries(5)
    victim = forge()
    result = mulin("verify")
    assert result.exit_code == 1
    assert f"第 {victim} 条记录（entry {victim}）" in result.output


@pytest.mark.parametrize("forged", [False, True])
def test_machines_get_json(forged: bool) -> None:
    make.entries(5)
    mulin("anchor")
    victim = forge() if forged else 0
    result = mulin("verify", "--json")
    said = json.loads(result.output)
    assert result.exit_code == (1 if forged else 0)
    assert (said["ok"], said["first_bad"]) == ((False, f"entry {victim}") if forged else (True, ""))


@pytest.mark.parametrize("changed", [False, True])
def test_replay_agrees_or_names_the_first_row_that_differs(changed: bool) -> None:
    cases.city()
    case = cases.filed().case
    if changed:
        with connection.cursor() as cursor:
            cursor.execute("update cases_case set state = 'closed'")
    plain, said = mulin("replay"), json.loads(mulin("replay", "--json").output)
    assert plain.exit_code == (1 if changed else 0)
    if changed:
        assert f"事项 {case.number} 的 state，台账记为 received，库中是 closed" in plain.output
        assert (said["number"], said["field"], said["stored"]) == (case.number, "state", "closed")
    else:
        assert "1 件事项按 1 条记录重演" in plain.output
        assert (said["ok"], said["cases"]) == (True, 1)


def test_anchors_kept_elsewhere_can_be_compared(folder: Path, tmp_path: Path) -> None:
    make.entries(3)
    mulin("anchor")
    copy = tmp_path / "elsewhere"
    folder.rename(copy)
    assert "注意" in mulin("verify").output
    assert "注意" not in mulin("verify", "--anchors", str(copy)).output
    assert mulin("verify", "--anchors", str(tmp_path / "nowhere")).exit_code == 2


def test_the_tail_is_readable_and_says_no_more_than_asked() -> None:
    make.entries(5)
    lines = mulin("tail", "-n", "2").output.splitlines()
    assert len(lines) == 2
    assert "2026-05-12 12:00:05+08:00  case.noted  00000000-0000-0000-0000-000000000005  #7 @3" in lines[1]
    assert json.loads(mulin("tail", "-n", "1", "--json").output)["facts"] == {"step": 5}


def test_following_prints_what_is_written_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    make.entries(1)
    naps = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 1:
            make.entry(77)
        if len(naps) > 200:
            raise KeyboardInterrupt
        sleep(0.01)

    monkeypatch.setattr("mulin.cli.ledger.time.sleep", nap)
    lines = mulin("tail", "--follow").output.splitlines()
    assert [line.split()[4][-2:] for line in lines if "case.noted" in line] == ["01", "4d"]


def test_settling_on_the_home_server_changes_nothing() -> None:
    make.entries(2)
    assert "无需调整" in mulin("settle").output
    assert queries.verify().entries == 2
