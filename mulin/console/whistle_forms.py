"""The forms of a whistle: to whistle from a case, and one for each act on the whistle's own page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, TypedDict
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from mulin.cases.actions import whistling
from mulin.cases.queries.page import CasePage
from mulin.cases.queries.whistle_shapes import CallColumn, WhistlePage
from mulin.cases.rules.intake import PhotoGiven
from mulin.cases.rules.lifecycle import Act
from mulin.cases.rules.whistles import Asked, CallState
from mulin.console import fields
from mulin.console.act_base import ActForm, Doing
from mulin.console.asking import AskForm
from mulin.kernel.actor import Actor

ROWS: Final = 6
ROWS_SEEN: Final = 3
Options = Sequence[tuple[str, str]]


class Known(TypedDict):
    """What every act on a whistle is told."""

    case_id: UUID
    whistle_id: UUID
    version: int | None
    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True)
class WhistleDoing:
    """What every act on a whistle needs beside its own words."""

    page: WhistlePage
    version: int | None
    photos: tuple[PhotoGiven, ...]
    actor: Actor
    now: datetime

    @property
    def known(self) -> Known:
        """Return what every act is told."""
        return Known(
            case_id=self.page.case.pk,
            whistle_id=self.page.id,
            version=self.version,
            actor=self.actor,
            now=self.now,
        )


class WhistleForm(AskForm):
    """A form of an act on a whistle."""

    def prepare(self, page: WhistlePage, *, extra: Mapping[str, Any]) -> None:
        """Fill in what depends on the whistle: choices, proposals."""

    def do(self, doing: WhistleDoing) -> None:
        """Call the act."""
        raise TypeError(f"{type(self).__name__} does not say what it does")


# ---- rows of units, each with its task ----


def _rows(count: int) -> dict[str, forms.Field]:
    asked: dict[str, forms.Field] = {}
    for number in range(1, count + 1):
        asked[f"unit_{number}"] = fields.choice(_("单位"), required=False, search=True)
        task = fields.words(_("要办的事"), most=300, required=False, one_line=True)
        task.widget.attrs["placeholder"] = _("要它办什么")
        asked[f"task_{number}"] = task
    return asked


def _offer_rows(form: forms.Form, options: Options) -> None:
    for name in form.fields:
        if name.startswith("unit_"):
            fields.offer(form, name, options, first=gettext("请选择"))


def _rows_of(form: forms.Form, count: int) -> list[dict[str, Any]]:
    """Return the rows as the template draws them; those behind the first are shown on demand or if filled."""
    chosen = form["lead"].value() if "lead" in form.fields else ""
    return [
        {
            "n": number,
            "unit": form[f"unit_{number}"],
            "task": form[f"task_{number}"],
            "leads": str(chosen) == str(number),
            "late": number > ROWS_SEEN and not form[f"unit_{number}"].value(),
        }
        for number in range(1, count + 1)
    ]


def _asked(form: forms.Form, count: int) -> list[Asked]:
    """Return the units of the rows that were filled."""
    said = form.cleaned_data
    lead = str(said.get("lead") or "")
    units = [(n, said.get(f"unit_{n}"), said.get(f"task_{n}", "")) for n in range(1, count + 1)]
    return [Asked(unit=unit, task=task, lead=lead == str(n)) for n, unit, task in units if unit]


def _check_rows(form: forms.Form, count: int) -> None:
    """Say beside its field what a half-filled row lacks."""
    said = form.cleaned_data
    for number in range(1, count + 1):
        unit, task = said.get(f"unit_{number}"), said.get(f"task_{number}", "").strip()
        if unit and not task:
            form.add_error(f"task_{number}", gettext("请写明要它办什么"))
        if task and not unit and f"unit_{number}" not in form.errors:
            form.add_error(f"unit_{number}", gettext("请选择"))
    if not any(said.get(f"unit_{n}") for n in range(1, count + 1)) and not form.errors:
        form.add_error("unit_1", gettext("请选择要叫的单位"))


_LEADS: Final = [(str(number), str(number)) for number in range(1, ROWS + 1)]


class WhistleUp(ActForm):
    """Whom to call, what for, and by which item of the list."""

    act = Act.WHISTLE
    effect = _("被叫的单位马上收到，报到的时限从现在起算；都报了结果、主办汇总、本单位确认后才算完。")
    template = "console/act/_whistle.html"
    ask = fields.words(
        _("请他们来办什么"), most=500, rows=2, hint=_("写到地点和要解决的问题，不写人名和电话。")
    )
    item = fields.choice(_("依据的清单项"), required=False, search=True)
    off_list = fields.words(_("清单里没有的，写明为什么"), most=300, required=False, one_line=True)
    lead = fields.choice(_("主办"), _LEADS, required=False)
    grade = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    locals().update(_rows(ROWS))

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the units this level may call and the items in force."""
        _offer_rows(self, extra["units"])
        fields.offer(self, "item", extra["items"], first=gettext("清单外"))
        case = page.case
        self.initial["item"] = case.item.code if case.item else case.suggestion.get("code", "")
        self.initial["lead"] = "1"
        self.initial["ask"] = extra.get("ask", "")
        chosen = next((each for each in extra["grades"] if each["chosen"]), None)
        if chosen:
            self.initial["grade"] = chosen["grade"]
            for number, code in enumerate(chosen["codes"][:ROWS], 1):
                self.initial[f"unit_{number}"] = code
                self.initial[f"task_{number}"] = gettext("按“%(name)s”级到场处置") % {"name": chosen["name"]}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return the rows to draw."""
        return _rows_of(self, ROWS)

    def clean(self) -> dict[str, Any]:
        """Say what a half-filled row lacks."""
        _check_rows(self, ROWS)
        return self.cleaned_data

    def do(self, doing: Doing) -> None:
        """Whistle."""
        said = self.cleaned_data
        whistling.whistle_units(
            case_id=doing.case_id, units=_asked(self, ROWS), ask=said["ask"], item=said["item"],
            off_list="" if said["item"] else said["off_list"], grade=said["grade"] or 0,
            version=doing.version, actor=doing.actor, now=doing.now,
        )  # fmt: skip


class CallMore(WhistleForm):
    """Further units, each with its task."""

    act = Act.CALL_MORE
    effect = _("新叫的单位马上收到，报到的时限从现在起算。已经写的汇总要重写。")
    template = "console/act/_call_more.html"
    COUNT: ClassVar[int] = 3
    locals().update(_rows(3))

    def prepare(self, page: WhistlePage, *, extra: Mapping[str, Any]) -> None:
        """Offer the units not called yet."""
        _offer_rows(self, extra["units"])

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return the rows to draw."""
        return _rows_of(self, self.COUNT)

    def clean(self) -> dict[str, Any]:
        """Say what a half-filled row lacks."""
        _check_rows(self, self.COUNT)
        return self.cleaned_data

    def do(self, doing: WhistleDoing) -> None:
        """Call them."""
        whistling.call_more_units(units=_asked(self, self.COUNT), **doing.known)


