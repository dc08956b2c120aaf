"""Random histories: people of a city do random acts to random cases, rightly and wrongly, from one seed.

`python -m benchmarks.histories --acts 100000 --seed 7` runs them on a database of its own and then proves
that the ledger told again equals the rows, that the ledger verifies, and that every invariant holds. The acts
are the real ones; only the doors are left out.
"""

import argparse
import inspect
import json
import os
import random
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any, NamedTuple
from uuid import UUID

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "var" / "histories"
BEGINS = datetime(2026, 3, 2, 1, tzinfo=UTC)
SWEEPS = 250  # so many acts between two sweeps over the clocks
STEP = 60.0  # mean seconds between two acts: 10⁵ of them make two months and a half
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
NOWHERE = UUID(int=0)
LIVE = 150  # cases that somebody is busy with; one act in eight goes to any case of the past


class Row(NamedTuple):
    """What chooses the next act: a case as it stands."""

    id: UUID
    state: str
    version: int
    desk: int
    lead: int | None
    whistles: int  # open ones
    supervisions: int


@dataclass
class World:
    """Everybody and everything an act may name, and what came of it so far."""

    chance: random.Random
    now: datetime
    actors: Sequence[Any]
    at: Mapping[int, Sequence[Any]]  # by unit, who works there
    above: Mapping[int, Sequence[int]]  # by unit, itself and the units above
    units: Sequence[str]
    items: Sequence[str]
    codes: Mapping[int, str]
    departments: Sequence[str]
    spots: Sequence[tuple[float, float]]
    cases: list[UUID] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    filed: int = 0

    @property
    def acts(self) -> int:
        """Return how many acts were tried."""
        return self.done.total() + self.refused.total()

    def pick(self, some: Sequence[Any]) -> Any:
        """Return one of ``some``."""
        return some[int(self.chance.random() * len(some))]


def world(*, seed: int, pack: Path) -> World:
    """Adopt a pack and sign everybody in who holds a post of it."""
    from django.db import connection  # noqa: PLC0415 - Django must be set up first

    from mulin.kernel.actor import SYSTEM  # noqa: PLC0415
    from mulin.packs.actions import adopt_pack  # noqa: PLC0415
    from mulin.packs.queries import read_pack  # noqa: PLC0415
    from mulin.people.models import Account, Person  # noqa: PLC0415
    from mulin.people.queries.actors import actor_of  # noqa: PLC0415

    adopt_pack(pack=read_pack(pack), actor=SYSTEM, now=BEGINS - timedelta(days=30))
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct person.staff_no from people_appointment term"
            " join people_person person on person.id = term.person_id order by 1"
        )
        staff = [number for (number,) in cursor.fetchall()]
        cursor.execute("select id, code, path, kind_id from people_unit order by id")
        units = cursor.fetchall()
        cursor.execute("select code from catalogue_item order by code")
        items = [code for (code,) in cursor.fetchall()]
        cursor.execute(
            "select (west + east) / 2, (south + north) / 2 from places_area where kind = 'grid' order by code"
        )
        spots = cursor.fetchall()
    actors = []
    for number in staff:
        person = Person.objects.get(staff_no=number)  # nobody signs in: no password, no hash to wait for
        account = Account.objects.create(username=f"h.{number}".lower(), person=person, created_at=BEGINS)
        actors.append(actor_of(account.pk, now=BEGINS))
    actors = [actor for actor in actors if actor.grants]
    at: dict[int, list[Any]] = {}
    for actor in actors:
        for grant in actor.grants:
            at.setdefault(grant.unit_id, []).append(actor)
    return World(
        chance=random.Random(seed),
        now=BEGINS,
        actors=actors,
        at=at,
        above={pk: [int(part) for part in reversed(path.split("/")) if part] for pk, _, path, _ in units},
        units=[code for _, code, _, _ in units],
        codes={pk: code for pk, code, _, _ in units},
        departments=[code for _, code, _, kind in units if kind == "department"],
        items=items,
        spots=spots,
    )


