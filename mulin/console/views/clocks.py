"""What waits for a word on somebody's clock (待批), and how long the calendars are certain."""

from django.http import HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from mulin.cases.queries import clock, clock_past, doors
from mulin.cases.rules.lifecycle import Act
from mulin.console import clock_faces, moments, words
from mulin.console.door import StaffRequest, show, staff
from mulin.people.queries.days import day_of

WHAT = {"suspension": gettext_lazy("挂账"), "extension": gettext_lazy("延期")}
DECIDE = {
    "suspension": (Act.GRANT_SUSPENSION.value, Act.REFUSE_SUSPENSION.value),
    "extension": (Act.GRANT_EXTENSION.value, Act.REFUSE_EXTENSION.value),
}


@require_safe
@staff
def clocks(request: StaffRequest) -> HttpResponse:
    """Show the asks that wait for the actor's decision, and the calendars in force."""
    now, today = request.now, day_of(request.now)
    asks = [
        {
            "case_id": ask.case_id,
            "number": ask.number,
            "title": ask.title,
            "what": WHAT[ask.what],
            "reason": words.hold_reason(ask.reason) if ask.reason else "",
            "words": ask.words,
            "unit": ask.unit,
            "asked": moments.short(ask.asked_at, now),
            "until": ask.until_at,
            "due": moments.short(ask.due_at, now),
            "late": (late := ask.due_at is not None and ask.due_at < now),
            "acts": DECIDE[ask.what][1:] if late else DECIDE[ask.what],
        }
        for ask in clock_past.asks_waiting(request.actor)
    ]
    shelf = clock.shelf(doors.settings())
    calendars = [
        {
            "name": each.name,
            "until": each.known_until,
            "warning": clock_faces.calendar_ending(each, today),
        }
        for each in shelf.in_force(today)
    ]
    context = {"asks": asks, "calendars": calendars, "section": "clocks"}
    return show(request, "console/clocks.html", context)
