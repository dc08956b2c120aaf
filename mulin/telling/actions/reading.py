"""Reading notices."""

from collections.abc import Sequence
from datetime import datetime

from mulin.kernel.actor import Actor
from mulin.ledger.actions import whole
from mulin.telling import policy
from mulin.telling.models import Notice


@whole
def mark_read(*, notice_ids: Sequence[int] | None, actor: Actor, now: datetime) -> int:
    """Mark notices of the actor's desks as read, all without a choice; return how many were unread."""
    mine = Notice.objects.filter(unit__in=policy.desks_of(actor), read_at=None, at__lte=now)
    chosen = mine if notice_ids is None else mine.filter(pk__in=notice_ids)
    who = actor.staff_id
    return chosen.update(read_at=now, read_by_id=who)
