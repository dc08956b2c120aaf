"""What stands beside a closed case as its page shows it: that somebody was asked, never what they said."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from mulin.cases.queries import marks, repeats
from mulin.cases.queries.page import CasePage
from mulin.cases.rules.aftercare import VisitWhy
from mulin.console import moments
from mulin.console.after_words import APPEALS, EXCLUSIONS, MARKS, VISIT_OUTCOMES, WHYS
from mulin.console.case_faces import Said
from mulin.kernel.actor import Actor

if TYPE_CHECKING:
    from mulin.cases.models import Appeal, Exclusion
    from mulin.people.models import Unit


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
            "when": moments.short(visit.done_at, now)
            if visit.done_at
            else _("%(moment)s 到期") % {"moment": moments.short(visit.due_at, now)},
        }
        for visit in after.visits
        if visit.outcome or visit.done_at is None
    ]
    return {
        "visits": visits,
        "late": after.late,
        "late_waived": case.late_waived_at is not None,
        "excluded": case.excluded_at is not None,
        "appeals": [_appeal_face(one, now) for one in after.appeals],
        "exclusions": [_exclusion_face(one, now) for one in after.exclusions],
        "shown": bool(visits or after.late or after.appeals or after.exclusions),
        "repeats": repeats.repeats_of(case, now=now, within=actor),
    }


def _appeal_face(one: "Appeal", now: datetime) -> dict[str, Any]:
    """Return an appeal with what each level said."""
    lines = [Said(_("理由"), one.grounds, _by(one.unit, one.asked_at, now))]
    if one.reviewed_at is not None:
        lines.append(Said(_("初审"), one.review, _by(one.reviewed_unit, one.reviewed_at, now)))
    if one.decided_at is not None:
        lines.append(Said(_("决定"), one.decision, _by(None, one.decided_at, now)))
    return {"mark": MARKS[one.mark], "state": APPEALS[one.state], "lines": lines}


def _exclusion_face(one: "Exclusion", now: datetime) -> dict[str, Any]:
    """Return an exclusion with what both persons said."""
    lines = [Said(_("依据"), one.grounds, _by(one.unit, one.proposed_at, now))]
    if one.settled_at is not None:
        lines.append(Said(_("确认"), one.words or "—", _by(None, one.settled_at, now)))
    return {"state": EXCLUSIONS[one.state], "lines": lines}


def _by(unit: "Unit | None", at: datetime, now: datetime) -> str:
    """Return whose word it is and from when."""
    moment = moments.short(at, now)
    return f"{unit.short_name} · {moment}" if unit is not None else moment
