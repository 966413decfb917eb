"""Tables whose rows are the values of columns elsewhere: the server rewrites none meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ci_runner.dialects.postgres.kind import TYPE_KINDS
from ci_runner.dialects.postgres.plan.nodes import Node
from ci_runner.dialects.postgres.plan.work import Work
from ci_runner.schema.model import Column, Identity


def edges(
    work: Work, makers: Callable[[Identity], list[Node]], gone: Callable[[Identity], Node | None]
) -> Iterator[tuple[Node, Node]]:
    """(later, earlier): the table changes before others hold its rows, and after they did."""
    old, new = work.world.old.dependencies, work.world.new.dependencies
    for dependent, table in sorted(pair for pair in {*old, *new} if _holds_rows(*pair)):
        changes = tuple(_rewrites(table, work))
        if (dependent, table) not in old:
            yield from ((maker, each) for maker in makers(dependent) for each in changes)
        left = gone(dependent) if (dependent, table) in old else None
        if left is not None and left[1] not in work.creates:
            yield from ((each, left) for each in changes)


def _holds_rows(dependent: Identity, needed: Identity) -> bool:
    if needed.kind != "table" or dependent.parent == needed.name:
        return False
    return dependent.kind == "column" or dependent.kind in TYPE_KINDS


def _rewrites(table: Identity, work: Work) -> Iterator[Node]:
    for content in work.world.contents_after.get(table, ()):
        made = work.creates.get(content)
        if content.kind == "column" and content in work.alters:
            yield ("alter", content)
        elif isinstance(made, Column) and (made.default or made.generated or made.identity_kind):
            yield ("create", content)
