"""Tables of the heart; no behaviour."""

from mulin.cases.models.escalation import Alarm, Bulletin, Rung, Supervision
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
    Settings,
)

__all__ = [
    "Alarm",
    "Assignment",
    "Bulletin",
    "Case",
    "CaseSearch",
    "DispatchRule",
    "DispatchTable",
    "Photo",
    "Rating",
    "Reception",
    "Remark",
    "Report",
    "Rung",
    "Settings",
    "Supervision",
]
