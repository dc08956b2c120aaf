"""Tables in and out: what is read is what was meant, what is written cannot run."""

import io
import resource
import time
import tracemalloc
import zipfile
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest

from mulin.gateways import cells, sheets
from mulin.gateways.sheets import Column, Limits, SheetError
from mulin.kernel.errors import BadInput
from tests.make import sheets as make

COLUMNS = (
    Column("code", "编号", aliases=("编码", "序号"), required=True),
    Column("name", "名称", required=True),
    Column("phone", "电话"),
)


def rows_of(data: bytes | Path, **options: object) -> list[dict[str, str]]:
    return [row.cells for row in sheets.read(data, name="名单.xlsx", **options).rows]  # type: ignore[arg-type]


def test_csv_and_xlsx_read_alike() -> None:
    header, line = ["编号", "名称"], ["1-001", "占道经营"]
    text = ",".join(header) + "\r\n" + ",".join(line) + "\r\n"

    for data in (text.encode(), text.encode("utf-8-sig"), text.encode("gb18030"), text.encode("utf-16")):
        assert rows_of(data) == [{"编号": "1-001", "名称": "占道经营"}]
    assert rows_of(make.book(header, line)) == [{"编号": "1-001", "名称": "占道经营"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_rare_characters_of_names_survive(encoding: str) -> None:
    names = "㛃𬭎䶮·买买提𠮷"
    assert rows_of(f"名\n{names}\n".encode(encoding)) == [{"名": names}]


def test_a_quoted_cell_keeps_its_line_breaks_and_counts_as_one_row() -> None:
    sheet = sheets.read('a,b\n"一\n二",2\n3,4\n'.encode(), name="x.csv")
    assert [(row.number, row.cells) for row in sheet.rows] == [
        (2, {"a": "一\n二", "b": "2"}),
        (3, {"a": "3", "b": "4"}),
    ]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_separator_is_found(sign: str) -> None:
    assert rows_of(f"a{sign}b\n1{sign}2\n".encode()) == [{"a": "1", "b": "2"}]


def test_numbers_and_dates_come_as_people_read_them() -> None:
    data = make.book(
        ["整数", "小数", "日", "时", "真", "空"],
        [13800001111, 2.5, date(2026, 5, 1), datetime.fromisoformat("2026-05-01T09:30"), True, None],
    )
    assert rows_of(data) == [
        {
            "整数": "13800001111",
            "小数": "2.5",
            "日": "2026-05-01",
            "时": "2026-05-01 09:30:00",
            "真": "是",
            "空": "",
        }
    ]


def test_times_of_day_and_spans_are_read_too() -> None:
    data = make.book(["时刻", "时长", "日"], [time_of_day(9, 30), timedelta(hours=30), date(2026, 5, 1)])
    assert rows_of(data) == [{"时刻": "09:30:00", "时长": "1 day, 6:00:00", "日": "2026-05-01"}]
    assert cells.as_text(date(2026, 5, 1)) == "2026-05-01"


def test_a_formula_counts_by_its_result_never_by_its_text() -> None:
    assert rows_of(make.book(["a", "b"], ["=1+1", "x"])) == [{"a": "", "b": "x"}]


def test_rows_are_numbered_as_the_spreadsheet_shows_them() -> None:
    data = make.book([None], ["a"], [None], ["1"], [None], ["2"])
    assert [row.number for row in sheets.read(data, name="x").rows] == [4, 6]


def test_the_visible_sheet_is_read() -> None:
    made = openpyxl.load_workbook(io.BytesIO(make.book(["hidden"], ["no"])))
    made.active.sheet_state = "hidden"
    made.create_sheet("看得见").append(["a"])
    made["看得见"].append(["yes"])
    made.active = 1
    out = io.BytesIO()
    made.save(out)
    assert rows_of(out.getvalue()) == [{"a": "yes"}]


def test_a_workbook_that_misstates_its_size_is_read_whole() -> None:
    assert rows_of(make.misstated()) == [{"a": "1"}, {"a": "2"}]


def test_headers_are_known_by_their_other_names_and_notes_ignored() -> None:
    data = "＊编码（必填）, 名 称 ,#备注\n1-001,占道,随便\n".encode()
    assert rows_of(data, columns=COLUMNS) == [{"code": "1-001", "name": "占道"}]


@pytest.mark.parametrize(
    ("text", "row", "column", "what"),
    [
        pytest.param("编号,名称,点话\n", 1, "点话", "不认识这一列", id="unknown-header"),
        pytest.param("编号,电话\n", 1, "名称", "缺少这一列", id="missing-header"),
        pytest.param("编号,编码,名称\n", 1, "code", "这一列出现了两次", id="double-header"),
        pytest.param("\n\n编号,电话\n", 3, "名称", "缺少这一列", id="header-not-on-top"),
    ],
)
def test_wrong_headers_are_refused_by_name(text: str, row: int, column: str, what: str) -> None:
    with pytest.raises(SheetError) as refused:
        rows_of(text.encode(), columns=COLUMNS)
    assert (refused.value.file, refused.value.row, refused.value.column) == ("名单.xlsx", row, column)
    assert refused.value.what == what
    assert refused.value.how
    assert refused.value.how in str(refused.value)


@pytest.mark.parametrize(
    ("data", "row", "column", "what"),
    [
        pytest.param(b"a,b\n1,2,3\n", 2, "C", "没有表头", id="too-many-cells"),
        pytest.param(b"a,\n1,2\n", 2, "B", "没有表头", id="cell-without-header"),
        pytest.param(f"a,b\n1,{'长' * 32_768}\n".encode(), 2, "b", "上限 32767 个字", id="cell-too-long"),
        pytest.param(b"a,b\n1,#REF!\n", 2, "b", "#REF!", id="error-value"),
        pytest.param(make.book(["a", "b"], [1, 370481199001011234]), 2, "b", "15 位", id="lost-digits"),
    ],
)
def test_a_fault_of_one_row_spoils_only_that_row(data: bytes, row: int, column: str, what: str) -> None:
    data = data if data.startswith(b"PK") else data + b"x\n"
    found = list(sheets.read(data, name="x.csv").rows)
    assert [(p.row, p.column) for p in found[0].problems] == [(row, column)]
    assert what in found[0].problems[0].what
    assert not any(later.problems for later in found[1:])


@pytest.mark.parametrize("name", make.HOSTILE)
def test_hostile_and_broken_files_are_refused_at_once(name: str) -> None:
    data = make.HOSTILE[name]()
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.thread_time()
    with pytest.raises(SheetError) as refused:
        rows_of(data)
    assert time.thread_time() - started < 5  # swallowed whole, each would cost minutes or gigabytes
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000
    assert refused.value.file == "名单.xlsx"
    assert refused.value.how


def test_a_locked_archive_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = bytearray(make.book(["a"]))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        at = archive.start_dir
    data[at + 8] |= 1  # the encryption flag of the first member in the directory
    with pytest.raises(SheetError, match="密码"):
        rows_of(bytes(data))


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        pytest.param(Limits(rows=2), "超过 2 行", id="rows"),
        pytest.param(Limits(columns=1), "超过 1 列", id="columns"),
        pytest.param(Limits(bytes=8), "上限", id="bytes"),
    ],
)
def test_limits_hold(limits: Limits, what: str) -> None:
    for data in (b"a,b\n1,2\n3,4\n5,6\n", make.book(["a", "b"], [1, 2], [3, 4], [5, 6])):
        with pytest.raises(SheetError, match=what):
            rows_of(data, limits=limits)


