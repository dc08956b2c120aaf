"""What other systems need to know of the city: who I am, lists, units, where a place lies, what happened."""

from typing import TYPE_CHECKING, Annotated, Final

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import AfterValidator

from mulin.api import answers, said, shown
from mulin.api.auth import StaffRequest
from mulin.catalogue import queries as catalogue
from mulin.kernel.actor import Actor, Relation
from mulin.kernel.errors import BadInput, NotAllowed
from mulin.ledger import queries as ledger
from mulin.people.queries import units
from mulin.places.queries import ground as places

if TYPE_CHECKING:
    from mulin.catalogue.models import Item

UNITS_A_PAGE: Final = 500
READ_LEDGER: Final = "read_ledger"
router = Router(tags=["city"])
Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)]


@router.get("/me", response=shown.MeShown, operation_id="who_am_i")
def who_am_i(request: StaffRequest) -> HttpResponse:
    """See whom the token stands for and what its posts permit today."""
    actor = request.auth
    posts = [
        {"unit": grant.unit_name, "post": grant.post, "acts": sorted({act for act, _ in grant.permits})}
        for grant in actor.grants
    ]
    return answers.answer({"account_id": actor.account_id, "name": actor.name, "posts": posts})


@router.get("/units", response=shown.UnitsShown, operation_id="list_units")
def list_units(
    request: StaffRequest,
    kind: Annotated[str, Query(max_length=32), AfterValidator(said.storable)] = "",
    page: Annotated[int, Query(ge=1, le=1000, description="pages of 500")] = 1,
) -> HttpResponse:
    """Read the units you may name, by rank and code."""
    seen = units.units_for(request.auth)
    seen = seen.filter(kind=kind) if kind else seen
    first = (page - 1) * UNITS_A_PAGE
    found = list(seen[first : first + UNITS_A_PAGE + 1])
    rows = [
        {"id": unit.pk, "code": unit.code, "kind": unit.kind_id, "name": unit.name, "until_on": unit.until_on}
        for unit in found[:UNITS_A_PAGE]
    ]
    return answers.answer({"units": rows, "page": page, "has_more": len(found) > UNITS_A_PAGE})


@router.get("/items", response=shown.ItemsShown, operation_id="list_items")
def list_items(request: StaffRequest) -> HttpResponse:
    """Read the items of the list in force today."""
    return answers.answer({"items": [_item(item) for item in catalogue.items_in_force(timezone.localdate())]})


def _item(item: "Item") -> dict[str, object]:
    return {
        "code": item.code,
        "name": item.name,
        "path": item.path,
        "module": item.module,
        "lead_kind": item.lead_kind,
        "in_compound": item.in_compound,
        "limit_value": item.limit_value,
        "limit_kind": item.limit_kind,
        "evidence": item.evidence,
        "closing_standard": item.closing_standard,
        "checklist": item.checklist,
        "is_public": item.is_public,
        "is_example": item.is_example,
    }


@router.get("/locate", response=shown.LocatedShown, operation_id="locate")
def locate(
    request: StaffRequest,
    longitude: Longitude | None = None,
    latitude: Latitude | None = None,
    address: Annotated[str, Query(max_length=200), AfterValidator(said.storable)] = "",
) -> HttpResponse:
    """See which grid a point or an address lies in today, and why."""
    on = timezone.localdate()
    if longitude is not None and latitude is not None:
        return answers.answer(places.locate_point(lon=longitude, lat=latitude, on=on).as_json())
    if address:
        return answers.answer(places.locate_address(address, on=on).as_json())
    raise BadInput("请给出位置或地址", where="address")


@router.get("/ledger/entries", response=shown.EntriesShown, operation_id="read_ledger")
def read_ledger(
    request: StaffRequest,
    after: Annotated[
        str, Query(pattern=r"^(\d{1,18}\.\d{1,18})?$", description="cursor of the last answer")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> HttpResponse:
    """Follow what happens in the city, in an order that no late commit disturbs.

    Start without `after`; ask again with the `cursor` answered. An empty answer means: nothing new yet.
    """
    _require_ledger(request.auth)
    start = ledger.Cursor(*(int(part) for part in after.split("."))) if after else None
    entries, end = ledger.entries_after(start, limit=limit)
    return answers.answer({"entries": entries, "cursor": f"{end.tx}.{end.id}"})


def _require_ledger(actor: Actor) -> None:
    if not any(Relation.ANY in grant.relations(READ_LEDGER) for grant in actor.grants):
        raise NotAllowed("您的岗位不能做这一步")
