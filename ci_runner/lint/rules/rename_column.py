"""A column that running clients know is renamed."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import RenameColumn
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        for operation in step.operations:
            if not isinstance(operation, RenameColumn) or not review.existed(operation.table):
                continue
            table = review.identity(operation.table)
            column = Identity("column", table.schema, operation.column, table.name)
            if review.base.objects and review.base.get(column) is None:
                continue
            yield Hit(
                f"renames column {operation.column} of {operation.table} to {operation.to};"
                " running clients use the old name",
                step,
            )


RULE = Rule(
    id="rename-column",
    title="Renamed column",
    severity=Severity.ERROR,
    dialects=("postgres", "sqlite"),
    why="Clients that run the old release still name the old column and fail at once.",
    instead="Add the new column, write both, copy the values, move readers, drop the old one.",
    check=_check,
    aliases=("BC102", "renaming-column", "incompatible"),
)
