"""Promises in the little city: the department promises, the county looks over what residents say of it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count

from django.utils import timezone

from mulin.cases.rules.intake import Channel, Kind
from mulin.kernel.actor import PUBLIC, SYSTEM, Actor, Relation
from mulin.people.models import Unit
from mulin.people.queries.days import day_of
from mulin.publications.actions import comments, promises
from mulin.publications.models import Comment, Promise
from mulin.publications.rules.promises import Act
from tests.make import cases as make
from tests.make.cases import NOON

DUE = date(2026, 6, 30)
DAY = timedelta(days=1)
HOUSING = "990101-ZJ"  # a department of the demo city
PROMISING = (Act.PUBLISH, Act.KEEP, Act.POSTPONE, Act.WITHDRAW)
DECIDING = (Act.RELEASE, Act.WITHHOLD)

_serial = count(1)


def actor(unit: Unit, *, acts: tuple[Act, ...], relation: Relation = Relation.DESK) -> Actor:
    """Make somebody at a unit who may do ``acts``."""
    made = make.actor("reader", unit)
    permits = frozenset((act.value, relation) for act in acts)
    return replace(made, grants=(replace(made.grants[0], post=acts[0].value, permits=permits),))


def promiser(unit: Unit) -> Actor:
    """Make somebody who promises in the name of a unit."""
    return actor(unit, acts=PROMISING)


def reader(unit: Unit, *, relation: Relation = Relation.BRANCH) -> Actor:
    """Make somebody who decides which comments everybody reads."""
    return actor(unit, acts=DECIDING, relation=relation)


def promise(
    unit: Unit, *, due_on: date = DUE, now: datetime = NOON, by: Actor | None = None, **more: object
) -> Promise:
    """Let a unit promise something."""
    said = {"title": "六月底前修好东苑路路灯（示例）", "what": "更换 12 盏路灯，线路一并检查。", **more}
    return promises.publish_promise(
        unit=unit.code,
        due_on=due_on,
        actor=by or promiser(unit),
        now=now,
        **said,  # type: ignore[arg-type]
    )


def comment(
    on: Promise, text: str = "晚上真的太暗了，请快一点", *, kind: Kind = Kind.OPINION, now: datetime = NOON
) -> Comment:
    """Let a resident comment on a promise."""
    filed = comments.comment_on_promise(
        promise_id=on.pk,
        text=text,
        kind=kind,
        channel=Channel.WEB,
        key=f"k{next(_serial)}",
        actor=PUBLIC,
        now=now,
    )
    return Comment.objects.get(report=filed.report)


def promised(code: str = HOUSING, *, days: int = 30, **more: object) -> Promise:
    """Let a unit of the demo city promise something, ``days`` from today; a past day as if said before."""
    now = timezone.now() + min(days, 0) * DAY
    unit, due_on = Unit.objects.get(code=code), day_of(timezone.now()) + days * DAY
    return promise(unit, due_on=due_on, now=now, by=SYSTEM, **more)  # type: ignore[arg-type]
