"""The city the clients work in: the pack adopted, somebody with a token at every desk, a past behind it."""

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks import seed
from mulin.cases import jobs
from mulin.cases.queries import doors
from mulin.kernel.actor import SYSTEM
from mulin.packs import actions as packs
from mulin.packs.queries import read_pack
from mulin.people.actions.accounts import create_account
from mulin.people.actions.tokens import issue_token

PACK = Path(__file__).resolve().parents[1] / "packs" / "yicheng"
# One holder of a working post at every unit that may dispatch or be given a case.
_PEOPLE = """
select distinct on (unit.code) unit.code, unit.kind_id, person.staff_no
from people_appointment term
join people_unit unit on unit.id = term.unit_id
join people_person person on person.id = term.person_id
join people_postkind post on post.id = term.post_id
where post.code in ('street_dispatcher', 'community_worker', 'firm_manager', 'department_handler')
order by unit.code, term.id
"""
_SPOTS = """
select (area.west + area.east) / 2, (area.south + area.north) / 2, street.code
from places_area area
join people_unit grid on grid.code = area.unit_code
join people_unit street on grid.path like street.path || '%' and street.kind_id = 'street'
where area.kind = 'grid' and area.until_on is null order by area.code
"""


def prepare(dsn: str, *, cases: int) -> dict[str, Any]:
    """Adopt the pack, plant ``cases`` cases and return what the clients need to know."""
    now = timezone.now()
    packs.adopt_pack(pack=read_pack(PACK), actor=SYSTEM, now=now)
    tokens, some_account = _tokens()
    seed.plant(dsn, cases=cases, prefix=doors.settings().prefix, account=some_account)
    jobs.sweep_clocks(now=timezone.now())  # a city with a past has missed its clocks and told of it long ago
    with connection.cursor() as cursor:
        cursor.execute("delete from telling_follower")  # begins again at the end
        cursor.execute(_SPOTS)
        spots = [{"lon": lon, "lat": lat, "street": street} for lon, lat, street in cursor.fetchall()]
    return {"cases": cases, "tokens": tokens, "spots": spots}


def _tokens() -> tuple[dict[str, str], int]:
    """Give one person of each unit a token; return the tokens by unit code, and somebody's account."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE)
        people = cursor.fetchall()
    tokens, account_id = {}, 0
    for number, (unit, _kind, staff_no) in enumerate(people):
        account = create_account(
            username=f"bench.{number}",
            staff_no=staff_no,
            password=secrets.token_urlsafe(24),
            actor=SYSTEM,
            now=now,
        ).account
        issued = issue_token(
            account_id=account.pk,
            name="benchmark",
            expires_at=now + timedelta(days=7),
            actor=SYSTEM,
            now=now,
        )
        tokens[unit], account_id = issued.token, account.pk
    return tokens, account_id
