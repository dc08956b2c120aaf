"""Two invented whistles of the demonstration: one running, with a refusal to be ruled on; one done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypedDict
from uuid import UUID

from mulin.cases.actions import answering, evaluating, whistling
from mulin.cases.queries import calls, whistle_choices, whistles
from mulin.cases.queries.page import case_page
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import Asked
from mulin.kernel.actor import SYSTEM, Actor
from mulin.people.queries.units import ancestor_of_kind

if TYPE_CHECKING:
    from mulin.cli.demo import Cast

PREFERRED: Final = ("ZJ", "CG", "SW")  # housing, city management, water; a pack without takes its first three
TASKS: Final = ("查明原因，拿出修复意见，汇总各家结果", "现场围挡警戒，疏导行人", "查管网是否渗漏，先止水")


class _Known(TypedDict):
    case_id: UUID
    whistle_id: UUID


MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Office:
    """A unit that may be called."""

    pk: int
    code: str


def departments_of(street_id: int, now: datetime) -> tuple[Office, ...]:
    """Return the three offices the demonstration calls: the lead, the silent one, the one that refuses."""
    around = calls.callable_units(calls.unit_of(street_id), on=calls.today(now))
    every = tuple(Office(unit.pk, unit.code) for unit in around)
    named = {unit.code.rpartition("-")[2]: unit for unit in every}
    liked = tuple(named[code] for code in PREFERRED if code in named)
    return (liked if len(liked) == len(PREFERRED) else every)[:3]


def whistle_on(case_id: UUID, cast: "Cast", *, done: bool) -> None:
    """Whistle from the street of a case to three departments, unless it was done before."""
    case = case_page(SYSTEM, case_id, now=cast.now).case
    street = ancestor_of_kind(case.place_unit, "street") if case.place_unit else None
    if street is None or whistles.rounds_of(case, now=cast.now):
        return
    units = departments_of(street.pk, cast.now)
    if len(units) < 3:
        return
    began = cast.now - (600 if done else 21) * MINUTE
    dispatcher = cast.at(street.pk, Act.WHISTLE)
    whistling.whistle_units(
        case_id=case_id,
        units=[
            Asked(unit.code, task, lead=unit is units[0]) for unit, task in zip(units, TASKS, strict=True)
        ],
        ask=f"到{case.address or '现场'}，会同处置并查明原因（示例）",
        item=case.item.code if case.item else "",
        off_list="" if case.item else "清单里没有这一类（示例）",
        actor=dispatcher,
        now=began,
    )
    (row,) = whistles.rounds_of(case, now=cast.now)
    if done:
        _to_the_end(case_id, row.id, units, cast, dispatcher, began)
        return
    lead, _silent, refuser = units
    answering.report_in(
        case_id=case_id, whistle_id=row.id, arrives_at=began + 34 * MINUTE, crew="2 人，抢修车 1 台",
        actor=cast.at(lead.pk, Act.REPORT_IN), now=began + 7 * MINUTE,
    )  # fmt: skip
    others = [code for code, _name in whistle_choices.to_name(row.id) if code != street.code]
    beside = refuser.code.rpartition("-")[0]  # a neighbour office: then the county above both rules
    better = next((code for code in others if code.rpartition("-")[0] == beside), others[0])
    answering.refuse_whistle(
        case_id=case_id, whistle_id=row.id, reason="这一段管网已移交，本单位没有抢修设备（示例）",
        rule="权责清单 示例 3-08", documents="设备移交单、车辆台账（示例）", better_unit=better,
        actor=cast.at(refuser.pk, Act.REFUSE), now=began + 12 * MINUTE,
    )  # fmt: skip


def _to_the_end(
    case_id: UUID,
    whistle_id: UUID,
    units: Sequence[Office],
    cast: "Cast",
    dispatcher: Actor,
    began: datetime,
) -> None:
    """Let all report in, reply, be summed up and ended; both sides judge each other."""
    known = _Known(case_id=case_id, whistle_id=whistle_id)
    people = [cast.at(unit.pk, Act.REPORT_IN) for unit in units]
    for number, who in enumerate(people):
        at = began + (6 + 5 * number) * MINUTE
        answering.report_in(**known, crew=f"{number + 1} 人", actor=who, now=at)
    for number, who in enumerate(people):
        at = began + (90 + 30 * number) * MINUTE
        answering.reply_whistle(**known, result="本单位这一部分已办完（示例）。", actor=who, now=at)
    answering.sum_up_whistle(
        **known,
        summary="原因已查明，现场已恢复，三家结果一致（示例）。",
        actor=people[0],
        now=began + 180 * MINUTE,
    )
    whistling.end_whistle(**known, note="属实", actor=dispatcher, now=began + 190 * MINUTE)
    page = whistles.whistle_page(dispatcher, whistle_id, now=began + 190 * MINUTE)
    scores = dict.fromkeys(page.seal.aspects, page.seal.scale)
    caller = next(slot.judge_id for slot in page.columns[0].slots if slot.judged_id == units[0].pk)
    caller_code = calls.unit_of(caller).code
    for unit, who in zip(units, people, strict=True):
        at = began + 240 * MINUTE
        evaluating.evaluate_whistle(
            **known,
            judged=unit.code,
            scores=scores,
            words="来得及时，办得清楚（示例）",
            actor=dispatcher,
            now=at,
        )
        evaluating.evaluate_whistle(
            **known, judged=caller_code, scores=scores, words="任务说得明白（示例）", actor=who, now=at
        )
