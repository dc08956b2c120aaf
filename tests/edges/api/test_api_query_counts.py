"""How many statements each act costs, said as a number: one more is a decision, not an accident.

With an Idempotency-Key, and with the savepoints that stand for transactions inside a test.
"""

from typing import Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.cases.rules.lifecycle import Act
from mulin.places import queries as places
from tests.edges.api.conftest import Desk
from tests.edges.api.test_api_acts import TRIALS, Trial, caller, started

STATEMENTS: Final = {
    Act.REGISTER: 11,
    Act.LOCATE: 14,
    Act.MATCH: 13,
    Act.MERGE: 23,
    Act.DISPATCH: 15,
    Act.ACCEPT: 12,
    Act.RETURN: 13,
    Act.ASK: 12,
    Act.NOTE: 12,
    Act.PUBLISH: 12,
    Act.FINISH: 14,
    Act.APPROVE: 12,
    Act.FAIL: 12,
    Act.ANSWER: 13,
    Act.CLOSE: 14,
    Act.DECLINE: 13,
    Act.UPHOLD: 12,
    Act.ADMIT: 15,
    Act.REOPEN: 16,
}


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.act.value)
def test_an_act_costs_what_it_did(desk: Desk, trial: Trial) -> None:
    for key in ("first", "second"):  # what is kept in the process is read with the first
        case, path, body = started(trial, desk)
        places.forget()  # it looks at its edition once a second; here always
        with CaptureQueriesContext(connection) as seen:
            answer = caller(desk, trial.by).post(path, {**body, "version": case.version}, key=key)
        assert answer.status_code == 200
    assert len(seen) == STATEMENTS[trial.act]
