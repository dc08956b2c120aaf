"""What a device may tell, what it may not, and which sights are one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.kernel.errors import BadInput
from mulin.sensing.rules.events import (
    DeviceKind,
    EventGiven,
    SceneType,
    Sight,
    check_event,
    check_retention,
    grouped,
)
from mulin.sensing.rules.screening import DENIED, DENIED_CHINESE, denied_field, is_denied

NOON = datetime(2026, 5, 12, 4, 0, tzinfo=UTC)
HERE = (118.0, 34.0)
GOOD = {
    "device": "D1",
    "model": "M1",
    "source_no": "1",
    "type": SceneType.RUBBISH,
    "at": NOON,
    "confidence": 0.9,
}
CLEAN = {
    "events": [
        {
            "device": "D1",
            "model": "M1",
            "source_no": "1",
            "type": "rubbish",
            "at": "2026-05-12T12:00:00+08:00",
            "confidence": 0.9,
            "longitude": 118.0,
            "latitude": 34.0,
            "still": "",
            "blurred": True,
        }
    ]
}


@pytest.mark.parametrize(
    "key",
    ["face", "faceId", "face_image", "FACE-ID", "personId", "pedestrian", "id_card", "idCard", "identity",
     "plateNo", "licensePlate", "template", "featureVector", "trackId", "gender", "age", "人脸特征", "车牌号",
     "姓名", "name", "phoneNumber", "trajectory"],
)  # fmt: skip
def test_a_field_of_a_person_is_found_however_it_is_written(key: str) -> None:
    assert is_denied(key), key
    assert denied_field({"events": [{**CLEAN["events"][0], key: 1}]}) == f"events.0.{key}"
    assert denied_field({"events": [{**CLEAN["events"][0], "extra": {"deep": [{key: None}]}}]})


@pytest.mark.parametrize("value", ["person", "face", "pedestrian", "行人", "license_plate"])
def test_an_event_of_the_class_person_is_found(value: str) -> None:
    assert denied_field({"events": [{"type": value}]}) == "events.0.type"


def test_a_plain_event_passes() -> None:
    assert denied_field(CLEAN) == ""
    for key in CLEAN["events"][0]:
        assert not is_denied(key)
    for scene in SceneType:
        assert not is_denied(scene.value)


@given(
    st.sampled_from([*sorted(DENIED), *DENIED_CHINESE]),
    st.recursive(st.just({}), lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=2)),
)
def test_wherever_it_hides_it_is_found(word: str, tree: dict[str, object]) -> None:
    assert denied_field({"events": [tree, {"more": {word: 1}}]})


def test_too_deep_to_look_is_denied() -> None:
    value: object = 1
    for _ in range(50):
        value = [value]
    assert denied_field({"events": value})


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"confidence": 1.1}, "confidence"),
        ({"at": NOON + timedelta(hours=1)}, "at"),
        ({"at": NOON - timedelta(days=8)}, "at"),
        ({"lon": 118.0}, "longitude"),
        ({"lon": 118.1, "lat": 34.0}, "longitude"),
    ],
)
def test_what_an_event_cannot_be(change: dict[str, object], where: str) -> None:
    check_event(EventGiven(**GOOD), device=HERE, now=NOON)  # type: ignore[arg-type]
    with pytest.raises(BadInput) as refused:
        check_event(EventGiven(**{**GOOD, **change}), device=HERE, now=NOON)  # type: ignore[arg-type]
    assert refused.value.where == where


def test_a_camera_has_a_sign_and_recordings_go_within_a_month() -> None:
    check_retention(30, has_sign=True, kind=DeviceKind.CAMERA)
    check_retention(0, has_sign=False, kind=DeviceKind.SENSOR)
    camera, sensor = DeviceKind.CAMERA, DeviceKind.SENSOR
    for days, sign, kind in ((31, True, camera), (7, False, camera), (-1, True, sensor)):
        with pytest.raises(BadInput):
            check_retention(days, has_sign=sign, kind=kind)


def sight(minutes: float, metres: float = 0, scene: str = "rubbish") -> Sight:
    return Sight(scene, NOON + timedelta(minutes=minutes), 118.0, 34.0 + metres / 111_320)


def test_sights_near_in_space_and_time_are_one() -> None:
    told = [sight(0), sight(10), sight(35), sight(80), sight(0, 29), sight(0, 200), sight(0, scene="smoke")]
    groups = grouped(list(enumerate(told)))
    assert sorted(sorted(group) for group in groups) == [[0, 1, 2, 4], [3], [5], [6]]


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 200)), max_size=12), st.randoms())
def test_groups_part_the_sights_and_do_not_depend_on_their_order(
    spots: list[tuple[int, int]], dice: object
) -> None:
    told = list(enumerate(sight(minutes, metres) for minutes, metres in spots))
    groups = {frozenset(group) for group in grouped(told)}
    assert sorted(one for group in groups for one in group) == list(range(len(spots)))
    dice.shuffle(told)  # type: ignore[attr-defined]
    assert {frozenset(group) for group in grouped(told)} == groups
