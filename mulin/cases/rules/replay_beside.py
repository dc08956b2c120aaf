"""Where the records beside a case stand, told by its entries alone: holds, calls, visits, milestones …

An entry names the records it makes or moves by their ids. What happens to others in its wake (an ask that
lapses when the case leaves the lead's hands, a visit called off by a reopening) follows from the rules.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from mulin.cases.rules import whistles
from mulin.cases.rules.holds import AskState, HoldKind
from mulin.cases.rules.lifecycle import State
from mulin.cases.rules.whistles import CallState, Deed, RulingOutcome

Sides = dict[str, str]  # "supervision <id>" → where it stands


class Named(NamedTuple):
    """A fact that names a record, or several; of two ends in ``stands`` another fact decides."""

    fact: str
    which: str
    stands: str


GONE: Final = ""  # the record is no more
WAITING: Final = f"{HoldKind.WAITING} {AskState.RUNNING}"
_JUDGED: Final = ("granted", "agreed", "over")  # the facts that tell which of two ends it came to
_OF_KIND: Final[Mapping[str, tuple[Named, ...]]] = {
    "case.supervised": (Named("supervision", "supervision", "asked"),),
    "case.supervision_replied": (Named("supervision", "supervision", "replied"),),
    "case.supervision_returned": (Named("supervision", "supervision", "asked"),),
    "case.supervision_settled": (Named("supervision", "supervision", "settled"),),
    "case.mediation_proposed": (Named("mediation", "mediation", "proposed"),),
    "case.mediation_consented": (Named("mediation", "mediation", "proposed"),),
    "case.mediation_opened": (Named("mediation", "mediation", "open"),),
    "case.mediation_agreed": (Named("mediation", "mediation", "agreed"),),
    "case.mediation_failed": (Named("mediation", "mediation", "not_agreed"),),
    "case.mediation_ended": (Named("mediation", "mediation", "ended"),),
    "case.mark_appealed": (Named("appeal", "appeal", "asked"),),
    "case.appeal_reviewed": (Named("appeal", "appeal", "reviewed"),),
    "case.appeal_decided": (Named("appeal", "appeal", "granted|rejected"),),
    "case.exclusion_proposed": (Named("exclusion", "exclusion", "proposed"),),
    "case.exclusion_settled": (Named("exclusion", "exclusion", "confirmed|dropped"),),
    "case.whistled": (Named("whistle", "whistle", "open"), Named("calls", "call", CallState.CALLING)),
    "case.more_called": (Named("calls", "call", CallState.CALLING),),
    "case.whistle_ended": (Named("whistle", "whistle", "ended"),),
    "case.whistle_refused": (Named("ruling", "ruling", "open"),),
    "case.returned": (Named("ruling", "ruling", "open"),),
    "case.ruled": (Named("ruling", "ruling", "ruled"), Named("instead", "call", CallState.CALLING)),
    "case.asked": (Named("hold", "hold", WAITING),),
    "case.suspension_asked": (Named("hold", "hold", f"{HoldKind.SUSPENSION} {AskState.ASKED}"),),
    "case.suspended": (Named("hold", "hold", f"{HoldKind.SUSPENSION} {AskState.RUNNING}"),),
    "case.suspension_refused": (Named("hold", "hold", f"{HoldKind.SUSPENSION} {AskState.REFUSED}"),),
    "case.extension_asked": (Named("extension", "extension", AskState.ASKED),),
    "case.extended": (Named("extension", "extension", AskState.GRANTED),),
    "case.extension_refused": (Named("extension", "extension", AskState.REFUSED),),
    "case.milestone_met": (Named("milestone", "milestone", "met"),),
    "case.closed": (Named("visit", "visit", "open"),),
    "case.visit_opened": (Named("visit", "visit", "open"),),
    "case.visited": (Named("visit", "visit", "done|open"),),
}
# What an act does to records in passing, whichever it is.
_IN_PASSING: Final = (
    Named("bound", "milestone", "open"),
    Named("unbound", "milestone", GONE),
    Named("met", "milestone", "met"),
    Named("settled", "ruling", "ruled"),
)
_DEEDS: Final[Mapping[str, Deed]] = {
    "case.reported_in": Deed.REPORT_IN,
    "case.whistle_refused": Deed.REFUSE,
    "case.whistle_replied": Deed.REPLY,
}
_AT_WORK: Final = frozenset({State.IN_HAND, State.WAITING})


def follow(sides: Sides, kind: str, facts: Mapping[str, Any]) -> None:
    """Move the records that an entry names, and those it moves in its wake.

    :raises whistles.ImpossibleDeed: a called unit did what it could not
    """
    deed = _DEEDS.get(kind)
    if kind == "case.ruled":
        deed = Deed.RULE_IN if facts.get("outcome") == RulingOutcome.REPORT_IN else Deed.RELEASE
    if deed is not None and "call" in facts:
        call = f"call {facts['call']}"
        sides[call] = whistles.after(CallState(sides.get(call, CallState.CALLING)), deed).value
    for named in (*_OF_KIND.get(kind, ()), *_IN_PASSING):
        for key in _keys(named, facts):
            _put(sides, key, _stands(named, facts))
    if kind == "case.resumed":
        for key in _keys(Named("holds", "hold", ""), facts):
            _turn(sides, key, AskState.RUNNING, AskState.OVER)
    if "before" in facts:
        _leave(sides, facts["before"], facts["after"])
    if kind == "case.reopened":
        for key in [key for key, stands in sides.items() if key.startswith("visit ") and stands == "open"]:
            sides[key] = "done"


def _keys(named: Named, facts: Mapping[str, Any]) -> Iterator[str]:
    found = facts.get(named.fact)
    many = found if isinstance(found, list) else [] if found is None else [found]
    return (f"{named.which} {each}" for each in many)


def _stands(named: Named, facts: Mapping[str, Any]) -> str:
    yes, _, no = str(named.stands).partition("|")
    return yes if not no or any(facts.get(judged) for judged in _JUDGED) else no


def _put(sides: Sides, key: str, stands: str) -> None:
    if stands == GONE:
        sides.pop(key, None)
    else:
        sides[key] = stands


def _leave(sides: Sides, before: str, after: str) -> None:
    """End what held the clock when the lead has the case no more, or somebody has answered; asks lapse."""
    leaves = after not in _AT_WORK
    if not leaves and not (before == State.WAITING and after != State.WAITING):
        return
    for key in [key for key in sides if key.startswith(("hold ", "extension "))]:
        if leaves:
            _turn(sides, key, AskState.ASKED, AskState.LAPSED)
        if leaves or sides[key] == WAITING:
            _turn(sides, key, AskState.RUNNING, AskState.OVER)


def _turn(sides: Sides, key: str, before: AskState, after: AskState) -> None:
    kind, _, state = sides.get(key, "").rpartition(" ")
    if state == before:
        sides[key] = f"{kind} {after.value}".strip()
