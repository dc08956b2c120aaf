"""The whole graph of what holds a case's clock and of what is asked after closing, searched breadth first.

Which edges there are is asked of the rules themselves; what an act does to the records beside the case is
what replay says it does, and replay is compared with the rows by random histories. The two parts meet nowhere
(the one needs the case at work, the other closed), so each is searched without the other.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mulin.cases.rules import aftercare, holds, lifecycle, replay, replay_beside
from mulin.cases.rules.holds import AskState, HoldKind
from mulin.cases.rules.lifecycle import CLOCK, FINAL, RUNNING, Act, State, possible_acts

NOON = datetime(2026, 5, 12, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
AT_WORK = frozenset({State.IN_HAND, State.WAITING})
AFTERCARE = frozenset({
    Act.VISIT, Act.APPEAL, Act.REVIEW_APPEAL, Act.DECIDE_APPEAL, Act.EXCLUDE, Act.CONFIRM_EXCLUSION,
})  # fmt: skip
PARTS = frozenset({*CLOCK, Act.ASK, Act.MEET, *AFTERCARE})
KINDS: Mapping[Act, str] = {act: kind for kind, act in replay.ACTS.items()}
ASKED, OVER = f"{HoldKind.SUSPENSION} {AskState.ASKED}", f"{HoldKind.SUSPENSION} {AskState.OVER}"
HELD = f"{HoldKind.SUSPENSION} {AskState.RUNNING}"
SUSPENSION, WAIT, EXTENSION, STEP = "hold 1", "hold 2", "extension 1", "milestone 1"
VISIT, APPEAL, EXCLUSION = "visit 1", "appeal 1", "exclusion 1"


@dataclass(frozen=True)
class Node:
    """Where everything stands."""

    state: State = State.RECEIVED
    late: bool = False  # the deadline is over
    sides: tuple[tuple[str, str], ...] = ()
    suspended: int = 0  # granted in this round
    extended: int = 0

    def side(self, key: str) -> str:
        return dict(self.sides).get(key, "")

    @property
    def stands(self) -> bool:
        return self.side(SUSPENSION) == HELD or self.side(WAIT) == replay_beside.WAITING

    @property
    def due_at(self) -> datetime:
        return NOON - HOUR if self.late else NOON + HOUR


def _followed(node: Node, act: Act | None, kind: str, **facts: Any) -> Node:
    """Return where ``node`` leads by an entry of this kind."""
    after = node.state if act is None else lifecycle.after(node.state, act)
    sides = dict(node.sides)
    replay_beside.follow(sides, kind, {**facts, "before": node.state.value, "after": after.value})
    return replace(node, state=after, sides=tuple(sorted(sides.items())))


def _suspension(node: Node, act: Act) -> Iterator[Node]:
    asked = node.side(SUSPENSION) == ASKED
    granted: dict[str, Any] = {"granted": node.suspended, "most": 1, "waiting": int(asked)}
    if act is Act.SUSPEND and not node.stands:
        if not holds.blocks_suspension(due_at=node.due_at, now=NOON, **granted):
            yield _followed(node, act, "case.suspension_asked", hold=1)
    elif act is Act.RESUME and node.side(SUSPENSION) == HELD:
        yield _followed(node, act, "case.resumed", holds=[1])
    elif act is Act.GRANT_SUSPENSION and asked and _may_decide(node, grants=True):
        yield replace(_followed(node, act, "case.suspended", hold=1), suspended=node.suspended + 1)
    elif act is Act.REFUSE_SUSPENSION and asked and _may_decide(node, grants=False):
        yield _followed(node, act, "case.suspension_refused", hold=1)


def _extension(node: Node, act: Act) -> Iterator[Node]:
    asked = node.side(EXTENSION) == AskState.ASKED
    granted: dict[str, Any] = {"granted": node.extended, "most": 1, "waiting": int(asked)}
    if act is Act.ASK_EXTENSION and not holds.blocks_extension(due_at=node.due_at, now=NOON, **granted):
        yield _followed(node, act, "case.extension_asked", extension=1)
    elif act is Act.GRANT_EXTENSION and asked and _may_decide(node, grants=True):
        yield replace(_followed(node, act, "case.extended", extension=1), extended=node.extended + 1)
    elif act is Act.REFUSE_EXTENSION and asked and _may_decide(node, grants=False):
        yield _followed(node, act, "case.extension_refused", extension=1)


def _may_decide(node: Node, *, grants: bool) -> bool:
    who = {"asked_by": 1, "asked_unit": 1, "account_id": 2, "unit_id": 2}
    return not holds.blocks_decision(due_at=node.due_at, now=NOON, grants=grants, **who)


def _after(node: Node, act: Act) -> Iterator[Node]:
    """Yield what is said and decided after closing."""
    appeal, exclusion = node.side(APPEAL), node.side(EXCLUSION)
    if act is Act.VISIT and node.side(VISIT) == "open":
        for said, tries in ((aftercare.VisitOutcome.NOT_REACHED, 1), (aftercare.VisitOutcome.REFUSED, 1)):
            over = aftercare.is_over(
                aftercare.VisitSaid(aftercare.Method.PHONE, said), attempts=tries, attempts_most=3
            )
            yield _followed(node, act, "case.visited", visit=1, over=over)
    elif act is Act.APPEAL and not appeal and aftercare.has_mark(
        aftercare.Mark.LATE, was_late=node.late, bad_visits=0
    ):  # fmt: skip
        yield _followed(node, act, "case.mark_appealed", appeal=1)
    elif act is Act.REVIEW_APPEAL and appeal == "asked":
        yield _followed(node, act, "case.appeal_reviewed", appeal=1)
    elif act is Act.DECIDE_APPEAL and appeal == "reviewed":
        yield from (
            _followed(node, act, "case.appeal_decided", appeal=1, granted=yes) for yes in (True, False)
        )
    elif act is Act.EXCLUDE and exclusion not in ("proposed", "confirmed"):
        yield _followed(node, act, "case.exclusion_proposed", exclusion=1)
    elif act is Act.CONFIRM_EXCLUSION and exclusion == "proposed":
        yield from (
            _followed(node, act, "case.exclusion_settled", exclusion=1, agreed=yes) for yes in (True, False)
        )


def _main(node: Node, act: Act) -> Iterator[Node]:
    """Yield an act on the case itself, with what it does beside it."""
    kind = KINDS[act]
    if act is Act.ASK and not node.late:
        yield _followed(node, act, kind, hold=2)
    elif act is Act.DISPATCH:
        fresh = node.side(STEP) == ""
        yield _followed(node, act, kind, **({"bound": [1]} if fresh else {}))
        return
    elif act is Act.CLOSE:
        yield _followed(node, act, kind, visit=1)
        return
    elif act is Act.FINISH and node.side(STEP) == "open":
        yield _followed(node, act, kind, met=[1])
        return
    elif act in (Act.REOPEN, Act.ADMIT):  # a new promise
        yield replace(_followed(node, act, kind), late=False, suspended=0, extended=0)
        return
    yield _followed(node, act, kind)


def edges(node: Node, part: frozenset[Act]) -> Iterator[tuple[Act | None, Node]]:
    """Yield every act of a part that is possible here and where it leads; no act is what time does."""
    for act in possible_acts(node.state) - (PARTS - part):
        if act in CLOCK:
            yield from ((act, to) for find in (_suspension, _extension) for to in find(node, act))
        elif act in AFTERCARE:
            yield from ((act, to) for to in _after(node, act))
        elif act is Act.MEET and node.side(STEP) == "open":
            yield act, _followed(node, act, "case.milestone_met", milestone=1)
        elif act in KINDS:
            yield from ((act, to) for to in _main(node, act))
    if node.stands:
        yield None, _followed(node, None, "case.resumed", holds=[1, 2])  # its day has come
    elif node.state in RUNNING and not node.late:
        yield None, replace(node, late=True)


Graph = dict[Node, list[tuple[Act | None, Node]]]


@pytest.fixture(scope="module")
def graph() -> Graph:
    both = search(frozenset({*CLOCK, Act.ASK, Act.MEET}))
    for node, ways in search(AFTERCARE).items():
        both.setdefault(node, []).extend(ways)
    return both


def search(part: frozenset[Act]) -> Graph:
    """Return every node that the acts of a part lead to, with its edges."""
    found: Graph = {}
    ahead = deque([Node()])
    while ahead:
        node = ahead.popleft()
        if node not in found:
            found[node] = list(edges(node, part))
            ahead.extend(to for _act, to in found[node])
    return found


def reaching(graph: Graph, good: set[Node]) -> set[Node]:
    """Return the nodes from which some path leads into ``good``."""
    back: dict[Node, list[Node]] = {}
    for node, ways in graph.items():
        for _act, to in ways:
            back.setdefault(to, []).append(node)
    seen, ahead = set(good), deque(good)
    while ahead:
        for node in back.get(ahead.popleft(), ()):
            if node not in seen:
                seen.add(node)
                ahead.append(node)
    return seen


def test_the_graph_is_large_enough_to_mean_something(graph: Graph) -> None:
    assert len(graph) > 1_000
    assert {node.state for node in graph} == set(State)
    done = {act for ways in graph.values() for act, _to in ways}
    assert done >= {*CLOCK, *AFTERCARE, Act.MEET}
    sides = {side for node in graph for side in node.sides}
    assert sides >= {
        (SUSPENSION, f"{HoldKind.SUSPENSION} {state}") for state in AskState if state is not AskState.GRANTED
    }
    assert sides >= {
        (EXTENSION, state) for state in (AskState.ASKED, AskState.GRANTED, AskState.REFUSED, AskState.LAPSED)
    }


def test_from_every_open_node_a_case_can_be_closed(graph: Graph) -> None:
    stuck = graph.keys() - reaching(graph, {node for node in graph if node.state is State.CLOSED})
    assert {node.state for node in stuck} <= {State.MERGED}


def test_nothing_holds_the_clock_of_a_case_its_lead_no_longer_has(graph: Graph) -> None:
    open_asks = (ASKED, HELD, replay_beside.WAITING, AskState.ASKED.value)
    left = [
        node
        for node in graph
        if node.state not in AT_WORK
        and any(node.side(key) in open_asks for key in (SUSPENSION, WAIT, EXTENSION))
    ]
    assert not left, left[:3]


def test_an_ask_can_always_be_refused_and_never_granted_after_the_deadline(graph: Graph) -> None:
    for node, ways in graph.items():
        acts = {act for act, _to in ways}
        if node.side(SUSPENSION) == ASKED:
            assert Act.REFUSE_SUSPENSION in acts
        if node.side(EXTENSION) == AskState.ASKED:
            assert Act.REFUSE_EXTENSION in acts
        if node.late:
            assert not acts & {Act.GRANT_SUSPENSION, Act.GRANT_EXTENSION, Act.SUSPEND, Act.ASK_EXTENSION}


def test_more_time_is_given_once_a_round_however_often_it_is_refused(graph: Graph) -> None:
    assert max(node.suspended for node in graph) == max(node.extended for node in graph) == 1


def test_a_clock_that_stands_is_never_missed_and_always_goes_on(graph: Graph) -> None:
    standing = [node for node in graph if node.stands]
    assert standing
    for node in standing:
        for act, to in graph[node]:
            assert to.late == node.late, (node, act)
        if node.state is State.WAITING and node.side(WAIT) == replay_beside.WAITING:
            heard = [to for act, to in graph[node] if act is Act.HEAR]
            assert heard
            assert all(to.side(WAIT).endswith(AskState.OVER) for to in heard)
    assert not set(standing) - reaching(graph, {node for node in graph if not node.stands})


def test_whatever_is_asked_after_closing_comes_to_an_end(graph: Graph) -> None:
    settled = {
        node
        for node in graph
        if node.side(VISIT) != "open"
        and node.side(APPEAL) not in ("asked", "reviewed")
        and node.side(EXCLUSION) != "proposed"
    }
    stuck = graph.keys() - reaching(graph, settled)
    assert {node.state for node in stuck} <= {State.MERGED}


def test_reopening_calls_off_the_visits_of_the_round_before(graph: Graph) -> None:
    for node, ways in graph.items():
        for act, to in ways:
            if act is Act.REOPEN:
                assert to.side(VISIT) != "open", node


def test_acts_on_the_clock_and_after_closing_leave_the_case_where_it_is(graph: Graph) -> None:
    for node, ways in graph.items():
        for act, to in ways:
            if act is None or act in {*CLOCK, *AFTERCARE, Act.MEET}:
                assert to.state is node.state, (node, act)
    assert not {node.state for node in graph if node.state in FINAL and node.stands}
