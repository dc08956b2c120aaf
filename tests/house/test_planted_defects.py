"""The tests can fail: each defect is planted in a copy of the project, and a named test must catch it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Defect:
    """One wrong line, and the tests that must not survive it."""

    name: str
    file: str
    old: str
    new: str
    tests: str
    only: str


DEFECTS = [
    Defect(
        "oracles: worked weekends (调休) are forgotten",
        "mulin/clocks/rules/calendars.py",
        "    days |= {day: Day(works=True, why=Why.MAKE_UP) for day in _make_up_days(feed, year)}\n",
        "",
        "tests/rules/clocks/test_oracles.py",
        "eight_years",
    ),
    Defect(
        "oracles: a deadline in days falls due as the weekend begins",
        "mulin/clocks/rules/deadlines.py",
        "            if span > left or (span == left and not later):",
        "            if span >= left:",
        "tests/rules/clocks/test_oracles.py",
        "on_paper",
    ),
    Defect(
        "oracles: a city's own days are not heeded",
        "mulin/clocks/rules/specs.py",
        '        calendar = calendar.with_days(_days(spec["days"]))\n',
        "        pass\n",
        "tests/rules/clocks/test_oracles.py",
        "win_over",
    ),
    Defect(
        "places: no border is marked on the lattice",
        "mulin/places/rules/bulk.py",
        "                cells[rows, columns] = _BORDER\n",
        "                pass\n",
        "tests/rules/places/test_bulk.py",
        "each_by_itself",
    ),
    Defect(
        "map: clusters from memory count cases of others",
        "mulin/cases/rules/spots.py",
        "        if not sight.is_whole:\n",
        "        if False:\n",
        "tests/rules/cases/test_spots.py",
        "counting_columns",
    ),
    Defect(
        "clocks: an extension refused counts as one had",
        "mulin/cases/queries/clock.py",
        "Extension.objects.filter(case=case, round=case.reopened, state=AskState.GRANTED).count()",
        "Extension.objects.filter(case=case, round=case.reopened).count()",
        "tests/domain/cases/test_clock.py",
        "k27",
    ),
    Defect(
        "reviews: a side is read before both are in",
        "mulin/judgement/queries.py",
        "is_open=stage is ReviewStage.SHOWN",
        "is_open=True",
        "tests/domain/judgement/test_reviews.py",
        "nobody_reads",
    ),
    Defect(
        "promises: who promised decides which comments are shown",
        "mulin/publications/policy.py",
        "    return [grant for grant in actor.grants if grant.unit_id != unit_id]",
        "    return list(actor.grants)",
        "tests/domain/publications/test_promises.py",
        "another_unit_reads",
    ),
    Defect(
        "mediation: one party's yes opens the file",
        "mulin/cases/rules/mediation.py",
        "    both = all(given.get(other, False) for other in Party if other is not party)\n",
        "    both = True\n",
        "tests/rules/cases/test_mediation.py",
        "second_yes",
    ),
    Defect(
        "mediation: whoever sees the case sees inside the file",
        "mulin/cases/queries/mediations.py",
        "    return grant.unit_id == file.unit_id and bool(grant.relations(Act.HOLD_SESSION))",
        "    return True",
        "tests/mechanisms/test_s092_mediation.py",
        "only_its_mediators",
    ),
    Defect(
        "grades: the grade does not set the time to report in",
        "mulin/cases/actions/whistle_moves.py",
        "    if value:\n        return Limit(value",
        "    if not value:\n        return Limit(value",
        "tests/mechanisms/test_s070_grades.py",
        "named_units",
    ),
    Defect(
        "policy: everybody may",
        "mulin/cases/policy.py",
        "    if grant is None:\n        raise NotAllowed",
        "    if grant is None:\n        return actor.grants[0].unit_id\n        raise NotAllowed",
        "tests/domain/cases/test_acts.py",
        "wrong_role and accept",
    ),
    Defect(
        "policy: the filter shows the whole city",
        "mulin/cases/policy.py",
        "    Relation.PLACE: lambda grant: Q(place_unit__in=_units_below(grant)),",
        "    Relation.PLACE: lambda grant: Q(pk__isnull=False),",
        "tests/domain/cases/test_policy.py",
        "agree",
    ),
    Defect(
        "row lock: the case is read without it",
        "mulin/cases/queries/doors.py",
        '"where id = %s for update"',
        '"where id = %s"',
        "tests/domain/cases/test_acts.py",
        "locks_the_row and accept",
    ),
    Defect(
        "ledger trigger: entries can be changed",
        "mulin/ledger/migrations/0002_append_only.py",
        "create trigger ledger_no_change before update or delete on ledger_entry",
        "create trigger ledger_no_change before delete on ledger_entry",
        "tests/domain/ledger",
        "",
    ),
    Defect(
        "idempotency: a number already used is not looked up",
        "mulin/cases/actions/intake.py",
        "    if found is None:\n        return None\n",
        "    if found is None or found:\n        return None\n",
        "tests/domain/cases/test_intake.py",
        "same_number",
    ),
    Defect(
        "idempotency: other words under the same number pass",
        "mulin/cases/actions/intake.py",
        "    if found[1] != digest:",
        "    if found[1] == digest:",
        "tests/domain/cases/test_intake.py",
        "same_number",
    ),
    Defect(
        "metadata: the photo keeps its EXIF",
        "mulin/gateways/photo_decoder.py",
        'quality=QUALITY, optimize=True, exif=b"", icc_profile=None)',
        'quality=QUALITY, optimize=True, exif=b"Exif\\0\\0 34.77N", icc_profile=None)',
        "tests/domain/photos",
        "",
    ),
    Defect(
        "replay: who returned a case still counts as having accepted it",
        "mulin/cases/actions/handling.py",
        "        desk=back,\n        accepted_at=None,\n",
        "        desk=back,\n",
        "tests/mechanisms/test_s081_histories.py",
        "everything_holds",
    ),
    Defect(
        "replay: a result is reported without its entry",
        "mulin/cases/actions/handling.py",
        '    move.record("finished", to=desk.pk, said=remark.pk, photos=len(photos))\n',
        "",
        "tests/domain/cases/test_replaying.py",
        "agrees_with_the_rows and closed",
    ),
    Defect(
        "histories: nobody ends the lead's part when a case is returned",
        "mulin/cases/actions/handling.py",
        "        returned_at=now, return_reason=reason, ended_at=now\n",
        "        returned_at=now, return_reason=reason\n",
        "tests/mechanisms/test_s081_histories.py",
        "everything_holds",
    ),
    Defect(
        "graph: a case ends while a record beside it is open",
        "mulin/cases/queries/beside.py",
        "    return tuple(blocker for side in HOLDS_CLOSING for blocker in side(case))",
        "    return ()",
        "tests/domain/cases/test_graph.py",
        "open_beside",
    ),
    Defect(
        "graph: a supervision raised by the clock during a review can never be answered",
        "mulin/cases/rules/lifecycle.py",
        "    State.UNDER_REVIEW: (*_JUDGE, *_SUPERVISION),",
        "    State.UNDER_REVIEW: _JUDGE,",
        "tests/domain/cases/test_graph.py",
        "blocks_an_act",
    ),
    Defect(
        "closing: a voice may stay unanswered",
        "mulin/cases/rules/closing.py",
        "    if unanswered:",
        "    if unanswered > 99:",
        "tests/domain/cases/test_acts.py",
        "unanswered",
    ),
    Defect(
        "whistle: the lead sums up before everybody has replied",
        "mulin/cases/rules/whistles.py",
        "        (Missing.REPLIES, len(live) - live.count(CallState.REPLIED)),\n",
        "",
        "tests/domain/cases/test_whistles.py",
        "nothing_closes_before",
    ),
    Defect(
        "whistle: the seal leaks before it is broken",
        "mulin/cases/queries/whistle_parts.py",
        "        reads = is_open and any(",
        "        reads = any(",
        "tests/domain/cases/test_whistle_queries.py",
        "read_by_nobody",
    ),
    Defect(
        "whistle: a refuser's clock runs on while a ruling is awaited",
        "mulin/cases/actions/whistle_moves.py",
        "    pauses = asking.pauses_of(call) if call.pk else ()\n",
        "    pauses: Pauses = ()\n",
        "tests/domain/cases/test_whistles.py",
        "stands_still",
    ),
    Defect(
        "returns: the second goes back instead of up",
        "mulin/cases/rules/whistles.py",
        "    return returned_before >= 1",
        "    return returned_before >= 2",
        "tests/domain/cases/test_whistle_queries.py",
        "common_superior",
    ),
    Defect(
        "figures: last month is told as things stand today",
        "mulin/cases/queries/completion.py",
        "%(present)s or (state in",
        "true or (state in",
        "tests/domain/cases/test_completion.py",
        "week_later",
    ),
    Defect(
        "figures: one hidden line can be had from the total",
        "mulin/cases/rules/rates.py",
        "        small.add(rest[0][1])",
        "        rest.clear()",
        "tests/rules/cases/test_rates.py",
        "hidden",
    ),
    Defect(
        "figures: a case that was left out still counts",
        "mulin/cases/queries/rates.py",
        ".exclude(case__excluded_at__lt=period.as_of)",
        "",
        "tests/domain/cases/test_completion.py",
        "three_rates",
    ),
    Defect(
        "after-care: the words of a reopening tell that it was rated so",
        "mulin/cases/queries/page.py",
        '        if entry.kind == "case.rated" and entry.at in at_once:\n            continue\n',
        "",
        "tests/domain/cases/test_aftercare.py",
        "tell_the_judged",
    ),
    Defect(
        "figures: a breakdown shows lines below ten",
        "mulin/cases/queries/transfers.py",
        "    small = hidden([line.count for line in lines])",
        "    small: frozenset[int] = frozenset()",
        "tests/mechanisms/test_s074_s108_whistles.py",
        "transfer_log",
    ),
    Defect(
        "records: the judged read their means while the year runs",
        "mulin/cases/queries/records.py",
        "    told = count >= LEAST and (over or not own)",
        "    told = count >= LEAST",
        "tests/mechanisms/test_s074_s108_whistles.py",
        "departments_record",
    ),
    Defect(
        "sweep: what was handed in and waits for its check is still alarmed (K29)",
        "mulin/cases/actions/escalating.py",
        "    where c.state = any(%(running)s) and {due} and",
        "    where {due} and",
        "tests/domain/cases/test_clock.py",
        "k29_what_was_handed_in",
    ),
    Defect(
        "sweep: it ends after the first block (W1)",
        "mulin/cases/actions/escalating.py",
        "        new += len(fresh)\n        if len(found) < BLOCK:\n            return new\n",
        "        new += len(fresh)\n        return new\n",
        "tests/domain/cases/test_sweep.py",
        "more_than_a_block",
    ),
    Defect(
        "sweep: a deadline that moved is not another clock",
        "mulin/cases/actions/escalating.py",
        "a.clock = %(clock)s\n                and a.due_at = c.due_at)\n",
        "a.clock = %(clock)s)\n",
        "tests/domain/cases/test_sweep.py",
        "deadline_that_moved",
    ),
    Defect(
        "sweep: a ruling the root does not give is told of each minute",
        "mulin/cases/actions/ruling.py",
        '    _alarm, new = Alarm.objects.get_or_create(**missed, defaults={"unit": unit, "at": now})\n'
        "    return new\n",
        '    Alarm.objects.get_or_create(**missed, defaults={"unit": unit, "at": now})\n    return True\n',
        "tests/domain/cases/test_whistles.py",
        "ruling_nobody_gives",
    ),
    Defect(
        "clocks: the queue calls what was handed in overdue",
        "mulin/cases/queries/worklist.py",
        "        return cases.filter(due_at__lt=now).exclude(state__in=_STOPPED)",
        "        return cases.filter(due_at__lt=now).exclude(state__in=_FINAL)",
        "tests/domain/cases/test_clock.py",
        "k29_what_was_handed_in",
    ),
    Defect(
        "clocks: a calendar announced begins today",
        "mulin/clocks/queries.py",
        "filter(from_on__lte=on, begun_at__isnull=True).exists()",
        "filter(from_on__gt=on, begun_at__isnull=True).exists()",
        "tests/domain/cases/test_calendars.py",
        "begins_by_itself",
    ),
    Defect(
        "telling: the follower forgets its place",
        "mulin/telling/actions/following.py",
        '    follower.save(update_fields=["tx", "entry"])\n',
        "",
        "tests/domain/telling/test_telling.py",
        "told_to_its_desk",
    ),
    Defect(
        "telling: a reader passes by who commits late",
        "mulin/ledger/queries.py",
        "        Entry.objects.filter(tx__lt=safe)\n",
        "        Entry.objects.filter(tx__lt=ahead)\n",
        "tests/domain/telling/test_telling.py",
        "late_commit",
    ),
    Defect(
        "telling: a reader that lost its place tells twice",
        "mulin/telling/actions/following.py",
        "    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=1_000)\n",
        "    Notice.objects.bulk_create(notices, batch_size=1_000)\n",
        "tests/domain/telling/test_telling.py",
        "lost_its_place",
    ),
    Defect(
        "outbox: a message under way is taken by whoever asks next",
        "mulin/telling/actions/sending.py",
        '"lost": now - timing.LEASE',
        '"lost": now',
        "tests/domain/telling/test_telling.py",
        "crash_after_sending",
    ),
    Defect(
        "replay: a wait for the resident begins without its entry",
        "mulin/cases/actions/clockwork.py",
        '    move.aside["hold"] = hold.pk\n',
        "",
        "tests/domain/cases/test_replaying.py",
        "stood_beside and held",
    ),
    Defect(
        "replay: what a calendar moved is told to nobody",
        "mulin/cases/actions/timetables.py",
        '            record("calendar.moved", subject=0, actor=actor, at=now, cases=dues)\n',
        "",
        "tests/domain/cases/test_replaying.py",
        "stood_beside and moved",
    ),
    Defect(
        "boundaries: a case that is over is handed over as well",
        "mulin/cases/queries/handovers.py",
        "where state <> all(%(final)s)\nand (",
        "where true or state <> all(%(final)s)\nand (",
        "tests/domain/boundaries/test_adjusting.py",
        "keep_the_closed",
    ),
    Defect(
        "boundaries: rounding shares loses a case",
        "mulin/boundaries/rules/shares.py",
        "    for place in by_rest[: whole - sum(parts)]:\n        parts[place] += 1\n",
        "",
        "tests/domain/boundaries/test_counting.py",
        "shares_where_not",
    ),
    Defect(
        "boundaries: replay is not told of cases that changed hands",
        "mulin/cases/actions/replacing.py",
        '        record("boundaries.cases_moved", subject=adjustment, actor=actor, at=now, cases=told)\n',
        "",
        "tests/domain/boundaries/test_adjusting.py",
        "split_grid",
    ),
    Defect(
        "boundaries: the past is counted where cases lie now",
        "mulin/cases/queries/handovers.py",
        'When(Exists(later), then=Subquery(later.values("place_was")[:1]))',
        'When(Exists(later), then=F("place_unit_id"))',
        "tests/domain/boundaries/test_counting.py",
        "digit_for_digit",
    ),
    Defect(
        "graph: an ask outlives the lead's part in the case",
        "mulin/cases/rules/replay_beside.py",
        "        if leaves:\n            _turn(sides, key, AskState.ASKED, AskState.LAPSED)\n",
        "",
        "tests/rules/cases/test_clock_graph.py",
        "no_longer_has",
    ),
    Defect(
        "graph: more time is given after the deadline",
        "mulin/cases/rules/holds.py",
        "    if grants and (due_at is None or now > due_at):",
        "    if grants and due_at is None:",
        "tests/rules/cases/test_clock_graph.py",
        "never_granted",
    ),
    Defect(
        "addresses: of two names equally near the first is taken",
        "mulin/places/rules/reading.py",
        "        nodes = dict.fromkeys(key for one in tied for key in one.nodes)\n",
        "        nodes = dict.fromkeys(tied[0].nodes[:1])\n",
        "tests/rules/places/test_understanding.py",
        "equally_near",
    ),
    Defect(
        "addresses: a guess counts as sure",
        "mulin/places/rules/addresses.py",
        "            found = self._unsure(reading, found)\n",
        "            pass\n",
        "tests/rules/places/test_understanding.py",
        "not_sure_enough",
    ),
    Defect(
        "coordinates: the way back from GCJ-02 is a guess and never corrected",
        "mulin/places/rules/coordinates.py",
        "        guess += off\n",
        "        guess += off\n        break\n",
        "tests/rules/places/test_coordinates.py",
        "there_and_back",
    ),
    Defect(
        "snapping: an area may move as far as it must",
        "mulin/places/rules/snapping.py",
        "_shift(before, after).max(initial=0.0) <= tolerance",
        "_shift(before, after).max(initial=0.0) >= 0",
        "tests/rules/places/test_snapping.py",
        "too_far_off",
    ),
    Defect(
        "outlines: a file redraws ground with open cases by the way",
        "mulin/boundaries/actions/bringing.py",
        "    if tried.moved and not as_adjustment:",
        "    if tried.moved and not tried.moved:",
        "tests/domain/boundaries/test_bringing.py",
        "without_reason",
    ),
]


MAKE = (
    "import django; django.setup(); from django.db import connection as c; "
    "name = c.settings_dict['TEST']['NAME']; {do}"
)
CREATE = "c.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)"
DESTROY = "c.creation._destroy_test_db(name, verbosity=0)"


def run(copy: Path, command: list[str], **given: str) -> subprocess.CompletedProcess[str]:
    own = {**os.environ, "PYTHONPATH": str(copy), "MULIN_TEST_SUFFIX": f"_planted{os.getpid()}", **given}
    own = {name: value for name, value in own.items() if not name.startswith(("PYTEST_", "COV_"))}
    return subprocess.run(
        command, cwd=copy, env=own, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="session")
def migrated() -> Iterator[str]:
    """A database with every table and no row: each run begins with a copy of it."""
    suffix = f"_template{os.getpid()}"
    made = run(ROOT, [sys.executable, "-c", MAKE.format(do=CREATE)], MULIN_TEST_SUFFIX=suffix)
    assert made.returncode == 0, made.stderr[-1_000:]
    yield "test_mulin" + suffix
    gone = run(ROOT, [sys.executable, "-c", MAKE.format(do=DESTROY)], MULIN_TEST_SUFFIX=suffix)
    assert gone.returncode == 0, gone.stderr[-1_000:]


@pytest.mark.slow
@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_caught(defect: Defect, tmp_path: Path, migrated: str) -> None:
    copy = tmp_path / "copy"
    copy.mkdir()
    for name in ("mulin", "tests", "packs", "benchmarks"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    source = copy / defect.file
    text = source.read_text()
    assert text.count(defect.old) == 1, "the line the defect replaces is gone: plant it anew"
    source.write_text(text.replace(defect.old, defect.new))
    chosen = ["-k", defect.only] if defect.only else []
    given = {} if "/migrations/" in defect.file else {"MULIN_TEST_TEMPLATE": migrated}
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", defect.tests, *chosen]
    done = run(copy, command, **given)
    assert done.returncode == 1, done.stdout[-2_000:] + done.stderr[-1_000:]
    assert "1 failed" in done.stdout, done.stdout[-2_000:]
