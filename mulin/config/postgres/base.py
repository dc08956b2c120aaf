"""The connection: Django's, with two things cheaper that every request does.

Django asks ``SELECT 1`` before each request on a kept connection. A server that went away has closed the
socket, and that can be seen from here; only when the socket holds something unread is the server asked. And
statements marked `Kept` are parsed and planned once a connection.
"""

import select
from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.db.backends.postgresql.base import ServerBindingCursor

from mulin.kernel.statements import Kept

_AT_ONCE = 0
_KEPT = 300  # statements a connection keeps; each is some ten kilobytes in its server process


class Cursor(ServerBindingCursor):
    """A cursor that keeps the plans of the statements that ask for it, and of no others."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> "Cursor":
        """Run ``query``; see psycopg."""
        super().execute(query, params, prepare=isinstance(query, Kept), **options)  # type: ignore[misc]
        return self


class DatabaseWrapper(PostgreSQL):
    """A connection of Django that looks at its socket before it asks the server."""

    def get_connection_params(self) -> dict[str, Any]:
        """Return what psycopg needs to know."""
        return {**super().get_connection_params(), "cursor_factory": Cursor, "prepare_threshold": _KEPT}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a new connection that keeps enough statements for every act."""
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = _KEPT
        return connection

    def is_usable(self) -> bool:
        """Return whether the connection can be used for another request."""
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN | select.POLLERR | select.POLLHUP)
        return super().is_usable() if waiting.poll(_AT_ONCE) else True
