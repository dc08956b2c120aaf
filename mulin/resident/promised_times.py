"""How long each public item of the city's list takes, in plain words (办理时限公开, S-101)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from mulin.catalogue import queries as catalogue
from mulin.clocks.rules.limits import LimitKind
from mulin.people.queries.days import day_of
from mulin.resident.door import page, render

if TYPE_CHECKING:
    from mulin.catalogue.models import Item

WORDS_MOST: Final = 40


@dataclass(frozen=True, slots=True)
class Service:
    """A public item: what it is, how long it may take, what to bring, when it counts as done."""

    name: str
    takes: str
    checklist: tuple[str, ...]
    done_when: str
    is_example: bool


@require_http_methods(["GET"])
@page
def services(request: HttpRequest) -> HttpResponse:
    """Show the public items by category, each with its promised time; words narrow them down."""
    typed = request.GET.get("q", "")[:WORDS_MOST].strip()
    on = day_of(timezone.now())
    found = catalogue.public_items(on=on, text=typed)
    groups: dict[str, list[Service]] = {}
    for item in found:
        groups.setdefault(item.path[0], []).append(_service(item))
    context = {"groups": list(groups.items()), "typed": typed, "count": len(found)}
    return render(request, "services.html", context)


def _service(item: "Item") -> Service:
    return Service(
        name=item.name,
        takes=takes(item.limit_value, LimitKind(item.limit_kind)),
        checklist=tuple(item.checklist),
        done_when=item.closing_standard,
        is_example=item.is_example,
    )


def takes(value: int, kind: LimitKind) -> str:
    """Return how long it may take, as one says it."""
    match kind:
        case LimitKind.MINUTES:
            words = ngettext("%(n)d 分钟内", "%(n)d 分钟内", value)
        case LimitKind.HOURS:
            words = ngettext("%(n)d 小时内", "%(n)d 小时内", value)
        case LimitKind.WORKING_MINUTES:
            words = ngettext("上班时间 %(n)d 分钟内", "上班时间 %(n)d 分钟内", value)
        case LimitKind.WORKING_HOURS:
            words = ngettext("上班时间 %(n)d 小时内", "上班时间 %(n)d 小时内", value)
        case LimitKind.WORKING_DAYS:
            words = ngettext("%(n)d 个工作日内", "%(n)d 个工作日内", value)
        case LimitKind.NATURAL_DAYS:
            words = ngettext("%(n)d 天内（含节假日）", "%(n)d 天内（含节假日）", value)
    return words % {"n": value}
