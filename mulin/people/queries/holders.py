"""Who can do something where: for each unit one person whose post of the day permits an act."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from mulin.people.queries.days import day_of

_HOLDERS: Final = """
    SELECT DISTINCT ON (term.unit_id) term.unit_id, person.staff_no, account.id
    FROM people_appointment term
    JOIN people_person person ON person.id = term.person_id
    LEFT JOIN people_account account ON account.person_id = person.id
    JOIN people_postrole brings ON brings.post_id = term.post_id
     AND (brings.only = '' OR (brings.only = 'full') = term.full_time)
    JOIN people_permit permit ON permit.role_id = brings.role_id AND permit.act = %(act)s
    WHERE term.from_on <= %(day)s AND (term.until_on IS NULL OR term.until_on > %(day)s)
    ORDER BY term.unit_id, account.id NULLS LAST, term.id DESC
"""


@dataclass(frozen=True, slots=True)
class Holder:
    """A person by number, and their sign-in if they have one."""

    staff_no: str
    account_id: int | None


def holders(act: str, *, now: datetime) -> dict[int, Holder]:
    """Return for every unit somebody whose post permits ``act`` today, those with a sign-in first."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, {"act": act, "day": day_of(now)})
        return {unit: Holder(staff_no, account) for unit, staff_no, account in cursor.fetchall()}
