"""The lines every act on a case shares: begin (lock, authorise, rule), say, move (save), note (record)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, cast
from uuid import UUID

from django.db import connection
from django.db.models import Model

from mulin.cases import policy
from mulin.cases.actions import clockwork
from mulin.cases.models import Case, Photo, Remark, Settings
from mulin.cases.queries import beside, doors
from mulin.cases.rules import closing, lifecycle
from mulin.cases.rules.intake import PhotoGiven
from mulin.cases.rules.lifecycle import Act, State
from mulin.cases.rules.replay import MOVED
from mulin.catalogue.models import Item
from mulin.clocks.rules.calendars import Calendar
from mulin.clocks.rules.limits import Limit, LimitKind
from mulin.kernel.actor import Actor
from mulin.kernel.ids import new_id
from mulin.kernel.statements import Kept
from mulin.kernel.wording import written
from mulin.ledger.actions import record
from mulin.ledger.rules.privacy import Json

WORDS_MAX = 4_000
_SAY = Kept(
    "insert into cases_remark (case_id, act, is_public, text, account_id, unit_id, at)"
    " values (%s, %s, %s, %s, %s, %s, %s) returning id"
)
_FIELDS = {name: field for field in Case._meta.concrete_fields for name in (field.name, field.attname)}


@dataclass(slots=True)
class Move:
    """An act under way on one locked case."""

    case: Case
    act: Act
    actor: Actor
    unit_id: int | None
    now: datetime
    before: State
    to: State
    aside: dict[str, Json] = field(default_factory=dict, init=False)  # records it moves in passing
    _was: tuple[Any, ...] = field(init=False)
    _settings: Settings | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._was = _columns(self.case)

    @property
    def settings(self) -> Settings:
        """Return the city's settings, read once an act."""
        self._settings = self._settings or doors.settings()
        return self._settings

    def save(self, **changes: object) -> None:
        """Put the case into its next state with ``changes`` and the next version."""
        fields = {"state": self.to.value, "version": self.case.version + 1, **changes}
        if self.case.asks or self.case.milestones_open or self.case.held_until is not None:
            fields |= clockwork.settled(self)
        for name, value in fields.items():
            setattr(self.case, name, value)
        _write(self.case, list(fields))

    def say(self, text: str, *, public: bool = False) -> Remark:
        """Keep the words that go with the act."""
        remark = Remark(
            case=self.case,
            act=self.act.value,
            is_public=public,
            text=text,
            account_id=self.actor.staff_id,
            unit_id=self.unit_id,
            at=self.now,
        )
        said = (self.case.pk, remark.act, public, text, remark.account_id, self.unit_id, self.now)
        with connection.cursor() as cursor:
            cursor.execute(_SAY, said)
            (remark.pk,) = cursor.fetchone()
        return remark

    def record(self, kind: str, **facts: Json) -> None:
        """Append the act to the ledger: the states it led between, and whose and when due the case is now."""
        if moved := moved_since(self._was, self.case):
            facts["moved"] = moved
        record(
            f"case.{kind}",
            subject=self.case.pk,
            actor=self.actor,
            at=self.now,
            as_unit=self.unit_id,
            before=self.before.value,
            after=self.to.value,
            version=self.case.version,
            **self.aside,
            **facts,
        )


_columns = attrgetter(*MOVED)
NOWHERE = (None,) * len(MOVED)


def moved_since(was: Sequence[Any], case: Case) -> dict[str, Json]:
    """Return the columns that replay cannot work out and that changed, with their new values."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, before, value in zip(MOVED, was, _columns(case), strict=True)
        if value != before
    }


def add(row: Model) -> None:
    """Write a new row whose key is known; said out plainly because every report does it three times."""
    statement, fields = _addition(type(row))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
    row._state.adding, row._state.db = False, connection.alias


@lru_cache(maxsize=8)
def _addition(model: type[Model]) -> tuple[str, tuple[Any, ...]]:
    fields = tuple(model._meta.concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return Kept(f"insert into {model._meta.db_table} ({columns}) values ({places})"), fields  # noqa: S608


def _write(case: Case, names: Sequence[str]) -> None:
    """Write the named columns of ``case``; said out plainly because every act of the city does it."""
    fields = [_FIELDS[name] for name in names]
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    values = [field.get_db_prep_save(getattr(case, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(Kept(f"update cases_case set {columns} where id = %s"), [*values, case.pk])  # noqa: S608


def begin(act: Act, *, case_id: UUID, version: int | None, actor: Actor, now: datetime) -> Move:
    """Return the move of a staff act: the case locked, the actor authorised, the graph asked.

    :raises NotFound: there is no such case for this actor
    :raises StaleCase: the case has moved since ``version``
    :raises NotAllowed: no post of the actor permits the act here
    :raises ImpossibleAct: the case is not in a state that allows it
    :raises NotYet: it would end the case while something beside it is open
    """
    case = doors.case_to_change(actor, case_id, version=version)
    unit_id = policy.require(actor, act, case)
    before = State(case.state)
    move = Move(case, act, actor, unit_id, now, before, lifecycle.after(before, act))
    if act in lifecycle.ENDING:
        closing.require(beside.blocks_closing(case))
    return move


def words(text: str, *, where: str, most: int = WORDS_MAX) -> str:
    """Return ``text`` trimmed.

    :raises BadInput: it is empty, too long, or holds U+0000
    """
    return written(text, where=where, most=most)


def keep_photos(move: Move, photos: Sequence[PhotoGiven], *, phase: str) -> list[str]:
    """Keep pictures with the case; return the digests that point at them."""
    Photo.objects.bulk_create(
        Photo(
            id=new_id(),
            case=move.case,
            digest=photo.digest,
            width=photo.width,
            height=photo.height,
            phase=phase,
            account_id=move.actor.staff_id,
            at=move.now,
        )
        for photo in photos
    )
    return [photo.digest for photo in photos]


def limit_of(case: Case, settings: Settings) -> tuple[Limit, str]:
    """Return the case's limit and where it comes from: its list item, else the city's default (K24)."""
    if case.item is not None:
        return limit_of_item(case.item)
    return Limit(settings.default_limit_days, LimitKind.WORKING_DAYS), "default"


def limit_of_item(item: Item) -> tuple[Limit, str]:
    """Return the limit a list item sets, and its name as a source."""
    return Limit(item.limit_value, LimitKind(item.limit_kind)), f"item:{item.code}"


def supervision_due(settings: Settings, calendar: Calendar, now: datetime) -> datetime:
    """Return by when a supervision begun now must be answered."""
    limit = Limit(settings.supervision_days, LimitKind.WORKING_DAYS)
    due = clockwork.reckon(start=now, limit=limit, source="supervision", calendar=calendar)
    return cast(datetime, due["due_at"])  # a clock nothing holds has an end
