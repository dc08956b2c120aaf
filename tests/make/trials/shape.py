"""What a trial of an act is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mulin.cases.models import Case
from mulin.cases.rules.lifecycle import Act, State
from tests.make.cases import City


@dataclass(frozen=True)
class Trial:
    """An act with a case it fits, who does it, who sees the case but may not, and where it leads."""

    act: Act
    do: Callable[..., Case]
    given: Callable[[City], Case]
    by: str
    wrong_role: str
    to: State
    desk: str
    entry: str
    words: tuple[tuple[str, Any], ...] = ()
    mandatory: str = ""
