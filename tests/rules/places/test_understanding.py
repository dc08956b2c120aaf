"""How an address is understood: levels, corrections, confidence, and what is asked rather than guessed."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mulin.places.rules.atlas import Atlas
from mulin.places.rules.divisions import Division, parent_by_code
from mulin.places.rules.ground import Ground
from mulin.places.rules.located import Located, Outcome
from mulin.places.rules.names import division_variants, house_in, plain, spelt, stem_of
from mulin.places.rules.spellings import error_between, one_apart
from mulin.places.rules.understood import SURE_FROM
from tests.make import places as make

DAY = date(2026, 3, 2)
TABLE = (
    ("990000000000", "province", "云川省"),
    ("990100000000", "city", "临泽市"),
    ("990101000000", "county", "望江区"),
    ("990102000000", "county", "石门县"),
    ("990101001000", "street", "望山街道"),
    ("990101001001", "village", "清泉社区居委会"),
    ("990101001002", "village", "柳林社区居委会"),
    ("990101101000", "street", "榆林镇"),
    ("990101101201", "village", "周庄村委会"),
    ("990101101202", "village", "前河湾村委会"),
    ("990101101203", "village", "马家集村委会"),
    ("990101102000", "street", "双桥镇"),
    ("990101102201", "village", "周庄村委会"),
    ("990101102202", "village", "后河湾村委会"),
    ("990101102203", "village", "梅岭峪村委会"),
    ("990102101000", "street", "石门镇"),
    ("990102101201", "village", "东河湾村委会"),
)
DIVISIONS = tuple(Division(c, level, name, "", parent_by_code(c, level)) for c, level, name in TABLE)
NAMES = {division.code: division.name for division in DIVISIONS}


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    areas = [
        make.area("990101", make.box(0, 0, 400, 100), "county", name="望江区"),
        make.area("990101001", make.box(0, 0, 400, 100), "street", "990101", name="望山街道"),
        make.area("990101001001", make.box(0, 0, 200, 100), "community", "990101001", name="清泉社区"),
        make.area("Q1", make.box(0, 0, 100, 100), parent="990101001001", name="清泉社区第一网格"),
        make.area("Q2", make.box(100, 0, 200, 100), parent="990101001001", name="清泉社区第二网格"),
        make.area("990101001002", make.box(200, 0, 400, 100), "community", "990101001", name="柳林社区"),
        make.area("L1", make.box(200, 0, 400, 100), parent="990101001002", name="柳林社区第一网格"),
    ]
    compounds = (
        make.compound("DY", "东苑小区", "Q1", "Q2"),
        make.compound("JX", "锦绣花园", "Q2", at=(150, 50)),
        make.compound("JS", "锦秀花园", "L1", at=(250, 50)),
    )
    buildings = (
        make.building("DY-3", "DY", "Q2", (140, 50), "3号楼"),
        make.building("JX-A", "JX", "Q2", (150, 50), "A座"),
    )
    return Atlas(Ground(tuple(areas), compounds, buildings, DIVISIONS), on=DAY)


def narrowest(found: Located) -> str:
    return found.division[-1].code if found.division else ""


FULL = "云川省临泽市望江区望山街道清泉社区东苑小区3号楼2单元501"


def test_every_level_is_named_with_its_code_and_how_it_was_written(atlas: Atlas) -> None:
    found = atlas.locate_address(FULL)
    assert [(each.level, each.code, each.said) for each in found.division] == [
        ("province", "990000000000", "exact"),
        ("city", "990100000000", "exact"),
        ("county", "990101000000", "exact"),
        ("street", "990101001000", "exact"),
        ("village", "990101001001", "exact"),
    ]
    assert (found.grid_code, found.building_code, found.stairwell_code, found.dwelling) == (
        "Q2",
        "DY-3",
        "DY-3-2",
        "501",
    )
    assert (found.confidence, found.corrections) == (1.0, ())
    assert found.as_json()["division"][0] == {
        "level": "province", "code": "990000000000", "name": "云川省", "said": "exact",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("榆林镇周庄村", "990101101201"),
        ("榆林镇周庄村委会", "990101101201"),
        ("榆林镇周庄村民委员会", "990101101201"),
        ("榆林镇周庄", "990101101201"),
        ("榆林周庄", "990101101201"),
        ("榆林镇周庄社区", "990101101201"),
        ("望江区榆林镇政府周庄村", "990101101201"),
        ("周庄村（榆林镇）", "990101101201"),
        ("周庄村，属榆林镇", "990101101201"),
        ("榆林鎮周莊村", "990101101201"),
        ("榆林镇　周庄村，１３８１２３４５６７８ 张三", "990101101201"),
        ("张三 13812345678 榆林镇周庄村", "990101101201"),
        ("石门县石门镇东河湾村", "990102101201"),
        ("石门东河湾", "990102101201"),
    ],
)
def test_the_ways_people_write_a_village(atlas: Atlas, text: str, code: str) -> None:
    found = atlas.locate_address(text)
    assert (found.outcome, narrowest(found)) == (Outcome.OUTSIDE, code)
    assert found.confidence is not None
    assert found.confidence >= SURE_FROM


def test_a_name_that_stands_twice_asks_for_the_town(atlas: Atlas) -> None:
    found = atlas.locate_address("望江区周庄村")
    assert (found.outcome, found.reason.code) == (Outcome.AMBIGUOUS, "same_name")
    assert [c.code for c in found.candidates] == ["990101101201", "990101102201"]
    assert "周庄村委会（榆林镇）、周庄村委会（双桥镇）" in found.reason.words()
    assert found.confidence is not None
    assert found.confidence <= 0.5


@pytest.mark.parametrize(
    ("text", "written", "read", "kind"),
    [
        ("望江区双桥镇梅岭裕村委会", "梅岭裕村委会", "梅岭峪村委会", "wrong"),
        ("望江区双桥镇梅峪村委会", "梅峪村委会", "梅岭峪村委会", "missing"),
        ("望江区双桥镇梅岭岭峪村委会", "梅岭岭峪村委会", "梅岭峪村委会", "extra"),
        ("望江区双桥镇岭梅峪村委会", "岭梅峪村委会", "梅岭峪村委会", "swapped"),
        ("望江区双侨镇梅岭峪村委会", "双侨镇", "双桥镇", "wrong"),
    ],
)
def test_one_typing_error_is_read_as_meant_and_said(
    atlas: Atlas, text: str, written: str, read: str, kind: str
) -> None:
    found = atlas.locate_address(text)
    assert narrowest(found) == "990101102203"
    assert [(c.written, c.read, c.kind) for c in found.corrections] == [(written, read, kind)]
    assert f"「{written}」按「{read}」理解" in [reason.words() for reason in found.because]
    assert found.confidence is not None
    assert SURE_FROM <= found.confidence < 0.9


def test_two_names_equally_near_are_never_chosen_between(atlas: Atlas) -> None:
    for text, codes in [
        ("望江区右河湾村委会", {"990101101202", "990101102202"}),
        ("锦休花园", {"JX", "JS"}),
    ]:
        found = atlas.locate_address(text)
        assert found.outcome is Outcome.AMBIGUOUS
        assert {candidate.code for candidate in found.candidates} == codes


def test_what_is_written_exactly_is_never_taken_for_an_error(atlas: Atlas) -> None:
    found = atlas.locate_address("望江区望山街道清泉社区锦绣花园A座")
    assert (found.compound_code, found.confidence) == ("JX", 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "清泉社区东苑小区3号楼附近",
        "清泉社区东苑小区3号楼对面",
        "东苑小区3号楼与锦绣花园交叉口",
        "望江区双桥镇周狂村民组",
        "双桥镇梅岭裕村委会旁边",
        "清泉社区锦绣花园新村3号楼",
    ],
)
def test_a_guess_that_is_not_sure_enough_becomes_a_question(atlas: Atlas, text: str) -> None:
    found = atlas.locate_address(text)
    assert found.outcome in (Outcome.AMBIGUOUS, Outcome.OUTSIDE)
    assert found.confidence is not None
    assert found.confidence < SURE_FROM or found.outcome is Outcome.OUTSIDE
    assert not found.grid_code
    assert (found.building_code, found.lon) == ("", None)


def test_an_unsure_answer_names_its_guess_and_is_sure_only_of_the_area_around(atlas: Atlas) -> None:
    found = atlas.locate_address("清泉社区东苑小区3号楼对面")
    assert (found.reason.code, found.area_code) == ("unsure", "990101001001")
    assert [candidate.code for candidate in found.candidates] == ["DY"]


def test_a_place_the_official_table_knows_but_nobody_drew_is_told_apart(atlas: Atlas) -> None:
    inside, outside = (atlas.locate_address(t) for t in ("榆林镇马家集村", "石门县石门镇东河湾村"))
    assert (inside.outcome, inside.reason.code, inside.area_code) == (
        Outcome.OUTSIDE,
        "division_only",
        "990101",
    )
    assert (outside.reason.code, outside.area_code) == ("division_outside", "")
    city = atlas.locate_address("云川省临泽市")
    assert (city.outcome, city.area_code) == (Outcome.AMBIGUOUS, "990101")


def test_what_is_chosen_leads_there(atlas: Atlas) -> None:
    for text, code, place in [
        ("望江区周庄村", "990101102201", "990101102201"),
        ("锦休花园", "JS", "JS"),
        ("东苑小区3号楼附近", "DY", ""),
        ("清泉社区", "Q2", "Q2"),
        ("周庄村", "nowhere", ""),
    ]:
        found = atlas.locate_address(atlas.chosen(text, code))
        assert place in ("", narrowest(found), found.compound_code, found.grid_code)
        assert (found.outcome is Outcome.AMBIGUOUS) is (not place)
    assert (atlas.around("990101101201"), atlas.around("DY"), atlas.around("nowhere")) == (
        "榆林镇",
        "清泉社区",
        None,
    )


def test_a_point_needs_no_confidence(atlas: Atlas) -> None:
    found = atlas.locate_point(make.lon(50), make.lat(50))
    assert (found.confidence, found.division) == (None, ())


def test_an_error_that_is_the_name_of_another_place_is_asked_about(atlas: Atlas) -> None:
    found = atlas.locate_address("望江区双桥镇前河湾村委会")
    assert found.outcome is Outcome.AMBIGUOUS
    assert found.confidence is not None
    assert found.confidence < SURE_FROM


VILLAGES = [division for division in DIVISIONS if division.level == "village"]
LETTERS = "甲乙丙丁戊己庚辛"
ERRORS = st.tuples(
    st.sampled_from(("wrong", "missing", "doubled", "swapped")), st.integers(0, 30), st.sampled_from(LETTERS)
)


def written(village: Division) -> str:
    street = NAMES[village.parent_code]
    return NAMES[village.code[:6] + "000000"] + street + village.name


def spoilt(text: str, error: tuple[str, int, str]) -> str:
    kind, at, letter = error
    at %= len(text)
    if kind == "wrong":
        return text[:at] + letter + text[at + 1 :]
    if kind == "missing":
        return text[:at] + text[at + 1 :]
    if kind == "doubled":
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(VILLAGES), st.lists(ERRORS, min_size=1, max_size=3))
def test_exact_text_is_surest_and_confidence_falls_with_every_error(
    atlas: Atlas, village: Division, errors: list[tuple[str, int, str]]
) -> None:
    text = written(village)
    exact = atlas.locate_address(text)
    assert (narrowest(exact), exact.confidence) == (village.code, 1.0) or exact.outcome is Outcome.AMBIGUOUS
    before = exact
    for error in errors:
        text = spoilt(text, error)
        found = atlas.locate_address(text)
        assert found == atlas.locate_address(text)
        assert (found.confidence or 0) <= (exact.confidence or 0)
        if text != written(village) and found.division and found.outcome is not Outcome.AMBIGUOUS:
            assert all(named.said == "exact" for named in found.division[2:]) is (
                not found.corrections
            ) or any(named.said in ("short", "omitted") for named in found.division[2:])
        before = found
    assume(before is not exact)


@pytest.mark.parametrize("village", VILLAGES, ids=lambda village: village.code)
def test_one_error_is_never_surer_than_none_nor_silent(atlas: Atlas, village: Division) -> None:
    exact = written(village)
    for kind in ("wrong", "missing", "doubled", "swapped"):
        for at in range(len(exact)):
            text = spoilt(exact, (kind, at, "甲"))
            found = atlas.locate_address(text)
            if text == exact or found.outcome is Outcome.AMBIGUOUS or narrowest(found) != village.code:
                continue
            if text.endswith(("村委", "居委")):
                continue  # how people say it: no error
            assert (found.confidence or 0) < 1
            assert len(found.because) > 1
            worse = atlas.locate_address(text + "对面")
            assert (worse.confidence or 0) <= (found.confidence or 0)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from([*NAMES.values(), "东苑小区", "3号楼", "对面", "（", "十"]), st.text(max_size=5)
        ),
        max_size=7,
    ).map("".join)
)
def test_no_text_makes_it_fail(atlas: Atlas, text: str) -> None:
    found = atlas.locate_address(text)
    assert found == atlas.locate_address(text)
    assert 0 <= (found.confidence or 0) <= 1
    for reason in found.because:
        assert reason.words()
        assert reason.words("en")
    if found.outcome is Outcome.INSIDE:
        assert (found.confidence or 0) >= SURE_FROM


def test_spelling_keeps_where_the_text_was_parted() -> None:
    assert spelt("东苑 十二号楼，三 13812345678 王") == (
        "东苑12号楼3王".replace("3王", "三王"),
        frozenset({0, 2, 6, 7, 8}),
    )
    assert plain("周莊村 0632-1234567") == "周庄村"


def test_endings() -> None:
    assert (stem_of("坛山街道", "street"), stem_of("王庄村委会", "village")) == ("坛山", "王庄")
    assert stem_of("西各塔埠农村社区村委会", "village") == "西各塔埠"
    full, other = division_variants("兴国社区居委会", "village")
    assert ("兴国社区" in full, "兴国村" in other) == (True, True)
    assert division_variants("山亭经济开发区", "street") == (("山亭经济开发区",), ())
    assert "桑村" in division_variants("桑村村委会", "village")[0]


def test_errors_are_told_apart() -> None:
    assert one_apart("甲乙丙", "甲丙乙")
    assert not one_apart("甲乙丙", "丙乙甲")
    assert not one_apart("甲乙丙", "甲乙丙")
    assert [error_between(t, "甲乙丙") for t in ("甲丁丙", "甲丙", "甲乙乙丙", "乙甲丙")] == [
        "wrong", "missing", "extra", "swapped",
    ]  # fmt: skip


def test_two_numbers_are_building_and_door() -> None:
    assert (house_in("3-501").building, house_in("3-501").dwelling) == ("3", "501")
    assert house_in("3#楼二单元501").building == "3"


def test_a_division_without_a_known_parent_stands_by_itself() -> None:
    lone = Atlas(Ground(divisions=(replace(DIVISIONS[5], parent_code="980000000000"),)), on=DAY)
    assert narrowest(lone.locate_address("清泉社区居委会")) == "990101001001"
