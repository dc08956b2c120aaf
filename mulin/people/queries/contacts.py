"""Who looked at a contact, which the person concerned reads, and which master keys are still needed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from mulin.people.models import Contact, ContactView, SealedWords, SecondFactor


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


def rows_by_master_key() -> dict[str, int]:
    """Return how many sealed rows each master key still opens: one that opens none may be destroyed."""
    held: dict[str, int] = {}
    kept = Contact.objects.filter(erased_at__isnull=True)
    for rows in (kept, SecondFactor.objects.all(), SealedWords.objects.all()):
        for key, count in rows.values_list("master_key").annotate(count=Count("pk")).order_by("master_key"):
            held[key] = held.get(key, 0) + count
    return held
