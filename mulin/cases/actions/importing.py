"""How a table of voices comes in: several in one transaction, each through the same intake as any other."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from mulin.cases import policy
from mulin.cases.actions.intake import FILE, Filed, SourceNumberReused, file_report
from mulin.cases.models import Report
from mulin.cases.rules.intake import Filing
from mulin.kernel.actor import Actor
from mulin.kernel.errors import Refusal
from mulin.ledger.actions import whole

Known = Mapping[tuple[str, str], Report]


@whole
def file_reports(
    *, filings: Sequence[Filing], rehearse: bool = False, actor: Actor, now: datetime
) -> list[Filed | Refusal]:
    """Take voices into the pool together; one that is refused leaves no trace and spoils none of the others.

    ``rehearse`` answers what would happen and keeps nothing.

    :raises NotAllowed: no post of the actor permits to file
    """
    policy.require_anywhere(actor, FILE)
    known = _known(filings)
    fates: list[Filed | Refusal] = []
    for filing in filings:
        try:
            fates.append(_again(filing, known) or file_report(filing=filing, actor=actor, now=now))
        except Refusal as refusal:
            fates.append(refusal)
    transaction.set_rollback(rehearse)
    return fates


def _known(filings: Sequence[Filing]) -> Known:
    """Return the reports that have one of these numbers already: one question for all of them."""
    found = Report.objects.select_related("case").filter(
        source__in={filing.source for filing in filings},
        source_no__in={filing.source_no for filing in filings},
    )
    return {(report.source, report.source_no): report for report in found}


def _again(filing: Filing, known: Known) -> Filed | None:
    """Return what came of the same filing before, or nothing.

    :raises SourceNumberReused: its number was used for other words
    """
    report = known.get((filing.source, filing.source_no))
    if report is None:
        return None
    if report.digest != filing.digest():
        raise SourceNumberReused(filing.source_no)
    return Filed(report, report.case, replayed=True)
