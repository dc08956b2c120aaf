"""The dispatch table: its rows, and a trial: which row would win for these facts, and why."""

from dataclasses import dataclass

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_safe

from mulin.cases.queries import tables
from mulin.cases.queries.tables import Trial
from mulin.cases.rules.dispatch import NoRule, Row, parse_target
from mulin.catalogue import queries as catalogue
from mulin.console import case_faces, door, fields
from mulin.console.door import StaffRequest, show, staff
from mulin.kernel.errors import NotFound, Refusal
from mulin.people.queries.days import day_of
from mulin.people.queries.units import units_of_kind

KINDS = {
    "kind:grid": gettext_noop("所在网格"),
    "kind:community": gettext_noop("所在社区"),
    "kind:street": gettext_noop("所在街道"),
    "kind:county": gettext_noop("所在区县"),
    "firm": gettext_noop("小区的物业企业"),
}


class TrialForm(forms.Form):
    """The facts of an imagined case."""

    item = fields.choice(gettext_lazy("清单项"), required=False, search=True)
    place = fields.choice(gettext_lazy("在哪里"), required=False, search=True)
    compound = fields.choice(
        gettext_lazy("小区"),
        [("", gettext_lazy("小区外")), ("inside", gettext_lazy("小区内"))],
        required=False,
    )
    hours = fields.choice(
        gettext_lazy("时间"),
        [("", gettext_lazy("工作时间")), ("off", gettext_lazy("非工作时间"))],
        required=False,
    )


@dataclass(frozen=True, slots=True)
class RowFace:
    """A row of the table in words; ``fate`` is won, beaten or nothing."""

    line: int
    item: str
    area: str
    when: str
    lead: str
    assist: str
    notify: str
    shadowed: bool
    fate: str


@require_safe
@staff
def dispatch(request: StaffRequest) -> HttpResponse:
    """Show the table in force, and try it."""
    on = day_of(request.now)
    table = tables.table_on(on)
    form = TrialForm(request.GET if "try" in request.GET else None)
    for name, options in (
        ("item", [(item.code, f"{item.code} {item.name}") for item in catalogue.items_in_force(on)]),
        ("place", [(unit.code, unit.short_name) for unit in units_of_kind(request.actor, "grid")]),
    ):
        fields.offer(form, name, options, first=_("不限"))
    trial, why_not = None, ""
    if form.is_bound and form.is_valid():
        trial, why_not = _tried(form, request)
    names = table.names if table else {}
    context = {
        "section": "dispatch",
        "table": table,
        "rows": [_face(row, names, table.shadowed, trial) for row in table.rows] if table else [],
        "form": form,
        "trial": trial,
        "trial_words": case_faces.rule_words(trial.why, by="") if trial else "",
        "why_not": why_not,
    }
    return show(request, "console/dispatch.html", context)


def _tried(form: TrialForm, request: StaffRequest) -> tuple[Trial | None, str]:
    said = form.cleaned_data
    try:
        trial = tables.trial(
            item=said["item"],
            place=said["place"],
            in_compound=said["compound"] == "inside",
            working=said["hours"] != "off",
            on=day_of(request.now),
        )
    except (NoRule, NotFound) as refusal:
        return None, door.worded(refusal)
    return trial, ""


def _face(row: Row, names: dict[str, str], shadowed: frozenset[int], trial: Trial | None) -> RowFace:
    when = [_(case_faces.CONDITIONS[cell]) for cell in (row.compound, row.hours) if cell]
    fate = ""
    if trial is not None:
        fate = "won" if row.line == trial.line else "beaten" if row.line in trial.beaten else ""
    return RowFace(
        line=row.line,
        item=row.item or _("任何"),
        area=names.get(row.area, row.area) or _("任何"),
        when="、".join(when) or _("任何"),
        lead=target_words(row.lead, names),
        assist="、".join(target_words(cell, names) for cell in row.assist),
        notify="、".join(target_words(cell, names) for cell in row.notify),
        shadowed=row.line in shadowed,
        fate=fate,
    )


def target_words(cell: str, names: dict[str, str]) -> str:
    """Return whom a target cell means: the first alternative that exists."""
    try:
        targets = parse_target(cell)
    except Refusal:
        return cell
    words = []
    for target in targets:
        text = f"{target.how}:{target.value}" if target.value else target.how
        words.append(
            names.get(target.value, target.value) if target.how == "unit" else _(KINDS.get(text, text))
        )
    return _("，没有则").join(words)
