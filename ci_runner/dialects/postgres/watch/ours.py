"""Run our own queries in a session that belongs to a migration, which may have prepared it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.postgres.read.rows import text

# The catalogue comes first: no function, operator, table or temporary type of a migration's can
# stand in for one of the server's.
PINNED = "pg_catalog, pg_temp"
# Nor can a limit that it has set stop us. Our queries name the catalogues that they join in a good
# order: on most databases the search for a better one takes longer than they do.
_OURS = {
    "search_path": PINNED,
    "statement_timeout": "0",
    "lock_timeout": "0",
    "join_collapse_limit": "3",
    "plan_cache_mode": "force_generic_plan",
}
# No savepoint of a migration's has this name.
_SAVEPOINT = f"schema_ci_{secrets.token_hex(8)}"
# Of few tables: by the catalogue's indexes, whose size a server that has just grown misjudges.
BY_INDEX = {"enable_hashjoin": "off", "enable_mergejoin": "off"}


Rows = list[tuple[object, ...]]


@contextmanager
def every_name_qualified(
    connection: Connection, *first: str, doubtful: bool = False
) -> Iterator[list[Rows]]:
    """With only the catalogue in the search path the server qualifies every name that it prints.

    Gives the rows of the queries that are asked `first`, in the same exchange. Where it is
    `doubtful` whether the server answers these, its refusal leaves the transaction as it was.
    """
    with settings(connection, _OURS, *first, doubtful=doubtful) as rows:
        yield rows


def _apart(connection: Connection, several: Sequence[str]) -> list[Rows]:
    """The rows of each query; what fails is rolled back before it is raised."""
    try:
        _, *rows, _ = connection.query_all(
            (f"SAVEPOINT {_SAVEPOINT}", *several, f"RELEASE SAVEPOINT {_SAVEPOINT}")
        )
    except StatementFailed:
        connection.execute(f"ROLLBACK TO SAVEPOINT {_SAVEPOINT}; RELEASE SAVEPOINT {_SAVEPOINT}")
        raise
    return rows


@contextmanager
def settings(
    connection: Connection, ours: Mapping[str, str], *first: str, doubtful: bool = False
) -> Iterator[list[Rows]]:
    """The block has these settings, and leaves those that the migration had.

    Within a transaction they are local to it, so that its end still undoes a SET LOCAL.
    """
    theirs = ", ".join(f"pg_catalog.current_setting('{name}')" for name in ours)
    setting = f"SELECT {theirs}, {_set(connection, ours)}"
    asked = (setting, *first)
    answers = _apart(connection, asked) if doubtful else connection.query_all(asked)
    ((*before,),), *rows = answers
    yield rows
    kept = dict(zip(ours, map(text, before), strict=False))
    connection.query(f"SELECT {_set(connection, kept)}")


def _set(connection: Connection, values: Mapping[str, str]) -> str:
    """SQL that sets all of them; what stands before it in a SELECT still sees the earlier ones."""
    local = "true" if connection.in_transaction else "false"
    return ", ".join(
        f"pg_catalog.set_config('{name}', {_quoted(value)}, {local})"
        for name, value in values.items()
    )


def _quoted(value: str) -> str:
    """As a string that means the same whatever standard_conforming_strings is."""
    escaped = value.replace("\\", r"\\").replace("'", "''")
    return f"E'{escaped}'"
