"""`mulin places import, export, check, convert`: outlines in and out by the command line."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mulin.cli.places import places
from mulin.kernel.errors import BadInput
from mulin.places.models import Area
from tests.make import places as make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def ground() -> None:
    make.drawn(*make.community())


def run(*words: str) -> Result:
    return CliRunner().invoke(places, list(words))


def test_out_and_in_again_says_that_nothing_changes(tmp_path: Path) -> None:
    file = tmp_path / "grids.zip"
    out = run("export", "--kind", "grid", "--format", "shapefile", "--system", "EPSG:4548", "-o", str(file))
    assert "换算误差不超过 1 米" in out.output
    said = run("import", str(file), "--on", "2026-03-01")
    assert (said.exit_code, "新增 0，变更 0，终止 0，不变 2" in said.output) == (0, True)
    told = json.loads(run("import", str(file), "--on", "2026-03-01", "--preview", "--json").output)
    assert (told["system"], told["same"], told["cases"]) == ("cgcs2000-gk-cm-117", 2, [])


def test_a_preview_writes_nothing_and_a_fault_is_named_with_its_row(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("编码,名称\nC1G1,新名\n", encoding="utf-8")
    before = list(Area.objects.order_by("pk").values())
    tried = run("import", str(file), "--on", "2026-03-01", "--preview")
    assert "~ C1G1 新名" in tried.output
    assert list(Area.objects.order_by("pk").values()) == before
    file.write_text("编码,名称\nC1G1,\n坏 码,x\n", encoding="utf-8")
    said = run("import", str(file), "--on", "2026-03-01")
    assert said.exit_code == 1
    assert "names.csv 第 3 行 “编码”: 「坏 码」不是编码" in said.output
    assert "names.csv 第 2 行 “名称”: 没有名称" in said.output
    faults = json.loads(run("import", str(file), "--on", "2026-03-01", "--json").stdout)
    assert [(fault["row"], fault["column"]) for fault in faults] == [(2, "名称"), (3, "编码")]
    assert list(Area.objects.order_by("pk").values()) == before


def test_the_ground_is_checked() -> None:
    sound = run("check")
    assert (sound.exit_code, sound.output) == (0, "共 0 处（容差 2 米）\n")
    near = make.area("C1G2", make.box(100.4, 0, 200, 100), parent="C1")
    make.drawn(near)
    loose = run("check", "--within", "C1")
    assert (loose.exit_code, "100 米边界没有重合" in loose.output) == (0, True)
    tight = run("check", "--tolerance", "0.1", "--json")
    assert tight.exit_code == 1
    assert {problem["fault"] for problem in json.loads(tight.output)} == {"gap"}
    assert run("check", "--on", "2025-01-01").output == "共 0 处（容差 2 米）\n"


def test_a_position_is_converted() -> None:
    said = run("convert", "--from", "gcj02", "116.41024449916938", "39.91640428150164")
    assert said.stdout == "116.40400000 39.91500000\n"
    assert "换算误差不超过 10 米" in said.stderr
    assert run("convert", "--to", "4548", "117", "34").stdout == "500000.000 3763661.442\n"
    assert run("convert", "--to", "utm", "117", "34").exit_code == 2
    assert isinstance(run("convert", "200", "34").exception, BadInput)


def test_two_files_are_compared(tmp_path: Path) -> None:
    one, other = tmp_path / "wgs.geojson", tmp_path / "gcj.geojson"
    run("export", "-o", str(one))
    run("export", "--system", "gcj02", "-o", str(other))
    assert "最大 0.00 米" in run("compare", str(other), str(one), "--from", "gcj02").output
    (tmp_path / "x.geojson").write_text("[]")
    assert isinstance(run("compare", str(one), str(tmp_path / "x.geojson")).exception, BadInput)
    assert "gcj02" in run("systems").output
