"""What the API hears: strict shapes, so that a wrong kind of value is refused and never guessed at."""

from datetime import date
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from mulin.cases.queries.worklist import Clock, QueueFilter, Tab
from mulin.cases.rules.holds import Reason as HoldReason
from mulin.cases.rules.intake import ADDRESS_MAX, PHOTOS_MAX, TEXT_MAX, Channel, Kind
from mulin.cases.rules.lifecycle import State

REASON_MAX: Final = 300
PHOTO_PATTERN: Final = r"^[0-9a-f]{32}-[0-9a-f]{64}$"
CODE_PATTERN: Final = r"^[0-9A-Za-z][0-9A-Za-z_.\-]{0,39}$"


def storable(text: str) -> str:
    """Return ``text`` if a database can keep it.

    :raises ValueError: it holds U+0000
    """
    if "\x00" in text:
        raise ValueError("U+0000 cannot be stored")
    return text


Line = Annotated[str, Field(max_length=120), AfterValidator(storable)]
Words = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(storable)]
Reason = Annotated[str, Field(min_length=1, max_length=REASON_MAX), AfterValidator(storable)]
Asked = Annotated[str, Field(max_length=100), AfterValidator(storable)]
UnitCode = Annotated[str, Field(pattern=CODE_PATTERN, description="code of a unit, see /units")]
PhotoRef = Annotated[str, Field(pattern=PHOTO_PATTERN, description="the `photo` answered by POST /photos")]


class Said(BaseModel):
    """The base of every body: exact types, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)


class ContactSaid(Said):
    """How to reach the reporter; it goes into the encrypted vault."""

    phone: Annotated[str, Field(max_length=32), AfterValidator(storable)] = ""
    name: Annotated[str, Field(max_length=40), AfterValidator(storable)] = ""
    may_call: bool = Field(False, description="consent to be called back after closing")


class ReportSaid(Said):
    """What somebody wants to say."""

    text: Annotated[str, Field(min_length=1, max_length=TEXT_MAX), AfterValidator(storable)]
    kind: Kind = Field(Kind.NEED, strict=False)
    longitude: Annotated[float, Field(ge=-180, le=180)] | None = Field(None, description="WGS-84 degrees")
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = Field(None, description="WGS-84 degrees")
    address: Annotated[str, Field(max_length=ADDRESS_MAX), AfterValidator(storable)] = ""
    thing: Annotated[str, Field(max_length=32), AfterValidator(storable)] = Field(
        "", description="code of the component or facility it is about; it stands for the position too"
    )
    anonymous: bool = False
    contact: ContactSaid | None = None
    photos: list[PhotoRef] = Field([], max_length=PHOTOS_MAX)


class StaffReportSaid(ReportSaid):
    """What somebody said to a member of staff or to another system."""

    title: Line = ""
    channel: Channel = Field(Channel.API, strict=False)
    source: Annotated[str, Field(max_length=40, pattern=r"^[0-9A-Za-z][0-9A-Za-z_:.\-]*$")] = Field(
        "api", description="who numbered it: the name of the sending system"
    )
    source_no: Annotated[str, Field(max_length=80), AfterValidator(storable)] = Field(
        "", description="its number there; the same number again is answered with the same report"
    )
    on_behalf: bool = Field(False, description="entered for somebody who cannot do it themselves (代办)")


class RatingSaid(Said):
    """Two questions, and room for words; hidden from whom it judges."""

    solved: bool
    satisfied: bool
    words: Annotated[str, Field(max_length=500), AfterValidator(storable)] = ""
    again: bool = Field(True, description="if it is not solved: have it looked at again")


class WordsSaid(Said):
    """More words from the resident, or an answer to a question."""

    text: Words


class ReasonSaid(Said):
    """Why."""

    reason: Reason


class ActSaid(Said):
    """The base of every staff act; ``version`` is what the caller saw, a stale one is refused."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class PlaceSaid(ActSaid):
    """Where it really is."""

    longitude: Annotated[float, Field(ge=-180, le=180)] | None = None
    latitude: Annotated[float, Field(ge=-90, le=90)] | None = None
    address: Annotated[str, Field(max_length=ADDRESS_MAX), AfterValidator(storable)] = ""


class ItemSaid(ActSaid):
    """Which item of the list it is."""

    item: Annotated[str, Field(pattern=CODE_PATTERN, description="code of an item in force, see /items")]


