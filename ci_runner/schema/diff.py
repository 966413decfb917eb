"""Compare two schemas and say what changed, object by object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.schema.changes import Alter, Change, Create, Drop
from ci_runner.schema.model import Schema, SchemaObject, Table, home
from ci_runner.schema.shared import differing


def diff(old: Schema, new: Schema) -> tuple[Change, ...]:
    """Changes that lead from `old` to `new`, sorted by identity; the plan finds the order.

    Column order is not a difference: no engine can change it in place.
    """
    # Two looks at one database share the objects that nothing touched in between.
    names = {each for each in differing(old.by_identity, new.by_identity) if each.kind != "column"}
    mine = {each: old.by_identity[each] for each in names if each in old.by_identity}
    theirs = {each: new.by_identity[each] for each in names if each in new.by_identity}
    dropped = mine.keys() - theirs.keys()
    changes: list[Change] = []
    for identity in sorted(mine.keys() | theirs.keys()):
        before, after = mine.get(identity), theirs.get(identity)
        if before is None and after is not None:
            changes.append(Create(after))
        elif before is not None and after is None:
            if home(before) not in dropped:
                changes.append(Drop(before))
        elif before is not None and after is not None and before != after:
            changes += _altered(before, after)
    return tuple(changes)


def _altered(before: SchemaObject, after: SchemaObject) -> Iterator[Change]:
    if isinstance(before, Table) and isinstance(after, Table):
        yield from _altered_table(before, after)
    else:
        yield Alter(before, after)


def _altered_table(before: Table, after: Table) -> Iterator[Change]:
    if replace(before, columns=()) != replace(after, columns=()):
        yield Alter(before, after)
    mine = {column.name: column for column in before.columns}
    theirs = {column.name: column for column in after.columns}
    for name, column in theirs.items():
        if name not in mine:
            yield Create(column)
        elif mine[name] != column:
            yield Alter(mine[name], column)
    yield from (Drop(column) for name, column in mine.items() if name not in theirs)
