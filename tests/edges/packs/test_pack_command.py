"""`mulin pack`: check, preview, adopt; faults to read, JSON for machines, nothing written when refused."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mulin.cli.pack import pack
from mulin.people.models import Unit
from tests.make import places as make
from tests.make.packs import FOLDER

pytestmark = pytest.mark.django_db


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(pack, [str(word) for word in words])


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(FOLDER / "demo", tmp_path / "demo"))
    text = (copy / "units.csv").read_text(encoding="utf-8")
    (copy / "units.csv").write_text(text.replace("990101001,street", "990101001,ward", 1), encoding="utf-8")
    return copy


def test_a_sound_pack_is_called_sound() -> None:
    result = run("check", FOLDER / "demo")
    assert (result.exit_code, "完好" in result.output) == (0, True)
    assert json.loads(run("check", FOLDER / "demo", "--json").output) == []


def test_a_broken_pack_is_told_fault_by_fault_and_never_adopted(broken: Path) -> None:
    for word in ("check", "preview", "adopt"):
        result = run(word, broken)
        assert result.exit_code == 1
        assert "units.csv:4:类别  没有这类单位：ward" in result.output
        assert "什么也没有写入" in result.output
    assert not Unit.objects.exists()
    faults = json.loads(run("check", broken, "--json").output)
    assert faults[0].keys() == {"file", "row", "column", "what", "how"}


def test_preview_writes_nothing_and_adopt_does_and_again_does_not() -> None:
    seen = run("preview", FOLDER / "demo")
    assert seen.exit_code == 0
    assert "将从 2026-01-01 起生效" in seen.output
    assert not Unit.objects.exists()
    done = run("adopt", FOLDER / "demo", "--json")
    assert json.loads(done.output)["sections"]["areas"]["new"] == 18
    assert Unit.objects.exists()
    assert "已经采用，没有变化" in run("adopt", FOLDER / "demo").output


def test_another_first_day_can_be_chosen() -> None:
    assert "已从 2026-02-01 起生效" in run("adopt", FOLDER / "demo", "--from", "2026-02-01").output


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(("check", "nowhere"), id="no-folder"),
        pytest.param(("adopt", FOLDER / "demo", "--from", "tomorrow"), id="no-day"),
        pytest.param(("check", FOLDER), id="no-pack"),
    ],
)
def test_wrong_words_get_a_clear_answer(words: tuple[str | Path, ...]) -> None:
    result = run(*words)
    assert result.exit_code in (1, 2)
    assert result.output
    assert "Traceback" not in result.output


def test_what_does_not_fit_the_standing_city_is_named() -> None:
    outline = make.box(0, 0, 300, 300)
    make.drawn(make.area("OLD", outline, "county"), make.area("X9", outline, "ward", "OLD"))
    for word in ("preview", "adopt"):
        result = run(word, FOLDER / "demo")
        assert result.exit_code == 1
        assert "X9  上级区域「OLD」不存在" in result.output
    assert not Unit.objects.exists()
