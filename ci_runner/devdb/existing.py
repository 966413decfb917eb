"""A PostgreSQL server that exists: we make databases of our own on it and touch no other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ci_runner.devdb.conninfo import pinned
from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.postgres.connect import connect


@contextmanager
def existing_postgres(url: str) -> Iterator[PostgresServer]:
    """The server behind `url`. Its own database is only used to say CREATE and DROP DATABASE.

    Raises ConfigError for a URL that leads where no dev database is, DatabaseError when the server
    does not answer.
    """
    address = pinned(url)
    with connect(address) as connection:
        version = connection.version
    yield PostgresServer(f"PostgreSQL {version}, given server", address, address)
