"""Has the database there and up to date before anything else begins."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from mulin.config.embedded import EmbeddedError, Use, ensure_database
from mulin.config.safety import Unsafe, refuse_unsafe

REFUSALS: Final = (EmbeddedError, Unsafe, OperationalError)


@contextmanager
def database(*, migrating: bool | None = None) -> Iterator[Use | None]:
    """Hold the embedded database (None: the city has its own server), safe and with its tables up to date.

    ``migrating`` says whether pending migrations are applied; unless told, only on the embedded database: on
    a city's own server somebody decides when.

    :raises EmbeddedError: the embedded server cannot run
    :raises Unsafe: the server's settings, ours, or tables behind the code
    """
    with ExitStack() as stack:
        use: Use | None = None
        if settings.EMBEDDED is not None:
            use = stack.enter_context(Use(settings.EMBEDDED))
            ensure_database(settings.EMBEDDED)
        stack.callback(connection.close)  # before the server is let go
        refuse_unsafe(connection)
        if pending():
            if migrating is False or (migrating is None and use is None):
                raise Unsafe("the database is behind the code: run `mulin migrate` first")
            call_command("migrate", interactive=False, verbosity=0)
        connection.close()  # children are forked from here: none may inherit it
        yield use


def pending() -> list[str]:
    """Return the migrations that are not applied yet."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]
