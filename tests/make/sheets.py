"""Tables for tests, good and hostile, made on the spot."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

import openpyxl

# What a spreadsheet may take for a formula or a command (reliability checklist: import and export injection).
PAYLOADS = (
    "=1+1",
    '=HYPERLINK("http://example.org","看")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "|calc",
    "%0A=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    " =1+1",
    "#REF!",
    "_x0041_",
)

CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)

NO_MEMBERS = b"PK\x05\x06" + b"\0" * 18


def book(*rows: Sequence[object], title: str = "Sheet1") -> bytes:
    """Return a workbook as a spreadsheet program would save it."""
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def repacked(data: bytes, change: Mapping[str, bytes | None]) -> bytes:
    """Return the archive with members replaced, added or (None) left out."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for name in dict.fromkeys([*old.namelist(), *change]):
            body = change.get(name, old.read(name) if name in old.namelist() else None)
            if name not in change or body is not None:
                new.writestr(name, body or b"")
    return out.getvalue()


def with_sheet(xml: str) -> bytes:
    """Return a workbook whose only sheet has this XML."""
    return repacked(book(["a"]), {"xl/worksheets/sheet1.xml": xml.encode()})


def billion_laughs() -> bytes:
    """Return a workbook whose sheet expands entities into gigabytes."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return with_sheet(f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{entities}]><x>&l9;</x>')


def outside_entity(padding: int = 0) -> bytes:
    """Return a workbook that asks for a file of the server, ``padding`` characters down."""
    blanks = " " * padding
    doctype = f'<!DOCTYPE x [{blanks}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    return with_sheet(f'<?xml version="1.0"?>{blanks}{doctype}<x>&f;</x>')


def bomb(megabytes: int = 200) -> bytes:
    """Return a small workbook that inflates to ``megabytes``."""
    return with_sheet("<x>" + " " * megabytes * 1_000_000 + "</x>")


def numbered(cells: Mapping[int, str], dimension: str = "") -> bytes:
    """Return a workbook with texts in column A at these rows, and whatever size it says it has."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{text}</t></is></c></row>'
        for n, text in cells.items()
    )
    return with_sheet(f'<worksheet xmlns="{space}">{dimension}<sheetData>{rows}</sheetData></worksheet>')


def far_row() -> bytes:
    """Return a workbook with one cell in the row before infinity."""
    return numbered({1: "x", 999_999_999: "x"})


def misstated() -> bytes:
    """Return a workbook that says it is one cell large, as some programs write."""
    return numbered({1: "a", 2: "1", 3: "2"}, dimension='<dimension ref="A1"/>')


HOSTILE: Mapping[str, Callable[[], bytes]] = {
    "billion laughs": billion_laughs,
    "outside entity": outside_entity,
    "outside entity, far down": lambda: outside_entity(padding=10_000),
    "zip bomb": bomb,
    "zip in zip": lambda: repacked(book(["a"]), {"xl/media/x.bin": book(["b"])}),
    "macros": lambda: repacked(book(["a"]), {"xl/vbaProject.bin": b"\x00" * 100}),
    "too many members": lambda: repacked(book(["a"]), {f"m{n}": b"x" for n in range(2_100)}),
    "a cell in row 999999999": far_row,
    "no workbook inside": lambda: repacked(book(["a"]), {"xl/workbook.xml": None}),
    "only a manifest": lambda: repacked(NO_MEMBERS, {"[Content_Types].xml": CONTENT_TYPES.encode()}),
    "cut off": lambda: book(["a"], ["b"])[:-200],
    "a picture called xlsx": lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4,
    "old or locked Excel": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
    "zeros": lambda: b"\0" * 512,
    "empty": lambda: b"",
    "only blanks": lambda: b" \r\n,,\r\n",
    "no known encoding": lambda: b"\xff\xff\x81\n\xfe\xfe",
    "unbalanced quote": lambda: '编号,名称\n1,"没有结尾\n2,x\n'.encode(),
}  # fmt: skip