class DispatchSaid(ActSaid):
    """Who leads, assists, is notified; without a lead the dispatch table decides."""

    lead: UnitCode | None = None
    assist: list[UnitCode] = Field([], max_length=20)
    notify: list[UnitCode] = Field([], max_length=20)
    precedent: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = Field(
        None, description="an earlier ruling the choice leans on"
    )
    reason: Annotated[str, Field(max_length=REASON_MAX), AfterValidator(storable)] = ""


class ReturnSaid(ActSaid):
    """Why it is not ours, and perhaps whose it is."""

    reason: Reason
    better_unit: Annotated[str, Field(max_length=40, pattern=r"^[0-9A-Za-z_.\-]*$")] = ""


class QuestionSaid(ActSaid):
    """What the resident is asked."""

    question: Annotated[str, Field(max_length=500), AfterValidator(storable)] = ""
    requirements: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=100), AfterValidator(storable)]],
        Field(max_length=20, description="things to bring, all at once: see the item's `checklist`"),
    ] = []


class PublicNoteSaid(ActSaid):
    """A note for everybody who reported it."""

    text: Words


class NoteSaid(ActSaid):
    """A note for staff, with photos of the work if there are any."""

    text: Words
    photos: list[PhotoRef] = Field([], max_length=PHOTOS_MAX)


class ResultSaid(ActSaid):
    """What was done, with the photos that show it."""

    result: Words
    photos: list[PhotoRef] = Field([], max_length=PHOTOS_MAX)


class CheckSaid(ActSaid):
    """A word with the check, if any."""

    note: Annotated[str, Field(max_length=2000), AfterValidator(storable)] = ""


class BecauseSaid(ActSaid):
    """Why."""

    reason: Reason


class SuspendSaid(ActSaid):
    """Why the clock should stand, and through which day."""

    reason: HoldReason = Field(strict=False, description="why; waiting for a resident needs no asking")
    until: date = Field(strict=False, description="the last day on which the clock stands")
    words: Reason


class AskMoreSaid(ActSaid):
    """Why more time is needed."""

    words: Reason


class NoteSaidWithIt(ActSaid):
    """A word with the decision, if any."""

    note: Annotated[str, Field(max_length=REASON_MAX), AfterValidator(storable)] = ""


class MilestoneSaid(ActSaid):
    """Which milestone is reached, and what is said with it."""

    milestone: Annotated[str, Field(pattern=CODE_PATTERN, description="its code, see `clock_history`")]
    text: Annotated[str, Field(max_length=2000), AfterValidator(storable)] = Field(
        "", description="free words, or #2 for the second of the city's own sentences"
    )


class MergeSaid(BecauseSaid):
    """Which case it doubles, and how one can tell."""

    into: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]


class AnswerSaid(ActSaid):
    """The answer to one report."""

    report_id: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
    text: Words


class QueueAsked(BaseModel):
    """Which part of the worklist is wanted; what is left out does not narrow it."""

    tab: Tab = Tab.TODO
    unit: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        None, description="one of your posts' units"
    )
    community: Asked = Field("", description="code of any territory")
    item: Asked = ""
    channel: Channel | None = None
    clock: Clock | None = None
    kind: Kind | None = None
    state: State | None = None
    text: Asked = Field("", description="words the case must hold")

    def as_filter(self) -> QueueFilter:
        """Return the filter as the worklist knows it."""
        return QueueFilter(
            unit=self.unit,
            community=self.community,
            item=self.item,
            channel=self.channel or "",
            clock=self.clock,
            kind=self.kind or "",
            state=self.state or "",
            text=self.text,
        )


class RevealSaid(Said):
    """Why somebody looks at a contact: the person will read it."""

    report_id: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
    reason: Reason


class SuperviseSaid(ActSaid):
    """Why a unit must answer, and which: the one whose move it is, unless named."""

    reason: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(storable)]
    unit: Annotated[str, Field(max_length=40, pattern=r"^[0-9A-Za-z_.\-]*$")] = ""


class SupervisionReplySaid(ActSaid):
    """The answer of the supervised unit."""

    supervision_id: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
    text: Words


class SupervisionVerdictSaid(ActSaid):
    """Whether the answer holds, and what was found."""

    supervision_id: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
    good: bool
    text: Annotated[str, Field(min_length=1, max_length=500), AfterValidator(storable)]
