"""A PostgreSQL server that exists: we make databases of our own on it and touch no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from ci_runner.devdb.conninfo import pinned
from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.leftover import Leftover
from ci_runner.devdb.marker import parse
from ci_runner.dialects.postgres.connect import connect

_OURS = re.compile(r"schema_ci_[a-z0-9_]+")
_MARKED = r"""
SELECT d.datname, pg_catalog.shobj_description(d.oid, 'pg_database'), EXISTS (
    SELECT FROM pg_catalog.pg_stat_activity AS a
    WHERE a.datid OPERATOR(pg_catalog.=) d.oid
  )
FROM pg_catalog.pg_database AS d
WHERE d.datname OPERATOR(pg_catalog.~~) 'schema\_ci\_%'
  AND pg_catalog.pg_has_role(d.datdba, 'MEMBER')
ORDER BY d.datname
"""


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


def leftover_databases(url: str) -> Iterator[Leftover]:
    """Databases that have both our kind of name and our marker, and that we may drop.

    Those of runs that are alive are among them. Raises ConfigError and DatabaseError.
    """
    address = pinned(url)
    with connect(address) as connection:
        listed = connection.query(_MARKED)
    server = PostgresServer("", address, address)
    for name, comment, in_use in listed:
        marker = parse(str(comment or ""))
        if marker is not None and _OURS.fullmatch(str(name)):
            remove = partial(server.drop, str(name))
            yield Leftover(f"database {name}", marker, remove, in_use=bool(in_use))
