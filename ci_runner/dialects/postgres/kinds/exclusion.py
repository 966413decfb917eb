"""Exclusion constraints."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import constraints
from ci_runner.dialects.postgres.kind import Found, Kind, World, any_of
from ci_runner.dialects.postgres.plan.computed import is_torn, same_type
from ci_runner.dialects.postgres.read import constraint_rows
from ci_runner.schema.model import Identity
from ci_runner.schema.tables import Exclusion


def _read(connection: Connection) -> Iterator[Found]:
    for row, key in constraint_rows.keys(connection, "x"):
        found = Exclusion(
            row.schema, row.table, row.name, key.columns, row.definition, row.comment, key.settings
        )
        addresses = (row.address, key.place)
        yield Found(found, addresses, copy_of=row.copy_of, usual=key.usual)


def _in_the_way(each: Exclusion, needed: Identity, world: World) -> bool:
    """The server rebuilds its index for a column's new type, not while that is made anew."""
    if needed.kind != "column":
        return True
    return same_type(needed, world) or is_torn(each.identity, each.definition, world)


KIND = Kind(
    Exclusion,
    _read,
    constraints.create,
    constraints.drop,
    constraints.alter,
    detach=constraints.detach,
    inline=constraints.inline,
    in_the_way=_in_the_way,
    names=constraints.names,
    like=constraints.like,
    rename=constraints.rename,
    present=any_of("pg_constraint", "x.contype = 'x' AND x.conrelid >= 16384"),
)