def test_a_file_is_read_like_its_bytes(tmp_path: Path) -> None:
    for name, data in (("x.xlsx", make.book(["a"], ["1"])), ("x.csv", "a\n1\n".encode("gb18030"))):
        (tmp_path / name).write_bytes(data)
        assert rows_of(tmp_path / name) == [{"a": "1"}]


def cells_of(data: bytes) -> list[list[openpyxl.cell.Cell]]:
    page = openpyxl.load_workbook(io.BytesIO(data)).active
    assert page is not None
    return [list(row) for row in page.iter_rows(min_row=2)]


@pytest.mark.parametrize("payload", make.PAYLOADS)
def test_no_text_becomes_a_formula(payload: str) -> None:
    data = sheets.write_xlsx(["名称", "后"], [[payload, "x"]], sheet="待办")
    (cell, after), *_rest = cells_of(data)
    assert (cell.data_type, after.data_type) == ("s", "s")
    written = payload.replace("\r", "_x000D_").replace("_x0041_", "_x005F_x0041_")
    assert cell.value == written
    if payload[0] in "=+-@|%＝＋－＠":
        assert cell.quotePrefix
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert rows_of(data)[0]["名称"] == payload.strip()

    text = b"".join(sheets.write_csv(["名称", "后"], [[payload, "x"]]))
    assert rows_of(text)[0]["名称"] == payload.strip()


