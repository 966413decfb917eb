"""What tables that go must have left to those above them, as long as they are there."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ci_runner.dialects.postgres.plan.inheritance import ancestors, names_in_key
from ci_runner.dialects.postgres.plan.nodes import Node
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.schema.model import Identity, Table

_KEYS = frozenset({"primary key", "unique", "index"})


def edges(
    work: Work, detached: Collection[Identity], ties: Collection[Identity]
) -> Iterator[tuple[Node, Node]]:
    """(later, earlier): the table goes before what the server refuses above it."""
    for old in work.drops.values():
        if isinstance(old, Table):
            for parent in ancestors(old, work.world.old):
                for later in _refused(old, parent, work, detached, ties):
                    yield later, ("drop", old.identity)


def _refused(
    old: Table,
    parent: Identity,
    work: Work,
    detached: Collection[Identity],
    ties: Collection[Identity],
) -> Iterator[Node]:
    """Another type for a column of its partition key, a key without that column, DROP EXPRESSION
    over two levels, and a parent for the parent, in which its own rows and key had to fit.
    """
    keyed = frozenset(names_in_key(old.partition_key))
    for each in old.columns:
        column = Identity("column", parent.schema, each.name, parent.name)
        if each.name in keyed and column in work.alters:
            yield ("alter", column)
        if each.generated is not None and column in detached:
            yield ("detach", column)
    for content in work.world.contents_after.get(parent, ()) if keyed else ():
        if content.kind in _KEYS and content in work.creates:
            yield ("create", content)
    if parent in ties:
        yield ("tie", parent)
