"""Mediations for tests: proposed by the street, done by the community's mediator."""

from datetime import datetime

from mulin.cases.actions import mediating
from mulin.cases.models import Case, Mediation
from mulin.cases.rules.mediation import Consent, Party
from tests.make import cases as make
from tests.make.cases import NOON, City


def file_of(case: Case) -> Mediation:
    """Return the newest mediation of a case."""
    return Mediation.objects.filter(case=case).latest("asked_at")


def proposed(here: City, *, now: datetime = NOON, case: Case | None = None) -> Case:
    """Return a case in hand whose parties are being asked."""
    made = case or make.in_hand(here, now=now)
    return mediating.propose_mediation(case_id=made.pk, actor=here.dispatcher, now=now)


def consented(here: City, case: Case, *parties: Party, now: datetime = NOON) -> Case:
    """Return the case with the yes of ``parties`` written down."""
    for party in parties:
        case = mediating.record_consent(
            case_id=case.pk,
            mediation_id=file_of(case).pk,
            party=party,
            how=Consent.IN_PERSON,
            actor=here.mediator,
            now=now,
        )
    return case


def opened(here: City, *, now: datetime = NOON, case: Case | None = None) -> Case:
    """Return a case whose parties both agreed to a mediation."""
    return consented(here, proposed(here, now=now, case=case), *Party, now=now)
