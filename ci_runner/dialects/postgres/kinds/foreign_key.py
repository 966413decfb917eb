"""Foreign keys."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import constraints
from ci_runner.dialects.postgres.kind import Found, Kind
from ci_runner.schema.model import ForeignKey


def _read(connection: Connection) -> Iterator[Found]:
    for row in constraints.rows(connection, "f"):
        found = ForeignKey(
            row.schema,
            row.table,
            row.name,
            row.columns,
            row.references,
            row.referenced_columns,
            row.definition,
            row.valid,
            row.comment,
        )
        yield Found(found, row.addresses)


KIND = Kind(ForeignKey, _read, constraints.create, constraints.drop, constraints.alter)
