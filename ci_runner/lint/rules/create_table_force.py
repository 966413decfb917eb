"""A table is dropped and made again under its name."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateTable, DropTable
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity


def _check(review: Review) -> Iterator[Hit]:
    dropped: set[Identity] = set()
    for touch in review.among(DropTable, CreateTable):
        made = touch.operation
        if isinstance(made, DropTable) and touch.known:
            dropped.add(touch.table)
        elif isinstance(made, CreateTable) and touch.table in dropped and not made.temporary:
            yield Hit(f"makes table {made.table} again, without the rows that it had", touch.step)


RULE = Rule(
    id="create-table-force",
    title="Table dropped and made again",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why="Its rows are gone although a table of that name is there afterwards.",
    instead="ALTER the table, or copy its rows before it is dropped.",
    check=_check,
)
