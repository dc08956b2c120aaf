"""Things of the street, addresses without people, and devices that see things and never persons."""

import base64
import re
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.utils import timezone

from mulin.cases.models import Case, Report
from mulin.kernel.actor import SYSTEM
from mulin.kernel.errors import BadInput, NotAllowed
from mulin.ledger.models import Entry
from mulin.people.actions.tokens import issue_token
from mulin.people.models import Contact, Person
from mulin.places.models import Thing
from mulin.places.queries import things
from mulin.sensing import jobs
from mulin.sensing.actions import events
from mulin.sensing.models import RefusedMessages, SceneEvent, Still
from mulin.sensing.queries import events as sights
from mulin.sensing.rules.events import AlreadyDecided, Dismissal, EventState
from tests.make import cases as heart
from tests.make import console, packs
from tests.make import photos as pictures
from tests.make import sensing as make
from tests.make.api import Caller

pytestmark = pytest.mark.django_db
LAMP = "9901010118000001"
GRID = "990101001001001"
OF_PERSONS = re.compile(
    r"person|resident|owner_name|tenant|occupant|people|phone|birth|gender|id_card|household"
)


def sender() -> Caller:
    """Return a system of devices that may send."""
    now, account = timezone.now(), console.account("S006")
    token = issue_token(
        account_id=account.pk, name="cameras", expires_at=now + timedelta(days=1), actor=SYSTEM, now=now
    )
    return Caller(token.token)


def told(**more: object) -> dict[str, object]:
    return {
        "device": "CAM-1", "model": "M-1", "source_no": "1", "type": "rubbish",
        "at": timezone.now().isoformat(), "confidence": 0.9, **more,
    }  # fmt: skip


@pytest.fixture
def street() -> None:
    packs.city()
    make.camera()
    make.model()


@pytest.mark.mechanism("S-217")
def test_a_component_has_its_facts_its_faults_and_its_grid_knows_how_complete_it_is() -> None:
    packs.city()
    lamp = things.thing(LAMP)
    assert (lamp.kind.name, lamp.owner_code, lamp.state) == ("路灯", "990101-CG", "damaged")
    case = heart.filed(thing=LAMP, address="", text="灯不亮").case
    made = Case.objects.get(pk=case.pk)
    assert (made.thing_code, made.lon, made.lat) == (LAMP, lamp.lon, lamp.lat)
    with pytest.raises(BadInput):
        heart.filed(thing="9901010118999999", address="")
    today = timezone.localdate()
    (grid,) = things.completeness([GRID], on=today)
    assert grid.things == len(things.things(on=today, grid_codes=[GRID], most=500))
    assert not grid.is_surveyed


@pytest.mark.mechanism("S-218", "S-219")
def test_no_table_of_places_has_a_column_of_a_person_and_no_key_leads_from_a_dwelling_to_one() -> None:
    columns = {
        f"{model._meta.db_table}.{field.column}"
        for label in ("places", "sensing")
        for model in apps.get_app_config(label).get_models()
        for field in model._meta.concrete_fields
    }
    assert len(columns) > 60
    assert [name for name in sorted(columns) if OF_PERSONS.search(name.partition(".")[2])] == []
    pointing = {
        (model._meta.db_table, field.related_model._meta.db_table)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is not None
    }
    homes = {"places_dwelling", "places_stairwell", "places_building"}
    assert {source for source, to in pointing if to in homes} <= homes | {"places_buildinggrid"}
    persons = {Person._meta.db_table, Contact._meta.db_table}
    assert not {source for source, to in pointing if to in persons and source.startswith("places_")}


@pytest.mark.mechanism("S-228")
def test_the_register_of_devices_is_public_and_a_camera_without_a_sign_is_not_in_it(
    street: None, client: Client
) -> None:
    page = client.get("/devices").content.decode()
    for words in ("东苑小区北门", "看垃圾投放点和消防通道", "区城管局", "7"):
        assert words in page
    (feature,) = client.get("/devices.geojson").json()["features"]
    assert feature["geometry"]["coordinates"] == list(make.SPOT)
    assert Caller().get("/devices").json()["devices"][0]["retention_days"] == 7
    with pytest.raises(BadInput):
        make.camera("CAM-2", has_sign=False)


@pytest.mark.mechanism("S-227")
def test_a_model_is_registered_with_its_error_rate_and_tells_nothing_else(street: None) -> None:
    (model,) = sights.models(on=timezone.localdate())
    assert model.error_rate == 0.12
    for wrong in ({"type": "standing_water"}, {"model": "M-2"}, {"device": "CAM-9"}):
        answer = sender().post("/sensing/events", {"events": [told(**wrong)]})
        assert answer.status_code == 422, wrong
    assert SceneEvent.objects.count() == 0


