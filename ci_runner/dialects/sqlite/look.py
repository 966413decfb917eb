"""A look at a SQLite database that reads anew only what differs from an earlier look."""

from __future__ import annotations

from dataclasses import dataclass, field

from ci_runner.dialects.base import Connection, Sighting
from ci_runner.dialects.sqlite import inspect
from ci_runner.dialects.sqlite.inspect import Readings
from ci_runner.schema.model import Schema

# All that a look tells follows from these rows; `rootpage` is where a table lies in the file.
_STORED = "SELECT type, name, tbl_name, sql, rootpage FROM main.sqlite_schema ORDER BY rowid"


@dataclass(frozen=True)
class Look(Sighting):
    """A Sighting with the rows that it was read from, and what was made of each."""

    stored: tuple[tuple[object, ...], ...] = ()
    readings: Readings = field(default_factory=dict)


def sight(connection: Connection, since: Sighting | None = None) -> Sighting:
    stored = tuple(connection.query(_STORED))
    before = since if isinstance(since, Look) else Look(Schema("sqlite"))
    if since is before and before.stored == stored:
        return before
    seen, readings = inspect.sight(connection, before.readings)
    return Look(seen.schema, seen.handles, seen.storage, stored=stored, readings=readings)
