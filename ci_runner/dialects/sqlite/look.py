"""A look at a SQLite database that spares itself where the stored schema is still the same."""

from __future__ import annotations

from dataclasses import dataclass

from ci_runner.dialects.base import Connection, Sighting
from ci_runner.dialects.sqlite import inspect

# All that a look tells follows from these rows; `rootpage` is where a table lies in the file.
_STORED = "SELECT type, name, tbl_name, sql, rootpage FROM main.sqlite_schema ORDER BY rowid"


@dataclass(frozen=True)
class Look(Sighting):
    """A Sighting with the rows that it was read from."""

    stored: tuple[tuple[object, ...], ...] = ()


def sight(connection: Connection, since: Sighting | None = None) -> Sighting:
    stored = tuple(connection.query(_STORED))
    if isinstance(since, Look) and since.stored == stored:
        return since
    seen = inspect.sight(connection)
    return Look(seen.schema, seen.handles, seen.storage, seen.locks, stored)
