"""The lines acts on the tree share: take the lock of the tree, work out the paths and names of today."""

from datetime import date
from typing import Final

from django.db import connection

# One row, one statement: it takes the lock where acts on the tree queue and moves the stamp caches compare.
# The clock and not a counter, so that a stamp of a transaction that was rolled back never comes again.
_TAKE: Final = """
    INSERT INTO people_edition (id, number) VALUES (1, extract(epoch FROM clock_timestamp()) * 1000000)
    ON CONFLICT (id) DO UPDATE SET number = greatest(excluded.number, people_edition.number + 1)
"""

# A unit's parent is the one of the day; before the first and after the last it is the nearest there was. So a
# unit founded tomorrow is already in its place, and a dissolved one follows the parent it last had.
_PATHS: Final = """
    WITH RECURSIVE parents AS (
        SELECT DISTINCT ON (unit_id) unit_id, parent_id
        FROM people_belonging
        ORDER BY unit_id, (from_on <= %(day)s) DESC,
                 CASE WHEN from_on <= %(day)s THEN from_on END DESC, from_on
    ), tree (id, path) AS (
        SELECT unit.id, unit.id || '/' FROM people_unit unit
        WHERE NOT EXISTS (SELECT FROM parents WHERE parents.unit_id = unit.id)
        UNION ALL
        SELECT parents.unit_id, tree.path || parents.unit_id || '/'
        FROM tree JOIN parents ON parents.parent_id = tree.id
    )
    UPDATE people_unit unit SET path = tree.path FROM tree WHERE tree.id = unit.id AND unit.path <> tree.path
"""

_NAMES: Final = """
    UPDATE people_unit unit SET name = naming.name, short_name = naming.short_name
    FROM (SELECT DISTINCT ON (unit_id) unit_id, name, short_name
          FROM people_naming
          ORDER BY unit_id, (from_on <= %(day)s) DESC,
                   CASE WHEN from_on <= %(day)s THEN from_on END DESC, from_on) naming
    WHERE naming.unit_id = unit.id AND (unit.name, unit.short_name) <> (naming.name, naming.short_name)
"""


def take() -> None:
    """Take the tree for this transaction: acts on it happen one after another."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE)


def work_out(day: date) -> int:
    """Make the stored paths and names true for ``day`` and return how many had to change."""
    with connection.cursor() as cursor:
        cursor.execute(_PATHS, {"day": day})
        changed: int = cursor.rowcount
        cursor.execute(_NAMES, {"day": day})
        changed += cursor.rowcount
        cursor.execute("UPDATE people_edition SET true_on = %s", [day])
    return changed
