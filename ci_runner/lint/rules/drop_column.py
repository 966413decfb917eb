"""A stored column that running clients know is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn, DropColumn
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Column, Identity


def _check(review: Review) -> Iterator[Hit]:
    added = {
        (review.identity(operation.table), operation.column)
        for step in review.steps
        for operation in step.operations
        if isinstance(operation, AddColumn)
    }
    for step in review.steps:
        for operation in step.operations:
            if not isinstance(operation, DropColumn) or not review.existed(operation.table):
                continue
            table = review.identity(operation.table)
            known = review.base.get(Identity("column", table.schema, operation.column, table.name))
            computed = isinstance(known, Column) and known.generated is not None
            if computed or (known is None and (table, operation.column) in added):
                continue
            yield Hit(f"drops column {operation.column} of {operation.table} and its data", step)


RULE = Rule(
    id="drop-column",
    title="Dropped column",
    severity=Severity.ERROR,
    dialects=("postgres", "sqlite"),
    why="Its data is gone, and every client that still names it fails.",
    instead="Stop reading and writing the column first; drop it in a later release.",
    check=_check,
    aliases=("DS103", "ban-drop-column", "destructive"),
)
