"""Lists, items and their sheets for tests; everything in them is invented (示例)."""

import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import openpyxl

from mulin.catalogue import actions
from mulin.catalogue.actions import Published
from mulin.catalogue.rules.items import Evidence, ItemRow, Kind, Module
from mulin.catalogue.rules.reading import FIELDS
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.kernel.actor import SYSTEM, Actor, Grant, Relation
from mulin.people.models import UnitKind

NOON = datetime(2026, 5, 12, 4, tzinfo=UTC)
NEW_YEAR = date(2026, 1, 1)

KINDS = (
    Kind("grid", "网格", 5),
    Kind("community", "社区", 4),
    Kind("street", "街道", 3),
    Kind("department", "部门", 3),
)

CELLS: Mapping[str, str] = {
    "编号": "01-002",
    "大类": "市容环境",
    "小类": "垃圾渣土",
    "细类": "",
    "名称": "暴露垃圾",
    "模块": "民生",
    "层级": "社区、网格",
    "主办": "街道",
    "协办": "部门",
    "三单一访": "否",
    "时限": "4工作时",
    "取证要求": "处置前照片、处置后照片",
    "结案标准": "垃圾清除，地面干净",
    "公开": "是",
    "法律依据": "",
    "关键词": "垃圾成堆、没人清运",
    "一次性告知": "现场照片、具体位置",
    "示例": "是",
}

ROW = ItemRow(
    line=2,
    code="01-002",
    name="暴露垃圾",
    path=("市容环境", "垃圾渣土"),
    module=Module.LIVELIHOOD,
    levels=("grid", "community"),
    lead_kind="street",
    limit=Limit(4, LimitKind.WORKING_HOURS),
    closing_standard="垃圾清除，地面干净",
    assist_kinds=("department",),
    evidence=(Evidence.PHOTO_BEFORE, Evidence.PHOTO_AFTER),
    keywords=("垃圾成堆", "没人清运"),
    checklist=("现场照片", "具体位置"),
    is_example=True,
)


def row(code: str = "01-002", **fields: object) -> ItemRow:
    """Return an item; ``line`` follows from nothing, so give it where it matters."""
    return replace(ROW, code=code, **{"name": f"事项{code}", **fields})  # type: ignore[arg-type]


def rows(*codes: str) -> list[ItemRow]:
    """Return one item for each code, in this order."""
    return [row(code, line=line) for line, code in enumerate(codes, 2)]


def sheet_csv(*lines: Mapping[str, str], encoding: str = "utf-8") -> bytes:
    """Return a list sheet; each line says what differs from ``CELLS``."""
    titles = [field.title for field in FIELDS]
    texts = [",".join(titles)]
    for line in lines:
        cells = {**CELLS, **line}
        texts.append(",".join('"' + cells[title].replace('"', '""') + '"' for title in titles))
    return ("\r\n".join(texts) + "\r\n").encode(encoding)


def sheet_xlsx(*lines: Mapping[str, object]) -> bytes:
    """Return the same as a workbook."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    titles = [field.title for field in FIELDS]
    page.append(titles)
    for line in lines:
        cells: dict[str, object] = {**CELLS, **line}
        page.append([cells[title] for title in titles])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def unit_kinds() -> None:
    """Put the unit kinds that items name into the database."""
    for kind in KINDS:
        family = "department" if kind.code == "department" else "territory"
        UnitKind.objects.get_or_create(
            code=kind.code,
            defaults={
                "name": kind.name,
                "name_en": kind.code,
                "family": family,
                "parents": [],
                "rank": kind.rank,
            },
        )


def publisher(relation: Relation = Relation.ANY, act: str = "publish_list") -> Actor:
    """Return somebody of the city whose post permits one act."""
    grant = Grant(1, "1/", "示例市", "清单管理员", frozenset({(act, relation)}))
    return Actor(7, "清单管理员", (grant,))


def publish(*items: ItemRow, actor: Actor = SYSTEM, **given: object) -> Published:
    """Publish an edition by the real act."""
    unit_kinds()
    usual: dict[str, object] = {
        "list_code": "matters",
        "list_name": "事项清单",
        "name": "2026 版（示例）",
        "from_on": NEW_YEAR,
        "digest": "0" * 64,
        "now": NOON,
    }
    return actions.publish_edition(items=items, actor=actor, **(usual | given))  # type: ignore[arg-type]
