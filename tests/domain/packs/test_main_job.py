"""The main job with a pack's own roles: a blocked drain goes from a resident's pin to a rated answer."""

from datetime import UTC, datetime, timedelta

import pytest

from mulin.cases.actions import checking, handling, intake, triage, voice
from mulin.cases.models import Case
from mulin.cases.rules.intake import Channel, Filing, Kind
from mulin.kernel.actor import PUBLIC, Actor
from mulin.kernel.errors import NotAllowed, NotFound
from mulin.people.models import Account, Person
from mulin.people.queries.actors import actor_of
from tests.make import packs as make
from tests.make.cases import PHOTO

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 12, 4, tzinfo=UTC)


def holder(unit: str, post: str) -> Actor:
    """Return the first who holds a post in a unit, signed in."""
    person = Person.objects.filter(appointments__unit__code=unit, appointments__post__code=post).order_by(
        "pk"
    )[0]
    account, _ = Account.objects.get_or_create(
        person=person, defaults={"username": person.staff_no.lower(), "created_at": NOON}
    )
    return actor_of(account.pk, now=NOON)


def reported(**where: object) -> intake.Filed:
    filing = Filing(
        text="单元门口下水道堵了，污水流了一地",
        kind=Kind.NEED,
        channel=Channel.WEB,
        source="web",
        source_no="1",
        **where,
    )
    return intake.file_report(filing=filing, actor=PUBLIC, now=NOON)


def test_a_blocked_drain_in_a_compound_goes_to_its_firm_and_comes_back_answered() -> None:
    make.city("yicheng")
    compound = next(c for c in make.pack("yicheng").compounds.rows if c.firm_code and len(c.grid_codes) == 1)
    grid = compound.grid_codes[0]
    filed = reported(lon=compound.lon, lat=compound.lat)
    case = filed.case
    assert case.suggestion["code"] == "04-04"
    assert (case.compound_code, case.desk.code) == (compound.code, grid[:9])

    at: dict[str, object] = {"case_id": case.pk, "now": NOON + timedelta(hours=1)}
    dispatcher = holder(grid[:9], "street_dispatcher")
    firm = holder(compound.firm_code, "firm_manager")
    community = holder(grid[:12], "community_secretary")
    triage.match_item(**at, item="04-04", actor=dispatcher)
    case = triage.dispatch_case(**at, lead=None, actor=dispatcher)
    assert case.lead is not None
    assert case.lead.code == compound.firm_code
    handling.accept_case(**at, actor=firm)
    case = handling.finish_case(**at, result="已疏通并冲洗", photos=(PHOTO,), actor=firm)
    assert case.desk.code == grid[:12]
    with pytest.raises(NotAllowed):
        checking.pass_check(**at, actor=firm)
    checking.pass_check(**at, actor=community)
    checking.answer_report(**at, report_id=filed.report.pk, text="管道已疏通", actor=community)
    voice.rate_report(
        tracking_code=filed.report.tracking_code, solved=True, satisfied=True, actor=PUBLIC, now=NOON
    )
    checking.close_case(**at, actor=community)
    assert Case.objects.get().state == "closed"


def test_without_a_firm_the_community_leads_and_another_street_sees_nothing() -> None:
    make.city("yicheng")
    compound = next(c for c in make.pack("yicheng").compounds.rows if not c.firm_code)
    grid = compound.grid_codes[0]
    case = reported(lon=compound.lon, lat=compound.lat).case
    case = triage.dispatch_case(
        case_id=case.pk, lead=None, actor=holder(grid[:9], "street_dispatcher"), now=NOON
    )
    assert case.lead is not None
    assert case.lead.code == grid[:12]
    elsewhere = "370404002" if grid.startswith("370404001") else "370404001"
    with pytest.raises(NotFound):
        triage.dispatch_case(
            case_id=case.pk, lead=None, actor=holder(elsewhere, "street_dispatcher"), now=NOON
        )


def test_a_case_without_a_place_lies_on_the_county_desk_and_is_sent_on_by_hand() -> None:
    make.city("yicheng")
    case = reported(address="说不清在哪里").case
    assert case.desk.code == "370404"
    seat = holder("370404", "county_seat")
    street = triage.dispatch_case(
        case_id=case.pk, lead="370404001", reason="先由街道核实地点", actor=seat, now=NOON
    )
    assert street.lead is not None
    assert street.lead.code == "370404001"


def test_the_three_administrators_see_no_case() -> None:
    make.city("yicheng")
    case = reported().case
    for post in ("county_system_admin", "county_security_admin", "county_audit_admin", "county_data_steward"):
        with pytest.raises(NotFound):
            handling.add_note(case_id=case.pk, text="x", actor=holder("370404", post), now=NOON)
