"""Check constraints on tables."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import constraints
from ci_runner.dialects.postgres.kind import Found, Kind, World, any_of, make_found
from ci_runner.dialects.postgres.plan.computed import is_torn, same_type
from ci_runner.dialects.postgres.read import constraint_rows
from ci_runner.schema.drafts import quickly
from ci_runner.schema.model import Check, Identity

_make = quickly(Check)


def _read(connection: Connection) -> Iterator[Found]:
    for row in constraint_rows.checks(connection):
        found = _make(row.schema, row.table, row.name, row.definition, row.valid, row.comment)
        yield make_found(found, (row.address,), copy_of=row.copy_of)


def _in_the_way(each: Check, needed: Identity, world: World) -> bool:
    """The server rewrites a check for a column's new type, not while its enum is made anew."""
    if needed.kind != "column" or same_type(needed, world):
        return True
    return is_torn(each.identity, each.definition, world)


KIND = Kind(
    Check,
    _read,
    constraints.create,
    constraints.drop,
    constraints.alter,
    prints=(constraint_rows.QUERIES["c"],),
    inline=constraints.inline,
    in_the_way=_in_the_way,
    names=constraints.names,
    like=constraints.like,
    rename=constraints.rename,
    present=any_of("pg_constraint", "x.contype = 'c' AND x.conrelid >= 16384"),
)
