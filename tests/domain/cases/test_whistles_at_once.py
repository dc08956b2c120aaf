"""Two called units answer in the same moment: both count, the whistle ends up where both have led it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from mulin.cases.actions import answering
from mulin.cases.models import Call, Case, Whistle
from mulin.cases.rules.whistles import CallState, WhistleState
from tests.make import whistles as blow


@pytest.mark.django_db(transaction=True)
def test_two_units_that_report_in_at_once_are_both_heard() -> None:
    there = blow.field()
    one = blow.whistle(there, names=("housing", "water"))
    version = Case.objects.get(pk=one.case_id).version
    start = Barrier(2)

    def come(name: str) -> None:
        try:
            start.wait(10)
            blow.do(answering.report_in, there, one, name)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(come, ("housing", "water")))
    assert set(Call.objects.values_list("state", flat=True)) == {CallState.REPORTED_IN}
    assert Whistle.objects.get().state == WhistleState.HANDLING
    assert Case.objects.get(pk=one.case_id).version == version + 2
