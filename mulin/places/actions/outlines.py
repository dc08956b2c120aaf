"""Drawing areas from a file: snapped if asked, then imported as one act."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from mulin.gateways.sheets import SheetError
from mulin.kernel.actor import Actor
from mulin.places.actions.importing import import_areas
from mulin.places.queries.ground import areas_on
from mulin.places.queries.outline_files import Draft
from mulin.places.rules.changes import Changes
from mulin.places.rules.ground import AreaEdition
from mulin.places.rules.imports import BadGround
from mulin.places.rules.snapping import Snapped, snapped


class BadFile(BadGround):
    """The file, or what it would make of the ground, has faults; ``faults`` names them by row and column."""

    def __init__(self, faults: tuple[SheetError, ...]) -> None:
        first = faults[0]
        super(BadGround, self).__init__(
            "共 %(count)s 处问题，第一处：%(first)s", where=first.where, count=len(faults), first=first.what
        )
        self.problems = ()
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Brought:
    """What drawing a file did, or would do."""

    changes: Changes[AreaEdition]
    snapped: Snapped


@transaction.atomic
def import_outlines(
    *,
    draft: Draft,
    from_on: date,
    complete: bool = False,
    snap: bool = False,
    actor: Actor,
    now: datetime,
) -> Brought:
    """Draw the areas of a file from a day on; with ``snap`` shared borders become one line first.

    With ``complete`` areas of the kinds in the file that it leaves out end on that day.

    :raises BadFile: naming everything wrong, by row and column; nothing is written
    :raises NotAllowed: no post of the actor permits it
    :raises LaterChange: something is already drawn from a later day on
    """
    if draft.problems:
        raise BadFile(draft.problems)
    kinds = frozenset(area.kind for area in draft.areas)
    given = {area.code for area in draft.areas}
    drawn = Snapped(draft.areas)
    if snap:
        beside = [
            area
            for area in areas_on(from_on)
            if area.kind in kinds and area.code not in given and not complete
        ]
        drawn = snapped(draft.areas, neighbours=beside)
    try:
        changes = import_areas(
            areas=drawn.areas,
            from_on=from_on,
            complete_kinds=kinds if complete else frozenset(),
            actor=actor,
            now=now,
        )
    except BadGround as refused:
        raise BadFile(_by_row(draft, refused)) from None
    return Brought(changes, drawn)


def _by_row(draft: Draft, refused: BadGround) -> tuple[SheetError, ...]:
    """Return what is wrong with the ground by the rows that drew it; row 0 stood already."""
    return tuple(
        SheetError(
            file=draft.file,
            row=draft.rows.get(problem.code, 0),
            column=problem.code,
            what=_(problem.what) % problem.facts,
            how=_(problem.how) % problem.facts,
        )
        for problem in refused.problems
    )
