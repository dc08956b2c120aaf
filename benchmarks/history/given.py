"""How each parameter of an act is filled, by its name; and who has the move on a record beside a case."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from benchmarks.history.world import LIVE, Row, World
from mulin.cases.rules.aftercare import Mark, Method, Satisfied, Solved, VisitOutcome, VisitSaid
from mulin.cases.rules.intake import PhotoGiven
from mulin.cases.rules.mediation import Consent, Ending, Party
from mulin.cases.rules.whistles import Asked, RulingOutcome

Give = Callable[[World, Row], Any]
NOWHERE: Final = UUID(int=0)


def _words(text: str) -> Callable[[World, Row], object]:
    return lambda there, row: "  " if there.chance.random() < 0.02 else text


def _version(there: World, row: Row) -> int | None:
    draw = there.chance.random()
    return row.version if draw < 0.6 else None if draw < 0.95 else row.version - 1


def one_of(statement: str, otherwise: Any = NOWHERE) -> Callable[[World, Row], Any]:
    """Return one of what a question about the case finds; something that is nowhere if it finds nothing."""

    def give(there: World, row: Row) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(statement, [row.id])
            found = [value for (value,) in cursor.fetchall()]
        return there.pick(found) if found and there.chance.random() < 0.97 else otherwise

    return give


def _code(there: World, row: Row) -> str:
    return str(one_of("select tracking_code from cases_report where case_id = %s order by id")(there, row))


def _lead(there: World, row: Row) -> str | None:
    return None if there.chance.random() < 0.7 else there.pick(there.units)


def _some_units(there: World, row: Row) -> list[str]:
    return [there.pick(there.units) for _ in range(there.chance.choice((0, 0, 1, 2)))]


def _photos(there: World, row: Row) -> tuple[Any, ...]:

    many = there.chance.choice((0, 1, 1, 2))
    return tuple(PhotoGiven(digest=f"{n:02x}" * 32, width=800, height=600) for n in range(many))


def _maybe(share: float, give: Callable[[World, Row], Any], otherwise: Any) -> Callable[[World, Row], Any]:
    return lambda there, row: give(there, row) if there.chance.random() < share else otherwise


def _coin(share: float) -> Callable[[World, Row], bool]:
    return lambda there, row: there.chance.random() < share


def _mark(there: World, row: Row) -> Any:

    return there.pick(list(Mark))


def _visit(there: World, row: Row) -> Any:

    chance = there.chance
    outcome = there.pick([VisitOutcome.CONTACTED, VisitOutcome.CONTACTED, *VisitOutcome])
    if (outcome is VisitOutcome.CONTACTED) is (chance.random() < 0.9):
        solved, satisfied = there.pick(list(Solved)), there.pick(list(Satisfied))
        return VisitSaid(there.pick(list(Method)), outcome, True, solved, satisfied)
    return VisitSaid(there.pick(list(Method)), outcome)


def _asked(there: World, row: Row) -> Any:
    """Return units to call: often those a unit of the lead's kind may call, with one that sums up."""

    near = [there.codes[pk] for pk in there.above[row.lead or row.desk]]
    pool = near if there.chance.random() < 0.5 else there.departments
    some = there.chance.sample(pool, min(len(pool), there.chance.choice((1, 1, 2, 3))))
    return [Asked(code, "到场处置（示例）", lead=number == 0) for number, code in enumerate(some)]


def _outcome(there: World, row: Row) -> Any:

    return there.pick(list(RulingOutcome))


def _unit_of(statement: str) -> Callable[[World, Row], str]:
    """Return the code of a unit that a question finds, rarely that of any other."""
    find = one_of(statement, otherwise=None)
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
    **dict.fromkeys(
        ("record_consent", "hold_session", "record_agreement", "end_mediation"),
        "select unit_id from cases_mediation where case_id = %s and settled_at is null",
    ),
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
    "report_id": one_of(
        "select id from cases_report where case_id = %s order by answered_at nulls first, id"
    ),
    "tracking_code": _code,
    "lon": lambda there, row: None,
    "lat": lambda there, row: None,
    "address": _words("示例路 2 号"),
    "visit_id": one_of("select id from cases_visit where case_id = %s order by done_at nulls first, id"),
    "supervision_id": one_of("select id from cases_supervision where case_id = %s order by raised_at desc"),
    "appeal_id": one_of("select id from cases_appeal where case_id = %s order by asked_at desc"),
    "exclusion_id": one_of("select id from cases_exclusion where case_id = %s order by proposed_at desc"),
    "said": _visit,
    "mark": _mark,
    "grounds": _words("示例理由"),
    "code": one_of("select code from cases_phrase where kind = 'exclusion' and %s::uuid is not null"),
    "advice": _coin(0.5),
    "granted": _coin(0.5),
    "agreed": _coin(0.6),
    "good": _coin(0.7),
    "again": _coin(0.8),
    "whistle_id": one_of("select id from cases_whistle where case_id = %s order by raised_at desc limit 1"),
    "units": _asked,
    "ask": _words("请到场处置（示例）"),
    "off_list": lambda there, row: "清单里没有（示例）",
    "rule": _words("示例依据第 1 条"),
    "summary": _words("示例汇总"),
    "outcome": _outcome,
    "ruling_id": one_of("select id from cases_ruling where case_id = %s order by ruled_at desc limit 2", 0),
    "judged": _unit_of(f"select unnest(array[w.caller_id, c.unit_id]) {_OPEN} c.state <> 'released'"),
    "judge": _unit_of(f"select judge_id from cases_evaluation where whistle_id = {_LAST}"),
    "scores": lambda there, row: dict.fromkeys(("响应", "协作", "结果"), there.chance.randint(1, 5)),
    "until": lambda there, row: (there.now + timedelta(days=there.chance.randint(0, 5))).date(),
    "mediation_id": one_of(
        "select id from cases_mediation where case_id = %s order by settled_at nulls first, id desc"
    ),
    "party": lambda there, row: there.pick(list(Party)),
    "how": lambda there, row: there.pick(list(Consent)),
    "ending": lambda there, row: there.pick(list(Ending)),
    "place": _words("社区调解室（示例）"),
    "milestone": one_of(
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