@pytest.mark.parametrize("payload", [p for p in make.PAYLOADS if p[0] not in "#_"])
def test_csv_guards_what_could_run_and_leaves_telephones_alone(payload: str) -> None:
    line = b"".join(sheets.write_csv(["a", "b", "c"], [[payload, "+8613800001111", -5]])).decode()
    assert line.startswith("\ufeff")
    body = line.removeprefix("\ufeff").removeprefix("a,b,c\r\n")
    assert body.lstrip('"').startswith("'")
    assert body.endswith(",+8613800001111,-5\r\n")


def test_csv_comes_in_pieces_and_in_other_encodings() -> None:
    rows = [["占道经营" * 20, n] for n in range(2_000)]
    pieces = list(sheets.write_csv([Column("name", "名称"), "n"], rows))
    assert len(pieces) > 3
    assert [row["n"] for row in rows_of(b"".join(pieces))] == [str(n) for n in range(2_000)]
    chinese = b"".join(sheets.write_csv(["名称"], [["㛃𬭎"]], encoding="gb18030"))
    assert chinese.decode("gb18030") == "名称\r\n㛃𬭎\r\n"


def test_values_are_typed_and_long_numbers_are_text() -> None:
    moment = datetime(2026, 5, 1, 1, 30, tzinfo=UTC)
    case = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    row = [
        3,
        2.5,
        Decimal("0.1"),
        date(2026, 5, 1),
        moment,
        "013800001111",
        370481199001011234,
        case,
        True,
        None,
    ]
    (line,) = cells_of(sheets.write_xlsx([str(n) for n in range(10)], [row], sheet="x"))
    values = [cell.value for cell in line[:9]]
    assert values[:3] == [3, 2.5, 0.1]
    assert [cell.is_date for cell in line[3:5]] == [True, True]
    assert values[4] == datetime.fromisoformat("2026-05-01T09:30")  # the city's time, no zone
    assert values[5:9] == ["013800001111", "370481199001011234", str(case), "是"]


def test_what_xml_cannot_hold_is_dropped_and_cut_text_says_so() -> None:
    (line,) = cells_of(sheets.write_xlsx(["a", "b"], [["一\x00\x0b二\ud800", "长" * 40_000]], sheet="x"))
    assert line[0].value == "一二"
    assert len(line[1].value) == 32_767
    assert line[1].value.endswith("已截断）")


def test_the_header_stays_in_view_and_sheet_names_are_clean() -> None:
    page = openpyxl.load_workbook(
        io.BytesIO(sheets.write_xlsx(["a"], [], sheet="'待办/[超期]:*?'" + "很" * 40))
    ).active
    assert page is not None
    assert page.freeze_panes == "A2"
    assert page.title.startswith("待办")
    assert len(page.title) <= 31
    assert not set("[]:*?/\\") & set(page.title)
    assert "'" not in page.title[0] + page.title[-1]
    assert sheets.sheet_name("//") == "Sheet1"


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "_SHEET_ROWS", 3)
    with pytest.raises(BadInput):
        sheets.write_xlsx(["a"], [[n] for n in range(3)], sheet="x")


def test_writing_takes_rows_as_they_come() -> None:
    rows = ([f"CASE-{n:08}", "占道经营" * 5, n] for n in range(8_000))
    tracemalloc.start()
    try:
        with Path("/dev/null").open("wb") as nowhere:
            book = io.BytesIO()
            sheets.write_xlsx_to(book, ["a", "b", "c"], rows, sheet="x")
            nowhere.write(book.getvalue())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000
