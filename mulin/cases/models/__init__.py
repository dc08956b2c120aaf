"""Tables of the heart; no behaviour."""

from mulin.cases.models.aftercare import Appeal, Exclusion, Formula, Phrase, Visit, VisitPlan
from mulin.cases.models.clocks import (
    Extension,
    Hold,
    Milestone,
    ProfileStep,
    ProfileTable,
    Promise,
)
from mulin.cases.models.escalation import Alarm, Bulletin, Rung, Supervision
from mulin.cases.models.handovers import Handover
from mulin.cases.models.heart import (
    Assignment,
    Case,
    CaseSearch,
    DispatchRule,
    DispatchTable,
    Photo,
    Rating,
    Reception,
    Remark,
    Report,
    Requirement,
    Settings,
)
from mulin.cases.models.mediation import Mediation, MediationSession
from mulin.cases.models.whistles import Call, Evaluation, Ruling, Whistle, WhistleGrade, WhistleStep

__all__ = [
    "Alarm",
    "Appeal",
    "Assignment",
    "Bulletin",
    "Call",
    "Case",
    "CaseSearch",
    "DispatchRule",
    "DispatchTable",
    "Evaluation",
    "Exclusion",
    "Extension",
    "Formula",
    "Handover",
    "Hold",
    "Mediation",
    "MediationSession",
    "Milestone",
    "Photo",
    "Phrase",
    "ProfileStep",
    "ProfileTable",
    "Promise",
    "Rating",
    "Reception",
    "Remark",
    "Report",
    "Requirement",
    "Ruling",
    "Rung",
    "Settings",
    "Supervision",
    "Visit",
    "VisitPlan",
    "Whistle",
    "WhistleGrade",
    "WhistleStep",
]
