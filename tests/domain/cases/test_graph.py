"""The whole graph of acts on a case and on the records beside it, searched breadth first.

A node is where a case stands, what is owed to its voices, and where each record beside it stands. Which edges
there are is asked of the rules themselves (no database): what may follow what, what blocks finishing, closing
and ending. An edge changes what its act changes.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from mulin.cases.models import Case
from mulin.cases.queries import beside
from mulin.cases.rules import closing, lifecycle, mediation, supervision, whistles
from mulin.cases.rules.lifecycle import ENDING, FINAL, SIDE, Act, PublicStep, State, possible_acts
from mulin.cases.rules.mediation import Step as Talk
from mulin.cases.rules.supervision import Stage, Step
from mulin.cases.rules.whistles import CallState, Deed

NOON = datetime(2026, 5, 12, 4, tzinfo=UTC)
VOICES = 2  # most on one case; more of them change nothing
CALLS = 2  # most units called at once


@dataclass(frozen=True)
class Call:
    """One called unit: where it stands, whether the superior put it here, whether it sums up."""

    state: CallState
    ruled: bool = False
    leads: bool = False


@dataclass(frozen=True)
class Node:
    """Where everything stands."""

    state: State
    owed: int = 1  # voices without an answer
    answered: int = 0
    gone: int = 0  # voices that live on in another case
    calls: tuple[Call, ...] | None = None  # of the open whistle
    summed: bool = False
    stage: Stage | None = None  # of the open supervision
    talks: mediation.MediationStage | None = None  # of the running mediation

    @property
    def voices(self) -> int:
        return self.owed + self.answered + self.gone

    def case(self) -> Case:
        """Return a case as the rules see it, kept nowhere."""
        return Case(state=self.state, **COUNTERS(self))

    @property
    def is_open_beside(self) -> bool:
        return self.calls is not None or self.stage is not None or self.talks is not None


def COUNTERS(node: Node) -> dict[str, int]:  # noqa: N802 - grows with the records beside a case
    return {
        "whistles_open": int(node.calls is not None),
        "supervisions_open": int(node.stage is not None),
        "mediations_open": int(node.talks is not None),
    }


def _live(node: Node) -> list[CallState]:
    return [call.state for call in node.calls or ()]


def _changed(node: Node, number: int, **how: object) -> Node:
    calls = list(node.calls or ())
    calls[number] = replace(calls[number], **how)  # type: ignore[arg-type]
    return replace(node, calls=tuple(sorted(calls, key=repr)))


def _whistle(node: Node) -> Iterator[Node]:
    if node.calls is None:
        for many in range(1, CALLS + 1):
            calls = tuple(Call(CallState.CALLING, leads=number == 0) for number in range(many))
            yield replace(node, calls=tuple(sorted(calls, key=repr)), summed=False)


def _deed(deed: Deed) -> Callable[[Node], Iterator[Node]]:
    def edges(node: Node) -> Iterator[Node]:
        for number, call in enumerate(node.calls or ()):
            if deed not in whistles.CALL_MOVES[call.state] or (deed is Deed.REFUSE and call.ruled):
                continue
            if deed is Deed.REPLY and node.summed:
                continue
            yield _changed(node, number, state=whistles.after(call.state, deed))

    return edges


def _rule(node: Node) -> Iterator[Node]:
    for number, call in enumerate(node.calls or ()):
        if call.state is CallState.REFUSED:
            yield _changed(node, number, state=whistles.after(call.state, Deed.RULE_IN), ruled=True)
            gone = _changed(node, number, state=whistles.after(call.state, Deed.RELEASE), leads=False)
            yield gone
            other = Call(CallState.CALLING, ruled=True, leads=call.leads)
            yield replace(gone, calls=_add(gone.calls or (), other))


def _add(calls: tuple[Call, ...], call: Call) -> tuple[Call, ...]:
    live = [each for each in calls if each.state in whistles.LIVE]
    return tuple(sorted((*live, call), key=repr))


def _call_more(node: Node) -> Iterator[Node]:
    live = [call for call in node.calls or () if call.state in whistles.LIVE]
    if node.calls is not None and len(live) < CALLS:
        yield replace(node, calls=_add(node.calls, Call(CallState.CALLING)), summed=False)


def _change_lead(node: Node) -> Iterator[Node]:
    for number, call in enumerate(node.calls or ()):
        if call.state in whistles.LIVE and not call.leads:
            calls = [replace(each, leads=each is call) for each in node.calls or ()]
            calls[number] = replace(call, leads=True)
            yield replace(node, calls=tuple(sorted(calls, key=repr)))


def _sum_up(node: Node) -> Iterator[Node]:
    if node.calls is not None and not node.summed:
        has_lead = any(call.leads for call in node.calls)
        if not whistles.blocks_sum_up(_live(node), has_lead=has_lead) and has_lead:
            yield replace(node, summed=True)


def _end(node: Node) -> Iterator[Node]:
    if node.calls is not None and not whistles.blocks_end(_live(node), summed=node.summed):
        yield replace(node, calls=None, summed=False)


def _same(node: Node) -> Iterator[Node]:
    yield node


def _answer(node: Node) -> Iterator[Node]:
    if node.owed:
        yield replace(node, owed=node.owed - 1, answered=node.answered + 1)


def _everybody(node: Node) -> Iterator[Node]:
    yield replace(node, owed=0, answered=node.owed + node.answered)


def _nobody(node: Node) -> Iterator[Node]:
    yield replace(node, owed=node.owed + node.answered, answered=0)


def _away(node: Node) -> Iterator[Node]:
    yield replace(node, owed=0, answered=0, gone=node.voices)


def _supervision(step: Step | None) -> Callable[[Node], Iterator[Node]]:
    def edges(node: Node) -> Iterator[Node]:
        if step is None and node.stage is None:
            yield replace(node, stage=Stage.ASKED)
        elif node.stage is not None and step in supervision.STEPS[node.stage]:
            to = supervision.after(node.stage, step)
            yield replace(node, stage=None if to is Stage.SETTLED else to)

    return edges


def _mediation(*steps: mediation.Step) -> Callable[[Node], Iterator[Node]]:
    def edges(node: Node) -> Iterator[Node]:
        if not steps and node.talks is None:
            yield replace(node, talks=mediation.MediationStage.PROPOSED)
        for step in steps:
            if node.talks is not None and step in mediation.STEPS[node.talks]:
                to = mediation.after(node.talks, step)
                yield replace(node, talks=to if to in mediation.RUNNING else None)

    return edges


# What an act changes besides the state of the case; an act that is not named changes nothing else.
CHANGES: dict[Act, tuple[Callable[[Node], Iterator[Node]], ...]] = {
    Act.ANSWER: (_answer,),
    Act.DECLINE: (_everybody,),
    Act.UPHOLD: (_everybody,),
    Act.ADMIT: (_nobody,),
    Act.REOPEN: (_nobody,),
    Act.MERGE: (_away,),
    Act.WHISTLE: (_whistle,),
    Act.REPORT_IN: (_deed(Deed.REPORT_IN),),
    Act.REFUSE: (_deed(Deed.REFUSE),),
    Act.REPLY: (_deed(Deed.REPLY),),
    Act.RULE: (_rule,),
    Act.CALL_MORE: (_call_more,),
    Act.CHANGE_LEAD: (_change_lead,),
    Act.SUM_UP: (_sum_up,),
    Act.END: (_end,),
    Act.SUPERVISE: (_supervision(None),),
    Act.REPLY_SUPERVISION: (_supervision(Step.REPLY),),
    Act.PROPOSE_MEDIATION: (_mediation(),),
    Act.CONSENT: (_mediation(Talk.CONSENT, Talk.OPEN),),
    Act.HOLD_SESSION: (_mediation(Talk.SESSION),),
    Act.AGREE: (_mediation(Talk.AGREE),),
    Act.END_MEDIATION: (_mediation(Talk.FAIL, Talk.END),),
    Act.VERIFY_SUPERVISION: (_supervision(Step.ACCEPT), _supervision(Step.SEND_BACK)),
}
# Acts beside the case that change no record's standing: words, reminders, judgements after the fact.
# What holds the clock, and what is asked after closing, stands in nobody's way: that graph is searched in
# tests/rules/cases/test_clock_graph.py.
STILL = frozenset({Act.URGE, Act.EVALUATE, Act.OBJECT, Act.MEET, *lifecycle.CLOCK}) | {
    Act.VISIT, Act.APPEAL, Act.REVIEW_APPEAL, Act.DECIDE_APPEAL, Act.EXCLUDE, Act.CONFIRM_EXCLUSION,
}  # fmt: skip


def edges(node: Node) -> Iterator[tuple[Act, Node]]:
    """Yield every act that is possible here and where it leads."""
    case = node.case()
    for act in possible_acts(node.state):
        if act is Act.FINISH and beside.blocks_finishing(case):
            continue
        if act in ENDING and beside.blocks_closing(case):
            continue
        if act is Act.CLOSE and (beside.blocks_closing(case) or _blocks_close(node)):
            continue
        for change in CHANGES.get(act, (_same,)):
            for to in change(node):
                yield act, replace(to, state=lifecycle.after(node.state, act))
    if node.state in lifecycle.RUNNING and node.stage is None:
        yield Act.SUPERVISE, replace(node, stage=Stage.ASKED)  # by the clock: it asks no graph
    if node.state not in FINAL and node.voices < VOICES:
        yield Act.HEAR, replace(node, owed=node.owed + 1)  # another voice joins


def _blocks_close(node: Node) -> bool:
    return bool(
        closing.blocks_close(
            unanswered=node.owed, in_compound=False, unrated=0, checked_at=NOON, rating_days=7, now=NOON
        )
    )


def search() -> dict[Node, list[tuple[Act, Node]]]:
    """Return every node that can be reached, with its edges."""
    start = Node(State.RECEIVED)
    graph: dict[Node, list[tuple[Act, Node]]] = {}
    ahead = deque([start])
    while ahead:
        node = ahead.popleft()
        if node in graph:
            continue
        graph[node] = list(edges(node))
        ahead.extend(to for _act, to in graph[node])
    return graph


@pytest.fixture(scope="module")
def graph() -> dict[Node, list[tuple[Act, Node]]]:
    return search()


def _reaching(graph: dict[Node, list[tuple[Act, Node]]], good: set[Node]) -> set[Node]:
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


def test_the_graph_is_large_enough_to_mean_something(graph: dict[Node, list[tuple[Act, Node]]]) -> None:
    assert len(graph) > 500
    assert {node.state for node in graph} == set(State)
    assert {act for ways in graph.values() for act, _to in ways} == set(Act)


def test_from_everywhere_a_case_can_come_to_an_end(graph: dict[Node, list[tuple[Act, Node]]]) -> None:
    stuck = graph.keys() - _reaching(graph, {node for node in graph if node.state in FINAL})
    assert not stuck, sorted(map(repr, stuck))[:5]


def test_from_every_open_node_a_case_can_be_closed(graph: dict[Node, list[tuple[Act, Node]]]) -> None:
    stuck = graph.keys() - _reaching(graph, {node for node in graph if node.state is State.CLOSED})
    assert {node.state for node in stuck} <= {State.MERGED}


def test_no_record_beside_a_case_blocks_an_act_for_good(graph: dict[Node, list[tuple[Act, Node]]]) -> None:
    """Whatever the state allows becomes possible again by what can be done without leaving the state."""
    blocked = set()
    for state in State:
        here = [node for node in graph if node.state is state]
        within = {node: [to for _act, to in graph[node] if to.state is state] for node in here}
        for act in possible_acts(state) - SIDE:
            open_to = {node for node in here if any(each is act for each, _to in graph[node])}
            seen, ahead = set(open_to), deque(open_to)
            back: dict[Node, list[Node]] = {}
            for node, ways in within.items():
                for to in ways:
                    back.setdefault(to, []).append(node)
            while ahead:
                for node in back.get(ahead.popleft(), ()):
                    if node not in seen:
                        seen.add(node)
                        ahead.append(node)
            if act is not Act.ANSWER:  # once everybody is answered there is nobody left to answer
                blocked |= {(act, node) for node in here if node not in seen}
    assert not blocked, sorted(map(repr, blocked))[:3]


def test_no_act_loses_a_voice(graph: dict[Node, list[tuple[Act, Node]]]) -> None:
    for node, ways in graph.items():
        for act, to in ways:
            joined = int(act is Act.HEAR and to.voices > node.voices)
            assert to.voices == node.voices + joined, (node, act, to)


def test_nothing_ends_with_a_record_open_beside_it(graph: dict[Node, list[tuple[Act, Node]]]) -> None:
    left = [node for node in graph if node.state in FINAL and node.is_open_beside]
    assert not left, left[:5]


def test_nothing_is_over_with_a_voice_unanswered(graph: dict[Node, list[tuple[Act, Node]]]) -> None:
    over = [node for node in graph if node.state in (State.CLOSED, State.DECLINED)]
    assert all(node.owed == 0 and node.answered > 0 for node in over)


def test_a_result_is_never_reported_past_an_open_whistle(graph: dict[Node, list[tuple[Act, Node]]]) -> None:
    after_work = {State.HANDLED, State.CHECKED}
    assert not [node for node in graph if node.state in after_work and node.calls is not None]


def test_acts_beside_the_case_move_no_public_step(graph: dict[Node, list[tuple[Act, Node]]]) -> None:
    for node, ways in graph.items():
        assert lifecycle.public_step(node.state) in PublicStep
        for act, to in ways:
            if act in SIDE:
                assert to.state is node.state
            elif lifecycle.public_step(to.state) is not lifecycle.public_step(node.state):
                assert act not in STILL


def test_every_act_is_known_to_this_search() -> None:
    assert CHANGES.keys() | STILL >= SIDE
