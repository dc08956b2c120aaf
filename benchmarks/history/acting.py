"""Who does what next: mostly what the case's state allows, by somebody who could; often wrongly."""

import inspect
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Final

from django.db import connection

import mulin.cases.actions
from benchmarks.history.given import GIVE, OWN, THEIRS, one_of
from benchmarks.history.world import LIVE, Row, World
from mulin.cases.actions.escalating import sweep_clocks
from mulin.cases.actions.holding import resume_due
from mulin.cases.actions.intake import file_report
from mulin.cases.actions.timetables import begin_calendars, change_calendar
from mulin.cases.actions.visits import draw_visits
from mulin.cases.rules.intake import Channel, ContactGiven, Filing, Kind
from mulin.cases.rules.lifecycle import MOVES, Act, State
from mulin.clocks.rules.specs import DaySpec, Drawn, Spec
from mulin.kernel.actor import PUBLIC, SYSTEM
from mulin.kernel.errors import Refusal

SWEEPS: Final = 250  # so many acts between two sweeps over the clocks
TEXTS = (
    "路灯不亮",
    "下水道堵塞，污水外溢",
    "楼道堆放杂物",
    "占道经营",
    "道路破损",
    "私搭乱建",
    "夜间施工扰民",
    "说不清的事",
)
WEIGHTS = {  # what is not named here weighs 0.3: words and corrections are possible always
    "dispatch_case": 3.0, "accept_case": 12.0, "finish_case": 5.0, "pass_check": 9.0, "answer_report": 8.0,
    "close_case": 9.0, "register_case": 1.0, "hear_resident": 4.0, "uphold_decline": 1.0, "admit_case": 2.0,
    "whistle_units": 3.0, "report_in": 5.0, "refuse_whistle": 3.0, "reply_whistle": 3.0,
    "rule_on_refusal": 3.0, "sum_up_whistle": 3.0, "end_whistle": 3.0, "evaluate_whistle": 0.8,
    "reply_supervision": 2.0, "verify_supervision": 2.0, "record_visit": 3.0, "reopen_case": 1.0,
    "ask_review": 3.0, "ask_suspension": 2.0, "grant_suspension": 8.0, "ask_extension": 2.0,
    "grant_extension": 8.0, "meet_milestone": 3.0, "ask_resident": 1.5,
}  # fmt: skip
ON_A_WHISTLE = frozenset({
    "report_in", "refuse_whistle", "reply_whistle", "call_more_units", "change_whistle_lead", "urge_units",
    "sum_up_whistle", "end_whistle", "rule_on_refusal",
})  # fmt: skip
ON_AN_ASK = frozenset({"grant_suspension", "refuse_suspension", "grant_extension", "refuse_extension"})
ON_A_SUPERVISION = frozenset({"reply_supervision", "verify_supervision"})


def run(there: World, *, acts: int, progress: Callable[[int], object] = int) -> None:
    """Let ``acts`` acts be tried; to be refused is part of life, anything else is a mistake and rises."""
    for number in range(acts):
        there.now += timedelta(seconds=there.chance.expovariate(1 / there.step))
        name, attempt = _choose(there)
        if number % SWEEPS == SWEEPS - 1:
            _tick(there, number // SWEEPS)
        _try(there, name, attempt)
        if number % 500 == 499:
            progress(500)


def _try(there: World, name: str, attempt: Callable[[], object]) -> None:
    try:
        attempt()
    except Refusal as refusal:
        there.refused[f"{name} {type(refusal).__name__}"] += 1
    else:
        there.done[name] += 1


def _tick(there: World, number: int) -> None:
    """Let the city's jobs run; now and then draw a sample, and announce a calendar that begins tomorrow."""
    now = there.now
    sweep_clocks(actor=SYSTEM, now=now)
    resume_due(actor=SYSTEM, now=now)
    begin_calendars(actor=SYSTEM, now=now)
    if number % 4 == 1:
        by, since = there.pick([one for one in there.actors if one.may("draw_visits")]), now - timedelta(7)
        draw = partial(draw_visits, since=since, until=now, wanted=10, seed=str(number), actor=by, now=now)
        _try(there, "draw_visits", draw)
    if number % 6 == 2:
        works, day = number % 4 == 0, (now + timedelta(days=2)).date().isoformat()
        drawn = Drawn(
            "history", "示例日历", "", Spec(base="cn", days={day: DaySpec(works=works, note="示例")})
        )
        begins = (now + timedelta(days=1)).date()
        change = partial(change_calendar, drawn=drawn, from_on=begins, actor=SYSTEM, now=now)
        _try(there, "change_calendar", change)


def _choose(there: World) -> tuple[str, Callable[[], object]]:
    """Return what is tried next: mostly what the case's state allows, by somebody who could."""

    chance = there.chance
    if not there.cases or chance.random() < 0.05:
        return "file_report", _filing(there)
    if chance.random() < 0.03:
        return "rate_report", _voice(there, "rate_report")
    row = _row(there)
    possible = sorted(act for act in MOVES[State(row.state)] if _makes_sense(act.value, row))
    if chance.random() < 0.88 and possible:
        weights = [WEIGHTS.get(act.value, 0.3) for act in possible]
        act = chance.choices(possible, weights)[0]
    else:
        act = there.pick([act for act in Act if is_ready(act.value)])
    return act.value, _attempt(there, act.value, row)


def _row(there: World) -> Row:

    live = there.cases[-LIVE:] if there.chance.random() < 0.875 else there.cases
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, state, version, desk_id, lead_id, whistles_open, supervisions_open, asks,"
            " held_until is not null, milestones_open,"
            " (select count(*) from cases_visit v where v.case_id = c.id and done_at is null)"
            " from cases_case c where id = %s",
            [there.pick(live)],
        )
        return Row(*cursor.fetchone())