def run(there: World, *, acts: int, progress: Callable[[int], object] = int) -> None:
    """Let ``acts`` acts be tried; to be refused is part of life, anything else is a mistake and rises."""
    from mulin.cases.actions.escalating import sweep_clocks  # noqa: PLC0415 - Django must be set up first
    from mulin.cases.actions.holding import resume_due  # noqa: PLC0415
    from mulin.kernel.actor import SYSTEM  # noqa: PLC0415
    from mulin.kernel.errors import Refusal  # noqa: PLC0415

    for number in range(acts):
        there.now += timedelta(seconds=there.chance.expovariate(1 / STEP))
        name, attempt = _choose(there)
        if number % SWEEPS == SWEEPS - 1:
            sweep_clocks(actor=SYSTEM, now=there.now)
            resume_due(actor=SYSTEM, now=there.now)
        try:
            attempt()
        except Refusal as refusal:
            there.refused[f"{name} {type(refusal).__name__}"] += 1
        else:
            there.done[name] += 1
        if number % 500 == 499:
            progress(500)


def _choose(there: World) -> tuple[str, Callable[[], object]]:
    """Return what is tried next: mostly what the case's state allows, by somebody who could."""
    from mulin.cases.rules.lifecycle import MOVES, Act, State  # noqa: PLC0415

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


WEIGHTS = {  # what is not named here weighs 0.3: words and corrections are possible always
    "dispatch_case": 3.0, "accept_case": 12.0, "finish_case": 5.0, "pass_check": 9.0, "answer_report": 8.0,
    "close_case": 9.0, "register_case": 1.0, "hear_resident": 4.0, "uphold_decline": 1.0, "admit_case": 2.0,
    "whistle_units": 1.5, "report_in": 3.0, "refuse_whistle": 1.0, "reply_whistle": 3.0,
    "rule_on_refusal": 3.0, "sum_up_whistle": 3.0, "end_whistle": 3.0, "evaluate_whistle": 0.8,
    "reply_supervision": 2.0, "verify_supervision": 2.0, "record_visit": 3.0, "reopen_case": 1.0,
    "ask_review": 3.0,
}  # fmt: skip


def _row(there: World) -> Row:
    from django.db import connection  # noqa: PLC0415

    live = there.cases[-LIVE:] if there.chance.random() < 0.875 else there.cases
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, state, version, desk_id, lead_id, whistles_open, supervisions_open"
            " from cases_case where id = %s",
            [there.pick(live)],
        )
        return Row(*cursor.fetchone())


def _filing(there: World) -> Callable[[], object]:
    from mulin.cases.actions.intake import file_report  # noqa: PLC0415
    from mulin.cases.rules.intake import Channel, Filing, Kind  # noqa: PLC0415
    from mulin.kernel.actor import PUBLIC  # noqa: PLC0415

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
    import mulin.cases.actions  # noqa: PLC0415

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
    from mulin.kernel.actor import PUBLIC  # noqa: PLC0415

    function, wanted = _known(name)
    row = row or _row(there)
    given = {asked: GIVE[asked](there, row) for asked in wanted}
    return lambda: function(**given, actor=PUBLIC, now=there.now)


def _makes_sense(act: str, row: Row) -> bool:
    """Return whether there is something for the act to act on; without this most tries would find nothing."""
    if act in ON_A_WHISTLE:
        return row.whistles > 0
    return row.supervisions > 0 if act in ON_A_SUPERVISION else is_ready(act)


ON_A_WHISTLE = frozenset({
    "report_in", "refuse_whistle", "reply_whistle", "call_more_units", "change_whistle_lead", "urge_units",
    "sum_up_whistle", "end_whistle", "rule_on_refusal",
})  # fmt: skip
ON_A_SUPERVISION = frozenset({"reply_supervision", "verify_supervision"})


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
    from mulin.kernel.actor import PUBLIC, SYSTEM  # noqa: PLC0415

    draw = there.chance.random()
    if draw < 0.06:
        return SYSTEM
    if draw < 0.08:
        return PUBLIC
    if draw < 0.16:
        return there.pick(there.actors)
    if act in THEIRS and (unit := _one_of(THEIRS[act], otherwise=None)(there, row)):
        return there.pick([one for one in there.at.get(unit, ()) if one.may(act)] or there.actors)
    first = row.lead if row.lead is not None and there.chance.random() < 0.3 else row.desk
    for unit in there.above[first] if there.chance.random() < 0.8 else list(reversed(there.above[first])):
        able = [actor for actor in there.at.get(unit, ()) if actor.may(act)]
        if able:
            return there.pick(able)
    return there.pick(there.actors)


