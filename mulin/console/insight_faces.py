"""Words and cells of the questions of space and time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from mulin.console.words import Text
from mulin.insight.queries.histories import SpellKind
from mulin.insight.queries.ledgers import GridRow
from mulin.insight.queries.matters import What

WHATS: Final[Mapping[What, Text]] = {
    What.REPORTED: _("本月上报"),
    What.CLOSED: _("本月办结"),
    What.OPEN: _("当日在办"),
}
SPANS: Final[Mapping[What, Text]] = {
    What.REPORTED: _("这段时间上报"),
    What.CLOSED: _("这段时间办结"),
    What.OPEN: _("到最后一天仍在办"),
}
AREA_KINDS: Final[Mapping[str, Text]] = {
    "city": _("市"),
    "county": _("区县"),
    "street": _("街道"),
    "community": _("社区"),
    "grid": _("网格"),
}
SPELLS: Final[Mapping[SpellKind, Text]] = {
    SpellKind.AREA: _("区域"),
    SpellKind.NAME: _("名称"),
    SpellKind.ABOVE: _("隶属"),
    SpellKind.GRID: _("所在网格"),
    SpellKind.GROUP: _("楼院党小组"),
    SpellKind.COMPOUND: _("小区"),
    SpellKind.FIRM: _("物业企业"),
    SpellKind.FOLLOWED: _("承接"),
    SpellKind.SERVED: _("服务单位"),
}
SHOWS: Final[Mapping[str, Text]] = {
    "compounds": _("小区"),
    "buildings": _("楼栋"),
    "stairwells": _("单元"),
    "dwellings": _("户"),
    "firms": _("物业企业"),
    "groups": _("楼院党小组"),
    "without_group": _("没有小组的楼栋"),
    "grids": _("网格"),
    "things": _("部件设施"),
    "damaged": _("破损或丢失的部件"),
    "unowned": _("没有权属的部件"),
    "unsurveyed": _("没有普查的网格"),
    "posts": _("有人的岗位"),
    "vacant": _("空缺的岗位"),
    "reported": _("本月上报"),
    "closed": _("本月办结"),
    "open": _("当日在办"),
    "border": _("位置在边界上"),
}
# The columns of the ledger after code and name: key, word, width in a workbook.
LEDGER: Final[tuple[tuple[str, Text, int], ...]] = (
    ("hectares", _("公顷"), 10),
    ("compounds", _("小区"), 8),
    ("buildings", _("楼栋"), 8),
    ("stairwells", _("单元"), 8),
    ("dwellings", _("户"), 8),
    ("groups", _("党小组"), 8),
    ("without_group", _("无小组楼栋"), 12),
    ("posts", _("有人岗位"), 10),
    ("vacant", _("空缺岗位"), 10),
    ("things", _("部件设施"), 10),
    ("surveyed_on", _("普查日"), 12),
    ("reported", _("本月上报"), 10),
    ("closed", _("本月办结"), 10),
    ("open", _("当日在办"), 10),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A number, what it is, and where it opens; nothing where it may not be told."""

    word: Text
    value: int | float | str | None
    url: str = ""


def grid_cells(row: GridRow, on: date) -> list[Cell]:
    """Return the cells of a grid's row, in the order of the columns."""
    values: dict[str, int | float | str | None] = {
        "surveyed_on": row.surveyed_on.isoformat() if row.surveyed_on else "",
        **{what.value: n for what, n in row.cases.items()},
    }
    cells = []
    for key, word, _width in LEDGER:
        value = values[key] if key in values else getattr(row, key)
        asked = {"of": "state", "what": key, "area": row.code, "on": on.isoformat()}
        opens = key in set(What) and bool(value)
        cells.append(
            Cell(word, value, f"{reverse('console:insight_cases')}?{urlencode(asked)}" if opens else "")
        )
    return cells
