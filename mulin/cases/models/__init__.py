"""Tables of the heart; no behaviour."""

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
    "Assignment",
    "Case",
    "CaseSearch",
    "DispatchRule",
    "DispatchTable",
    "Photo",
    "Rating",
    "Reception",
    "Remark",
    "Report",
    "Settings",
]
