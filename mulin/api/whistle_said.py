"""What the API hears of whistles: who is called to do what, who refuses and why, how the superior rules."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field

from mulin.api.said import (
    CODE_PATTERN,
    REASON_MAX,
    ActSaid,
    PhotoRef,
    Reason,
    Said,
    UnitCode,
    Words,
    storable,
)
from mulin.cases.queries.whistles import WhistleTab
from mulin.cases.rules.grades import GRADES_MOST
from mulin.cases.rules.intake import PHOTOS_MAX
from mulin.cases.rules.whistles import TASK_MOST, UNITS_MOST, WORDS_MOST, Asked, RulingOutcome

Uuid = Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
Few = Annotated[str, Field(min_length=1, max_length=WORDS_MOST), AfterValidator(storable)]
Rule = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]
Maybe = Annotated[str, Field(max_length=WORDS_MOST), AfterValidator(storable)]
Whose = Annotated[str, Field(max_length=40, pattern=r"^[0-9A-Za-z_.\-]*$")]


class UnitCalled(Said):
    """One unit to be called, and what for."""

    unit: UnitCode
    task: Annotated[str, Field(min_length=1, max_length=TASK_MOST), AfterValidator(storable)]
    lead: bool = Field(False, description="it sums up; the only unit called leads in any case")

    def asked(self) -> Asked:
        """Return it as the acts know it."""
        return Asked(self.unit, self.task, self.lead)


class WhistleSaid(ActSaid):
    """Whom to call, for what; by an item of the list or off it, with the reason."""

    units: list[UnitCalled] = Field(
        [], max_length=UNITS_MOST, description="left out with a grade: whom the grade calls, asked the same"
    )
    grade: Annotated[int, Field(ge=0, le=GRADES_MOST)] = Field(
        0, description="of the city's table (分级响应), see `read_grades`; 0: none"
    )
    ask: Few
    item: Annotated[str, Field(pattern=CODE_PATTERN)] | None = Field(
        None, description="code of an item in force"
    )
    off_list: Annotated[str, Field(max_length=REASON_MAX), AfterValidator(storable)] = Field(
        "", description="without an item: why none fits"
    )


class OnWhistle(ActSaid):
    """The base of every act on a whistle."""

    whistle: Uuid


class ReportInSaid(OnWhistle):
    """When the unit will be there, and with whom."""

    arrives_at: Annotated[AwareDatetime, Field(strict=False)] | None = None
    crew: Annotated[str, Field(max_length=120), AfterValidator(storable)] = ""


class RefuseSaid(OnWhistle):
    """Why the unit does not come: rule, evidence (photos or documents), and who should instead."""

    reason: Few
    rule: Rule
    better_unit: UnitCode
    documents: Annotated[str, Field(max_length=300), AfterValidator(storable)] = ""
    photos: list[PhotoRef] = Field([], max_length=PHOTOS_MAX)


class ReplySaid(OnWhistle):
    """What the unit did, with the photos that show it."""

    result: Words
    photos: list[PhotoRef] = Field([], max_length=PHOTOS_MAX)


class CallMoreSaid(OnWhistle):
    """Whom to call as well."""

    units: list[UnitCalled] = Field(min_length=1, max_length=UNITS_MOST)


class LeadSaid(OnWhistle):
    """Who leads from now on, and why."""

    unit: UnitCode
    reason: Reason


class UrgeSaid(OnWhistle):
    """Whom to remind; nobody named means everybody who owes an answer."""

    units: list[UnitCode] = Field([], max_length=UNITS_MOST)
    words: Maybe = ""


class SummarySaid(OnWhistle):
    """What all of it came to."""

    summary: Words


class EndSaid(OnWhistle):
    """A word with the end, if any."""

    note: Maybe = ""


class RulingSaid(ActSaid):
    """What the common superior rules, by which rule."""

    ruling: Annotated[int, Field(ge=1, le=2**63 - 1)]
    outcome: Annotated[RulingOutcome, Field(strict=False)]
    unit: Whose = Field("", description="for `other`: who takes it; the named better unit if empty")
    rule: Rule
    words: Few


class JudgementSaid(OnWhistle):
    """How the other side did: a score for every aspect, and the reasons."""

    judged: UnitCode
    scores: dict[Annotated[str, Field(max_length=20)], Annotated[int, Field(ge=1, le=100)]] = Field(
        max_length=20
    )
    words: Few


class ObjectionSaid(OnWhistle):
    """What the judged answers, once."""

    judge: UnitCode
    words: Few


class BoardAsked(Said):
    """Which tab of the board is wanted."""

    model_config = Said.model_config | {"strict": False}

    tab: WhistleTab = WhistleTab.CALLING
