"""How many statements each act costs, said as a number: one more is a decision, not an accident.

With an Idempotency-Key, and with the savepoints that stand for transactions inside a test.
"""

from typing import Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mulin.cases.rules.lifecycle import Act
from mulin.places.queries import ground as places
from tests.edges.api.conftest import Desk
from tests.make.api_trials import TRIALS, Trial, caller, started

STATEMENTS: Final = {
    Act.REGISTER: 9,
    Act.LOCATE: 12,
    Act.MATCH: 11,
    Act.MERGE: 21,
    Act.DISPATCH: 13,
    Act.ACCEPT: 10,
    Act.RETURN: 11,
    Act.ASK: 11,
    Act.NOTE: 10,
    Act.PUBLISH: 10,
    Act.FINISH: 12,
    Act.APPROVE: 10,
    Act.FAIL: 10,
    Act.ANSWER: 11,
    Act.CLOSE: 12,
    Act.DECLINE: 11,
    Act.UPHOLD: 11,
    Act.ADMIT: 13,
    Act.SUPERVISE: 13,
    Act.REPLY_SUPERVISION: 12,
    Act.VERIFY_SUPERVISION: 12,
    Act.REOPEN: 16,
    Act.VISIT: 17,
    Act.APPEAL: 13,
    Act.REVIEW_APPEAL: 11,
    Act.DECIDE_APPEAL: 11,
    Act.EXCLUDE: 13,
    Act.CONFIRM_EXCLUSION: 11,
    Act.SUSPEND: 12,
    Act.GRANT_SUSPENSION: 18,
    Act.REFUSE_SUSPENSION: 13,
    Act.RESUME: 19,
    Act.ASK_EXTENSION: 12,
    Act.GRANT_EXTENSION: 18,
    Act.REFUSE_EXTENSION: 13,
    Act.MEET: 12,
    Act.PROPOSE_MEDIATION: 14,
    Act.CONSENT: 14,
    Act.HOLD_SESSION: 15,
    Act.AGREE: 16,
    Act.END_MEDIATION: 15,
    Act.WHISTLE: 23,
    Act.REPORT_IN: 15,
    Act.REFUSE: 26,
    Act.REPLY: 16,
    Act.CALL_MORE: 19,
    Act.CHANGE_LEAD: 16,
    Act.URGE: 12,
    Act.SUM_UP: 15,
    Act.END: 14,
    Act.RULE: 21,
    Act.EVALUATE: 15,
    Act.OBJECT: 16,
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
