"""Who serves where by secondment (下沉、派驻): the register of a day, sending and sending back."""

from datetime import date
from typing import Annotated

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import AfterValidator, Field

from mulin.api import answers, said, shown
from mulin.api.auth import StaffRequest
from mulin.people.actions import posts
from mulin.people.queries import secondments

router = Router(tags=["people"])
Code = Annotated[str, Field(min_length=1, max_length=32), AfterValidator(said.storable)]


class SecondmentShown(shown.Shown):
    """Somebody serves in `unit` who belongs to `home`; `has_run_out`: over, and nobody has acted on it."""

    appointment_id: int
    staff_no: str
    person: str
    post_name: str
    unit: str
    unit_name: str
    home: str
    home_name: str
    street: str
    street_name: str
    from_on: date
    until_on: date
    has_run_out: bool


class SecondmentsShown(shown.Shown):
    """The secondments of a day, and how many hold then."""

    on: date
    running: int
    run_out: int
    secondments: list[SecondmentShown]


class TermShown(shown.Shown):
    """A term of office."""

    appointment_id: int
    from_on: date
    until_on: date


class SecondmentSaid(said.Said):
    """Who is sent from where to which post, for which days: the first counts, the last does not."""

    staff_no: Code
    home: said.UnitCode
    unit: said.UnitCode
    post: Code
    from_on: Annotated[date, Field(strict=False)]
    until_on: Annotated[date, Field(strict=False)]


class EndSecondmentSaid(said.Said):
    """The first day on which it holds no more."""

    on: Annotated[date, Field(strict=False)]


@router.get("/secondments", response=SecondmentsShown, operation_id="list_secondments")
def list_secondments(
    request: StaffRequest,
    on: date | None = None,
    home: Annotated[str, Query(max_length=32), AfterValidator(said.storable)] = "",
    street: Annotated[str, Query(max_length=32), AfterValidator(said.storable)] = "",
) -> HttpResponse:
    """Read who served away from the own department on a day, wherever you may see who serves."""
    register = secondments.secondments(request.auth, on=on or timezone.localdate())
    names = SecondmentShown.model_fields
    rows = [
        {name: getattr(row, name) for name in names}
        for row in register.rows
        if home in ("", row.home) and street in ("", row.street)
    ]
    run_out = sum(bool(row["has_run_out"]) for row in rows)
    found = {"on": register.on, "running": len(rows) - run_out, "run_out": run_out, "secondments": rows}
    return answers.answer(found)


@router.post("/secondments", response=TermShown, operation_id="second_staff")
def second_staff(request: StaffRequest, body: SecondmentSaid) -> HttpResponse:
    """Send somebody to serve elsewhere until a day (派驻)."""

    def done() -> dict[str, object]:
        term = posts.second_staff(
            staff_no=body.staff_no,
            home=body.home,
            unit=body.unit,
            post=body.post,
            from_on=body.from_on,
            until_on=body.until_on,
            actor=request.auth,
            now=timezone.now(),
        )
        return {"appointment_id": term.pk, "from_on": term.from_on, "until_on": term.until_on}

    return answers.answer_once(request, done, who=request.auth.account_id)


@router.post("/secondments/{int:appointment_id}/end", response=TermShown, operation_id="end_secondment")
def end_secondment(request: StaffRequest, appointment_id: int, body: EndSecondmentSaid) -> HttpResponse:
    """Send somebody back, early or because the term ran out."""

    def done() -> dict[str, object]:
        term = posts.end_secondment(
            appointment_id=appointment_id, on=body.on, actor=request.auth, now=timezone.now()
        )
        return {"appointment_id": term.pk, "from_on": term.from_on, "until_on": term.until_on}

    return answers.answer_once(request, done, who=request.auth.account_id)
