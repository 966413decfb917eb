"""Run our own queries in a session that belongs to a migration, which may have prepared it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.rows import text

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
# Of few tables: by the catalogue's indexes, whose size a server that has just grown misjudges.
BY_INDEX = {"enable_hashjoin": "off", "enable_mergejoin": "off"}


Rows = list[tuple[object, ...]]


@contextmanager
def every_name_qualified(connection: Connection, *first: str) -> Iterator[list[Rows]]:
    """With only the catalogue in the search path the server qualifies every name that it prints.

    Gives the rows of the queries that are asked `first`, in the same exchange.
    """
    with settings(connection, _OURS, *first) as rows:
        yield rows


@contextmanager
def settings(connection: Connection, ours: Mapping[str, str], *first: str) -> Iterator[list[Rows]]:
    """The block has these settings, and leaves those that the migration had.

    Within a transaction they are local to it, so that its end still undoes a SET LOCAL.
    """
    theirs = ", ".join(f"pg_catalog.current_setting('{name}')" for name in ours)
    setting = f"SELECT {theirs}, {_set(connection, ours)}"
    ((*before,),), *rows = connection.query_all((setting, *first))
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
