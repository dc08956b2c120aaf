"""Acts on the tree of units: found, rename, move, dissolve, and which territory an organisation serves."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotFound, NotPossible
from mulin.ledger.actions import record
from mulin.ledger.rules.privacy import Json
from mulin.people import policy
from mulin.people.actions import periods, trees
from mulin.people.models import Belonging, Cover, Naming, Unit, UnitKind
from mulin.people.queries import units
from mulin.people.queries.days import day_of, ends_after
from mulin.people.rules import tree
from mulin.people.rules.acts import Act
from mulin.people.rules.plans import CODE_MAX, NAME_MAX, SHORT_MAX


class CodeTaken(NotPossible):
    """Another unit bears the code, or bore it: codes are never used twice."""

    def __init__(self, code: str) -> None:
        super().__init__("编码 %(code)s 已被使用", code=code)


class NotStanding(NotPossible):
    """The unit was not there yet on the day, or not any more."""

    def __init__(self, unit: Unit) -> None:
        super().__init__("%(unit)s 在这一天不存在", unit=unit.short_name)


class StillNeeded(NotPossible):
    """Other units hang on this one."""


@transaction.atomic
def found_unit(
    *,
    code: str,
    kind: str,
    name: str,
    short_name: str = "",
    parent: str = "",
    covers: Sequence[str] = (),
    phone: str = "",
    from_on: date,
    actor: Actor,
    now: datetime,
) -> Unit:
    """Found a unit below ``parent``; an organisation names the territories it serves from the start.

    :raises NotFound: there is no such kind, parent or territory for this actor
    :raises NotAllowed: the actor may not found units there
    :raises CodeTaken: the code was used before
    :raises MisplacedUnit: its kind does not belong there
    :raises Groundless: it must serve a territory and names none
    """
    trees.take()
    above = _standing(parent, on=from_on) if parent else None
    as_unit = _require_founding(actor, above)
    rule = _kind(kind)
    tree.require_place(rule, units.kind_rule(above.kind) if above else None)
    served = [_standing(territory, on=from_on) for territory in dict.fromkeys(covers)]
    tree.require_ground(rule, unit=name, territories=[territory.kind.family for territory in served])
    _check_code(code)
    full, short = _checked_names(name, short_name)
    unit = Unit(code=code, kind_id=kind, name=full, short_name=short, phone=phone, from_on=from_on)
    _stand(unit, above=above, served=served)
    trees.work_out(day_of(now))
    unit.refresh_from_db()
    _note(
        "unit.founded",
        unit,
        actor=actor,
        as_unit=as_unit,
        now=now,
        on=from_on,
        unit_kind=kind,
        parent=above.pk if above else None,
        covers=[territory.pk for territory in served],
    )
    return unit


@transaction.atomic
def rename_unit(*, code: str, name: str, short_name: str = "", on: date, actor: Actor, now: datetime) -> Unit:
    """Give a unit another name from a day on; papers of before keep the name of before.

    :raises NotFound: there is no such unit for this actor
    :raises NotAllowed: the actor may not rename it
    :raises NotStanding: it did not stand on that day
    """
    trees.take()
    unit = units.unit_by_code(code)
    as_unit = policy.require(actor, Act.RENAME_UNIT, unit)
    _require_standing(unit, on=on)
    full, short = _checked_names(name, short_name)
    periods.stop(Naming, Q(unit=unit), on=on)
    naming = Naming.objects.create(unit=unit, name=full, short_name=short, from_on=on)
    trees.work_out(day_of(now))
    unit.refresh_from_db()
    _note(
        "unit.renamed",
        unit,
        actor=actor,
        as_unit=as_unit,
        now=now,
        on=on,
        naming=naming.pk,
    )
    return unit


@transaction.atomic
def move_unit(*, code: str, to: str, on: date, reason: str = "", actor: Actor, now: datetime) -> Unit:
    """Put a unit with all below it under another parent from a day on; before that day nothing changes.

    :raises NotFound: there is no such unit or parent for this actor
    :raises NotAllowed: the actor may not move units out of there or into there
    :raises NotStanding: one of the two did not stand on that day
    :raises MisplacedUnit: its kind does not belong there
    :raises UnitCircle: it would lie below itself
    """
    trees.take()
    unit = units.unit_by_code(code)
    as_unit = policy.require(actor, Act.MOVE_UNIT, unit)
    parent = _standing(to, on=on)
    policy.require(actor, Act.MOVE_UNIT, parent)
    _require_standing(unit, on=on)
    tree.require_place(units.kind_rule(unit.kind), units.kind_rule(parent.kind))
    before = units.parent_on(unit, on=on)
    if before == parent:
        raise NotPossible("%(unit)s 在这一天已归 %(parent)s", unit=unit.short_name, parent=parent.short_name)
    periods.stop(Belonging, Q(unit=unit), on=on)
    Belonging.objects.create(unit=unit, parent=parent, from_on=on, reason=reason)
    if units.circles_through([unit.pk]):
        raise tree.UnitCircle(unit.short_name)
    trees.work_out(day_of(now))
    unit.refresh_from_db()
    _note(
        "unit.moved",
        unit,
        actor=actor,
        as_unit=as_unit,
        now=now,
        on=on,
        before=before.pk if before else None,
        after=parent.pk,
    )
    return unit


@transaction.atomic
def dissolve_unit(*, code: str, on: date, actor: Actor, now: datetime) -> Unit:
    """End a unit from a day on, and with it the terms of those who serve in it; its past stays readable.

    :raises NotFound: there is no such unit for this actor
    :raises NotAllowed: the actor may not dissolve it
    :raises NotStanding: it did not stand on that day
    :raises StillNeeded: units belong to it, or an organisation would lose its only territory
    """
    trees.take()
    unit = units.unit_by_code(code)
    as_unit = policy.require(actor, Act.DISSOLVE_UNIT, unit)
    _require_standing(unit, on=on)
    if unit.from_on == on:
        raise NotPossible("%(unit)s 当天才成立，不能同日撤销", unit=unit.short_name)
    _require_not_needed(unit, on=on)
    terms = periods.dissolve([unit.pk], on=on, now=now)
    trees.work_out(day_of(now))
    unit.refresh_from_db()
    _note(
        "unit.dissolved",
        unit,
        actor=actor,
        as_unit=as_unit,
        now=now,
        on=on,
        terms=terms,
    )
    return unit


@transaction.atomic
def cover_territory(*, code: str, territory: str, from_on: date, actor: Actor, now: datetime) -> Cover:
    """Let an organisation serve one more territory from a day on.

    :raises NotFound: there is no such unit or territory for this actor
    :raises NotAllowed: the actor may not decide that for the unit
    :raises MisplacedUnit: what it would serve is no territory
    :raises NotPossible: it serves that territory already
    """
    trees.take()
    unit = units.unit_by_code(code)
    as_unit = policy.require(actor, Act.COVER, unit)
    _require_standing(unit, on=from_on)
    served = _standing(territory, on=from_on)
    tree.require_ground(units.kind_rule(unit.kind), unit=unit.short_name, territories=[served.kind.family])
    if Cover.objects.filter(ends_after(from_on), unit=unit, territory=served).exists():
        raise NotPossible("%(unit)s 已对应 %(territory)s", unit=unit.short_name, territory=served.short_name)
    cover = Cover.objects.create(unit=unit, territory=served, from_on=from_on)
    _note(
        "unit.covers",
        unit,
        actor=actor,
        as_unit=as_unit,
        now=now,
        on=from_on,
        territory=served.pk,
    )
    return cover


@transaction.atomic
def end_cover(*, code: str, territory: str, on: date, actor: Actor, now: datetime) -> Unit:
    """Let an organisation serve a territory no longer from a day on.

    :raises NotFound: there is no such unit for this actor, or it does not serve that territory then
    :raises NotAllowed: the actor may not decide that for the unit
    :raises Groundless: it must serve a territory and this is its last
    """
    trees.take()
    unit = units.unit_by_code(code)
    as_unit = policy.require(actor, Act.END_COVER, unit)
    running = Cover.objects.filter(ends_after(on), unit=unit)
    cover = running.filter(territory__code=territory, from_on__lt=on).select_related("territory").first()
    if cover is None:
        raise NotFound("%(unit)s 没有对应 %(territory)s", unit=unit.short_name, territory=territory)
    rest = list(running.exclude(pk=cover.pk).values_list("territory__kind__family", flat=True))
    tree.require_ground(units.kind_rule(unit.kind), unit=unit.short_name, territories=rest)
    cover.until_on = on
    cover.save(update_fields=["until_on"])
    _note(
        "unit.covers_no_longer",
        unit,
        actor=actor,
        as_unit=as_unit,
        now=now,
        on=on,
        territory=cover.territory_id,
    )
    return unit


def _note(
    kind: str,
    unit: Unit,
    *,
    actor: Actor,
    as_unit: int | None,
    now: datetime,
    on: date,
    **facts: Json,
) -> None:
    record(kind, subject=unit.pk, actor=actor, at=now, as_unit=as_unit, on=on.isoformat(), **facts)


def _stand(unit: Unit, *, above: Unit | None, served: Sequence[Unit]) -> None:
    """Write a new unit with its first name, its place and its ground, all from its first day."""
    unit.save(force_insert=True)
    since = unit.from_on
    Naming.objects.create(unit=unit, name=unit.name, short_name=unit.short_name, from_on=since)
    if above is not None:
        Belonging.objects.create(unit=unit, parent=above, from_on=since)
    Cover.objects.bulk_create(Cover(unit=unit, territory=other, from_on=since) for other in served)


def _kind(code: str) -> tree.KindRule:
    kind = UnitKind.objects.filter(code=code).first()
    if kind is None:
        raise NotFound("没有这类单位：%(kind)s", kind=code)
    return units.kind_rule(kind)


def _require_founding(actor: Actor, above: Unit | None) -> int | None:
    if above is None:
        return policy.require_everywhere(actor, Act.FOUND_UNIT)
    return policy.require(actor, Act.FOUND_UNIT, above)


def _standing(code: str, *, on: date) -> Unit:
    unit = units.unit_by_code(code)
    _require_standing(unit, on=on)
    return unit


def _require_standing(unit: Unit, *, on: date) -> None:
    if unit.from_on > on or unit.until_on is not None:
        raise NotStanding(unit)


def _require_not_needed(unit: Unit, *, on: date) -> None:
    below = Belonging.objects.filter(ends_after(on), parent=unit).values_list("unit__short_name", flat=True)
    if names := list(below[:5]):
        raise StillNeeded("还有下级单位：%(units)s", units="、".join(names))
    elsewhere = Cover.objects.filter(ends_after(on), unit=OuterRef("unit")).exclude(territory=unit)
    groundless = (
        Cover.objects.filter(ends_after(on), territory=unit, unit__kind__must_cover=True)
        .filter(~Exists(elsewhere))
        .values_list("unit__short_name", flat=True)
    )
    if names := list(groundless[:5]):
        raise StillNeeded("这些组织只对应这一个地域：%(units)s", units="、".join(names))


def _check_code(code: str) -> None:
    if not code or len(code) > CODE_MAX or code != code.strip() or not code.isprintable():
        raise BadInput("编码不能为空，最多 %(most)s 个字符", where="code", most=CODE_MAX)
    if Unit.objects.filter(code=code).exists():
        raise CodeTaken(code)


def _checked_names(name: str, short_name: str) -> tuple[str, str]:
    full = " ".join(name.split())
    short = " ".join(short_name.split()) or full[:SHORT_MAX]
    if not full or len(full) > NAME_MAX:
        raise BadInput("名称不能为空，最多 %(most)s 个字", where="name", most=NAME_MAX)
    if len(short) > SHORT_MAX:
        raise BadInput("简称最多 %(most)s 个字", where="short_name", most=SHORT_MAX)
    return full, short
