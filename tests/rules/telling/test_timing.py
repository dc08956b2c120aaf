"""Quiet hours and second tries."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mulin.kernel.errors import BadInput
from mulin.telling.rules import routes, texts, timing
from mulin.telling.rules.routes import Route

CITY = ZoneInfo("Asia/Shanghai")


def clock(hour: int, minute: int = 0, day: int = 12) -> datetime:
    return datetime(2026, 5, day, hour, minute, tzinfo=CITY)


@pytest.mark.parametrize(
    ("now", "quiet", "then"),
    [
        (clock(12), (time(21), time(8)), clock(12)),
        (clock(21), (time(21), time(8)), clock(8, day=13)),
        (clock(23, 59), (time(21), time(8)), clock(8, day=13)),
        (clock(0), (time(21), time(8)), clock(8)),
        (clock(7, 59), (time(21), time(8)), clock(8)),
        (clock(8), (time(21), time(8)), clock(8)),
        (clock(13), (time(12), time(14)), clock(14)),
        (clock(14), (time(12), time(14)), clock(14)),
        (clock(3), (None, None), clock(3)),
    ],
)
def test_a_message_waits_for_the_end_of_quiet(
    now: datetime, quiet: tuple[time | None, time | None], then: datetime
) -> None:
    asked = now.astimezone(UTC)
    assert timing.not_before(asked, quiet_from=quiet[0], quiet_until=quiet[1], zone=CITY) == then


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.times(), st.times())  # noqa: DTZ001
def test_it_never_goes_out_earlier_nor_in_quiet_nor_a_day_late(
    naive: datetime, begin: time, end: time
) -> None:
    now = naive.replace(tzinfo=UTC)
    if begin == end:
        return
    then = timing.not_before(now, quiet_from=begin, quiet_until=end, zone=CITY)
    assert now <= then < now + timedelta(days=1)
    assert timing.not_before(then, quiet_from=begin, quiet_until=end, zone=CITY) == then


def test_pauses_grow_and_end() -> None:
    now = clock(12)
    tries = [timing.next_try(now, attempts=n) for n in range(1, timing.TRIES_MOST + 1)]
    assert tries[-1] is None
    spans = [each - now for each in tries[:-1] if each]
    assert spans == sorted(set(spans))
    assert sum(spans, timedelta()) < timing.STALE


@pytest.mark.parametrize(
    "route",
    [
        Route("case filed", "desk", "in_app", "reported"),
        Route("case.filed", "mayor", "in_app", "reported"),
        Route("case.filed", "desk", "fax", "reported"),
        Route("case.filed", "desk", "in_app", "hello"),
        Route("case.filed", "reporter", "email", "reported"),
        Route("case.filed", "reporter", "in_app", "reported"),
    ],
)
def test_a_row_that_cannot_be_followed_is_refused(route: Route) -> None:
    good = Route("case.filed", "reporter", "sms", "reported")
    with pytest.raises(BadInput) as refusal:
        routes.check_routes([good, route])
    assert refusal.value.where == "route 2"
    with pytest.raises(BadInput):
        routes.check_routes([good, good])


@pytest.mark.parametrize("key", sorted(texts.TEXTS))
def test_every_text_is_in_both_languages_and_asks_only_for_what_is_known(key: str) -> None:
    facts = {name: f"<{name}>" for name in ("number", "code", "unit", "due", "link", "hotline")}
    chinese, english = (texts.text(key, facts, language=language) for language in ("zh", "en"))
    assert any("一" <= letter <= "鿿" for letter in chinese)
    assert not any("一" <= letter <= "鿿" for letter in english)
    assert len(chinese) < 90
    for pattern in texts.TEXTS[key]:
        assert pattern.format_map(facts)  # a gap nobody fills would raise


def test_what_is_not_known_leaves_no_hole() -> None:
    assert texts.text("reported", {"code": "AB"}) == "您反映的事已收到，查询码 AB。"
