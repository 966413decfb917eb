"""A table that running clients know is renamed."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateTable, CreateView, RenameTable
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    stands_in = {
        each.view.name
        for step in review.steps
        for each in step.operations
        if isinstance(each, CreateView)
    } | {
        each.table.name
        for step in review.steps
        for each in step.operations
        if isinstance(each, CreateTable)
    }
    for step in review.steps:
        for operation in step.operations:
            if not isinstance(operation, RenameTable) or not review.existed(operation.table):
                continue
            if operation.table.name not in stands_in:
                old, new = operation.table, operation.to
                yield Hit(
                    f"renames table {old} to {new}; running clients use the old name",
                    step,
                    instead=f"CREATE VIEW {old} AS SELECT * FROM {new}; -- same transaction",
                )


RULE = Rule(
    id="rename-table",
    title="Renamed table",
    severity=Severity.ERROR,
    dialects=("postgres", "sqlite"),
    why="Clients that run the old release still use the old name and fail at once.",
    instead="Make a view with the old name in the same transaction; drop it in a later release.",
    check=_check,
    aliases=("BC101", "renaming-table", "incompatible"),
)
