"""How the city's own words are shown: its loop over a case's steps, the types of its log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import get_language

from mulin.cases.queries.page import CasePage
from mulin.cases.rules.lifecycle import State, public_step

if TYPE_CHECKING:
    from mulin.worklog.models import Label


@dataclass(frozen=True, slots=True)
class LoopFace:
    """One word of the city's loop, and whether the case stands there."""

    name: str
    now: bool


def worded(name: str, name_en: str) -> str:
    """Return the word in the reader's language."""
    return name_en if get_language() == "en" else name


def loop(page: CasePage, words: "Sequence[Label]") -> list[LoopFace]:
    """Return the city's words for the way of a case, the present one marked; nothing if it has none."""
    step = public_step(State(page.case.state)).value
    return [LoopFace(worded(word.name, word.name_en), step in word.maps_to) for word in words]
