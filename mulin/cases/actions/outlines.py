"""A file of outlines tried out: what it would change, and which open cases would lie with another unit."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from mulin.cases.queries.regrounded import Moved, moved_cases
from mulin.kernel.actor import Actor
from mulin.places.actions.outlines import Brought, import_outlines
from mulin.places.queries import ground
from mulin.places.queries.outline_files import Draft
from mulin.places.rules.atlas import Atlas


@dataclass(frozen=True, slots=True)
class Tried:
    """What drawing a file would do."""

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
