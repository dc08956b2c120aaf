"""Statements written out, for what every act asks.

Django builds a question anew each time it is asked; on these paths the building costs several times what the
running does (figures in benchmarks/README.md).
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from mulin.kernel.statements import Kept

Row = TypeVar("Row", bound=Model)
Convert = Callable[[Any, Any, Any], Any]


def rows(model: type[Row], rest: str, values: Sequence[Any] = ()) -> list[Row]:
    """Return the rows of ``model`` that ``rest`` of the statement (where, order by, for update) names."""
    columns, names, converts = _shape(model)
    with connection.cursor() as cursor:
        cursor.execute(Kept(f"select {columns} from {model._meta.db_table} {rest}"), values)  # noqa: S608 - our own words
        found = cursor.fetchall()
    if converts:
        found = [_converted(row, converts) for row in found]
    return [model.from_db(connection.alias, names, row) for row in found]


@lru_cache(maxsize=32)
def _shape(model: type[Model]) -> tuple[str, list[str], tuple[tuple[int, Convert, Any], ...]]:
    """Return the columns of ``model``, its fields' names, and what turns stored values into Python's."""
    fields = model._meta.concrete_fields
    converts = tuple(
        (number, convert, field.get_col(model._meta.db_table))
        for number, field in enumerate(fields)
        for convert in field.get_db_converters(connection)
    )
    return ", ".join(f'"{field.column}"' for field in fields), [field.attname for field in fields], converts


def _converted(row: Sequence[Any], converts: tuple[tuple[int, Convert, Any], ...]) -> list[Any]:
    values = list(row)
    for number, convert, column in converts:
        values[number] = convert(values[number], column, connection)
    return values
