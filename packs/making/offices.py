"""The units and the staff of a district: territory, departments, firms, committees, whoever sits there."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from packs.making.houses import Compound
from packs.making.shapes import Community

Unit = tuple[str, str, str, str, str, str, str]
UNITS = "编码,类别,名称,简称,上级编码,值班电话,覆盖区域编码"
STAFF = "工号,姓名,单位编码,岗位,专职,来源,来源单位编码,起始日期,截止日期"
CITY = "370400"
SINCE, UNTIL = "2026-01-01", "2027-01-01"

DEPARTMENTS = {
    "ZJ": ("住房和城乡建设局", "住建局"), "CG": ("城市管理局", "城管局"), "SW": ("水务局", "水务局"),
    "GA": ("公安分局", "公安分局"), "SJ": ("市场监督管理局", "市监局"), "MZ": ("民政局", "民政局"),
    "HJ": ("生态环境分局", "环境分局"), "JT": ("交通运输局", "交通局"), "YJ": ("应急管理局", "应急局"),
    "RS": ("人力资源和社会保障局", "人社局"), "WJ": ("卫生健康局", "卫健局"),
    "JY": ("教育和体育局", "教体局"), "XF": ("消防救援大队", "消防大队"),
    "YB": ("医疗保障局", "医保局"), "FG": ("发展和改革局", "发改局"),
    "GY": ("公用事业服务中心", "公用事业中心"),
}  # fmt: skip


@dataclass
class District:
    """A county: its streets and towns, the communities that have grids, firms, who lends people to whom."""

    code: str
    name: str
    streets: dict[str, str]
    communities: list[Community]
    firms: list[tuple[str, str, str]] = field(default_factory=list)  # code, name, street
    lenders: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def urban(self) -> list[str]:
        """Return the streets that have communities with grids."""
        return sorted({c.street for c in self.communities})


def city() -> Unit:
    """Return the city every district belongs to."""
    return (CITY, "city", "枣庄市", "", "", "", "")


def units_of(district: District, committees: Sequence[Compound], party: Iterable[Unit]) -> Iterator[Unit]:
    """Yield the units of a district; the compounds given have an owners' committee."""
    county, streets = district.code, district.streets
    yield (county, "county", district.name, "", CITY, "", "")
    yield from ((code, "street", name, "", county, "", "") for code, name in sorted(streets.items()))
    for c in district.communities:
        yield (c.code, "community", c.official, c.short, c.street, "", "")
        yield from ((g.code, "grid", g.name, g.name.removeprefix(c.short), c.code, "", "") for g in c.grids)
    for key, (name, short) in DEPARTMENTS.items():
        yield department(county, key, f"{district.name}{name}", short)
    for street in district.urban:
        yield department(street, "ZF", f"{streets[street]}综合执法队", "综合执法队")
        yield department(street, "WG", f"{streets[street]}网格化服务中心", "网格中心")
    for code, name, street in district.firms:
        yield (code, "property_firm", f"{name}（示例）", name, street, "", "")
    for compound in committees:
        name = f"{compound.name}业主委员会（示例）"
        yield (f"{compound.code}-YW", "owners_committee", name, "", compound.grids[0][:12], "", "")
    yield from party
    for street in district.urban:
        name = f"{streets[street]}综合行政执法办公室（示例）"
        yield (f"{street}-ZD", "enforcement_office", name, f"{streets[street].removesuffix('街道')}执法办",
               street, "", "")  # fmt: skip


def department(parent: str, key: str, name: str, short: str) -> Unit:
    """Return a department under a county or a street."""
    return (f"{parent}-{key}", "department", f"{name}（示例）", short, parent, "", "")


def staff_of(prefix: str, districts: Sequence[District]) -> list[Sequence[object]]:
    """Return the staff of every desk: invented people called by their post and a number."""
    posts: list[tuple[str, str, str]] = [(CITY, "city_seat", "市级坐席")] * 2
    for district in districts:
        posts += _desks(district)
    numbers: dict[str, int] = {}
    rows: list[Sequence[object]] = []
    for index, (unit, post, name) in enumerate(posts, 1):
        numbers[name] = numbers.get(name, 0) + 1
        rows.append((f"{prefix}{index:04d}", f"{name} {numbers[name]:02d}", unit, post, "是", "", "", "", ""))
    for serial, (post, name, unit, *sent) in enumerate(chain.from_iterable(map(_teams, districts)), 1):
        number = len(posts) + serial
        rows.append((f"{prefix}{number:04d}", f"{name} {serial:02d}", unit, post, "是", *sent))
    known, communities = len(rows), [c for district in districts for c in district.communities]
    for serial, c in enumerate(communities, 1):
        name = f"人民调解员 {serial:02d}"
        rows.append((f"{prefix}{known + serial:04d}", name, c.code, "mediator", "是", "", "", "", ""))
    return rows


def _desks(district: District) -> Iterator[tuple[str, str, str]]:
    county, urban = district.code, district.urban
    yield from [(county, "county_seat", "区级坐席")] * 2
    yield (county, "county_supervisor", "督查员")
    yield (county, "county_organiser", "组织管理员")
    yield (county, "county_data_steward", "资料管理员")
    yield (county, "county_system_admin", "系统管理员")
    yield (county, "county_security_admin", "安全管理员")
    yield (county, "county_audit_admin", "审计管理员")
    for code in sorted(district.streets):
        yield from [(code, "street_dispatcher", "街道调度员")] * (2 if code in urban else 1)
    for c in district.communities:
        yield (c.code, "community_secretary", "社区书记")
        yield from [(c.code, "community_worker", "社区工作者")] * 3
    grids = [grid for c in district.communities for grid in c.grids]
    yield from ((grid.code, "grid_lead", "网格长") for grid in grids)
    yield from ((grid.code, "grid_officer", "网格员") for grid in grids)
    yield from ((f"{county}-{key}", "department_handler", "部门承办人") for key in DEPARTMENTS)
    yield from ((f"{s}-{k}", "department_handler", "街道承办人") for s in urban for k in ("ZF", "WG"))
    yield from ((code, "firm_manager", "物业项目经理") for code, _name, _street in district.firms)


def _teams(district: District) -> Iterator[Sequence[str]]:
    """Yield the street enforcement offices "1+X+Y": a head, people departments lend, assistants."""
    for street in district.urban:
        unit = f"{street}-ZD"
        yield ("enforcement_head", "执法办主任", unit, "", "", "", "")
        lent = [(key, UNTIL) for key in district.lenders.get(street, ())] + [("JT", "2026-07-01")]
        for key, until in lent:
            home = f"{district.code}-{key}"
            yield ("enforcement_officer", "下沉队员", unit, "secondment", home, SINCE, until)
        yield from [("enforcement_helper", "协管员", unit, "", "", "", "")] * 2
