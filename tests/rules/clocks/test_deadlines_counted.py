"""Any calendar against a slow oracle that counts minute by minute."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mulin.clocks.rules.calendars import SHANGHAI, Calendar, Day, Week, Why
from mulin.clocks.rules.deadlines import Deadline, Interval, deadline
from mulin.clocks.rules.limits import Limit, LimitKind


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def length(interval: Interval) -> timedelta:
    assert interval.end is not None
    return interval.end.astimezone(UTC) - interval.start.astimezone(UTC)


# The oracle counts minute by minute and knows nothing of runs, pieces or reckonings.

FIRST = date(2026, 1, 1)
spans = st.lists(st.integers(0, 96), min_size=2, max_size=6, unique=True).map(
    lambda quarters: tuple(
        (opens * 15, closes * 15)
        for opens, closes in zip(sorted(quarters)[::2], sorted(quarters)[1::2], strict=False)
    )
)
weeks = st.tuples(*[st.one_of(st.just(()), spans)] * 7).filter(any)
special_days = st.dictionaries(
    st.integers(0, 40).map(lambda n: FIRST + timedelta(days=n)),
    st.booleans().map(lambda works: Day(works=works, why=Why.MAKE_UP if works else Why.HOLIDAY)),
    max_size=8,
)
minutes = st.integers(0, 20 * 1440).map(lambda n: at("2026-01-01T00:00") + timedelta(minutes=n))
pause_lists = st.lists(
    st.tuples(minutes, st.integers(0, 2000)).map(
        lambda each: (each[0], each[0] + timedelta(minutes=each[1]))
    ),
    max_size=3,
)


def open_minutes(week: Week, special: dict[date, Day], kind: LimitKind, moment: datetime) -> bool:
    if kind in (LimitKind.MINUTES, LimitKind.HOURS, LimitKind.NATURAL_DAYS):
        return True
    local = moment.astimezone(SHANGHAI)
    day = local.date()
    if not (special[day].works if day in special else week[day.weekday()]):
        return False
    if kind is LimitKind.WORKING_DAYS:
        return True
    hours = week[local.weekday()] or next(each for each in week if each)
    minute = local.hour * 60 + local.minute
    return any(opens <= minute < closes for opens, closes in hours)


@settings(max_examples=120, deadline=None)
@given(
    week=weeks,
    special=special_days,
    start=minutes,
    kind=st.sampled_from(LimitKind),
    size=st.integers(1, 5),
    pauses=pause_lists,
)
@example(
    week=(((0, 1440),),) * 5 + ((), ()),
    special={},
    start=at("2026-01-02T00:00"),
    kind=LimitKind.WORKING_DAYS,
    size=1,
    pauses=[(at("2026-01-03T00:00"), at("2026-01-06T00:00"))],
)
def test_any_calendar_agrees_with_counting_minute_by_minute(
    week: Week,
    special: dict[date, Day],
    start: datetime,
    kind: LimitKind,
    size: int,
    pauses: list[tuple[datetime, datetime]],
) -> None:
    calendar = Calendar(code="x", name="x", zone=SHANGHAI, week=week, special=lambda _year: special)
    factor = 50 if kind in (LimitKind.MINUTES, LimitKind.WORKING_MINUTES) else 1
    limit = Limit(size * factor, kind)
    answer = deadline(start=start, limit=limit, calendar=calendar, pauses=pauses)

    def runs(moment: datetime) -> bool:
        return open_minutes(week, special, kind, moment) and not any(
            begun <= moment < ended for begun, ended in pauses
        )

    unit = {LimitKind.HOURS: 60, LimitKind.WORKING_HOURS: 60}.get(kind, 1440 if "days" in kind else 1)
    left, moment, counted = limit.value * unit, start, list[bool]()
    while left or (kind is LimitKind.WORKING_DAYS and not runs(moment)):  # working days end when work goes on
        counted.append(runs(moment))
        left -= counted[-1]
        moment += timedelta(minutes=1)

    assert answer.due_at == moment
    assert list(minute_by_minute(answer, start)) == counted


def minute_by_minute(answer: Deadline, start: datetime) -> Iterator[bool]:
    """Yield whether each minute counted, and check that the intervals follow one another without a gap."""
    last = start
    for interval in answer.intervals:
        assert interval.start == last
        assert interval.end is not None
        for _ in range(int(length(interval).total_seconds() // 60)):
            yield interval.counted
        last = interval.end
    assert last == answer.due_at
