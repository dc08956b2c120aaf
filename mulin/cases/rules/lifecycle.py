"""The life of a case: what may follow what.

Acts, not target states, are the vocabulary. One act is one button in the console, one endpoint in the
API, one permission and one kind of ledger entry. Sources: S-036, S-063, design.md §5.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from mulin.kernel.errors import NotPossible


class State(StrEnum):
    """Where a case stands, as staff see it."""

    RECEIVED = "received"  # 上报: filed, nobody has judged it yet
    REGISTERED = "registered"  # 立案: taken on, no unit named yet
    DISPATCHED = "dispatched"  # 派遣: a lead unit is named, it has not accepted yet
    IN_HAND = "in_hand"  # 处置: the lead works on it
    WAITING = "waiting"  # the lead asked the resident something
    HANDLED = "handled"  # a result is in, somebody else must check it
    CHECKED = "checked"  # 反馈: the result stands, reports are being answered
    CLOSED = "closed"  # 结案
    DECLINED = "declined"  # 不予受理, with a reason
    UNDER_REVIEW = "under_review"  # the resident asked for a review of the refusal
    MERGED = "merged"  # a duplicate: its reports live on in another case


class Act(StrEnum):
    """What somebody can do to a case."""

    REGISTER = "register_case"
    LOCATE = "correct_place"
    MATCH = "match_item"
    MERGE = "merge_case"
    DISPATCH = "dispatch_case"
    ACCEPT = "accept_case"
    RETURN = "return_case"
    ASK = "ask_resident"
    HEAR = "hear_resident"
    NOTE = "add_note"
    PUBLISH = "add_public_note"
    FINISH = "finish_case"
    APPROVE = "pass_check"
    FAIL = "fail_check"
    ANSWER = "answer_report"
    CLOSE = "close_case"
    DECLINE = "decline_case"
    ASK_REVIEW = "ask_review"
    UPHOLD = "uphold_decline"
    ADMIT = "admit_case"
    REOPEN = "reopen_case"
    WHISTLE = "whistle_units"
    REPORT_IN = "report_in"
    REFUSE = "refuse_whistle"
    REPLY = "reply_whistle"
    CALL_MORE = "call_more_units"
    CHANGE_LEAD = "change_whistle_lead"
    URGE = "urge_units"
    SUM_UP = "sum_up_whistle"
    END = "end_whistle"
    RULE = "rule_on_refusal"
    EVALUATE = "evaluate_whistle"
    OBJECT = "object_to_evaluation"
    SUPERVISE = "supervise_case"
    REPLY_SUPERVISION = "reply_supervision"
    VERIFY_SUPERVISION = "verify_supervision"
    VISIT = "record_visit"
    APPEAL = "appeal_mark"
    REVIEW_APPEAL = "review_appeal"
    DECIDE_APPEAL = "decide_appeal"
    EXCLUDE = "propose_exclusion"
    CONFIRM_EXCLUSION = "confirm_exclusion"
    SUSPEND = "ask_suspension"
    GRANT_SUSPENSION = "grant_suspension"
    REFUSE_SUSPENSION = "refuse_suspension"
    RESUME = "resume_case"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    MEET = "meet_milestone"
    PROPOSE_MEDIATION = "propose_mediation"
    CONSENT = "record_consent"
    HOLD_SESSION = "hold_session"
    AGREE = "record_agreement"
    END_MEDIATION = "end_mediation"


class PublicStep(StrEnum):
    """The six steps a resident sees, and the refusal."""

    REPORTED = "reported"  # 上报
    REGISTERED = "registered"  # 立案
    DISPATCHED = "dispatched"  # 派遣
    HANDLING = "handling"  # 处置
    ANSWERING = "answering"  # 反馈
    CLOSED = "closed"  # 结案
    DECLINED = "declined"  # 不予受理


# Acts that leave a case where it is, open in every state that is not final.
_SUPERVISION: Final = (Act.SUPERVISE, Act.REPLY_SUPERVISION, Act.VERIFY_SUPERVISION)
_ANYTIME: Final = (Act.LOCATE, Act.MATCH, Act.NOTE, Act.PUBLISH, *_SUPERVISION)


# Whistles run while somebody is to deal with the matter; what both sides say of each other may come later.
_WHISTLE: Final = (
    Act.WHISTLE,
    Act.REPORT_IN,
    Act.REFUSE,
    Act.REPLY,
    Act.CALL_MORE,
    Act.CHANGE_LEAD,
    Act.URGE,
    Act.SUM_UP,
    Act.END,
    Act.RULE,
)
_JUDGE: Final = (Act.EVALUATE, Act.OBJECT)

# Acts on records beside the case (a whistle, a hold): they leave it where it is.
# Acts on what holds the clock or gives it more time.
CLOCK: Final = (
    Act.SUSPEND,
    Act.GRANT_SUSPENSION,
    Act.REFUSE_SUSPENSION,
    Act.RESUME,
    Act.ASK_EXTENSION,
    Act.GRANT_EXTENSION,
    Act.REFUSE_EXTENSION,
)
_AFTERCARE: Final = (
    Act.VISIT, Act.APPEAL, Act.REVIEW_APPEAL, Act.DECIDE_APPEAL, Act.EXCLUDE, Act.CONFIRM_EXCLUSION,
)  # fmt: skip
# Two parties try to agree while the matter is dealt with; what runs may end wherever the case then is.
_MEDIATION: Final = (Act.PROPOSE_MEDIATION, Act.CONSENT, Act.HOLD_SESSION, Act.AGREE, Act.END_MEDIATION)
SIDE: Final[frozenset[Act]] = frozenset(
    (*_WHISTLE, *_JUDGE, *_SUPERVISION, *_AFTERCARE, *CLOCK, Act.MEET, *_MEDIATION)
)
_BESIDE: Final[Mapping[State, tuple[Act, ...]]] = {
    State.REGISTERED: (*_WHISTLE, *_JUDGE, *_MEDIATION),
    State.DISPATCHED: (*_WHISTLE, *_JUDGE, Act.MEET, *_MEDIATION),
    State.IN_HAND: (*_WHISTLE, *_JUDGE, *CLOCK, Act.MEET, *_MEDIATION),
    State.WAITING: (*_WHISTLE, *_JUDGE, *CLOCK, Act.MEET, *_MEDIATION),
    State.HANDLED: (*_JUDGE, *_MEDIATION),
    State.CHECKED: (*_JUDGE, *_MEDIATION),
    State.CLOSED: (*_JUDGE, *_AFTERCARE),
    State.DECLINED: _JUDGE,
    State.UNDER_REVIEW: (*_JUDGE, *_SUPERVISION),  # the clock may have raised one
}


def _with_anytime(state: State, moves: Mapping[Act, State]) -> Mapping[Act, State]:
    return {**dict.fromkeys(_ANYTIME, state), **moves}


def _with_beside(moves: Mapping[State, Mapping[Act, State]]) -> Mapping[State, Mapping[Act, State]]:
    return {state: {**own, **dict.fromkeys(_BESIDE.get(state, ()), state)} for state, own in moves.items()}


_MOVES: Final[Mapping[State, Mapping[Act, State]]] = {
    State.RECEIVED: _with_anytime(
        State.RECEIVED,
        {
            Act.REGISTER: State.REGISTERED,
            Act.DISPATCH: State.DISPATCHED,  # registers in passing: one act for a clear matter
            Act.MERGE: State.MERGED,
            Act.DECLINE: State.DECLINED,
        },
    ),
    State.REGISTERED: _with_anytime(
        State.REGISTERED,
        {Act.DISPATCH: State.DISPATCHED, Act.MERGE: State.MERGED, Act.DECLINE: State.DECLINED},
    ),
    State.DISPATCHED: _with_anytime(
        State.DISPATCHED,
        {
            Act.DISPATCH: State.DISPATCHED,
            Act.ACCEPT: State.IN_HAND,
            Act.RETURN: State.REGISTERED,
            Act.MERGE: State.MERGED,
        },
    ),
    State.IN_HAND: _with_anytime(
        State.IN_HAND,
        {
            Act.ASK: State.WAITING,
            Act.FINISH: State.HANDLED,
            Act.RETURN: State.REGISTERED,
            Act.MERGE: State.MERGED,
        },
    ),
    State.WAITING: _with_anytime(
        State.WAITING,
        {
            Act.HEAR: State.IN_HAND,
            Act.FINISH: State.HANDLED,
        },
    ),
    State.HANDLED: _with_anytime(State.HANDLED, {Act.APPROVE: State.CHECKED, Act.FAIL: State.IN_HAND}),
    State.CHECKED: _with_anytime(
        State.CHECKED, {Act.ANSWER: State.CHECKED, Act.CLOSE: State.CLOSED, Act.FAIL: State.IN_HAND}
    ),
    State.CLOSED: {
        Act.NOTE: State.CLOSED,
        Act.REOPEN: State.REGISTERED,
    },
    State.DECLINED: {Act.NOTE: State.DECLINED, Act.ASK_REVIEW: State.UNDER_REVIEW},
    State.UNDER_REVIEW: {
        Act.NOTE: State.UNDER_REVIEW,
        Act.UPHOLD: State.DECLINED,
        Act.ADMIT: State.REGISTERED,
    },
    State.MERGED: {},
}
MOVES: Final = _with_beside(_MOVES)

FINAL: Final = frozenset({State.CLOSED, State.DECLINED, State.MERGED})
OPEN: Final = frozenset(State) - FINAL
# Where the clock of a case runs: the result handed in stops it (K29). A check that sends it back lets it run
# on to the same deadline: what the check took counts. Whether a hold makes it stand is another matter.
RUNNING: Final = OPEN - {State.HANDLED, State.CHECKED}
# Acts that end a case otherwise than by closing it: what is open beside it must be settled first as well.
ENDING: Final = frozenset(
    act for state in OPEN for act, to in MOVES[state].items() if to in FINAL and act is not Act.CLOSE
)

PUBLIC_STEP: Final[Mapping[State, PublicStep]] = {
    State.RECEIVED: PublicStep.REPORTED,
    State.REGISTERED: PublicStep.REGISTERED,
    State.DISPATCHED: PublicStep.DISPATCHED,
    State.IN_HAND: PublicStep.HANDLING,
    State.WAITING: PublicStep.HANDLING,
    State.HANDLED: PublicStep.HANDLING,
    State.CHECKED: PublicStep.ANSWERING,
    State.CLOSED: PublicStep.CLOSED,
    State.DECLINED: PublicStep.DECLINED,
    State.UNDER_REVIEW: PublicStep.DECLINED,
    State.MERGED: PublicStep.CLOSED,  # never shown: a merged case's reports follow the case they joined
}


class ImpossibleAct(NotPossible):
    """The case is not in a state that allows the act."""

    def __init__(self, state: State, act: Act) -> None:
        super().__init__("「%(state)s」的事项现在不能做「%(act)s」", state=state.value, act=act.value)
        self.state = state
        self.act = act


def after(state: State, act: Act) -> State:
    """Return the state a case is in once ``act`` is done.

    :raises ImpossibleAct: the graph has no such edge
    """
    try:
        return MOVES[state][act]
    except KeyError:
        raise ImpossibleAct(state, act) from None


def possible_acts(state: State) -> frozenset[Act]:
    """Return the acts open from ``state``; the console draws its buttons from this."""
    return frozenset(MOVES[state])


def public_step(state: State) -> PublicStep:
    """Return the step a resident sees for ``state``."""
    return PUBLIC_STEP[state]
