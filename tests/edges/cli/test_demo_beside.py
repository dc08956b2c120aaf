"""The demonstration shows what stands beside cases: whistles, supervision, visit-backs, appeals, rulings."""

from pathlib import Path

from django.conf import LazySettings
from django.utils import timezone

from mulin.cases.models import Appeal, Call, Case, Exclusion, Mediation, Ruling, Supervision, Visit, Whistle
from mulin.cli.demo import seed
from mulin.cli.demo_sign_ins import demo_city
from mulin.judgement.models import Review, Submission
from mulin.publications.models import Comment, Promise
from mulin.worklog.models import LogEntry
from tests.make import packs


def test_the_demonstration_shows_every_side_record_waiting_for_somebody(
    db: None, settings: LazySettings, tmp_path: Path
) -> None:
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
    assert list(Supervision.objects.values_list("state", flat=True)) == ["replied"]
    assert Visit.objects.filter(why="doubt", done_at__isnull=True, unit__kind="community").count() == 1
    assert Visit.objects.filter(solved="not_solved", case__reopened=1, case__state="registered").count() == 1
    assert list(Appeal.objects.values_list("state", "mark")) == [("asked", "late")]
    assert list(Exclusion.objects.values_list("state", flat=True)) == ["proposed"]
    assert Ruling.objects.filter(call=None, ruled_at=None, superior__kind="county").count() == 1
    assert Case.objects.filter(rulings_open=1).count() == 1
    (file,) = Mediation.objects.all()
    assert (file.state, file.sessions.count(), "mediator" in seats) == ("open", 1, True)
    assert sorted(Promise.objects.values_list("state", flat=True)) == ["kept", "running"]
    assert Comment.objects.get().state == "comment_waiting"
    assert (Review.objects.get().shown_at, Submission.objects.count()) == (None, 1)
    assert sorted(LogEntry.objects.values_list("kind__code", flat=True)) == ["activity", "problem"]
