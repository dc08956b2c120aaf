"""The little city with a token for each of its people."""

from dataclasses import dataclass

import pytest
from django.utils import timezone

from tests.make import cases as make
from tests.make.api import Caller, token_of
from tests.make.cases import City


@dataclass(frozen=True)
class Desk:
    """The little city, and how each of its people reaches the API."""

    city: City
    public: Caller
    dispatcher: Caller
    handler: Caller
    checker: Caller
    command: Caller
    other: Caller
    called: Caller
    mediator: Caller


@pytest.fixture
def desk(db: None) -> Desk:
    """Return the little city with a caller for everybody."""
    city = make.city()
    now = timezone.now()
    people = (
        city.dispatcher,
        city.handler,
        city.checker,
        city.command,
        city.other_dispatcher,
        city.called,
        city.mediator,
    )
    dispatcher, handler, checker, command, other, called, mediator = (
        Caller(token_of(actor, now=now)) for actor in people
    )
    return Desk(city, Caller(), dispatcher, handler, checker, command, other, called, mediator)
