"""Sending what goes outside: claimed, handed over, marked; tried again with ever longer pauses, then parked.

A message is claimed in one transaction, sent in none, and marked in another: a crash in between sends it
again under the same id, and the gateway that has seen it sends it once.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from mulin.gateways import messages
from mulin.gateways.messages import Message
from mulin.kernel.actor import Actor
from mulin.kernel.errors import NotFound, NotPossible
from mulin.ledger.actions import record, whole
from mulin.people.actions import contacts
from mulin.telling import policy
from mulin.telling.models import Outgoing
from mulin.telling.rules import texts, timing
from mulin.telling.rules.routes import Fate

SEND: Final = "send_messages"
RESEND: Final = "resend_message"
GIVE_UP: Final = "give_up_message"
ACKNOWLEDGE: Final = "acknowledge_message"
BATCH: Final = 20
NEWS_MOST: Final = 20
_CLAIM: Final = """
update telling_outgoing set state = 'sending', claimed_at = %(now)s, attempts = attempts + 1
where id in (
    select id from telling_outgoing
    where channel = %(channel)s and next_at <= %(now)s
        and (state = 'waiting' or (state = 'sending' and claimed_at < %(lost)s))
    order by next_at limit %(most)s for update skip locked)
returning id
"""


def send_messages(*, channel: str, most: int = BATCH, actor: Actor, now: datetime) -> int:
    """Send up to ``most`` messages of a channel that are due; return how many were tried.

    :raises NotAllowed: the actor is neither the system nor permitted
    """
    policy.require(actor, SEND)
    claimed = _claimed(channel, most, now)
    for each in claimed:
        _send(each, actor=actor, now=now)
    return len(claimed)


def _claimed(channel: str, most: int, now: datetime) -> Sequence[Outgoing]:
    asked: dict[str, Any] = {"channel": channel, "now": now, "lost": now - timing.LEASE, "most": most}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLAIM, asked)
        ids = [row[0] for row in cursor.fetchall()]
    return list(Outgoing.objects.filter(pk__in=ids).select_related("unit").order_by("next_at", "pk"))


def _send(each: Outgoing, *, actor: Actor, now: datetime) -> None:
    if now - each.at > timing.STALE:
        return _mark(each, Fate.DEAD, fault="太久没有送出，已经不是新消息")
    try:
        gateway = messages.gateway_of(each.channel)
        to = _address(each, actor=actor, now=now)
        receipt = gateway.send(Message(str(each.pk), to, _text(each)))
    except messages.Off as off:
        return _mark(each, Fate.OFF, fault=str(off))
    except messages.TryAgain as fault:
        again = timing.next_try(now, attempts=each.attempts)
        if again is not None:
            return _mark(each, Fate.WAITING, fault=str(fault), next_at=again)
        return _mark(each, Fate.DEAD, fault=str(fault))
    except (messages.NeverAgain, contacts.ContactErased, NotFound) as refusal:
        return _mark(each, Fate.DEAD, fault=str(refusal))
    return _mark(each, Fate.SENT, sent_at=now, receipt=receipt[:120], fault="")


def _mark(each: Outgoing, fate: Fate, **changes: object) -> None:
    """Mark a message, unless somebody else has taken it over meanwhile."""
    if isinstance(fault := changes.get("fault"), str):
        changes["fault"] = fault[:200]
    mine = Outgoing.objects.filter(pk=each.pk, state=Fate.SENDING.value, attempts=each.attempts)
    mine.update(state=fate.value, **changes)


def _address(each: Outgoing, *, actor: Actor, now: datetime) -> str:
    """Return where a message goes; a telephone number is taken from the vault for this moment, on the record.

    :raises NotFound: nobody stands behind it any more
    :raises ContactErased: the resident withdrew the number
    """
    if each.unit is not None:
        return f"unit:{each.unit.code}"
    if each.contact_id is None:
        raise NotFound("没有留联系方式")
    phone = contacts.reach_contact(contact_id=each.contact_id, actor=actor, now=now).phone
    if not phone:
        raise NotFound("没有留联系方式")
    return phone


def _text(each: Outgoing) -> str:
    base = messages.public_address()
    link = f"{base}/track/{each.facts['code']}" if base and "code" in each.facts else base
    return texts.text(each.words, {**each.facts, "link": link})


@whole
def resend_message(*, message_id: UUID, actor: Actor, now: datetime) -> Outgoing:
    """Send a message again that did not get out, as if it were new; its id stays.

    :raises NotFound: there is none
    :raises NotAllowed: no post of the actor permits it
    :raises NotPossible: it is on its way or has arrived
    """
    unit_id = policy.require(actor, RESEND)
    message = _stuck(message_id)
    message.state, message.attempts, message.next_at, message.at = Fate.WAITING.value, 0, now, now
    message.save(update_fields=["state", "attempts", "next_at", "at"])
    record("message.resent", subject=message.pk, actor=actor, at=now, as_unit=unit_id)
    return message


@whole
def give_up_message(*, message_id: UUID, actor: Actor, now: datetime) -> Outgoing:
    """Give up a message that did not get out.

    :raises NotFound: there is none
    :raises NotAllowed: no post of the actor permits it
    :raises NotPossible: it is on its way or has arrived
    """
    unit_id = policy.require(actor, GIVE_UP)
    message = _stuck(message_id)
    message.state = Fate.DROPPED.value
    message.save(update_fields=["state"])
    record("message.dropped", subject=message.pk, actor=actor, at=now, as_unit=unit_id)
    return message


def _stuck(message_id: UUID) -> Outgoing:
    message = Outgoing.objects.select_for_update().filter(pk=message_id).first()
    if message is None:
        raise NotFound("没有这条消息")
    if message.state not in (Fate.DEAD, Fate.OFF):
        raise NotPossible("这条消息正在发送、已经送出或已经放弃")
    return message


@whole
def acknowledge_message(
    *, message_id: UUID, delivered: bool, status: str = "", actor: Actor, now: datetime
) -> Outgoing:
    """Take down what a gateway says later of a message; news that no longer fits changes nothing and is kept.

    :raises NotFound: there is none
    :raises NotAllowed: no post of the actor permits it
    """
    policy.require(actor, ACKNOWLEDGE)
    message = Outgoing.objects.select_for_update().filter(pk=message_id).first()
    if message is None:
        raise NotFound("没有这条消息")
    message.news = [*message.news, [now.isoformat(), status[:80], message.state]][-NEWS_MOST:]
    if message.state == Fate.SENT and not delivered:
        message.state, message.fault = Fate.DEAD.value, (status or "送达失败")[:200]
    message.save(update_fields=["news", "state", "fault"])
    return message