def _words(text: str) -> Callable[[World, Row], object]:
    return lambda there, row: "  " if there.chance.random() < 0.02 else text


def _version(there: World, row: Row) -> int | None:
    draw = there.chance.random()
    return row.version if draw < 0.6 else None if draw < 0.95 else row.version - 1


def _one_of(statement: str, otherwise: Any = NOWHERE) -> Callable[[World, Row], Any]:
    """Return one of what a question about the case finds; something that is nowhere if it finds nothing."""

    def give(there: World, row: Row) -> Any:
        from django.db import connection  # noqa: PLC0415

        with connection.cursor() as cursor:
            cursor.execute(statement, [row.id])
            found = [value for (value,) in cursor.fetchall()]
        return there.pick(found) if found and there.chance.random() < 0.97 else otherwise

    return give


def _code(there: World, row: Row) -> str:
    return str(_one_of("select tracking_code from cases_report where case_id = %s order by id")(there, row))


def _lead(there: World, row: Row) -> str | None:
    return None if there.chance.random() < 0.7 else there.pick(there.units)


def _some_units(there: World, row: Row) -> list[str]:
    return [there.pick(there.units) for _ in range(there.chance.choice((0, 0, 1, 2)))]


def _photos(there: World, row: Row) -> tuple[Any, ...]:
    from mulin.cases.rules.intake import PhotoGiven  # noqa: PLC0415

    many = there.chance.choice((0, 1, 1, 2))
    return tuple(PhotoGiven(digest=f"{n:02x}" * 32, width=800, height=600) for n in range(many))


def _maybe(share: float, give: Callable[[World, Row], Any], otherwise: Any) -> Callable[[World, Row], Any]:
    return lambda there, row: give(there, row) if there.chance.random() < share else otherwise


def _coin(share: float) -> Callable[[World, Row], bool]:
    return lambda there, row: there.chance.random() < share


def _mark(there: World, row: Row) -> Any:
    from mulin.cases.rules.aftercare import Mark  # noqa: PLC0415

    return there.pick(list(Mark))


def _visit(there: World, row: Row) -> Any:
    from mulin.cases.rules.aftercare import Method, Satisfied, Solved, VisitOutcome, VisitSaid  # noqa: PLC0415

    chance = there.chance
    outcome = there.pick([VisitOutcome.CONTACTED, VisitOutcome.CONTACTED, *VisitOutcome])
    if (outcome is VisitOutcome.CONTACTED) is (chance.random() < 0.9):
        solved, satisfied = there.pick(list(Solved)), there.pick(list(Satisfied))
        return VisitSaid(there.pick(list(Method)), outcome, True, solved, satisfied)
    return VisitSaid(there.pick(list(Method)), outcome)


def _asked(there: World, row: Row) -> Any:
    """Return units to call: often those a unit of the lead's kind may call, with one that sums up."""
    from mulin.cases.rules.whistles import Asked  # noqa: PLC0415

    near = [there.codes[pk] for pk in there.above[row.lead or row.desk]]
    pool = near if there.chance.random() < 0.5 else there.departments
    some = there.chance.sample(pool, min(len(pool), there.chance.choice((1, 1, 2, 3))))
    return [Asked(code, "到场处置（示例）", lead=number == 0) for number, code in enumerate(some)]


def _outcome(there: World, row: Row) -> Any:
    from mulin.cases.rules.whistles import Outcome  # noqa: PLC0415

    return there.pick(list(Outcome))


def _unit_of(statement: str) -> Callable[[World, Row], str]:
    """Return the code of a unit that a question finds, rarely that of any other."""
    find = _one_of(statement, otherwise=None)
    return lambda there, row: there.codes.get(find(there, row)) or there.pick(there.units)


