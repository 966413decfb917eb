"""Check constraints on tables."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import constraints
from ci_runner.dialects.postgres.kind import Found, Kind
from ci_runner.schema.model import Check


def _read(connection: Connection) -> Iterator[Found]:
    for row in constraints.rows(connection, "c"):
        found = Check(row.schema, row.table, row.name, row.definition, row.valid, row.comment)
        yield Found(found, row.addresses)


KIND = Kind(Check, _read, constraints.create, constraints.drop, constraints.alter)
