"""Primary keys."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import constraints
from ci_runner.dialects.postgres.kind import Found, Kind, any_of, make_found
from ci_runner.dialects.postgres.read import constraint_rows
from ci_runner.schema.drafts import quickly
from ci_runner.schema.model import PrimaryKey

_make = quickly(PrimaryKey)


def _read(connection: Connection) -> Iterator[Found]:
    for row, key in constraint_rows.keys(connection, "p"):
        found = _make(
            row.schema, row.table, row.name, key.columns, row.definition, row.comment, key.settings
        )
        addresses = (row.address, key.place)
        yield make_found(found, addresses, copy_of=row.copy_of, usual=key.usual)


KIND = Kind(
    PrimaryKey,
    _read,
    constraints.create,
    constraints.drop,
    constraints.alter,
    prints=(constraint_rows.QUERIES["p"],),
    detach=constraints.detach,
    inline=constraints.inline,
    names=constraints.names,
    like=constraints.like,
    rename=constraints.rename,
    present=any_of("pg_constraint", "x.contype = 'p' AND x.conrelid >= 16384"),
)
