"""When something is due: the vectors K1–K26 under their names, and any calendar against a slow oracle."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mulin.clocks.rules import calendars, limits
from mulin.clocks.rules.calendars import SHANGHAI, Calendar, Day, NoWorkingTime, Season, Why
from mulin.clocks.rules.deadlines import Interval, OffDay, deadline
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.kernel.errors import BadInput


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(start: str, limit: str, calendar: Calendar | None = None, **more: object) -> str:
    answer = deadline(
        start=at(start),
        limit=limits.parse(limit),
        calendar=calendar or calendars.cn(),
        **more,  # type: ignore[arg-type]
    )
    assert answer.due_at is not None
    return answer.due_at.strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        pytest.param("2021-02-19T12:00", "1 working day", "2021-02-22T12:00", id="K1"),
        pytest.param("2021-02-20T12:00", "1 working day", "2021-02-23T00:00", id="K2"),
        pytest.param("2021-02-19T12:00", "10 working days", "2021-03-05T12:00", id="K4"),
    ],
)
def test_days_of_a_plain_week(start: str, limit: str, expected: str) -> None:
    assert due(start, limit, calendars.plain()) == expected


def test_k5_working_days_around_holidays_both_ways_and_at_the_same_time_of_day() -> None:
    off = Day(works=False, why=Why.HOLIDAY)
    calendar = calendars.plain().with_days({date(2020, 9, 15): off, date(2020, 9, 21): off})
    assert calendar.working_day(date(2020, 9, 19), 1) == date(2020, 9, 22)
    assert calendar.working_day(date(2020, 9, 19), -5) == date(2020, 9, 11)
    same = {"calendar": calendar, "off_day": OffDay.SAME_TIME}
    assert due("2020-09-19T12:00", "1 working day", **same) == "2020-09-22T12:00"
    assert due("2020-09-19T12:00", "1 working day", calendar) == "2020-09-23T00:00"  # the other, named rule


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        pytest.param("2026-02-13T16:00", "1 working day", "2026-02-14T16:00", id="K7"),
        pytest.param("2026-02-14T16:00", "1 working day", "2026-02-24T16:00", id="K8-one"),
        pytest.param("2026-02-14T16:00", "5 working days", "2026-02-28T16:00", id="K8-five"),
        pytest.param("2026-09-30T10:00", "1 working day", "2026-10-08T10:00", id="K10-eve"),
        pytest.param("2026-10-09T10:00", "1 working day", "2026-10-10T10:00", id="K10-make-up"),
        pytest.param("2026-02-14T17:00", "120 working minutes", "2026-02-24T10:00", id="K12"),
        pytest.param("2026-02-14T11:30", "60 working minutes", "2026-02-14T14:30", id="K13-across-lunch"),
        pytest.param("2026-03-02T12:00", "60 working minutes", "2026-03-02T15:00", id="K13-at-lunch"),
        pytest.param("2026-02-14T17:00", "2 hours", "2026-02-14T19:00", id="hours-run-on"),
        pytest.param("2026-02-14T17:00", "3 natural days", "2026-02-17T17:00", id="natural-days-run-on"),
        pytest.param("2026-02-18T09:00", "1 working day", "2026-02-25T00:00", id="start-in-a-holiday"),
        pytest.param("2026-03-06T00:00", "1 working day", "2026-03-09T00:00", id="start-at-midnight"),
    ],
)
def test_the_chinese_year(start: str, limit: str, expected: str) -> None:
    assert due(start, limit) == expected


def test_k16_past_the_published_year_the_answer_is_provisional_and_the_alarm_rings_before() -> None:
    calendar = calendars.cn()
    late = deadline(start=at("2026-12-31T17:00"), limit=limits.parse("1 working day"), calendar=calendar)
    early = deadline(start=at("2026-12-30T17:00"), limit=limits.parse("1 working day"), calendar=calendar)
    clock = deadline(start=at("2026-12-31T17:00"), limit=limits.parse("48 hours"), calendar=calendar)
    assert (early.provisional, late.provisional, clock.provisional) == (False, True, False)
    assert late.as_json()["provisional"] is True
    assert calendar.known_until == date(2026, 12, 31)
    assert calendar.days_left(date(2026, 11, 1)) == 60
    assert calendar.days_left(date(2026, 10, 2)) == 90
    assert calendar.days_left(date(2026, 10, 1)) is None


def test_k16_a_standing_clock_past_the_published_year_is_provisional_too() -> None:
    pauses = [(at("2027-01-04T10:00"), None)]
    answer = deadline(
        start=at("2026-12-31T17:00"),
        limit=limits.parse("3 working days"),
        calendar=calendars.cn(),
        pauses=pauses,
    )
    assert (answer.due_at, answer.provisional) == (None, True)


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [
        pytest.param("2026-03-28T22:00", 8, "2026-03-29T07:00", id="K17-23-hour-day"),
        pytest.param("2026-10-24T22:00", 8, "2026-10-25T05:00", id="K17-25-hour-day"),
        pytest.param("2026-05-01T23:30", 1, "2026-05-02T00:30", id="K17-midnight"),
    ],
)
def test_round_the_clock_loses_no_minute(start: str, hours: int, expected: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    calendar = Calendar(code="b", name="b", zone=berlin, week=calendars.always().week)
    for kind in (LimitKind.WORKING_HOURS, LimitKind.HOURS):
        answer = deadline(start=at(start, berlin), limit=Limit(hours, kind), calendar=calendar)
        assert answer.due_at == at(expected, berlin)
        assert sum(map(length, answer.intervals), timedelta()) == timedelta(hours=hours)


def test_k17_days_keep_the_time_of_day_over_a_clock_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    calendar = Calendar(code="b", name="b", zone=berlin)
    start = at("2026-03-27T16:00", berlin)
    for kind, expected in (
        (LimitKind.WORKING_DAYS, "2026-03-30T16:00"),
        (LimitKind.NATURAL_DAYS, "2026-03-28T16:00"),
    ):
        assert deadline(start=start, limit=Limit(1, kind), calendar=calendar).due_at == at(expected, berlin)
    skipped = deadline(
        start=at("2026-03-28T02:30", berlin), limit=Limit(1, LimitKind.NATURAL_DAYS), calendar=calendar
    )
    assert skipped.due_at == at("2026-03-29T03:30", berlin)  # 02:30 does not exist that day


def test_k18_a_holiday_switched_off_is_worked() -> None:
    calendar = calendars.cn().with_days({date(2026, 10, 6): Day(works=True, why=Why.WORKDAY)})
    assert due("2026-09-30T10:00", "1 working day", calendar) == "2026-10-06T10:00"
    assert due("2026-09-30T10:00", "1 working day") == "2026-10-08T10:00"


def test_k19_a_week_without_monday_skips_it_and_a_week_without_days_says_so() -> None:
    office = calendars.OFFICE
    calendar = Calendar(
        code="x", name="无周一", zone=SHANGHAI, week=((), office, office, office, office, (), ())
    )
    assert due("2026-03-06T16:00", "1 working day", calendar) == "2026-03-10T16:00"
    assert due("2026-03-06T17:00", "2 working hours", calendar) == "2026-03-10T10:00"
    never = Calendar(code="n", name="从不", zone=SHANGHAI, week=((),) * 7)
    for limit in ("1 working day", "1 working minute"):
        with pytest.raises(NoWorkingTime):
            due("2026-03-06T16:00", limit, never)
    for nth in (1, -1):
        with pytest.raises(NoWorkingTime):
            never.working_day(date(2026, 3, 6), nth)


def test_k20_several_spans_a_day_never_end_at_midnight() -> None:
    spans = ((8 * 60, 10 * 60), (10 * 60 + 30, 12 * 60), (13 * 60, 15 * 60), (19 * 60, 20 * 60))
    calendar = Calendar(code="x", name="四段", zone=SHANGHAI, week=(spans,) * 5 + ((), ()))
    seen = [
        due("2026-03-02T07:00", f"{n} working minutes", calendar) for n in (120, 121, 210, 211, 330, 390, 391)
    ]
    assert [moment[8:] for moment in seen] == [
        "02T10:00", "02T10:31", "02T12:00", "02T13:01", "02T15:00", "02T20:00", "03T08:01",
    ]  # fmt: skip


def test_k22_a_pause_stops_the_clock_and_it_goes_on_with_what_was_left() -> None:
    pauses = [(at("2026-03-02T10:00"), at("2026-03-04T10:00"))]
    assert due("2026-03-02T09:00", "2 working hours", pauses=pauses) == "2026-03-04T11:00"
    assert due("2026-03-02T09:00", "2 working days", pauses=pauses) == "2026-03-06T09:00"
    assert due("2026-03-02T09:00", "2 hours", pauses=pauses) == "2026-03-04T11:00"
    assert due("2026-03-02T09:00", "5 natural days", pauses=pauses) == "2026-03-09T09:00"


def test_k23_what_is_no_pause_changes_nothing() -> None:
    before = due("2026-03-02T09:00", "2 working hours")
    nothing = [
        (at("2026-03-02T10:54"), at("2026-03-02T10:54")),  # of no length
        (at("2026-03-01T00:00"), at("2026-03-02T09:00")),  # over as the clock starts
        (at("2026-03-02T11:00"), at("2026-03-09T09:00")),  # begins as it is due
        (at("2026-03-02T11:00"), None),
    ]
    assert due("2026-03-02T09:00", "2 working hours", pauses=nothing) == before


def test_pauses_may_overlap_and_outlast_the_day() -> None:
    pauses = [
        (at("2026-03-02T16:00"), at("2026-03-04T10:00")),
        (at("2026-03-02T17:00"), at("2026-03-05T10:00")),
        (at("2026-03-02T10:00"), at("2026-03-02T10:00")),
    ]
    answer = deadline(
        start=at("2026-03-02T15:00"),
        limit=limits.parse("2 working hours"),
        calendar=calendars.cn(),
        pauses=pauses,
    )
    assert answer.due_at == at("2026-03-05T11:00")
    assert [(i.why, i.counted) for i in answer.intervals] == [
        (Why.WORKDAY, True),
        (Why.PAUSE, False),
        (Why.WORKDAY, True),
    ]


def test_k24_there_is_no_blank_limit() -> None:
    for value in (0, -1):
        with pytest.raises(BadInput):
            Limit(value, LimitKind.WORKING_DAYS)


@pytest.mark.parametrize(
    "start", ["2026-03-06T18:00", "2026-03-06T23:59", "2026-03-08T12:00", "2026-03-09T08:59"]
)
def test_k25_outside_hours_the_clock_starts_at_the_next_opening(start: str) -> None:
    assert due(start, "30 working minutes") == "2026-03-09T09:30"


@pytest.mark.parametrize("server", ["UTC", "America/New_York", "Pacific/Kiritimati"])
def test_k26_the_servers_own_zone_is_nobodys_business(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", server)
    time.tzset()
    try:
        start = datetime(2026, 2, 14, 9, 0, tzinfo=UTC).astimezone(ZoneInfo("America/New_York"))
        answer = deadline(start=start, limit=limits.parse("120 working minutes"), calendar=calendars.cn())
        days = deadline(start=start, limit=limits.parse("1 working day"), calendar=calendars.cn())
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (answer.due_at, days.due_at) == (at("2026-02-24T10:00"), at("2026-02-24T17:00"))
    assert answer.due_at is not None
    assert answer.due_at.isoformat().endswith("+08:00")


def test_a_season_has_its_own_hours() -> None:
    summer = Season(
        first=(6, 1), last=(9, 30), week=(((8 * 60, 12 * 60), (15 * 60, 18 * 60)),) * 5 + ((), ())
    )
    winter = Season(first=(11, 1), last=(2, 28), week=(((9 * 60, 17 * 60),),) * 5 + ((), ()))
    calendar = Calendar(code="s", name="四季", zone=SHANGHAI, seasons=(summer, winter))
    assert due("2026-06-01T11:30", "60 working minutes", calendar) == "2026-06-01T15:30"
    assert due("2026-09-30T11:30", "60 working minutes", calendar) == "2026-09-30T15:30"
    assert due("2026-05-29T17:30", "60 working minutes", calendar) == "2026-06-01T08:30"
    assert due("2026-01-05T11:30", "60 working minutes", calendar) == "2026-01-05T12:30"
    assert due("2026-12-31T16:30", "60 working minutes", calendar) == "2027-01-01T09:30"
    assert due("2026-10-09T11:30", "60 working minutes", calendar) == "2026-10-09T14:30"


def test_the_explanation_names_every_stretch() -> None:
    answer = deadline(
        start=at("2026-02-14T17:00"),
        limit=limits.parse("120 working minutes"),
        calendar=calendars.cn(),
        pauses=[(at("2026-02-24T09:10"), at("2026-02-24T09:20"))],
    )
    assert [(i.why, i.counted, i.note) for i in answer.intervals] == [
        (Why.MAKE_UP, True, ""),
        (Why.OFF_HOURS, False, ""),
        (Why.WEEKEND, False, ""),
        (Why.HOLIDAY, False, "农历除夕"),
        (Why.HOLIDAY, False, "春节"),
        (Why.HOLIDAY, False, "休息日（由 2026-02-14 调休）"),
        (Why.WEEKEND, False, ""),
        (Why.HOLIDAY, False, "休息日（由 2026-02-28 调休）"),
        (Why.OFF_HOURS, False, ""),
        (Why.WORKDAY, True, ""),
        (Why.PAUSE, False, ""),
        (Why.WORKDAY, True, ""),
    ]
    assert answer.intervals[0].start == at("2026-02-14T17:00")
    assert answer.intervals[-1].end == answer.due_at == at("2026-02-24T10:10")


def test_a_pause_that_lasts_leaves_the_due_open_and_says_what_is_left() -> None:
    answer = deadline(
        start=at("2026-03-02T09:00"),
        limit=limits.parse("4 working hours"),
        calendar=calendars.cn(),
        pauses=[(at("2026-03-02T10:00"), None)],
    )
    assert (answer.due_at, answer.left) == (None, timedelta(hours=3))
    assert answer.intervals[-1] == Interval(at("2026-03-02T10:00"), None, False, Why.PAUSE)
    assert answer.as_json()["left_seconds"] == 3 * 3600


def test_bare_moments_and_backward_pauses_are_refused() -> None:
    with pytest.raises(BadInput, match="时区"):
        deadline(
            start=datetime.fromisoformat("2026-03-02T09:00"),
            limit=Limit(1, LimitKind.HOURS),
            calendar=calendars.cn(),
        )
    with pytest.raises(BadInput, match="早于"):
        due("2026-03-02T09:00", "1 hour", pauses=[(at("2026-03-02T10:00"), at("2026-03-02T09:30"))])


def test_a_days_deadline_takes_less_than_200_microseconds() -> None:
    limit, start, calendar = limits.parse("20 working days"), at("2026-03-02T10:00"), calendars.cn()
    deadline(start=start, limit=limit, calendar=calendar)
    best = min(once(lambda: deadline(start=start, limit=limit, calendar=calendar)) for _ in range(200))
    assert best < 200e-6


def once(act: object) -> float:
    begun = time.perf_counter()
    act()  # type: ignore[operator]
    return time.perf_counter() - begun


def length(interval: Interval) -> timedelta:
    assert interval.end is not None
    return interval.end.astimezone(UTC) - interval.start.astimezone(UTC)
