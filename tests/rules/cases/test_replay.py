"""Entries folded into where a case stands; whatever the graph does not allow is torn."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mulin.cases.rules import replay
from mulin.cases.rules.lifecycle import SIDE, Act, State
from mulin.cases.rules.replay import Difference, Happened, Torn, differences, fold

NOON = datetime(2026, 5, 12, 4, tzinfo=UTC)
DUE = NOON + timedelta(days=1)


def told(*steps: tuple[str, dict[str, Any]]) -> list[Happened]:
    """Return entries an hour apart, with the states the graph leads between and rising versions."""
    entries = []
    state = ""
    for hours, (kind, facts) in enumerate(steps):
        if kind == "filed":
            own: dict[str, Any] = {"report": "r1", "after": "received", "version": 1, "moved": {"desk_id": 3}}
            state = "received"
        else:
            act = replay.ACTS.get(f"case.{kind}")
            after = replay.lifecycle.after(State(state), act).value if act else state
            own = {"before": state, "after": after, "version": hours + 1}
            state = after
        entries.append(Happened(f"case.{kind}", NOON + timedelta(hours=hours), 7, own | facts))
    return entries


DISPATCHED = ("dispatched", {"moved": {"desk_id": 5, "lead_id": 5, "due_at": DUE.isoformat()}})
LIFE = (
    ("filed", {}),
    DISPATCHED,
    ("accepted", {}),
    ("finished", {"moved": {"desk_id": 4}}),
    ("passed", {}),
    ("answered", {"report": "r1"}),
    ("closed", {}),
)


def test_a_whole_life_is_told() -> None:
    standing = fold(told(*LIFE))
    hour = [NOON + timedelta(hours=n) for n in range(7)]
    assert standing.columns == {
        "state": "closed",
        "version": 7,
        "reopened": 0,
        "report_count": 1,
        "merged_into_id": None,
        "handled_by_id": 7,
        "reported_at": hour[0],
        "registered_at": hour[1],
        "dispatched_at": hour[1],
        "accepted_at": hour[2],
        "handled_at": hour[3],
        "checked_at": hour[4],
        "closed_at": hour[6],
        "desk_id": 4,
        "lead_id": 5,
        "dispatcher_id": None,
        "place_unit_id": None,
        "item_id": None,
        "due_at": DUE,
    }
    assert standing.answers == {"r1": hour[5]}


def test_reopening_owes_new_answers_and_forgets_the_moments() -> None:
    standing = fold(told(*LIFE, ("reopened", {"moved": {"desk_id": 3, "lead_id": None}})))
    assert standing.answers == {"r1": None}
    assert standing.columns["reopened"] == 1
    assert [standing.columns[name] for name in replay.MOMENTS[2:]] == [None] * 5


def test_what_a_resident_adds_moves_only_who_waited() -> None:
    waiting = fold(told(("filed", {}), DISPATCHED, ("accepted", {}), ("asked", {}), ("heard", {})))
    assert waiting.columns["state"] == State.IN_HAND
    entries = told(("filed", {}))
    entries.append(Happened("case.heard", NOON, 0, {"before": "received", "after": "received", "version": 2}))
    assert fold(entries).columns["state"] == State.RECEIVED


def test_an_act_beside_the_case_leaves_it_where_it_is() -> None:
    standing = fold(told(("filed", {}), ("beside", {"moved": {"due_at": DUE.isoformat()}})))
    assert (standing.columns["state"], standing.columns["version"]) == (State.RECEIVED, 2)
    assert standing.columns["due_at"] == DUE


def test_records_beside_a_case_are_followed() -> None:
    entries = told(
        ("filed", {}), ("supervised", {"supervision": "s"}), ("supervision_replied", {"supervision": "s"})
    )
    by_the_clock = Happened("case.supervised", NOON, -1, {"supervision": "t"})
    standing = fold([*entries, by_the_clock, Happened("case.appeal_decided", NOON, 7, {"appeal": "a"})])
    assert standing.sides == {"supervision s": "replied", "supervision t": "asked", "appeal a": "rejected"}
    stored, answers = dict(standing.columns), dict(standing.answers)
    sides = {"supervision s": "settled", "supervision t": "asked", "exclusion e": "proposed"}
    found = differences(standing, stored=stored, answers=answers, sides=sides)
    assert found == [
        Difference("appeal a", "rejected", None),
        Difference("exclusion e", None, "proposed"),
        Difference("supervision s", "replied", "settled"),
    ]


def test_voices_that_join_and_leave_are_counted() -> None:
    joined = Happened("case.joined", NOON, 0, {"report": "r2", "after": "received", "version": 2})
    many = Happened("case.joined", NOON, 7, {"reports": 3, "after": "received", "version": 3})
    standing = fold([*told(("filed", {})), joined, many])
    assert standing.columns["report_count"] == 5
    gone = fold([*told(("filed", {}), ("merged", {"into": "c2", "moved": {}}))])
    assert (gone.columns["report_count"], gone.columns["merged_into_id"], gone.answers) == (0, "c2", {})


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        pytest.param({"before": "registered"}, "state", id="follows-on-another-state"),
        pytest.param({"after": "closed"}, "state", id="leads-elsewhere"),
        pytest.param({"version": 3}, "version", id="an-entry-is-missing"),
    ],
)
def test_entries_that_do_not_follow_are_torn(changed: dict[str, Any], where: str) -> None:
    entries = told(("filed", {}), ("registered", {}))
    entries[1] = entries[1]._replace(facts={**entries[1].facts, **changed})
    with pytest.raises(Torn) as torn:
        fold(entries)
    assert torn.value.where == where


def test_an_act_the_graph_does_not_have_is_torn() -> None:
    entries = told(("filed", {}))
    entries.append(Happened("case.closed", NOON, 7, {"before": "received", "after": "closed", "version": 2}))
    with pytest.raises(Torn):
        fold(entries)
    with pytest.raises(Torn):
        fold(told(("filed", {})) * 2)


def test_a_changed_row_is_named_by_its_field() -> None:
    standing = fold(told(*LIFE))
    stored, answers = dict(standing.columns), dict(standing.answers)
    assert differences(standing, stored=stored, answers=answers) == []
    assert differences(standing, stored={**stored, "desk_id": 9}, answers=answers) == [
        Difference("desk_id", 4, 9)
    ]
    assert [d.where for d in differences(standing, stored=stored, answers={"r1": None})] == ["answered_at r1"]
    assert [d.where for d in differences(standing, stored=stored, answers={})] == ["reports", "report r1"]


def test_entries_of_the_first_version_tell_states_and_moments_only() -> None:
    entries = told(("filed", {}))
    old = {name: value for name, value in entries[0].facts.items() if name != "moved"}
    standing = fold([entries[0]._replace(facts=old)])
    stored = {**standing.columns, "desk_id": 9}
    assert differences(standing, stored=stored, answers={"r1": None}) == []


def test_a_case_nobody_told_of_differs() -> None:
    assert differences(fold([]), stored={"state": "closed"}, answers={})[0].where == "state"


def test_every_act_on_the_case_itself_has_its_kind() -> None:
    assert sorted(replay.ACTS.values()) == sorted(set(Act) - SIDE)
