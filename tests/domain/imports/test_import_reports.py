"""A table of voices comes in whole: each row once, each fault named, nothing lost to a kill."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.db import connection

from mulin.cases.models import Case, Report
from mulin.cli.imports import columns_of, imports
from mulin.gateways import sheets
from mulin.kernel.errors import BadInput
from mulin.ledger.models import Entry
from mulin.people.models import Contact
from tests.make import cases as make

HEADERS = ("工单编号", "内容", "标题", "时间", "类型")


def table(path: Path, rows: Sequence[Sequence[str]], headers: Sequence[str] = HEADERS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([headers, *rows])
    return path


def voices(count: int) -> list[list[str]]:
    return [
        [f"G{i}", f"第 {i} 号路灯不亮（示例）", f"路灯 {i}", "2026/5/6 12:09:38", "投诉"]
        for i in range(count)
    ]


def run(*words: object) -> Result:
    return CliRunner().invoke(imports, ["reports", *map(str, words)])


@pytest.fixture
def here(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder, with the little city behind it."""
    make.city()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_row_becomes_a_report_with_code_and_entry(here: Path) -> None:
    done = run(table(here / "a.csv", voices(60)))
    assert done.exit_code == 0, done.output
    assert "60 行 = 新增 60 + 已有 0 + 未导入 0" in done.output
    reports = list(Report.objects.select_related("case"))
    assert len({report.tracking_code for report in reports}) == 60
    assert Entry.objects.filter(kind="case.filed").count() == 60
    one = next(report for report in reports if report.source_no == "G7")
    assert (one.channel, one.source, one.kind, one.case.title) == ("import", "import", "complaint", "路灯 7")
    assert one.received_at == datetime(2026, 5, 6, 4, 9, 38, tzinfo=UTC)
    assert not (here / "a.errors.csv").exists()


def test_a_second_run_adds_none_whatever_the_file_is_called(here: Path) -> None:
    first = table(here / "a.csv", voices(30))
    run(first)
    again = run(first.rename(here / "b.csv"))
    assert "30 行 = 新增 0 + 已有 30 + 未导入 0" in again.output
    assert Report.objects.count() == Entry.objects.filter(kind="case.filed").count() == 30


def test_rows_without_a_number_are_known_by_file_and_row(here: Path) -> None:
    rows = [["路灯不亮（示例）"], ["路灯不亮（示例）"], ["井盖松动（示例）"]]
    path = table(here / "a.csv", rows, ["内容"])
    assert "新增 3" in run(path).output  # two people may say the same words
    assert "已有 3" in run(path).output
    assert Report.objects.count() == 3


def test_the_same_number_from_two_sources_is_two_reports(here: Path) -> None:
    run(table(here / "a.csv", voices(1)), "--source", "12345")
    run(table(here / "b.csv", [["G0", "另一件事（示例）", "", "", ""]]), "--source", "mailbox")
    assert set(Report.objects.values_list("source", "source_no")) == {("12345", "G0"), ("mailbox", "G0")}


def test_a_workbook_comes_in_as_a_csv_does(here: Path) -> None:
    (here / "a.xlsx").write_bytes(sheets.write_xlsx(list(HEADERS), voices(5), sheet="诉求"))
    assert "新增 5" in run(here / "a.xlsx").output
    assert "已有 5" in run(table(here / "a.csv", voices(5))).output


def test_faulty_rows_are_named_and_spoil_no_others(here: Path) -> None:
    headers = ["编号", "内容", "时间", "经度", "纬度", "类型", "电话"]
    rows = [
        ["1", "好的一行（示例）", "2026-05-06 09:30", "117.5", "34.7", "建议", "13800000000"],
        ["2", "", "", "", "", "", ""],
        ["3", "时间不对（示例）", "昨天下午", "", "", "", ""],
        ["4", "坐标不对（示例）", "", "东经117", "34.7", "", ""],
        ["5", "半个坐标（示例）", "", "117.5", "", "", ""],
        ["6", "在地球外（示例）", "", "217.5", "34.7", "", ""],
        ["7", "类型不对（示例）", "", "", "", "心愿", ""],
        ["8", "电话不对（示例）", "", "", "", "", "12"],
        ["9", "太长" * 5_001, "", "", "", "", ""],
        ["1", "同一编号别的话（示例）", "", "", "", "", ""],
        ["11", "将来（示例）", "2999-01-01", "", "", "", ""],
        ["12", "又一行好的（示例）", "", "", "", "", ""],
    ]
    done = run(table(here / "a.csv", rows, headers))
    assert done.exit_code == 1
    assert "12 行 = 新增 2 + 已有 0 + 未导入 10" in done.output
    assert Report.objects.count() == Case.objects.count() == 2
    assert Contact.objects.count() == 1
    with (here / "a.errors.csv").open(encoding="utf-8-sig", newline="") as file:
        named = {int(row[0]): row[1] for row in list(csv.reader(file))[1:]}
    assert named == {
        3: "text", 4: "时间", 5: "经度", 6: "latitude", 7: "longitude", 8: "类型", 9: "phone", 10: "text",
        11: "source_no", 12: "received_at",
    }  # fmt: skip


