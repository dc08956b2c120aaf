"""What every form of an act has: a key against double clicks, the version that was read, the act it calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.utils.translation import gettext

from mulin.cases.queries.page import CasePage
from mulin.cases.rules.intake import PhotoGiven
from mulin.cases.rules.lifecycle import Act
from mulin.console import fields
from mulin.console.asking import AskForm
from mulin.console.words import Text
from mulin.kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Doing:
    """What every act needs beside its own words."""

    page: CasePage
    version: int | None
    photos: tuple[PhotoGiven, ...]
    actor: Actor
    now: datetime

    @property
    def case_id(self) -> UUID:
        """Return the case's id."""
        return UUID(str(self.page.case.pk))


class ActForm(AskForm):
    """A form of an act on a case."""

    direct: ClassVar[bool] = False  # nothing to ask: the button itself does it

    def prepare(self, page: CasePage, *, extra: Mapping[str, Any]) -> None:
        """Fill in what depends on the case: choices, proposals."""
        for name, options in extra.get("choices", {}).items():
            fields.offer(self, name, options, first=gettext("请选择"))

    def do(self, doing: Doing) -> None:
        """Call the act."""
        raise TypeError(f"{type(self).__name__} does not say what it does")


def asks_words(what: str, label: Text, *, most: int, **more: Any) -> dict[str, forms.Field]:
    """Return a field of words by its name."""
    return {what: fields.words(label, most=most, **more)}


def simple(
    act: Act,
    call: Callable[..., object],
    *,
    effect: Text,
    asks: Mapping[str, forms.Field] | None = None,
    direct: bool = False,
) -> type[ActForm]:
    """Return the form of an act that takes only words."""
    asked = dict(asks or {})

    def do(self: ActForm, doing: Doing) -> None:
        said = {name: self.cleaned_data[name] for name in asked}
        call(case_id=doing.case_id, version=doing.version, actor=doing.actor, now=doing.now, **said)

    body = {"act": act, "effect": effect, "direct": direct, "do": do, "__module__": __name__, **asked}
    return type(f"{act.name.title()}Form", (ActForm,), body)
