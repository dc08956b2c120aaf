"""The lists in force on a day: items, tree, search, the item a message is about, and sheets in and out."""

import hashlib
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from django.db import connection
from django.db.models import Max
from django.utils.translation import gettext as _

from mulin.catalogue.models import Edition, Item
from mulin.catalogue.rules import comparing, reading
from mulin.catalogue.rules.comparing import Effect
from mulin.catalogue.rules.items import Evidence, ItemRow, Kind, Module, as_cells
from mulin.catalogue.rules.suggest import Entry, Index, Suggestion
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.gateways import sheets
from mulin.gateways.sheets import SheetError
from mulin.kernel.errors import NotFound
from mulin.kernel.statements import Kept
from mulin.people.models import UnitKind

COLUMNS: Final = tuple(
    sheets.Column(
        key=each.key,
        title=each.title,
        aliases=each.aliases,
        required=each.required,
        help=each.help,
        example=each.example,
    )
    for each in reading.FIELDS
)

# The edition in force of each list: the one that began last.
_IN_FORCE: Final = Kept(
    "SELECT DISTINCT ON (item_list_id) id FROM catalogue_edition"
    " WHERE from_on <= %s ORDER BY item_list_id, from_on DESC"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A sheet that was read: its items, what is wrong in it, and the digest of its bytes."""

    items: tuple[ItemRow, ...]
    problems: tuple[SheetError, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A category with the items right in it and the narrower categories below."""

    name: str
    path: tuple[str, ...]
    items: tuple[Item, ...]
    branches: tuple["Branch", ...]

    @property
    def size(self) -> int:
        """Return how many items lie in it and below."""
        return len(self.items) + sum(branch.size for branch in self.branches)


def items_in_force(on: date) -> list[Item]:
    """Return the items of every list's edition in force, in the order of their sheets."""
    return list(
        Item.objects.filter(edition_id__in=editions_in_force(on))
        .select_related("edition__item_list")
        .order_by("edition__item_list__code", "line")
    )


def public_codes(codes: Collection[str], *, on: date) -> frozenset[str]:
    """Return which of the codes name, on a day, an item that may be told to anybody."""
    items = Item.objects.filter(edition_id__in=editions_in_force(on), code__in=codes, is_public=True)
    return frozenset(items.values_list("code", flat=True))


def item_in_force(code: str, *, on: date) -> Item:
    """Return the item that ``code`` means on a day.

    :raises NotFound: no list in force has it
    """
    items = Item.objects.filter(edition_id__in=editions_in_force(on), code=code)
    item = items.select_related("edition__item_list").first()
    if item is None:
        raise NotFound("现行清单里没有编号 %(code)s", code=code)
    return item


def editions_in_force(on: date) -> tuple[int, ...]:
    """Return the ids of the editions in force on a day, one of each list that has begun."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_FORCE, [on])
        return tuple(sorted(edition for (edition,) in cursor.fetchall()))


def edition_in_force(list_code: str, *, on: date) -> Edition:
    """Return the edition of one list that is in force on a day.

    :raises NotFound: there is no such list, or it had not begun
    """
    begun = Edition.objects.filter(item_list__code=list_code, from_on__lte=on).select_related("item_list")
    edition = begun.order_by("-from_on").first()
    if edition is None:
        raise NotFound("清单 %(list)s 在 %(day)s 没有生效的一版", list=list_code, day=on.isoformat())
    return edition


def editions() -> list[Edition]:
    """Return every edition of every list, newest first within its list."""
    return list(Edition.objects.select_related("item_list").order_by("item_list__code", "-from_on"))


def items_of(edition_id: int) -> list[Item]:
    """Return the items of one edition in the order of its sheet."""
    return list(
        Item.objects.filter(edition_id=edition_id).select_related("edition__item_list").order_by("line")
    )


def tree(on: date) -> tuple[Branch, ...]:
    """Return the categories in force with their items, in the order of the sheets."""
    return _branches([(item, tuple(item.path)) for item in items_in_force(on)], ())


def search(text: str, *, on: date, limit: int = 20) -> list[Item]:
    """Return the items whose code, name, keyword or category holds ``text``, closest first."""
    wanted = "".join(text.split()).casefold()
    ranked = [(rank, item) for item in items_in_force(on) if (rank := _closeness(item, wanted)) is not None]
    return [item for _rank, item in sorted(ranked, key=lambda each: each[0])[:limit]]


def public_items(*, on: date, text: str = "") -> list[Item]:
    """Return the items anybody may know, closest to ``text`` first; without words in the sheets' order."""
    found = search(text, on=on, limit=_ANY) if text else items_in_force(on)
    return [item for item in found if item.is_public]


def suggest(text: str, *, on: date) -> Suggestion | None:
    """Return the item in force that ``text`` is most likely about, or None when nothing is clear enough."""
    return _index(on).suggest(text)


def likeliest(text: str, *, on: date, most: int = 5) -> list[Suggestion]:
    """Return the likeliest items for somebody to choose from, however unlikely."""
    return _index(on).ranked(text, most=most)


def unit_kinds() -> list[Kind]:
    """Return the kinds of units an item may name."""
    return [
        Kind(*row) for row in UnitKind.objects.order_by("-rank", "code").values_list("code", "name", "rank")
    ]


def read_list(source: Path | bytes, *, name: str, kinds: Sequence[Kind] | None = None) -> Draft:
    """Read a list from a csv or xlsx sheet and find everything that is wrong in it.

    ``kinds`` are the unit kinds it may name, by default those of the database.
    """
    data = source if isinstance(source, bytes) else source.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    faults: list[SheetError] = []
    try:
        sheet = sheets.read(data, name=name, columns=COLUMNS)
        found = reading.read_items(_sound(sheet, faults), unit_kinds() if kinds is None else kinds)
    except SheetError as broken:
        return Draft((), (*faults, broken), digest)
    faults += [
        SheetError(
            file=name,
            row=problem.row,
            column=problem.column,
            what=_(problem.what) % problem.facts,
            how=_(problem.how) % problem.facts,
        )
        for problem in found.problems
    ]
    return Draft(found.items, tuple(sorted(faults, key=lambda fault: fault.row)), digest)


def preview(
    list_code: str, items: Sequence[ItemRow], *, on: date, open_cases: Mapping[str, int] | None = None
) -> Effect:
    """Return what publishing ``items`` would change against the edition in force on a day.

    ``open_cases`` says how many open cases cite each code; cases are not known down here.
    """
    edition = Edition.objects.filter(item_list__code=list_code, from_on__lte=on).order_by("-from_on").first()
    before = [row_of(item) for item in items_of(edition.pk)] if edition else []
    kinds = {kind.code: kind.name for kind in unit_kinds()}
    return comparing.effect(before, items, kinds=kinds, open_cases=open_cases or {})


def template() -> bytes:
    """Return an empty list sheet: headers, a row of help and a row of example, both skipped when read."""
    help_row = [f"{reading.NOTE} {COLUMNS[0].help}", *(column.help for column in COLUMNS[1:])]
    example = [f"{reading.NOTE} {COLUMNS[0].example}", *(column.example for column in COLUMNS[1:])]
    return sheets.write_xlsx(COLUMNS, [help_row, example], sheet=_("事项清单"))


def export(edition_id: int) -> bytes:
    """Return an edition as a sheet that can be read again as it is.

    :raises NotFound: there is no such edition
    """
    edition = Edition.objects.filter(pk=edition_id).select_related("item_list").first()
    if edition is None:
        raise NotFound("没有这一版清单")
    kinds = {kind.code: kind.name for kind in unit_kinds()}
    rows = (as_cells(row_of(item), kinds) for item in items_of(edition_id))
    lines = ([cells[column.key] for column in COLUMNS] for cells in rows)
    return sheets.write_xlsx(COLUMNS, lines, sheet=edition.item_list.name)


def row_of(item: Item) -> ItemRow:
    """Return the stored item as the rules see it."""
    return ItemRow(
        line=item.line,
        code=item.code,
        name=item.name,
        path=tuple(item.path),
        module=Module(item.module),
        levels=tuple(item.levels),
        lead_kind=item.lead_kind,
        limit=Limit(item.limit_value, LimitKind(item.limit_kind)),
        closing_standard=item.closing_standard,
        assist_kinds=tuple(item.assist_kinds),
        in_compound=item.in_compound,
        evidence=tuple(Evidence(kind) for kind in item.evidence),
        is_public=item.is_public,
        legal_basis=item.legal_basis,
        keywords=tuple(item.keywords),
        checklist=tuple(item.checklist),
        is_example=item.is_example,
    )


def latest_start(list_code: str) -> date | None:
    """Return the day the newest edition of a list begins, or None."""
    latest: date | None = Edition.objects.filter(item_list__code=list_code).aggregate(day=Max("from_on"))[
        "day"
    ]
    return latest


def _sound(sheet: sheets.Sheet, faults: list[SheetError]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the rows without faults of form, and keep the faults of the others."""
    for row in sheet.rows:
        if row.problems and not row.cells.get("code", "").startswith(reading.NOTE):
            faults.extend(row.problems)
        else:
            yield row.number, row.cells


def _branches(items: Sequence[tuple[Item, tuple[str, ...]]], path: tuple[str, ...]) -> tuple[Branch, ...]:
    depth = len(path)
    below: dict[str, list[tuple[Item, tuple[str, ...]]]] = {}
    for item, full in items:
        below.setdefault(full[depth], []).append((item, full))
    return tuple(
        Branch(
            name=name,
            path=(*path, name),
            items=tuple(item for item, full in inside if len(full) == depth + 1),
            branches=_branches([each for each in inside if len(each[1]) > depth + 1], (*path, name)),
        )
        for name, inside in below.items()
    )


def _closeness(item: Item, wanted: str) -> int | None:
    """Return how close the item is to what somebody typed, 0 the closest; None when it is not meant."""
    if item.code.casefold().startswith(wanted):
        return 0
    name = item.name.casefold()
    if wanted in name:
        return 1 if name.startswith(wanted) else 2
    if any(wanted in word.casefold() for word in item.keywords):
        return 3
    return 4 if any(wanted in part.casefold() for part in item.path) else None


_ANY: Final = 10_000  # items, more than a city's lists hold
_DAYS_KEPT: Final = 8  # sets of editions whose index is kept: today's, and those of days people look back to
_known: dict[tuple[int, ...], Index] = {}
_making = threading.Lock()


def _index(on: date) -> Index:
    """Return the index of the editions in force; editions never change, so it is made once for each set."""
    key = editions_in_force(on)
    index = _known.get(key)
    if index is None:
        with _making:
            index = _known.get(key)
            if index is None:
                items = Item.objects.filter(edition_id__in=key).order_by("edition_id", "line")
                index = Index(
                    Entry(item.code, item.name, tuple(item.path), tuple(item.keywords)) for item in items
                )
                if len(_known) >= _DAYS_KEPT:
                    _known.clear()
                _known[key] = index
    return index
