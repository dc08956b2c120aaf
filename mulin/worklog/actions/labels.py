"""The words of the city, adopted with its pack."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from mulin.cases import policy
from mulin.kernel.actor import Actor
from mulin.ledger.actions import record, whole
from mulin.worklog.models import Label
from mulin.worklog.queries import labels as lookup
from mulin.worklog.rules.labels import LabelRow, check_labels

ADOPT: Final = "adopt_pack"


@whole
def adopt_labels(*, rows: Sequence[LabelRow], actor: Actor, now: datetime) -> int:
    """Put a city's words in place of those before; return how many changed. Words in use in entries stay.

    :raises NotAllowed: no post of the actor permits it
    :raises BadRows: a row breaks a rule
    """
    as_unit = policy.require_anywhere(actor, ADOPT)
    check_labels(rows)
    standing = lookup.rows_in_use()
    changed = len(set(standing) ^ set(rows))
    if standing == list(rows):
        return 0
    Label.objects.update(in_use=False)
    for line, row in enumerate(rows):
        said = {
            "name": row.name,
            "name_en": row.name_en,
            "maps_to": list(row.maps_to),
            "line": line,
            "is_example": row.is_example,
            "in_use": True,
        }
        Label.objects.update_or_create(family=row.family, code=row.code, defaults=said)
    record("labels.adopted", subject=1, actor=actor, at=now, as_unit=as_unit, labels=len(rows))
    return max(changed, 1)
