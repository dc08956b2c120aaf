"""The demonstration shows whistles: one with a refusal to be ruled on, one done with its reviews open."""

from pathlib import Path

from django.conf import LazySettings
from django.utils import timezone

from mulin.cases.models import Call, Whistle
from mulin.cli.demo import seed
from mulin.cli.demo_sign_ins import demo_city
from tests.make import packs


def test_the_demonstration_whistles_twice(db: None, settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    packs.city()
    now = timezone.now()
    seats = {each.username for each in demo_city(new_passwords=False, now=now).sign_ins}
    assert seats >= {"street", "department1", "department2", "county"}
    seed(now=now, say=lambda line: None)
    seed(now=now, say=lambda line: None)
    assert sorted(Whistle.objects.values_list("state", flat=True)) == ["ended", "ruling"]
    assert Whistle.objects.get(state="ended").opened_at is not None
    running = Call.objects.filter(whistle__state="ruling").values_list("state", flat=True)
    assert sorted(running) == ["calling", "refused", "reported_in"]
