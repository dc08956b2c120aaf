"""Feed what residents said elsewhere, in a table, into the one pool: ``mulin import reports FILE``."""

import hashlib
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final, cast

import click
from django.utils import timezone
from django.utils.translation import gettext as _
from tqdm import tqdm

from mulin.cases.actions.importing import file_reports
from mulin.cases.rules.intake import Channel, ContactGiven, Filing, Kind
from mulin.gateways import sheets
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput, Refusal

TOGETHER: Final = 25  # rows in one transaction: few enough that nobody waits for it, enough to save commits
TITLE_MOST: Final = 120
LIMITS: Final = sheets.Limits(bytes=4_000_000_000, rows=10_000_000)

FIELDS: Final = {
    "text": (
        "text", "内容", "诉求内容", "问题描述", "描述", "反映内容", "留言详情", "留言内容", "事项内容",
        "content", "description",
    ),
    "title": ("title", "标题", "主题", "留言主题", "诉求标题", "事项标题", "subject"),
    "id": ("id", "编号", "工单号", "工单编号", "留言编号", "诉求编号", "流水号", "number", "unique key"),
    "time": (
        "time", "时间", "留言时间", "受理时间", "登记时间", "反映时间", "诉求时间", "created", "created date",
    ),
    "address": ("address", "地址", "地点", "发生地点", "事发地址", "详细地址", "incident address"),
    "longitude": ("longitude", "lon", "lng", "经度"),
    "latitude": ("latitude", "lat", "纬度"),
    "kind": ("kind", "类型", "诉求类型", "事项类型"),
    "phone": ("phone", "电话", "联系电话", "手机", "手机号", "来电号码"),
    "name": ("name", "姓名", "联系人", "来电人", "反映人"),
}  # fmt: skip
KINDS: Final = {
    "求助": Kind.NEED, "需求": Kind.NEED, "诉求": Kind.NEED,
    "意见": Kind.OPINION, "建议": Kind.SUGGESTION, "咨询": Kind.ENQUIRY,
    "投诉": Kind.COMPLAINT, "举报": Kind.COMPLAINT, **{kind.value: kind for kind in Kind},
}  # fmt: skip
MOMENTS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%m-%d-%Y %I:%M:%S %p", "%Y%m%d%H%M%S")


@dataclass(slots=True)
class Tally:
    """How the rows of a file fared; every row is in exactly one of the three."""

    taken: int = 0
    there: int = 0
    refused: int = 0

    @property
    def rows(self) -> int:
        """Return how many rows were read."""
        return self.taken + self.there + self.refused


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a row was not taken: where, what, and how to mend it."""

    row: int
    column: str
    what: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A row on its way in: what it says, or why it cannot come in."""

    number: int
    filing: Filing | None = None
    mistakes: tuple[Mistake, ...] = field(default=())


@click.group("import", help=_("导入已有的诉求"))
def imports() -> None:
    """Import what was said elsewhere."""


@imports.command("reports", help=_("把一张表（CSV 或 xlsx）里的诉求逐行导入；中断后再运行一次即可接着导"))
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "mapping", default="", help=_("哪一列是什么：text=内容,title=标题,id=编号 …"))
@click.option("--source", default="import", help=_("来源名称；同一来源的同一编号只导入一次"))
@click.option("--errors", type=click.Path(path_type=Path), help=_("没导入的行写到哪里；默认写到当前目录"))
@click.option("--dry-run", is_flag=True, help=_("只看会怎样，不留下任何东西"))
def import_reports(file: Path, mapping: str, source: str, errors: Path | None, *, dry_run: bool) -> None:
    """Feed FILE, row by row, through the same intake as every other channel."""
    if not file.is_file():
        raise click.ClickException(_("没有这个文件：%(file)s") % {"file": file})
    tally = Tally()
    began = time.monotonic()
    report = errors or Path(f"{file.stem}.errors.csv")
    try:
        columns = columns_of(sheets.read(file, name=file.name, limits=LIMITS).headers, mapping)
        click.echo(
            _("列的对应：%(columns)s") % {"columns": "，".join(f"{f}={h}" for f, h in columns.items())}
        )
        _write(report, _fed(file, columns, source=source, tally=tally, dry_run=dry_run))
    except BadInput as refused:
        raise click.ClickException(str(refused)) from None
    _summary(tally, report, seconds=time.monotonic() - began, dry_run=dry_run)
    if tally.refused:
        raise SystemExit(1)


def columns_of(headers: tuple[str, ...], mapping: str) -> dict[str, str]:
    """Return which header holds which field: as ``mapping`` says, else by the headers people commonly use.

    :raises BadInput: the mapping names an unknown field or header, or nothing says what holds the text
    """
    columns: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in mapping.split(","))):
        name, _equals, header = (part.strip() for part in pair.partition("="))
        if name not in FIELDS:
            raise BadInput(
                "没有“%(name)s”这一项；可用：%(names)s", where="--map", name=name, names="、".join(FIELDS)
            )
        if header not in headers:
            raise BadInput("表里没有“%(header)s”这一列；有：%(headers)s", where="--map", header=header,
                           headers="、".join(headers))  # fmt: skip
        columns[name] = header
    taken = set(columns.values())
    for name, aliases in FIELDS.items():
        guess = next(
            (h for alias in aliases for h in headers if h.casefold() == alias and h not in taken), None
        )
        if name not in columns and guess is not None:
            columns[name] = guess
            taken.add(guess)
    if "text" not in columns:
        raise BadInput("看不出哪一列是内容，请写明：--map text=列名；表里有：%(headers)s", where="--map",
                       headers="、".join(headers))  # fmt: skip
    return columns


