"""What must hold after any history."""

from collections import Counter

from django.db import connection

from mulin.cases.queries import replaying
from mulin.cases.queries.invariants import INVARIANTS, broken
from mulin.cases.queries.replaying import tell_again
from mulin.ledger import queries as ledger


def proofs() -> dict[str, str]:
    """Return what does not hold, by name; nothing when everything does."""

    wrong = {name: ", ".join(found) for name in INVARIANTS if (found := broken(name))}
    told = tell_again()
    if told.difference is not None:
        wrong["replay"] = f"{told.number} {told.difference}"
    verdict = ledger.verify()
    if not verdict.ok:
        wrong["ledger"] = f"{verdict.first_bad}: {verdict.why}"
    return wrong


def beside() -> Counter[str]:
    """Return how many records stand beside the cases, by what they are and where they stand."""
    with connection.cursor() as cursor:
        cursor.execute("select array_agg(id) from cases_case")
        (ids,) = cursor.fetchone()
        cursor.execute(replaying.SIDES, {"ids": ids})
        return Counter(f"{side.partition(' ')[0]} {stands}" for _, side, stands in cursor.fetchall())
