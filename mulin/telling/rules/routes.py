"""Who is told of what, by which channel: rows of a table, checked; and the life of a message."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

from mulin.kernel.errors import BadInput
from mulin.telling.rules.texts import TEXTS

_KIND: Final = re.compile(r"[a-z_]+\.[a-z_]+")


class Medium(StrEnum):
    """By what a notice reaches somebody."""

    IN_APP = "in_app"  # the bell in the console: always there, disturbs nobody
    SMS = "sms"
    WECHAT = "wechat"
    EMAIL = "email"


class Audience(StrEnum):
    """Who is told."""

    DESK = "desk"  # the unit whose move it is
    LEAD = "lead"  # the unit that leads
    DISPATCHER = "dispatcher"  # the unit that dispatched it
    FIRST_UNIT = "first_unit"  # 首问负责
    NAMED_UNIT = "named_unit"  # the unit the entry itself points at
    CALLED_UNIT = "called_unit"  # every unit the entry says was called
    REPORTER = "reporter"  # everybody who reported it and left a contact


class Fate(StrEnum):
    """Where a message to the outside stands."""

    WAITING = "waiting"  # to be sent at its time
    SENDING = "sending"  # somebody is at it; taken over when they fall silent
    SENT = "sent"  # the gateway has acknowledged it
    OFF = "off"  # the city has no gateway for this channel
    DEAD = "dead"  # given up by itself: refused, or tried too often
    DROPPED = "dropped"  # given up by a person


@dataclass(frozen=True, slots=True)
class Route:
    """One row: an entry of this kind is told to these, by this channel, in these words; silent at night."""

    kind: str
    who: str
    channel: str
    words: str
    quiet_from: time | None = None
    quiet_until: time | None = None


def check_routes(routes: Sequence[Route]) -> None:
    """Return quietly when every row can be followed.

    :raises BadInput: naming the first row that is wrong; ``where`` is ``route N``, counted from 1
    """
    seen: set[tuple[str, str, str]] = set()
    for number, route in enumerate(routes, 1):
        where = f"route {number}"
        if not _KIND.fullmatch(route.kind):
            raise BadInput("「%(cell)s」不是台账条目的种类", where=where, cell=route.kind)
        for cell, known in ((route.who, Audience), (route.channel, Medium), (route.words, TEXTS)):
            if cell not in list(known):
                raise BadInput(
                    "「%(cell)s」不认识，可用的：%(known)s", where=where, cell=cell, known=" ".join(known)
                )
        if route.who == Audience.REPORTER and route.channel in (Medium.IN_APP, Medium.EMAIL):
            raise BadInput("诉求人只留了电话：用 sms 或 wechat", where=where)
        if (same := (route.kind, route.who, route.channel)) in seen:
            raise BadInput("和前面的一行重复", where=where)
        seen.add(same)