@pytest.mark.mechanism("S-225", "S-226")
def test_no_case_opens_before_somebody_has_looked(street: None) -> None:
    answer = sender().post("/sensing/events", {"events": [told(), told(source_no="2")]})
    assert answer.status_code == 201, answer.content
    jobs.forget_stills(now=timezone.now())
    assert (Case.objects.count(), Report.objects.count()) == (0, 0)
    officer = console.actor(console.GRID)
    (row,) = sights.waiting(officer, now=timezone.now())
    assert len(row.ids) == 2, "two tellings within half an hour are one sight"

    case = events.confirm_events(
        event_ids=row.ids, text="垃圾满了，看过照片", actor=officer, now=timezone.now()
    )
    report = Report.objects.get()
    assert (report.channel, report.case_id, report.anonymous) == ("device", case.pk, True)
    assert set(SceneEvent.objects.values_list("state", "case_id")) == {("confirmed_event", case.pk)}
    with pytest.raises(AlreadyDecided):
        events.dismiss_events(event_ids=row.ids, reason=Dismissal.GONE, actor=officer, now=timezone.now())


@pytest.mark.mechanism("S-225")
def test_a_wrong_alarm_is_dismissed_with_its_reason_by_who_looks_after_the_place(street: None) -> None:
    (event,) = make.received()
    elsewhere, firm = console.actor("S053"), console.actor(console.FIRM)
    for somebody in (firm, console.actor("S006")):
        with pytest.raises(NotAllowed):
            sights.waiting(somebody, now=timezone.now())
    assert elsewhere is not None
    told_why = {"event_ids": [event.pk], "reason": Dismissal.FALSE_ALARM, "now": timezone.now()}
    events.dismiss_events(**told_why, actor=console.actor(console.GRID))
    event.refresh_from_db()
    assert (event.state, event.dismissal) == (EventState.DISMISSED, "false_alarm")
    assert Case.objects.count() == 0


@pytest.mark.mechanism("S-226")
def test_a_still_is_blurred_or_refused_and_gone_after_seven_days_or_when_decided(street: None) -> None:
    jpeg = base64.b64encode(pictures.jpeg()).decode()
    system = sender()
    assert system.post("/sensing/events", {"events": [told(still=jpeg)]}).status_code == 422
    kept = system.post("/sensing/events", {"events": [told(still=jpeg, blurred=True)]})
    assert kept.status_code == 201, kept.content
    later = timezone.now() + timedelta(days=7, seconds=1)
    assert Still.objects.count() == 1
    jobs.forget_stills(now=later)
    assert Still.objects.count() == 0
    assert SceneEvent.objects.get().state == EventState.EXPIRED
    system.post("/sensing/events", {"events": [told(source_no="2", still=jpeg, blurred=True)]})
    fresh = SceneEvent.objects.get(source_no="2")
    told_why = {"event_ids": [fresh.pk], "reason": Dismissal.GONE, "now": timezone.now()}
    events.dismiss_events(**told_why, actor=SYSTEM)
    assert Still.objects.count() == 0


@pytest.mark.mechanism("S-229")
@pytest.mark.parametrize(
    "wrong",
    [
        {"faceTemplate": "c2VjcmV0"},
        {"person": {"identity": "secret"}},
        {"plate_no": "secret"},
        {"type": "person"},
        {"人脸": "secret"},
    ],
)
def test_a_message_of_a_person_is_refused_whole_counted_and_nothing_of_it_kept(
    street: None, wrong: dict[str, object]
) -> None:
    batch = {"events": [told(), told(source_no="2", **wrong) if "type" not in wrong else told(**wrong)]}
    answer = sender().post("/sensing/events", batch, key="k-1")
    assert answer.status_code == 422
    assert answer.json()["type"] == "person-data"
    assert (SceneEvent.objects.count(), Case.objects.count()) == (0, 0)
    assert RefusedMessages.objects.get().n == 1
    (entry,) = Entry.objects.filter(kind="sensing.message_refused")
    assert entry.facts == {"cause": "person_data"}
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from ledger_entry where facts::text like '%%secret%%'")
        assert cursor.fetchone()[0] == 0


@pytest.mark.mechanism("S-229")
def test_what_has_no_field_is_refused_too_and_the_same_again_is_the_same(street: None) -> None:
    system = sender()
    assert system.post("/sensing/events", {"events": [told(note="x")]}).status_code == 422
    assert system.post("/sensing/events", {"events": []}).status_code == 422
    assert system.post("/sensing/events", b"{").status_code in (400, 422)
    one = told()
    first = system.post("/sensing/events", {"events": [one]})
    again = system.post("/sensing/events", {"events": [one]})
    assert first.json()["events"][0]["id"] == again.json()["events"][0]["id"]
    assert again.json()["events"][0]["replayed"] is True
    assert system.post("/sensing/events", {"events": [{**one, "confidence": 0.5}]}).status_code == 422
    assert Caller().post("/sensing/events", {"events": [one]}).status_code == 401
    assert Thing.objects.exists()
