"""A stored generated column is added, which is computed for every row."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn
from ci_runner.lint.rewrites import rewriting
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch, seen in rewriting(review, AddColumn):
        added = touch.operation
        if added.generated == "stored":
            yield Hit(
                f"adds generated column {added.column} to {added.table} and computes it for every"
                " row, which rewrites the table",
                touch.step,
                evidence=seen,
            )


RULE = Rule(
    id="add-stored-generated",
    title="Stored generated column added",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql"),
    why="The whole table is written again while nobody can read or write it.",
    instead="Compute it in a view, or fill a plain column by trigger and old rows in batches.",
    check=_check,
    aliases=("adding-field-with-default", "E11"),
    waits=True,
)