def _owing(page: WhistlePage) -> list[CallColumn]:
    return [call for call in page.columns if call.state in (CallState.CALLING, CallState.REPORTED_IN)]


class Urge(WhistleForm):
    """Which of those who owe an answer are reminded."""

    act = Act.URGE
    effect = _("被催的单位马上收到提醒，催过几次会记下。")
    units = fields.choices(_("催哪几家"), hint=_("不选就是催所有还没回话的。"))
    words = fields.words(_("想说的"), most=500, required=False, rows=2)

    def prepare(self, page: WhistlePage, *, extra: Mapping[str, Any]) -> None:
        """Offer those who owe an answer."""
        fields.offer(self, "units", [(call.code, call.name) for call in _owing(page)])

    def do(self, doing: WhistleDoing) -> None:
        """Remind them."""
        said = self.cleaned_data
        whistling.urge_units(units=said["units"], words=said["words"], **doing.known)


class ChangeLead(WhistleForm):
    """Which called unit leads from now on."""

    act = Act.CHANGE_LEAD
    effect = _("新的主办负责汇总，原来的主办改为协办。")
    unit = fields.choice(_("换成哪一家主办"))
    reason = fields.words(_("为什么换"), most=300)

    def prepare(self, page: WhistlePage, *, extra: Mapping[str, Any]) -> None:
        """Offer those who assist."""
        fields.offer(self, "unit", [(call.code, call.name) for call in page.columns if not call.is_lead])

    def do(self, doing: WhistleDoing) -> None:
        """Change it."""
        said = self.cleaned_data
        whistling.change_whistle_lead(unit=said["unit"], reason=said["reason"], **doing.known)


class End(WhistleForm):
    """The caller confirms the summary."""

    act = Act.END
    effect = _("结束后双方互评；没有别的未了事项时，这件就可以报结果。")
    template = "console/act/_end.html"
    note = fields.words(_("确认意见"), most=500, required=False)

    def do(self, doing: WhistleDoing) -> None:
        """End it."""
        whistling.end_whistle(note=self.cleaned_data["note"], **doing.known)
