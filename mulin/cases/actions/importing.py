"""How a table of voices comes in: several in one transaction, each through the same intake as any other."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from mulin.cases.actions.intake import Filed, file_report
from mulin.cases.rules.intake import Filing
from mulin.kernel.actor import Actor
from mulin.kernel.errors import Refusal


@transaction.atomic
def file_reports(
    *, filings: Sequence[Filing], rehearse: bool = False, actor: Actor, now: datetime
) -> list[Filed | Refusal]:
    """Take voices into the pool together; one that is refused leaves no trace and spoils none of the others.

    ``rehearse`` answers what would happen and keeps nothing.
    """
    fates: list[Filed | Refusal] = []
    for filing in filings:
        try:
            fates.append(file_report(filing=filing, actor=actor, now=now))
        except Refusal as refusal:
            fates.append(refusal)
    transaction.set_rollback(rehearse)
    return fates
