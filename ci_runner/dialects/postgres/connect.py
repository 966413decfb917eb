"""Connect to PostgreSQL. The driver is imported with the first connection.

That takes about as long as a server of our own needs to start, so that the two go together.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from ci_runner.dialects.guard import UNGUARDED, Guard

if TYPE_CHECKING:
    from ci_runner.dialects.postgres.session import PostgresConnection


def connect(
    conninfo: str, *, timeout: float = 5.0, dbname: str = "", guard: Guard = UNGUARDED
) -> AbstractContextManager[PostgresConnection]:
    """An autocommit session, closed at block end. `timeout` in seconds, for the connection only.

    `guard` watches what it runs. Raises DatabaseError that names host and database, never the
    password.
    """
    from ci_runner.dialects.postgres.session import opened

    return opened(conninfo, timeout=timeout, dbname=dbname, guard=guard)
