"""Statements about a branch of the tree as it was on a day: places, and who held what there."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django.db import connection

from mulin.people.models import Unit

# ``place``: what stood at or below the root by the belongings of the day; ``held``: the terms running there.
_BRANCH: Final = """
    WITH RECURSIVE branch (id) AS (
        SELECT %(root)s::bigint
        UNION ALL
        SELECT below.unit_id FROM branch JOIN people_belonging below ON below.parent_id = branch.id
        WHERE below.from_on <= %(on)s AND (below.until_on IS NULL OR below.until_on > %(on)s)
    ), place AS (
        SELECT unit.id, unit.code, unit.kind_id, unit.from_on, naming.short_name
        FROM branch JOIN people_unit unit ON unit.id = branch.id
        JOIN people_naming naming ON naming.unit_id = unit.id
         AND naming.from_on <= %(on)s AND (naming.until_on IS NULL OR naming.until_on > %(on)s)
        WHERE unit.from_on <= %(on)s AND (unit.until_on IS NULL OR unit.until_on > %(on)s)
    ), held AS (
        SELECT term.* FROM people_appointment term JOIN place ON place.id = term.unit_id
        WHERE term.from_on <= %(on)s AND (term.until_on IS NULL OR term.until_on > %(on)s)
    )
"""

# ``home``: the places of some kinds; ``below``: everything at or below each of them.
_HOMES: Final = """
    , home AS (
        SELECT id, code, short_name FROM place WHERE kind_id = ANY(%(homes)s)
    ), below (home, id) AS (
        SELECT home.id, home.id FROM home
        UNION ALL
        SELECT below.home, under.unit_id FROM below JOIN people_belonging under ON under.parent_id = below.id
        WHERE under.from_on <= %(on)s AND (under.until_on IS NULL OR under.until_on > %(on)s)
    )
"""


def ask(
    root: Unit, question: str, *, on: date, homes: Sequence[str] = (), **more: str | list[str]
) -> list[tuple[Any, ...]]:
    """Return the rows of ``question`` about the branch below ``root``, in one statement."""
    statement = _BRANCH + _HOMES + question if homes else _BRANCH + question
    with connection.cursor() as cursor:
        cursor.execute(statement, {"root": root.pk, "on": on, "homes": list(homes), **more})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
