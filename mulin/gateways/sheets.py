"""Tables that people send and fetch: csv and xlsx in, xlsx and csv out."""

import codecs
import csv
import io
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from mulin.gateways import cells
from mulin.gateways.archives import UnsafeArchive, check_office_file
from mulin.kernel.errors import BadInput

if not openpyxl.DEFUSEDXML:  # without it an uploaded sheet could expand entities
    raise RuntimeError("openpyxl must run with defusedxml")
# What openpyxl cannot keep (validation, formats) is no concern of a reader of values.
warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")

_SHEET_ROWS: Final = 1_048_576  # Excel's own limit
_PEEK: Final = 65_536
_ZIP: Final = b"PK"
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
# Whatever a broken workbook makes openpyxl stumble over; anything else is our fault and must be seen.
_BROKEN: Final = (
    AttributeError, EOFError, IndexError, InvalidFileException, KeyError, OSError, OverflowError, SyntaxError,
    TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


class SheetError(BadInput):
    """Something in a file is wrong: which file, row and column, what it is and how to mend it."""

    def __init__(self, *, file: str, what: str, how: str, row: int = 0, column: str = "") -> None:
        place = [file, _("第 %(row)d 行") % {"row": row} if row else "", f"“{column}”" if column else ""]
        super().__init__(what, where=" ".join(part for part in place if part))
        self.file, self.row, self.column, self.how = file, row, column, how

    def __str__(self) -> str:
        return f"{super().__str__()}。{self.how}" if self.how else super().__str__()


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file is read before it is refused."""

    bytes: int = 64_000_000
    rows: int = 100_000
    columns: int = 200
    characters: int = cells.CELL_CHARACTERS


@dataclass(frozen=True, slots=True)
class Column:
    """A column known by name: ``key`` in the program, ``title`` on the sheet, other names people give it."""

    key: str
    title: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    help: str = ""
    example: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as the spreadsheet shows it, texts by column, and what is wrong with it."""

    number: int
    cells: dict[str, str]
    problems: tuple[SheetError, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table being read: the headers now, the rows as they are asked for."""

    name: str
    headers: tuple[str, ...]
    rows: Iterator[Row] = field(repr=False)


def read(
    source: Path | bytes, *, name: str, columns: Sequence[Column] | None = None, limits: Limits | None = None
) -> Sheet:
    """Open a csv or xlsx table; every cell comes as text, blank rows are skipped, rows are streamed.

    With ``columns`` the cells are keyed by their keys and a header nobody knows is refused, unless it starts
    with ``#``; without, by the headers as they stand. A fault of one row comes with that row, a fault of the
    file is raised.

    :raises SheetError: the file cannot be read, or its headers are wrong; also while rows are taken
    """
    limits = limits or Limits()
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > limits.bytes:
        what = _("文件有 %(size)d MB，上限 %(most)d MB") % {
            "size": size // 10**6,
            "most": limits.bytes // 10**6,
        }
        raise SheetError(file=name, what=what, how=_("请分成几个文件"))
    lines = _numbered(_lines(source, name), name, limits)
    for number, values in lines:
        headers = tuple(" ".join(cells.as_text(value).split()) for value in values)
        while headers and not headers[-1]:
            headers = headers[:-1]
        keys = _keys(headers, columns, name, number)
        return Sheet(name, tuple(key for key in keys if key), _rows(lines, keys, name, limits))
    raise SheetError(file=name, what=_("文件是空的"), how=_("第一行写表头，从第二行起写内容"))


def write_xlsx(columns: Sequence[Column | str], rows: Iterable[Sequence[object]], *, sheet: str) -> bytes:
    """Return a workbook of one sheet; see ``write_xlsx_to``."""
    out = io.BytesIO()
    write_xlsx_to(out, columns, rows, sheet=sheet)
    return out.getvalue()


def write_xlsx_to(
    out: BinaryIO, columns: Sequence[Column | str], rows: Iterable[Sequence[object]], *, sheet: str
) -> None:
    """Write a workbook of one sheet, row by row: the header stays in view, texts are never formulas.

    The type of a value decides: numbers, dates and moments become typed cells, ``str`` always text (write
    telephone and identity numbers as ``str``).

    :raises BadInput: more rows than a sheet can hold
    """
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet(sheet_name(sheet))
    page.freeze_panes = "A2"
    known = [column if isinstance(column, Column) else Column(key=column, title=column) for column in columns]
    for number, column in enumerate(known, 1):
        width = column.width or min(40, max(10, 2 * len(column.title) + 2))
        page.column_dimensions[get_column_letter(number)].width = width
    page.append([_header(page, column.title) for column in known])
    try:
        for count, row in enumerate(rows, 2):
            if count > _SHEET_ROWS:
                raise BadInput(_("超过一张表能放的 1,048,576 行，请先筛选"))
            page.append([_cell(page, value) for value in row])
    except BaseException:
        book.save(io.BytesIO())  # lets openpyxl close and remove its temporary file
        raise
    book.save(out)


def write_csv(
    columns: Sequence[Column | str], rows: Iterable[Sequence[object]], *, encoding: str = "utf-8"
) -> Iterator[bytes]:
    """Yield a csv table for Chinese Excel: byte order mark, CRLF, no cell that a spreadsheet would run."""
    yield codecs.BOM_UTF8 if encoding == "utf-8" else b""
    titles = [column.title if isinstance(column, Column) else column for column in columns]
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    for row in [titles], rows:
        for values in row:
            writer.writerow([cells.for_csv(value) for value in values])
            if page.tell() > _PEEK:
                yield page.getvalue().encode(encoding, errors="replace")
                page.seek(0)
                page.truncate()
    yield page.getvalue().encode(encoding, errors="replace")


def sheet_name(name: str) -> str:
    """Return ``name`` as a spreadsheet accepts it: no ``[]:*?/\\`` or outer apostrophes, 31 characters."""
    clean = "".join(
        " " if character in "[]:*?/\\" or not character.isprintable() else character for character in name
    )
    return clean.strip(" '")[:31].strip(" '") or "Sheet1"


def _header(page: Any, title: str) -> Any:
    cell = _text_cell(page, title)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="EEF2F6")
    cell.alignment = Alignment(vertical="center", wrap_text=True)
    return cell


def _cell(page: Any, value: object) -> object:
    value = cells.for_xlsx(value)
    if isinstance(value, str) and (cells.is_dangerous(value) or value in ERROR_CODES):
        return _text_cell(page, value)
    return value


def _text_cell(page: Any, text: str) -> Any:
    cell = WriteOnlyCell(page, value=text)
    cell.data_type = "s"  # openpyxl would make "=1+1" a formula
    cell.quotePrefix = True  # …and so would Excel, once somebody edits the cell
    return cell


def _keys(headers: tuple[str, ...], columns: Sequence[Column] | None, name: str, row: int) -> tuple[str, ...]:
    """Return the key of each header, empty where a column is to be ignored."""
    known: dict[str, str] = {}
    for column in columns or ():
        known |= {_plain(title): column.key for title in (column.key, column.title, *column.aliases)}
    keys = []
    for header in headers:
        if header.startswith("#") or not header:
            keys.append("")
        elif columns is None:
            keys.append(header)
        elif key := known.get(_plain(header)):
            keys.append(key)
        else:
            how = _("可用的列：%(titles)s") % {"titles": "、".join(column.title for column in columns)}
            raise SheetError(file=name, row=row, column=header, what=_("不认识这一列"), how=how)
    for key, count in Counter(key for key in keys if key).items():
        if count > 1:
            raise SheetError(
                file=name, row=row, column=key, what=_("这一列出现了两次"), how=_("请删去多余的一列")
            )
    for column in columns or ():
        if column.required and column.key not in keys:
            how = _("请在表头加上“%(title)s”") % {"title": column.title}
            raise SheetError(file=name, row=row, column=column.title, what=_("缺少这一列"), how=how)
    return tuple(keys)


def _plain(header: str) -> str:
    """Fold what people add to a header: blanks, a star or a note that it is obligatory."""
    plain = header.casefold().replace(" ", "").replace("（必填）", "").replace("(必填)", "")
    return plain.strip("*＊：:")


def _rows(
    lines: Iterator[tuple[int, Sequence[object]]], keys: tuple[str, ...], name: str, limits: Limits
) -> Iterator[Row]:
    taken = 0
    for number, values in lines:
        texts = [cells.as_text(value) for value in values]
        if not any(texts):
            continue
        taken += 1
        if taken > limits.rows:
            what = _("超过 %(most)d 行") % {"most": limits.rows}
            raise SheetError(file=name, row=number, what=what, how=_("请分成几个文件"))
        found = dict.fromkeys((key for key in keys if key), "")
        found.update((key, text) for key, text in zip(keys, texts, strict=False) if key)
        problems = tuple(_problems(number, values, texts, keys, name, limits))
        yield Row(number, found, problems)


def _problems(
    number: int, values: Sequence[object], texts: list[str], keys: tuple[str, ...], name: str, limits: Limits
) -> Iterator[SheetError]:
    for index, (value, text) in enumerate(zip(values, texts, strict=True)):
        if not text:
            continue
        column = keys[index] if index < len(keys) and keys[index] else get_column_letter(index + 1)
        if index >= len(keys):
            what, how = _("这一格上面没有表头"), _("请删去多出的内容，或给这一列加上表头")
        elif len(text) > limits.characters:
            what = _("有 %(size)d 个字，上限 %(most)d 个字") % {"size": len(text), "most": limits.characters}
            how = _("请缩短")
        elif text in ERROR_CODES:
            what, how = _("单元格里是出错的公式 %(code)s") % {"code": text}, _("请改成文字或数值")
        elif cells.lost_digits(value):
            what, how = _("这个数超过 15 位，末尾的数字已丢失"), _("请把这一列设为“文本”格式后重新填写")
        else:
            continue
        yield SheetError(file=name, row=number, column=column, what=what, how=how)


def _numbered(
    lines: Iterator[Sequence[object]], name: str, limits: Limits
) -> Iterator[tuple[int, Sequence[object]]]:
    """Number the lines as a spreadsheet does; skip blank ones, refuse too wide ones."""
    for number, values in enumerate(lines, 1):
        if not values and number <= _SHEET_ROWS:
            continue
        if number > _SHEET_ROWS:
            raise SheetError(file=name, row=number, what=_("行号超出表格的范围"), how=_("请删去末尾的空行"))
        if any(cells.as_text(value) for value in values[limits.columns :]):
            what = _("超过 %(most)d 列") % {"most": limits.columns}
            raise SheetError(file=name, row=number, what=what, how=_("请删去不需要的列"))
        if any(value is not None and value != "" for value in values):
            yield number, values


def _lines(source: Path | bytes, name: str) -> Iterator[Sequence[object]]:
    head = source[:8] if isinstance(source, bytes) else _head(source, 8)
    if head.startswith(_OLD_EXCEL):
        raise SheetError(
            file=name, what=_("这是旧版 .xls 文件，或文件加了密码"), how=_("请去掉密码，另存为 .xlsx")
        )
    if head.startswith(_ZIP):
        try:
            check_office_file(source)
        except UnsafeArchive as refused:
            raise SheetError(file=name, what=refused.what, how=refused.how) from None
        return _xlsx_lines(source, name)
    return _csv_lines(source, name)


def _xlsx_lines(source: Path | bytes, name: str) -> Iterator[Sequence[object]]:
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            page = next(
                (page for page in book.worksheets if page.sheet_state == "visible"), book.worksheets[0]
            )
            page.reset_dimensions()  # the stated size may be wrong; the rows themselves are not
            yield from page.iter_rows(values_only=True)
    except _BROKEN:
        how = _("请在 WPS 或 Excel 中打开后另存为 .xlsx 再试")
        raise SheetError(file=name, what=_("不是完好的 .xlsx 文件"), how=how) from None


def _csv_lines(source: Path | bytes, name: str) -> Iterator[Sequence[object]]:
    encoding = _encoding(source, name)
    with _text(source, encoding) as text:
        head = text.read(_PEEK)
        text.seek(0)
        number = 0
        reader = csv.reader(text, delimiter=_delimiter(head), strict=True)
        try:
            for values in reader:
                number += 1
                yield [cells.from_csv(value) for value in values]
        except csv.Error:
            how = _("有引号的内容，前后各要一个英文引号，中间的引号写两个")
            raise SheetError(file=name, row=number + 1, what=_("引号不成对，或一格过长"), how=how) from None


def _text(source: Path | bytes, encoding: str) -> TextIO:
    if isinstance(source, bytes):
        return io.TextIOWrapper(io.BytesIO(source), encoding=encoding, newline="")
    return source.open(encoding=encoding, newline="")


def _encoding(source: Path | bytes, name: str) -> str:
    """Return the first encoding in which the whole file makes sense."""
    head = source[:4] if isinstance(source, bytes) else _head(source, 4)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
                while piece := file.read(1 << 20):
                    if "\x00" in decoder.decode(piece):
                        raise SheetError(
                            file=name, what=_("这不是表格文件"), how=_("请传 .xlsx 或 .csv 文件")
                        )
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise SheetError(file=name, what=_("认不出文字编码"), how=_("请另存为“CSV UTF-8”或 .xlsx"))


def _delimiter(head: str) -> str:
    first = next((line for line in head.splitlines() if line.strip()), "")
    counts: Mapping[str, int] = Counter(first)
    return max((",", "\t", ";"), key=lambda sign: (counts.get(sign, 0), sign == ","))


def _head(source: Path, size: int) -> bytes:
    with source.open("rb") as file:
        return file.read(size)
