"""The list: three modules, every problem of the seeds a leaf with owner, level and limit, figures by both."""

from collections import Counter
from datetime import timedelta

import pytest

from mulin.cases.models import Case
from mulin.cases.queries import figures
from mulin.catalogue import queries as lists
from mulin.catalogue.rules.items import Module
from mulin.kernel.actor import SYSTEM
from tests.make import cases as heart
from tests.make import packs as make

# The problems the seeds name, and the leaf that holds each.
LEAVES = {
    "停车难": "21-06",
    "噪音扰民": "05-08",
    "道路维修": "01-10",
    "地锁拆除": "21-07",
    "僵尸车清理": "01-07",
    "占道经营": "05-04",
    "墙体粉刷": "21-09",
    "暴露垃圾": "01-02",
    "车辆乱停放": "05-05",
    "道路设施失修": "01-10",
}


SAID = (
    ("单元门口的下水道堵了，污水都流到路上了", "04-04"),
    ("小区门口早市占道经营，人行道走不了", "05-04"),
    ("我们小区停车难，天天找不到车位", "21-06"),
    ("楼下有人私装地锁占车位", "21-07"),
    ("外墙墙皮脱落，希望粉刷一下", "21-09"),
    ("小区的电梯坏了三天没人修", "21-01"),
    ("路面坑洼不平，道路破损严重", "01-10"),
)


def months() -> dict[str, object]:
    return {"since": heart.NOON - timedelta(days=1), "until": heart.NOON + timedelta(days=1)}


@pytest.mark.mechanism("S-049")
@pytest.mark.django_db
def test_every_item_belongs_to_one_module_and_reports_split_by_module() -> None:
    make.city("yicheng")
    items = lists.items_in_force(heart.NOON.date())
    held = Counter(item.module for item in items)
    assert set(held) == {module.value for module in Module}
    assert sum(held.values()) == len(items)
    for code, module in (("22-09", "development"), ("05-04", "enforcement"), ("04-04", "livelihood")):
        item = lists.item_in_force(code, on=heart.NOON.date())
        Case.objects.filter(pk=heart.filed().case.pk).update(item=item, module=item.module)
        assert item.module == module
    lines = figures.counts(SYSTEM, by=figures.By.MODULE, **months())
    assert {line.value: line.cases for line in lines} == {
        "development": 1,
        "enforcement": 1,
        "livelihood": 1,
    }


@pytest.mark.mechanism("S-073")
@pytest.mark.django_db
def test_the_category_tree_holds_every_leaf_with_owner_level_and_limit_and_counts_by_leaf() -> None:
    make.city("yicheng")
    on = heart.NOON.date()
    for problem, code in LEAVES.items():
        item = lists.item_in_force(code, on=on)
        assert problem in item.name or problem in item.keywords, problem
        assert item.path
        assert item.lead_kind
        assert item.levels
        assert item.limit_value > 0
        assert item.closing_standard
        assert item.is_example
    assert {branch.name for branch in lists.tree(on)} >= {"市容环境", "突发事件", "街面秩序", "扩展事件"}
    for code in ("21-06", "21-06", "05-08"):
        Case.objects.filter(pk=heart.filed().case.pk).update(item=lists.item_in_force(code, on=on))
    lines = figures.counts(SYSTEM, by=figures.By.ITEM, **months())
    assert [(line.value, line.cases) for line in lines] == [("21-06", 2), ("05-08", 1)]


@pytest.mark.mechanism("S-073")
@pytest.mark.django_db
def test_what_residents_say_leads_to_the_leaf() -> None:
    make.city("yicheng")
    for said, code in SAID:
        suggestion = lists.suggest(said, on=heart.NOON.date())
        assert suggestion is not None, said
        assert suggestion.code == code, said
