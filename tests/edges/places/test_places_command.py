"""`mulin places`: a point or an address, for people and for machines, today or on another day."""

import json
from datetime import date

import pytest
from click.testing import CliRunner, Result

from mulin.cli.places import places
from mulin.kernel.errors import BadInput
from mulin.places.actions import importing as actions
from tests.make import places as make

pytestmark = pytest.mark.django_db

POINT = ("--lon", str(make.lon(110)), "--lat", str(make.lat(50)))


@pytest.fixture(autouse=True)
def ground() -> None:
    make.drawn(*make.community())
    whole, *_ = make.community()
    redrawn = [
        whole,
        make.area("C1G1", make.box(0, 0, 150, 100), parent="C1"),
        make.area("C1G2", make.box(150, 0, 200, 100), parent="C1"),
    ]
    actions.import_areas(areas=redrawn, from_on=date(2026, 3, 1), actor=make.SYSTEM, now=make.NOON)


def run(*words: str) -> Result:
    return CliRunner().invoke(places, list(words))


def test_a_point_by_the_boundaries_of_a_day() -> None:
    now = json.loads(run("locate", *POINT, "--json").output)
    then = json.loads(run("locate", *POINT, "--at", "2026-02-28", "--json").output)
    moment = json.loads(run("locate", *POINT, "--at", "2026-02-28T16:30:00+00:00", "--json").output)
    assert (now["area_code"], then["area_code"], moment["area_code"]) == ("C1G1", "C1G2", "C1G1")
    assert (now["edition_from"], then["edition_from"]) == ("2026-03-01", "2026-01-01")


def test_people_read_sentences() -> None:
    said = run("locate", *POINT, "--at", "2026-02-01").output
    assert "C1社区 › C1G2网格  [border]" in said
    assert "相邻：C1G1网格" in said
    assert "边界自 2026-01-01 起生效" in said


def test_an_address_is_parsed() -> None:
    said = json.loads(run("parse", "C1社区的路灯坏了", "--json").output)
    assert (said["outcome"], said["area_code"]) == ("ambiguous", "C1")
    assert [c["code"] for c in said["candidates"]] == ["C1G1", "C1G2"]


def test_wrong_words_are_refused() -> None:
    assert run("locate", *POINT, "--at", "soon").exit_code == 2
    assert isinstance(run("locate", "--lon", "34", "--lat", "118").exception, BadInput)
