"""Exclusion constraints."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import constraints
from ci_runner.dialects.postgres.kind import Found, Kind, any_of
from ci_runner.schema.tables import Exclusion


def _read(connection: Connection) -> Iterator[Found]:
    for row in constraints.rows(connection, "x"):
        found = Exclusion(
            row.schema, row.table, row.name, row.columns, row.definition, row.comment, row.settings
        )
        yield Found(found, row.addresses, copy_of=row.copy_of, usual=row.usual)


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