_OPEN = " from cases_call c join cases_whistle w on w.id = c.whistle_id where w.case_id = %s and "
_LAST = "(select id from cases_whistle where case_id = %s order by raised_at desc limit 1)"
# Whose move it is on a record beside the case: the units in whose name the act can be done.
THEIRS = {
    "report_in": f"select c.unit_id {_OPEN} c.state = 'calling'",
    "refuse_whistle": f"select c.unit_id {_OPEN} c.state = 'calling'",
    "reply_whistle": f"select c.unit_id {_OPEN} c.state in ('reported_in', 'replied')",
    "sum_up_whistle": "select lead_unit_id from cases_whistle where case_id = %s and ended_at is null"
    " and lead_unit_id is not null",
    "end_whistle": "select caller_id from cases_whistle where case_id = %s and ended_at is null",
    "urge_units": "select caller_id from cases_whistle where case_id = %s and ended_at is null",
    "call_more_units": "select caller_id from cases_whistle where case_id = %s and ended_at is null",
    "change_whistle_lead": "select caller_id from cases_whistle where case_id = %s and ended_at is null",
    "rule_on_refusal": "select superior_id from cases_ruling where case_id = %s and ruled_at is null",
    "evaluate_whistle": f"select unnest(array[w.caller_id, c.unit_id]) {_OPEN} c.state <> 'released'",
    "object_to_evaluation": f"select judged_id from cases_evaluation where whistle_id = {_LAST}",
    "reply_supervision": "select unit_id from cases_supervision where case_id = %s and state = 'asked'",
    "record_visit": "select unit_id from cases_visit where case_id = %s and done_at is null",
}
# How each parameter of an act is filled, by its name: a new act with known parameters needs nothing here.
GIVE: dict[str, Callable[[World, Row], Any]] = {
    "case_id": lambda there, row: row.id,
    "version": _version,
    "reason": _words("示例理由"),
    "text": _words("示例文字"),
    "question": _words("哪个单元？"),
    "result": _words("已处理（示例）"),
    "note": lambda there, row: there.pick(("", "现场复核")),
    "words": lambda there, row: there.pick(("", "示例")),
    "photos": _photos,
    "lead": _lead,
    "assist": _some_units,
    "notify": _some_units,
    "better_unit": _maybe(0.3, lambda there, row: there.pick(there.units), ""),
    "item": lambda there, row: there.pick(there.items) if there.chance.random() < 0.95 else "none",
    "into": lambda there, row: there.pick(there.cases[-LIVE:]),
    "report_id": _one_of(
        "select id from cases_report where case_id = %s order by answered_at nulls first, id"
    ),
    "tracking_code": _code,
    "lon": lambda there, row: None,
    "lat": lambda there, row: None,
    "address": _words("示例路 2 号"),
    "visit_id": _one_of("select id from cases_visit where case_id = %s order by done_at nulls first, id"),
    "supervision_id": _one_of("select id from cases_supervision where case_id = %s order by raised_at desc"),
    "appeal_id": _one_of("select id from cases_appeal where case_id = %s order by asked_at desc"),
    "exclusion_id": _one_of("select id from cases_exclusion where case_id = %s order by proposed_at desc"),
    "said": _visit,
    "mark": _mark,
    "grounds": _words("示例理由"),
    "code": _one_of("select code from cases_phrase where kind = 'exclusion' and %s::uuid is not null"),
    "advice": _coin(0.5),
    "granted": _coin(0.5),
    "agreed": _coin(0.6),
    "good": _coin(0.7),
    "again": _coin(0.8),
    "whistle_id": _one_of("select id from cases_whistle where case_id = %s order by raised_at desc limit 1"),
    "units": _asked,
    "ask": _words("请到场处置（示例）"),
    "off_list": lambda there, row: "清单里没有（示例）",
    "rule": _words("示例依据第 1 条"),
    "summary": _words("示例汇总"),
    "outcome": _outcome,
    "ruling_id": _one_of("select id from cases_ruling where case_id = %s order by ruled_at desc limit 2", 0),
    "judged": _unit_of(f"select unnest(array[w.caller_id, c.unit_id]) {_OPEN} c.state <> 'released'"),
    "judge": _unit_of(f"select judge_id from cases_evaluation where whistle_id = {_LAST}"),
    "scores": lambda there, row: dict.fromkeys(("响应", "协作", "结果"), there.chance.randint(1, 5)),
    "until": lambda there, row: (there.now + timedelta(days=there.chance.randint(0, 20))).date(),
    "milestone": _one_of(
        "select code from cases_milestone where case_id = %s order by met_at nulls first, id"
    ),
    "unit": _maybe(0.2, lambda there, row: there.pick(there.units), ""),
    "solved": lambda there, row: there.chance.random() < 0.7,
    "satisfied": lambda there, row: there.chance.random() < 0.6,
}


