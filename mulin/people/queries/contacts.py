"""Who looked at a contact: what the person concerned reads on the tracking page."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from mulin.people.models import ContactView


@dataclass(frozen=True, slots=True)
class ViewRow:
    """Somebody of ``unit_name`` looked, and said why."""

    at: datetime
    unit_name: str
    reason: str


def views_of(contact_id: UUID) -> list[ViewRow]:
    """Return every look at a contact, newest first; the unit answers for it, so the unit is named."""
    views = ContactView.objects.filter(contact_id=contact_id).order_by("-at", "-pk")
    return [
        ViewRow(at=at, unit_name=unit_name, reason=reason)
        for at, unit_name, reason in views.values_list("at", "unit__short_name", "reason")
    ]
