"""The ledger as supervisors see it: what was done last, and whether it is still as it was written."""

from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from mulin.console import words
from mulin.console.door import StaffRequest, show, staff
from mulin.kernel.errors import NotAllowed
from mulin.ledger import queries
from mulin.ledger.rules.chain import Fault
from mulin.people.queries.units import unit_names

READ: Final = "read_ledger"
ROWS: Final = 100
# Reading every entry in a request is for small ledgers; larger ones are verified from the command line.
MOST_IN_A_REQUEST: Final = 200_000


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def ledger(request: StaffRequest) -> HttpResponse:
    """Show the last entries; on request, verify the whole."""
    if not request.actor.may(READ):
        raise NotAllowed(gettext_noop("您的岗位不能查看台账"))
    rows = list(reversed(queries.latest(limit=ROWS)))
    is_small = not rows or rows[0].id <= MOST_IN_A_REQUEST
    names = unit_names(row.unit_id for row in rows if row.unit_id)
    verdict = _verdict() if request.method == "POST" and is_small else None
    context = {
        "section": "ledger",
        "rows": [
            {
                "row": row,
                "word": words.entry(row.kind),
                "unit": names.get(row.unit_id or 0, ""),
                "is_case": row.kind.startswith("case.") and request.actor.may("see_case"),
            }
            for row in rows
        ],
        "is_small": is_small,
        "verdict": verdict,
        "fault": _fault_words(verdict.fault) if verdict and verdict.fault else None,
    }
    return show(request, "console/ledger.html", context)


def _verdict() -> queries.Verdict:
    """Verify the whole ledger against the anchors kept outside the database."""
    return queries.verify(anchors=Path(settings.VAR) / "anchors")


def _fault_words(fault: Fault) -> dict[str, str]:
    return {"place": _(fault.place) % fault.facts, "why": _(fault.why) % fault.facts}