def test_the_error_file_runs_no_formula(here: Path) -> None:
    run(table(here / "a.csv", [["1", "示例", "", '=HYPERLINK("http://x")', ""]]))
    assert "=HYPERLINK" in (here / "a.errors.csv").read_text(encoding="utf-8-sig")
    with (here / "a.errors.csv").open(encoding="utf-8-sig", newline="") as file:
        assert not any(cell.startswith(("=", "+", "-", "@")) for row in csv.reader(file) for cell in row)


def test_a_rehearsal_says_what_would_happen_and_keeps_nothing(here: Path) -> None:
    rows = [*voices(3), ["x", "", "", "", ""]]
    done = run(table(here / "a.csv", rows), "--dry-run")
    assert "4 行 = 新增 3 + 已有 0 + 未导入 1" in done.output
    assert not Report.objects.exists()
    assert not Entry.objects.filter(kind="case.filed").exists()


@pytest.mark.parametrize(
    ("mapping", "named"),
    [("text=详情", "详情"), ("body=内容", "body"), ("text=", "--map")],
)
def test_a_wrong_mapping_is_refused_and_named(here: Path, mapping: str, named: str) -> None:
    done = run(table(here / "a.csv", voices(1)), "--map", mapping)
    assert done.exit_code == 1
    assert named in done.output
    assert not Report.objects.exists()


def test_a_mapping_overrules_the_guess(here: Path) -> None:
    run(
        table(here / "a.csv", [["1", "甲（示例）", "乙（示例）"]], ["编号", "内容", "备注"]),
        "--map",
        "text=备注",
    )
    assert Report.objects.get().text == "乙（示例）"


@pytest.mark.parametrize(
    ("headers", "columns"),
    [
        (("id", "label", "title", "text", "time"),
         {"id": "id", "title": "title", "text": "text", "time": "time"}),
        (("留言编号", "留言主题", "留言时间", "留言详情"),
         {"id": "留言编号", "title": "留言主题", "time": "留言时间", "text": "留言详情"}),
        (("Unique Key", "Created Date", "Description", "Latitude", "Longitude"),
         {"id": "Unique Key", "time": "Created Date", "text": "Description", "latitude": "Latitude",
          "longitude": "Longitude"}),
    ],
)  # fmt: skip
def test_common_headers_are_understood(headers: tuple[str, ...], columns: dict[str, str]) -> None:
    assert columns_of(headers, "") == columns


def test_a_table_without_words_is_refused() -> None:
    with pytest.raises(BadInput, match="--map"):
        columns_of(("a", "b"), "")


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04 no workbook", b"a,b\n1,2\n"])
def test_what_is_no_table_of_voices_is_refused(here: Path, content: bytes) -> None:
    (here / "a.csv").write_bytes(content)
    done = run(here / "a.csv")
    assert done.exit_code == 1
    assert "Error: " in done.output
    assert not Report.objects.exists()
    assert sorted(path.name for path in here.iterdir()) == ["a.csv"]


def test_a_missing_file_is_named(here: Path) -> None:
    done = run(here / "none.csv")
    assert done.exit_code == 1
    assert "none.csv" in done.output


def other_process(path: Path, home: Path) -> "subprocess.Popen[bytes]":
    """Start the import on the same database, in a process that can be killed."""
    at = connection.settings_dict
    url = f"postgresql://{at['USER']}:{at['PASSWORD']}@/{at['NAME']}?host={at['HOST']}&port={at['PORT']}"
    return subprocess.Popen(
        [sys.executable, "-m", "mulin.config.main", "import", "reports", str(path)],
        env={
            **os.environ,
            "MULIN_DATABASE_URL": url.replace("&port=", "&port=5432" if not at["PORT"] else "&port="),
        },
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def committed(transactional_db: None, tmp_path: Path) -> Path:
    """Return an empty folder, with the little city where other processes see it."""
    make.city()
    return tmp_path


@pytest.mark.slow
def test_a_kill_loses_none_and_duplicates_none(committed: Path) -> None:
    rows = 1_500
    path = table(committed / "a.csv", voices(rows))
    for share in (0.1, 0.4, 0.7):
        process = other_process(path, committed)
        while Report.objects.count() < rows * share and process.poll() is None:
            time.sleep(0.01)
        assert process.poll() is None, "it was to be killed half-way"
        process.send_signal(signal.SIGKILL)
        process.wait()
    half = Report.objects.count()
    assert 0 < half < rows
    assert other_process(path, committed).wait(120) == 0
    assert Report.objects.count() == Case.objects.count() == rows
    assert set(Report.objects.values_list("source_no", flat=True)) == {f"G{i}" for i in range(rows)}
    subjects = Entry.objects.filter(kind="case.filed").values_list("subject", flat=True)
    assert sorted(subjects) == sorted(str(pk) for pk in Case.objects.values_list("pk", flat=True))


@pytest.mark.slow
def test_two_imports_at_once_take_each_row_once(committed: Path) -> None:
    path = table(committed / "a.csv", voices(400))
    both = [other_process(path, committed) for _ in range(2)]
    assert [process.wait(120) for process in both] == [0, 0]
    assert Report.objects.count() == Case.objects.count() == 400


def test_a_row_number_is_the_one_the_spreadsheet_shows(here: Path) -> None:
    run(
        table(
            here / "a.csv", [["1", "好（示例）", "", "", ""], ["", "", "", "", ""], ["2", "", "", "", "投诉"]]
        )
    )
    named: Any = (here / "a.errors.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    assert named.startswith("4,")