def _fed(
    file: Path, columns: dict[str, str], *, source: str, tally: Tally, dry_run: bool
) -> Iterator[Mistake]:
    """Feed the file in and yield what could not be taken, as it turns up."""
    stamp = _digest(file)[:16]
    count = sum(1 for _row in sheets.read(file, name=file.name, limits=LIMITS).rows)
    rows = sheets.read(file, name=file.name, limits=LIMITS).rows
    lines = (line_of(row, columns, source=source, stamp=stamp) for row in rows)
    pace = 0.2 if sys.stderr.isatty() else 10.0
    with tqdm(total=count, unit=_("行"), mininterval=pace, dynamic_ncols=True) as bar:
        while block := list(islice(lines, TOGETHER)):
            yield from _taken(block, tally, dry_run=dry_run)
            bar.update(len(block))


def _taken(block: list[Line], tally: Tally, *, dry_run: bool) -> Iterator[Mistake]:
    """Take in one block of rows: one transaction for those that can be read, a mistake for each other."""
    good = [line for line in block if line.filing is not None]
    fates = file_reports(
        filings=[line.filing for line in good if line.filing is not None],
        rehearse=dry_run,
        actor=SYSTEM,
        now=timezone.now(),
    )
    for line, fate in zip(good, fates, strict=True):
        if isinstance(fate, Refusal):
            where = fate.where if isinstance(fate, BadInput) else ""
            what = fate.what if isinstance(fate, BadInput) else str(fate)
            yield Mistake(line.number, where, what)
        elif fate.replayed:
            tally.there += 1
        else:
            tally.taken += 1
    for line in block:
        yield from line.mistakes
    tally.refused += len(block) - len(good) + sum(isinstance(fate, Refusal) for fate in fates)


def line_of(row: sheets.Row, columns: dict[str, str], *, source: str, stamp: str) -> Line:
    """Return what a row says; it is known by its own number, or by the file's digest and its place there."""
    said = {name: row.cells.get(header, "") for name, header in columns.items()}
    mistakes = [Mistake(row.number, problem.column, problem.what, problem.how) for problem in row.problems]
    read: dict[str, object] = {}
    for name, reader in (
        ("time", moment_of),
        ("longitude", degrees_of),
        ("latitude", degrees_of),
        ("kind", kind_of),
    ):
        try:
            read[name] = reader(said.get(name, ""))
        except BadInput as refused:
            mistakes.append(Mistake(row.number, columns[name], refused.what))
    if mistakes:
        return Line(row.number, mistakes=tuple(mistakes))
    contact = ContactGiven(phone=said.get("phone", ""), name=said.get("name", ""))
    filing = Filing(
        text=said["text"],
        channel=Channel.IMPORT,
        source=source[:40],
        source_no=said.get("id") or f"{stamp}:{row.number}",
        kind=cast(Kind, read["kind"]),
        title=said.get("title", "")[:TITLE_MOST],
        lon=cast("float | None", read["longitude"]),
        lat=cast("float | None", read["latitude"]),
        address=said.get("address", ""),
        contact=contact if contact.phone or contact.name else None,
        received_at=cast("datetime | None", read["time"]),
    )
    return Line(row.number, filing)


def moment_of(text: str) -> datetime | None:
    """Return the moment a cell names, in the city's time zone unless it says otherwise.

    :raises BadInput: it names none
    """
    if not text:
        return None
    plain = text.replace("/", "-").replace("年", "-").replace("月", "-").replace("日", "").strip()
    for form in MOMENTS:
        try:
            return timezone.make_aware(datetime.strptime(plain, form))  # noqa: DTZ007 - made aware at once
        except ValueError:
            continue
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        raise BadInput("看不懂这个时间：%(text)s；请写成 2026-05-11 09:30", text=text[:40]) from None
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)


def degrees_of(text: str) -> float | None:
    """Return a cell's degrees.

    :raises BadInput: it holds something else
    """
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadInput("看不懂这个坐标：%(text)s；请写成小数的度数", text=text[:40])
    return value


def kind_of(text: str) -> Kind:
    """Return the kind a cell names; an empty one is a need.

    :raises BadInput: it names another
    """
    kind = KINDS.get(text.strip()) if text else Kind.NEED
    if kind is None:
        raise BadInput("没有“%(text)s”这种类型；可用：%(kinds)s", text=text[:20], kinds="、".join(KINDS))
    return kind


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _write(report: Path, mistakes: Iterator[Mistake]) -> None:
    """Run the import by drawing its mistakes into the report; without any there is no report."""
    draft = report.with_name(f".{report.name}.part")
    titles = [_("行"), _("列"), _("什么问题"), _("怎么改")]
    found = 0

    def counted() -> Iterator[tuple[object, ...]]:
        nonlocal found
        for mistake in mistakes:
            found += 1
            yield (mistake.row, mistake.column, mistake.what, mistake.how)

    try:
        with draft.open("wb") as out:
            out.writelines(sheets.write_csv(titles, counted()))
        if found:
            draft.replace(report)
    finally:
        draft.unlink(missing_ok=True)


def _summary(tally: Tally, report: Path, *, seconds: float, dry_run: bool) -> None:
    words = {
        "rows": tally.rows,
        "taken": tally.taken,
        "there": tally.there,
        "refused": tally.refused,
        "seconds": f"{seconds:.1f}",
        "rate": f"{tally.rows / seconds:.0f}" if seconds else "0",
    }
    said = _(
        "%(rows)s 行 = 新增 %(taken)s + 已有 %(there)s + 未导入 %(refused)s"
        "（%(seconds)s 秒，每秒 %(rate)s 行）"
    )
    click.echo(said % words)
    if dry_run:
        click.echo(_("这是试运行，什么也没有留下"))
    if tally.refused:
        click.echo(_("没导入的行和原因在 %(file)s") % {"file": report})