def _filing(there: World) -> Callable[[], object]:

    chance = there.chance
    by = PUBLIC if chance.random() < 0.6 else there.pick(there.actors)
    again = chance.random() < 0.04 and there.filed > 0
    there.filed += not again
    number = int(chance.random() * there.filed) if again else there.filed
    lon, lat = there.pick(there.spots) if chance.random() < 0.9 else (None, None)
    filing = Filing(
        text="" if chance.random() < 0.01 else f"{there.pick(TEXTS)}（示例 {number}）",
        kind=there.pick(list(Kind)),
        channel=Channel.WEB if by is PUBLIC else there.pick([Channel.PHONE, Channel.COUNTER, Channel.GRID]),
        source="history",
        source_no=str(number),
        lon=lon,
        lat=lat,
        address="" if lon is not None else "示例路 1 号",
        contact=ContactGiven("13800000000", may_call=True) if chance.random() < 0.4 else None,
        joins=there.pick(there.cases[-LIVE:]) if there.cases and chance.random() < 0.12 else None,
    )

    def attempt() -> object:
        filed = file_report(filing=filing, actor=by, now=there.now)
        if not filed.replayed and filed.case.version == 1:
            there.cases.append(filed.case.pk)
        return filed

    return attempt


def actions() -> dict[str, Callable[..., Any]]:
    """Return every public function of the cases' actions, by name."""

    found: dict[str, Callable[..., Any]] = {}
    for module in iter_modules(mulin.cases.actions.__path__):
        loaded = import_module(f"mulin.cases.actions.{module.name}")
        found |= {
            name: function
            for name, function in inspect.getmembers(loaded, inspect.isfunction)
            if function.__module__ == loaded.__name__ and not name.startswith("_")
        }
    return found


def _attempt(there: World, name: str, row: Row) -> Callable[[], object]:
    """Return an act ready to be tried: every parameter filled by its name."""
    function, wanted = _known(name)
    if "tracking_code" in wanted:
        return _voice(there, name, row)
    given = {asked: OWN.get((name, asked), GIVE[asked])(there, row) for asked in wanted}
    return lambda: function(**given, actor=_somebody(there, name, row), now=there.now)


def _voice(there: World, name: str, row: Row | None = None) -> Callable[[], object]:

    function, wanted = _known(name)
    row = row or _row(there)
    given = {asked: GIVE[asked](there, row) for asked in wanted}
    return lambda: function(**given, actor=PUBLIC, now=there.now)


def _makes_sense(act: str, row: Row) -> bool:
    """Return whether there is something for the act to act on; without this most tries would find nothing."""
    if act in ON_A_WHISTLE:
        return row.whistles > 0
    if act in ON_AN_ASK:
        return row.asks > 0
    there_is = {"resume_case": row.held, "meet_milestone": row.milestones, "record_visit": row.visits}
    if act in there_is:
        return bool(there_is[act])
    return row.supervisions > 0 if act in ON_A_SUPERVISION else is_ready(act)


def is_ready(name: str) -> bool:
    """Return whether an act can be tried: it has an action, and every parameter can be filled."""
    return name in _all_known() and set(_known(name)[1]) <= GIVE.keys()


def _known(name: str) -> tuple[Callable[..., Any], tuple[str, ...]]:
    return _all_known()[name]


@cache
def _all_known() -> dict[str, tuple[Callable[..., Any], tuple[str, ...]]]:
    """Return every action with the parameters to fill: all but who and when, and defaults unknown here."""
    found = {}
    for name, function in actions().items():
        parameters = inspect.signature(function).parameters.values()
        wanted = (
            one.name for one in parameters if one.name in GIVE or one.default is inspect.Parameter.empty
        )
        found[name] = function, tuple(each for each in wanted if each not in ("actor", "now"))
    return found


def _somebody(there: World, act: str, row: Row) -> Any:
    """Return who tries: often one at the desk or the lead who may, sometimes anybody or the system."""

    draw = there.chance.random()
    if draw < 0.06:
        return SYSTEM
    if draw < 0.08:
        return PUBLIC
    if draw < 0.16:
        return there.pick(there.actors)
    if act in THEIRS and (unit := one_of(THEIRS[act], otherwise=None)(there, row)):
        return there.pick([one for one in there.at.get(unit, ()) if one.may(act)] or there.actors)
    first = row.lead if row.lead is not None and there.chance.random() < 0.3 else row.desk
    for unit in there.above[first] if there.chance.random() < 0.8 else list(reversed(there.above[first])):
        able = [actor for actor in there.at.get(unit, ()) if actor.may(act)]
        if able:
            return there.pick(able)
    return there.pick(there.actors)
