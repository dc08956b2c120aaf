"""A random history of real acts, right and wrong ones: afterwards everything that must hold holds.

`python -m benchmarks.histories` runs the same at a hundred thousand acts.
"""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from benchmarks.history.acting import run
from benchmarks.history.proof import beside, proofs
from benchmarks.history.world import BEGINS, world
from mulin.cases.models import Case
from mulin.cases.queries.invariants import INVARIANTS, broken
from mulin.cases.queries.replaying import stood_on
from mulin.cases.rules.lifecycle import FINAL, Act, State

pytestmark = pytest.mark.django_db

PACK = Path(__file__).resolve().parents[2] / "packs" / "demo"
ACTS = 1_500


@pytest.mark.slow
@pytest.mark.mechanism("S-081")
def test_after_a_random_history_everything_holds() -> None:
    there = world(seed=5, pack=PACK, step=400.0)  # a week: holds run out, a calendar begins
    run(there, acts=ACTS)

    assert proofs() == {}
    kinds = {each.partition(" ")[0] for each in beside()}
    assert kinds >= {"hold", "extension", "milestone", "call", "whistle", "supervision"}
    assert there.acts >= ACTS
    assert there.done.total() > ACTS / 4, there.refused  # a history of refusals proves little
    tried = {name.partition(" ")[0] for name in (*there.done, *there.refused)}
    assert tried >= {act.value for act in Act}
    for share in (0.1, 0.35, 0.6, 0.85, 1.0):  # nothing leaves the process: every case is somewhere, any day
        moment = BEGINS + (there.now - BEGINS) * share
        stood = stood_on(moment)
        over = sum(stood[state] for state in FINAL)
        still = sum(stood[state] for state in set(State) - FINAL)
        assert over + still == Case.objects.filter(reported_at__lte=moment).count()


BREAKS = {
    "one_running_lead": "update cases_assignment set ended_at = now()",
    "desk_of_the_lead": "update cases_case set desk_id = (select min(id) from people_unit)"
    " where state = 'in_hand'",
    "over_or_not_on_any_day": "update cases_case set closed_at = null",
    "answered_before_closed": "update cases_report set answered_at = null",
    "open_has_a_deadline": "update cases_case set due_at = null",
    "voices_are_counted": "update cases_case set report_count = report_count + 1",
    "merged_goes_somewhere": "update cases_case set merged_into_id = null",
    "supervisions_are_counted": "update cases_case set supervisions_open = 3",
    "whistles_are_counted": "update cases_case set whistles_open = 3",
    "mediations_are_counted": "update cases_case set mediations_open = 3",
    "nothing_open_beside_what_is_over": "update cases_case set rulings_open = 1",
    "checked_by_another": "update cases_case set handled_by_id = account_id from ledger_entry"
    " where ledger_entry.kind = 'case.passed' and subject = cases_case.id::text and account_id > 0",
}


def test_each_invariant_notices_when_it_is_broken() -> None:
    there = world(seed=4, pack=PACK)
    wanted = {State.CLOSED, State.MERGED, State.IN_HAND}
    while wanted - set(Case.objects.values_list("state", flat=True)):  # from one seed: it ends the same way
        run(there, acts=200)
    assert BREAKS.keys() == INVARIANTS.keys()
    for name, change in BREAKS.items():
        assert broken(name) == []
        with connection.cursor() as cursor:
            cursor.execute("savepoint whole")
            cursor.execute(change)
            assert broken(name), name
            cursor.execute("rollback to savepoint whole")
    assert there.now > BEGINS + timedelta(hours=1)
