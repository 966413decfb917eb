"""A table that running clients know is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateTable, DropTable, RenameTable
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        for operation in step.operations:
            if isinstance(operation, DropTable) and review.existed(operation.table):
                if review.dialect == "sqlite" and _comes_back(review, operation):
                    continue
                yield Hit(f"drops table {operation.table} and all its rows", step)


def _comes_back(review: Review, drop: DropTable) -> bool:
    """SQLite's rebuild: a copy takes the name of the table that was dropped."""
    operations = [each for step in review.steps for each in step.operations]
    behind = operations[operations.index(drop) + 1 :]
    made = {each.table for each in operations if isinstance(each, CreateTable)}
    return any(
        isinstance(each, RenameTable) and each.to == drop.table.name and each.table in made
        for each in behind
    )


RULE = Rule(
    id="drop-table",
    title="Dropped table",
    severity=Severity.ERROR,
    dialects=("postgres", "sqlite"),
    why="Its rows are gone, and every client that still reads it fails.",
    instead="Stop using the table first; drop it in a later release, after a backup.",
    check=_check,
    aliases=("DS102", "ban-drop-table", "destructive"),
)
