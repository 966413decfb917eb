"""A PostgreSQL server that exists: we make databases of our own on it and touch no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ci_runner.devdb.databases import PostgresServer, copying
from ci_runner.dialects.postgres.connect import connect


@contextmanager
def existing_postgres(url: str) -> Iterator[PostgresServer]:
    """The server behind `url`. Its own database is only used to say CREATE and DROP DATABASE.

    Raises DatabaseError when it does not answer.
    """
    with connect(url) as connection:
        version = connection.version
        quickest = copying(connection)
    yield PostgresServer(f"PostgreSQL {version}, given server", url, url, copying=quickest)
