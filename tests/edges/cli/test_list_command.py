"""`mulin list`: check, publish, template, export, and what it says when a sheet is wrong."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mulin.catalogue import queries
from mulin.catalogue.models import Edition
from mulin.cli.catalogue import lists
from tests.make import catalogue as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kinds() -> None:
    make.unit_kinds()


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(lists, [str(word) for word in words])


def sheet(folder: Path, *lines: dict[str, str]) -> Path:
    file = folder / "清单.csv"
    file.write_bytes(make.sheet_csv(*lines, encoding="gb18030"))
    return file


def test_a_right_sheet_is_checked_with_its_effect_and_published(tmp_path: Path) -> None:
    make.publish(make.row("01-002", name="旧名"), make.row("9"))
    file = sheet(tmp_path, {}, {"编号": "2", "名称": "乙"})
    checked = run("check", file)
    assert checked.exit_code == 0
    assert "新增 1，改动 1，取消 1" in checked.output
    assert "旧名 → 暴露垃圾" in checked.output

    done = run("publish", file, "--name", "五月版", "--from", "2026-05-01")
    assert done.exit_code == 0
    assert "“五月版”，自 2026-05-01 起，共 2 项：新增 1，改动 1，取消 1" in done.output
    again = run("publish", file, "--name", "五月版", "--from", "2026-05-01")
    assert "没有重复发布" in again.output
    assert Edition.objects.count() == 2


def test_a_wrong_sheet_is_told_line_by_line_and_nothing_is_published(tmp_path: Path) -> None:
    file = sheet(tmp_path, {"模块": "党建"}, {"编号": "2", "时限": "5天"})
    for words in (("check", file), ("publish", file, "--name", "x", "--from", "2026-05-01")):
        result = run(*words)
        assert result.exit_code == 1
        assert "清单.csv 第 2 行 “模块”: 没有“党建”这一种。可填：发展、执法、民生" in result.output
        assert "第 3 行 “时限”" in result.output
        assert "共 2 处要改" in result.output
    assert not Edition.objects.exists()


def test_machines_get_json(tmp_path: Path) -> None:
    right = run("check", sheet(tmp_path, {}), "--json")
    assert right.exit_code == 0
    assert json.loads(right.output) == {
        "items": 1,
        "added": ["01-002"],
        "changed": [],
        "gone": [],
        "problems": [],
    }
    wrong = run("check", sheet(tmp_path, {"主办": "天"}), "--json")
    assert wrong.exit_code == 1
    (problem,) = json.loads(wrong.output)["problems"]
    assert (problem["file"], problem["row"], problem["column"]) == ("清单.csv", 2, "主办")


def test_template_and_export_are_written(tmp_path: Path) -> None:
    make.publish(make.ROW)
    assert run("template", tmp_path / "t.xlsx").exit_code == 0
    assert run("export", tmp_path / "e.xlsx", "--on", "2026-05-12").exit_code == 0
    draft = queries.read_list(tmp_path / "e.xlsx", name="e.xlsx")
    assert (draft.items, draft.problems) == ((make.ROW,), ())
    assert len(queries.read_list(tmp_path / "t.xlsx", name="t.xlsx").problems) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("check", "没有这个文件.csv"),
        ("publish", __file__, "--from", "2026-05-01"),
        ("publish", __file__, "--name", "x", "--from", "五月"),
    ],
)
def test_wrong_words_are_refused_before_anything(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2
