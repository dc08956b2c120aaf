"""A whole county's history: 99 communities became 48 and 450 grids were drawn anew, as one act of a pack."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from mulin.boundaries.models import Adjustment
from mulin.boundaries.queries.counting import Counted, counts
from mulin.cases.actions import intake
from mulin.cases.rules.intake import Channel, Filing
from mulin.kernel.actor import PUBLIC, SYSTEM
from mulin.packs.actions import adopt_pack
from mulin.people.models import Unit
from mulin.places.models import Dwelling
from mulin.places.queries import ground
from tests.make import packs as make

BEFORE, AFTER, TODAY = date(2020, 6, 30), date(2020, 7, 1), date(2026, 3, 2)
YEAR = {"since": date(2019, 7, 1), "until": date(2020, 6, 30)}


def told(found: Counted) -> dict[str, int]:
    return {row.code: row.count for row in found.rows}


@pytest.mark.slow
@pytest.mark.mechanism("S-004", "S-005")
@pytest.mark.django_db
def test_ninety_nine_communities_became_forty_eight_and_counts_add_up_by_both() -> None:
    pack = make.pack("tengzhou")
    adopt_pack(pack=pack, actor=SYSTEM, now=make.ADOPTED_AT)
    then, now = (Counter(area.kind for area in ground.areas_on(day)) for day in (BEFORE, TODAY))
    assert (then["community"], then["grid"]) == (99, 99)
    assert (now["community"], now["grid"]) == (48, 450)
    assert ground.areas_on(AFTER) == ground.areas_on(TODAY), "adopting the pack later changed nothing"
    made = Adjustment.objects.get()
    assert (made.on, made.counts["areas_before"], made.counts["areas_after"]) == (AFTER, 220, 520)
    assert Unit.objects.filter(kind="community", until_on=AFTER).count() == 51
    assert Unit.objects.filter(kind="grid", until_on=None).count() == 450
    homes = sum(len(house.stairwells) * len(house.dwellings()) for house in pack.buildings.rows)
    assert Dwelling.objects.count() == homes
    house = pack.buildings.rows[0]
    assert ground.locate_point(lon=house.lon, lat=house.lat, on=TODAY).grid_code == house.grid_code
    in_a_town = ground.outlines("street", TODAY)[-1].centre
    assert ground.locate_point(lon=in_a_town[0], lat=in_a_town[1], on=TODAY).grid_code == ""

    assert pack.history is not None
    former = [area for area in pack.history.areas if area.kind == "community"]
    middle = {row.code: row.centre for row in ground.outlines("community", BEFORE)}
    for number, area in enumerate(former[:24]):
        lon, lat = middle[area.code]
        filing = Filing(
            text="楼道灯坏了（示例）",
            channel=Channel.WEB,
            source="test",
            source_no=str(number),
            lon=lon,
            lat=lat,
        )
        intake.file_report(filing=filing, actor=PUBLIC, now=datetime(2020, 3, 2, 4, number, tzinfo=UTC))
    was = counts(SYSTEM, kind="community", **YEAR)
    by_today = counts(SYSTEM, kind="community", by=TODAY, **YEAR)
    assert told(was) == {area.code: 1 for area in former[:24]}
    assert (was.total, by_today.total, sum(told(by_today).values())) == (24, 24, 24)
    heirs = {link.from_code: link.to_code for link in made.successions.filter(kind="merge")}
    assert told(by_today) == Counter(heirs[area.code] for area in former[:24])
