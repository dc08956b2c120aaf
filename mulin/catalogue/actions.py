"""What can be done to lists (清单): publish an edition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import connection, transaction

from mulin.catalogue import policy, queries
from mulin.catalogue.models import Edition, Item, ItemList
from mulin.catalogue.rules import reading
from mulin.catalogue.rules.items import ItemRow
from mulin.catalogue.rules.reading import Problem
from mulin.kernel.actor import Actor
from mulin.kernel.errors import BadInput, NotPossible
from mulin.ledger.actions import record

_LONGEST: Final = {"list_code": 32, "list_name": 80, "name": 80}


class BadList(BadInput):
    """The items cannot stand together as an edition; ``problems`` has every reason, this says the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(first.what, where=f"{first.row} {first.column}".strip(), **first.facts)
        self.problems = tuple(problems)
        self.how = first.how


class DayTaken(NotPossible):
    """An edition of this list begins on that day or later: the past is not rewritten."""


class CodeTaken(NotPossible):
    """Another list in force uses the same code, so a case could not say which item it means."""


@dataclass(frozen=True, slots=True)
class Published:
    """An edition that stands; ``replayed`` when the same sheet had been published for the same day before."""

    edition: Edition
    items: int
    added: int
    gone: int
    changed: int
    replayed: bool


@transaction.atomic
def publish_edition(
    *,
    list_code: str,
    list_name: str,
    name: str,
    from_on: date,
    items: Sequence[ItemRow],
    digest: str,
    actor: Actor,
    now: datetime,
) -> Published:
    """Put a list in force as it stands from a day on; the editions before it stay readable.

    :raises NotAllowed: no post of the actor permits it
    :raises BadList: no items, doubles, unknown unit kinds, or names that are missing or too long
    :raises DayTaken: an edition of this list begins on that day or later
    :raises CodeTaken: another list in force has one of the codes
    """
    _lock_lists()
    unit = policy.require_publish(actor)
    _check_names(list_code=list_code, list_name=list_name, name=name)
    if problems := reading.faults_of(items, {kind.code for kind in queries.unit_kinds()}):
        raise BadList(problems)
    if standing := _standing(list_code, from_on, digest):
        return standing
    _check_day(list_code, from_on)
    _check_codes(list_code, items, from_on)
    effect = queries.preview(list_code, items, on=from_on)

    item_list, _new = ItemList.objects.update_or_create(code=list_code, defaults={"name": list_name})
    edition = Edition.objects.create(
        item_list=item_list, name=name, from_on=from_on, published_at=now, source_digest=digest
    )
    Item.objects.bulk_create([_stored(edition, item) for item in items], batch_size=500)
    counts = {"added": len(effect.added), "gone": len(effect.gone), "changed": len(effect.changed)}
    record(
        "list.published",
        subject=edition.pk,
        actor=actor,
        at=now,
        as_unit=unit,
        list=list_code,
        edition=name,
        from_on=from_on.isoformat(),
        digest=digest,
        items=len(items),
        **counts,
    )
    return Published(edition=edition, items=len(items), **counts, replayed=False)


def _lock_lists() -> None:
    """Let one edition be published at a time; everybody may go on reading."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE catalogue_itemlist IN SHARE ROW EXCLUSIVE MODE")


def _check_names(**names: str) -> None:
    for where, text in names.items():
        most = _LONGEST[where]
        if not text.strip():
            raise BadInput("没有填写", where=where)
        if len(text) > most:
            raise BadInput("有 %(now)d 个字，最多 %(most)d 个", where=where, now=len(text), most=most)
        if "\x00" in text:
            raise BadInput("含有无法保存的字符（U+0000）", where=where)


def _standing(list_code: str, from_on: date, digest: str) -> Published | None:
    """Return the edition made of the same sheet for the same day, if it stands already."""
    edition = Edition.objects.filter(item_list__code=list_code, from_on=from_on, source_digest=digest).first()
    if edition is None:
        return None
    return Published(edition=edition, items=edition.items.count(), added=0, gone=0, changed=0, replayed=True)


def _check_day(list_code: str, from_on: date) -> None:
    latest = queries.latest_start(list_code)
    if latest is not None and from_on <= latest:
        raise DayTaken("这份清单已有 %(latest)s 起的一版，新的一版须更晚开始", latest=latest.isoformat())


def _check_codes(list_code: str, items: Sequence[ItemRow], from_on: date) -> None:
    others = Edition.objects.exclude(item_list__code=list_code)
    running = others.filter(pk__in=queries.editions_in_force(from_on)) | others.filter(from_on__gt=from_on)
    taken = Item.objects.filter(edition__in=running, code__in=[item.code for item in items])
    first = taken.select_related("edition__item_list").order_by("code").first()
    if first is not None:
        raise CodeTaken(
            "编号 %(code)s 已在“%(list)s”中使用", code=first.code, list=first.edition.item_list.name
        )


def _stored(edition: Edition, item: ItemRow) -> Item:
    return Item(
        edition=edition,
        line=item.line,
        code=item.code,
        name=item.name,
        path=list(item.path),
        module=item.module.value,
        levels=list(item.levels),
        lead_kind=item.lead_kind,
        assist_kinds=list(item.assist_kinds),
        in_compound=item.in_compound,
        limit_value=item.limit.value,
        limit_kind=item.limit.kind.value,
        evidence=[kind.value for kind in item.evidence],
        closing_standard=item.closing_standard,
        is_public=item.is_public,
        legal_basis=item.legal_basis,
        keywords=list(item.keywords),
        checklist=list(item.checklist),
        is_example=item.is_example,
    )
