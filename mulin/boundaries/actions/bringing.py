"""A file of outlines drawn into the city: tried out, then drawn, as an adjustment where it redraws."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from mulin.boundaries.actions.adjusting import adjust_boundaries
from mulin.boundaries.rules.bringing import lines_of
from mulin.boundaries.rules.plan import Plan
from mulin.cases.queries.regrounded import Moved, moved_cases
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput
from mulin.kernel.wording import written
from mulin.ledger.actions import whole
from mulin.places.actions.outlines import Brought, import_outlines
from mulin.places.queries import ground
from mulin.places.queries.outline_files import Draft
from mulin.places.rules.atlas import Atlas

WORDS_MAX = 200


class HoldsCases(BadInput):
    """The file redraws ground on which open cases lie: that takes a reason and a document."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What drawing a file would do, or did."""

    brought: Brought
    moved: tuple[Moved, ...]

    @property
    def cases_moved(self) -> int:
        """Return how many open cases would lie with another unit."""
        return sum(each.cases for each in self.moved)


def preview_outlines(
    *,
    draft: Draft,
    from_on: date,
    complete: bool = False,
    snap: bool = False,
    actor: Actor,
    now: datetime,
) -> Tried:
    """Draw the file, look at what changed and which open cases would move, and take it all back.

    :raises BadFile: as for importing
    :raises NotAllowed: as for importing
    """
    standing = Atlas(ground.ground_on(from_on), on=from_on)
    with transaction.atomic():
        brought = import_outlines(
            draft=draft, from_on=from_on, complete=complete, snap=snap, actor=actor, now=now
        )
        empty = brought.changes.is_empty
        moved = () if empty else moved_cases(standing, Atlas(ground.ground_on(from_on), on=from_on))
        transaction.set_rollback(True)
    ground.forget()
    return Tried(brought, moved)


@whole
def bring_outlines(
    *,
    draft: Draft,
    from_on: date,
    complete: bool = False,
    snap: bool = False,
    reason: str = "",
    document: str = "",
    actor: Actor,
    now: datetime,
) -> Tried:
    """Draw the file from a day on; with reason and document, what it redraws is an adjustment.

    An adjustment hands open cases, staff, buildings and compounds over. Without one the file may draw only
    what no open case lies on.

    :raises BadFile: naming everything wrong, by row and column
    :raises HoldsCases: open cases would lie elsewhere, and reason or document is missing
    :raises BadPlan: the adjustment cannot be made
    :raises NotAllowed: no post of the actor permits it
    """
    tried = preview_outlines(draft=draft, from_on=from_on, complete=complete, snap=snap, actor=actor, now=now)
    as_adjustment = bool(reason.strip() or document.strip())
    if tried.moved and not as_adjustment:
        raise HoldsCases(
            "有 %(count)s 件未结事项会换单位：请写明调整依据和文号，按区划调整办理",
            where="reason",
            count=tried.cases_moved,
        )
    lines = lines_of(tried.brought.changes, ground.areas_on(from_on)) if as_adjustment else ()
    if lines:
        plan = Plan(
            from_on,
            written(reason, where="reason", most=WORDS_MAX),
            written(document, where="document", most=WORDS_MAX),
            lines,
        )
        key = f"outlines:{hashlib.sha256(repr(plan).encode()).hexdigest()}"
        adjust_boundaries(plan=plan, key=key, actor=actor, now=now)
    drawn = replace(draft, areas=tried.brought.snapped.areas)
    import_outlines(draft=drawn, from_on=from_on, complete=complete, actor=actor, now=now)
    return tried
