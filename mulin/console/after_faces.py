"""What stands beside a closed case as its page shows it: that somebody was asked, never what they said."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from mulin.cases.queries import marks, repeats
from mulin.cases.queries.page import CasePage
from mulin.cases.rules.aftercare import VisitWhy
from mulin.console.after_words import APPEALS, EXCLUSIONS, MARKS, VISIT_OUTCOMES, WHYS
from mulin.kernel.actor import Actor


def after_face(actor: Actor, page: CasePage, *, now: datetime) -> dict[str, Any]:
    """Return the panel of after-care, and other cases of the same matter at the same place."""
    case = page.case
    after = marks.after_of(case)
    visits = [
        {
            # That somebody doubts it is what they rated: kept from whom it judges.
            "why": _("回访") if visit.why == VisitWhy.DOUBT else WHYS[visit.why],
            "unit": visit.unit.short_name,
            "over": visit.done_at is not None,
            "state": VISIT_OUTCOMES[visit.outcome] if visit.outcome else _("还没有问"),
            "at": visit.done_at or visit.due_at,
        }
        for visit in after.visits
        if visit.outcome or visit.done_at is None
    ]
    return {
        "visits": visits,
        "late": after.late,
        "late_waived": case.late_waived_at is not None,
        "excluded": case.excluded_at is not None,
        "appeals": [
            {
                "mark": MARKS[one.mark],
                "unit": one.unit.short_name,
                "state": APPEALS[one.state],
                "grounds": one.grounds,
            }
            for one in after.appeals
        ],
        "exclusions": [
            {
                "unit": one.unit.short_name if one.unit else "",
                "state": EXCLUSIONS[one.state],
                "grounds": one.grounds,
            }
            for one in after.exclusions
        ],
        "shown": bool(visits or after.late or after.appeals or after.exclusions),
        "repeats": repeats.repeats_of(case, now=now, within=actor),
    }
