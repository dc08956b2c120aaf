"""What the records beside a case (whistles, holds, supervision, visit-backs) offer and hold back.

Each kind of record is a module of its own with functions of these shapes; the case page and the acts ask
here, and no state of the case is multiplied (design.md §4, idea 6).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from mulin.cases.models import Case
from mulin.cases.queries import clock, marks, mediations, supervisions, whistle_offers
from mulin.cases.rules.closing import Blocker
from mulin.cases.rules.lifecycle import Act
from mulin.kernel.actor import Actor

Offers = Callable[[Actor, Case, datetime], Mapping[Act, tuple[Blocker, ...]]]
Holds = Callable[[Case], tuple[Blocker, ...]]

# Acts on side records possible for an actor now, each with what is missing; an act not named is not offered.
OFFERS: Final[tuple[Offers, ...]] = (
    whistle_offers.side_offers,
    supervisions.side_offers,
    marks.side_offers,
    clock.side_offers,
    mediations.side_offers,
)
# What must be settled before a result may be reported, and before a case may be closed.
HOLDS_FINISHING: Final[tuple[Holds, ...]] = (whistle_offers.holds_finishing,)
HOLDS_CLOSING: Final[tuple[Holds, ...]] = (
    whistle_offers.holds_closing,
    supervisions.holds_closing,
    mediations.holds_closing,
)


def offers(actor: Actor, case: Case, *, now: datetime) -> dict[Act, tuple[Blocker, ...]]:
    """Return the acts on side records of ``case`` that are open to ``actor``, with what each still needs."""
    return {act: missing for side in OFFERS for act, missing in side(actor, case, now).items()}


def blocks_finishing(case: Case) -> tuple[Blocker, ...]:
    """Return what side records want settled before the result of ``case`` is reported."""
    return tuple(blocker for side in HOLDS_FINISHING for blocker in side(case))


def blocks_closing(case: Case) -> tuple[Blocker, ...]:
    """Return what side records want settled before ``case`` is closed."""
    return tuple(blocker for side in HOLDS_CLOSING for blocker in side(case))
