"""Foreign keys."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import constraints
from ci_runner.dialects.postgres.kind import Found, Kind, World, any_of, make_found
from ci_runner.dialects.postgres.kinds.table import UNLOGGED
from ci_runner.dialects.postgres.plan.computed import leaves_family
from ci_runner.dialects.postgres.read import constraint_rows
from ci_runner.schema.drafts import quickly
from ci_runner.schema.model import ForeignKey, Identity, Table

_make = quickly(ForeignKey)


def _read(connection: Connection) -> Iterator[Found]:
    for row, reference in constraint_rows.references(connection):
        found = _make(
            row.schema,
            row.table,
            row.name,
            reference.columns,
            reference.references,
            reference.referenced_columns,
            row.definition,
            row.valid,
            row.comment,
        )
        usual = row.copy_of is None or row.copy_of.name == row.name
        yield make_found(found, (row.address,), copy_of=row.copy_of, usual=usual)


def _in_the_way(_: ForeignKey, needed: Identity, world: World) -> bool:
    """Whether the old type and the new one do not compare: one side changes before the other."""
    return leaves_family(needed, world)


def _alters(each: ForeignKey, world: World) -> Iterator[tuple[Identity, Identity]]:
    """A logged table cannot reference an unlogged one, not for a moment either."""
    referencing, referenced = Identity("table", each.schema, each.table), each.references
    after = world.new.table(each.schema, each.table)
    moves = _moves(referencing, world) or _moves(referenced, world)
    if after is not None and referencing != referenced and moves:
        if UNLOGGED in after.options:
            yield referenced, referencing
        else:
            yield referencing, referenced


def _moves(table: Identity, world: World) -> bool:
    before, after = world.old.get(table), world.new.get(table)
    if not isinstance(before, Table) or not isinstance(after, Table):
        return False
    return (UNLOGGED in before.options) != (UNLOGGED in after.options)


KIND = Kind(
    ForeignKey,
    _read,
    constraints.create,
    constraints.drop,
    constraints.alter,
    prints=(constraint_rows.QUERIES["f"],),
    alters=_alters,
    in_the_way=_in_the_way,
    names=constraints.names,
    like=constraints.like,
    rename=constraints.rename,
    present=any_of("pg_constraint", "x.contype = 'f' AND x.conrelid >= 16384"),
)
