"""An address leads to the same object in every door: register, map, case; and what is unsure is asked."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from mulin.cases.models import Case
from mulin.cli.places import places as command
from mulin.kernel.actor import SYSTEM
from mulin.people.models import Unit
from mulin.places.actions.divisions import import_divisions
from mulin.places.models import Area, Division
from mulin.places.queries import ground as places
from mulin.places.queries.divisions import divisions_on
from tests.make import cases as heart
from tests.make import packs as make

pytestmark = pytest.mark.django_db

COMMUNITY = "370404001006"


@pytest.mark.mechanism("S-215")
def test_table_map_and_address_show_one_object_and_a_change_in_one_shows_in_all() -> None:
    make.city("yicheng")
    day = heart.NOON.date()
    area, division = Area.objects.get(code=COMMUNITY), Division.objects.get(code=COMMUNITY)
    asked = CliRunner().invoke(command, ["parse", f"峄城区坛山街道{division.name}", "--json"])
    said = json.loads(asked.output)
    assert (said["area_code"], said["division"][-1]["code"]) == (area.code, division.code)
    assert said["confidence"] == 1.0
    assert Unit.objects.filter(code=said["unit_code"]).exists()

    renamed = replace(divisions_on(day)[0], code=COMMUNITY, level="village", name="更名后社区居委会")
    renamed = replace(renamed, parent_code=division.parent_code)
    import_divisions(divisions=[renamed], from_on=day, actor=SYSTEM, now=heart.NOON)
    again = places.locate_address("峄城区坛山街道更名后社区", on=day)
    assert again.area_code == COMMUNITY


@pytest.mark.mechanism("S-009")
def test_a_misspelt_dwelling_is_read_as_meant_and_a_doubtful_one_goes_to_the_wider_desk() -> None:
    make.city()
    sure = Case.objects.get(pk=heart.filed(address="清全社区东苑小区3号楼2单元501").case.pk)
    assert (sure.place["stairwell_code"], sure.place["dwelling"]) == ("DM-DY-03-2", "501")
    assert sure.place["corrections"] == [{"written": "清全社区", "read": "清泉社区", "kind": "wrong"}]

    doubtful = Case.objects.get(pk=heart.filed(address="清泉社区东苑小区3号楼对面").case.pk)
    assert (doubtful.place["outcome"], doubtful.place["reason"]["code"]) == ("ambiguous", "unsure")
    assert doubtful.place_unit is not None
    assert doubtful.place_unit.kind_id == "community"
    assert doubtful.lon is None