# Where an act means something else by a name.
OWN: dict[tuple[str, str], Callable[[World, Row], Any]] = {
    ("whistle_units", "item"): _maybe(0.5, lambda there, row: there.pick(there.items), ""),
    ("urge_units", "units"): lambda there, row: (),
    ("change_whistle_lead", "unit"): _unit_of(f"select c.unit_id {_OPEN} c.state <> 'released'"),
    ("rule_on_refusal", "unit"): _maybe(0.5, lambda there, row: there.pick(there.departments), ""),
    ("rule_on_refusal", "words"): _words("示例裁定"),
    ("refuse_whistle", "better_unit"): lambda there, row: there.pick(there.departments),
    ("evaluate_whistle", "words"): _words("示例评语"),
    ("object_to_evaluation", "words"): _words("示例意见"),
    ("ask_suspension", "reason"): lambda there, row: there.pick(("weather", "material", "consent", "none")),
    ("ask_suspension", "words"): _words("示例理由"),
    ("ask_extension", "words"): _words("示例理由"),
    ("review_appeal", "words"): _words("示例意见"),
    ("decide_appeal", "words"): _words("示例意见"),
}


def proofs() -> dict[str, str]:
    """Return what does not hold, by name; nothing when everything does."""
    from mulin.cases.queries.invariants import INVARIANTS, broken  # noqa: PLC0415
    from mulin.cases.queries.replaying import tell_again  # noqa: PLC0415
    from mulin.ledger import queries as ledger  # noqa: PLC0415

    wrong = {name: ", ".join(found) for name in INVARIANTS if (found := broken(name))}
    told = tell_again()
    if told.difference is not None:
        wrong["replay"] = f"{told.number} {told.difference}"
    verdict = ledger.verify()
    if not verdict.ok:
        wrong["ledger"] = f"{verdict.first_bad}: {verdict.why}"
    return wrong


def main() -> None:
    """Run a history on a database of its own and prove it; exit status 1 when something does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.histories", description=__doc__)
    parser.add_argument("--acts", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--pack", type=Path, default=ROOT / "packs" / "demo")
    asked = parser.parse_args()
    shutil.rmtree(HOME, ignore_errors=True)
    os.environ["MULIN_VAR"] = str(HOME)
    os.environ.pop("MULIN_DATABASE_URL", None)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mulin.config.settings")
    import django  # noqa: PLC0415

    django.setup()
    from django.db import connection  # noqa: PLC0415

    from mulin.config.database import database  # noqa: PLC0415

    with database():
        with connection.cursor() as cursor:
            cursor.execute("set synchronous_commit = off")  # nobody waits for an answer here
        there = world(seed=asked.seed, pack=asked.pack)
        began = time.monotonic()
        run(there, acts=asked.acts, progress=lambda _: _say(there, began))
        took = time.monotonic() - began
        print(
            json.dumps(
                {"done": dict(sorted(there.done.items())), "refused": dict(sorted(there.refused.items()))},
                ensure_ascii=False,
                indent=1,
            )
        )
        print(
            f"{asked.acts:,} acts on {len(there.cases):,} cases in {took:.1f} s:"
            f" {asked.acts / took:.0f} a second"
        )
        began = time.monotonic()
        wrong = proofs()
        print(f"proved in {time.monotonic() - began:.1f} s" if not wrong else f"seed {asked.seed}: {wrong}")
    sys.exit(1 if wrong else 0)


def _say(there: World, began: float) -> None:
    if there.acts % 10_000 < 500:
        rate = there.acts / (time.monotonic() - began)
        print(f"{there.acts:,} acts, {rate:.0f} a second", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
