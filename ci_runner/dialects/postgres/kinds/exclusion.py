"""Exclusion constraints."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import constraint_rows, constraints
from ci_runner.dialects.postgres.kind import Found, Kind, any_of
from ci_runner.schema.tables import Exclusion


def _read(connection: Connection) -> Iterator[Found]:
    for row, key in constraint_rows.keys(connection, "x"):
        found = Exclusion(
            row.schema, row.table, row.name, key.columns, row.definition, row.comment, key.settings
        )
        addresses = (row.address, key.place)
        yield Found(found, addresses, copy_of=row.copy_of, usual=key.usual)


KIND = Kind(
    Exclusion,
    _read,
    constraints.create,
    constraints.drop,
    constraints.alter,
    detach=constraints.detach,
    inline=constraints.inline,
    names=constraints.names,
    like=constraints.like,
    rename=constraints.rename,
    present=any_of("pg_constraint", "x.contype = 'x' AND x.conrelid >= 16384"),
)
