"""A PostgreSQL server that exists: we make databases of our own on it and touch no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.watchdog import USUAL, Limits, watching
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError


@contextmanager
def existing_postgres(url: str, *, limits: Limits = USUAL) -> Iterator[PostgresServer]:
    """The server behind `url`. Its own database is only used to say CREATE and DROP DATABASE.

    SQL that goes over `limits` is stopped. Raises DatabaseError when the server does not answer.
    """
    with connect(url) as connection:
        version = connection.version
    with watching(limits, lambda processes: _terminate(url, processes)) as watchdog:
        yield PostgresServer(f"PostgreSQL {version}, given server", url, url, guard=watchdog)


def _terminate(url: str, processes: Sequence[int]) -> str:
    """End sessions of ours, and none of others; what is to be done about those that live on."""
    listed = ", ".join(str(each) for each in processes)
    try:
        with connect(url) as admin:
            for each in processes:
                admin.query(f"SELECT pg_catalog.pg_terminate_backend({each})")
    except (DatabaseError, StatementFailed) as refused:
        return f"its sessions (process {listed}) may still run: {refused}"
    return ""
