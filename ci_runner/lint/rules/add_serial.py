"""A column is added that a sequence fills in every row."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn
from ci_runner.lint.rewrites import rewriting
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch, seen in rewriting(review, AddColumn):
        added = touch.operation
        if added.serial:
            yield Hit(
                f"adds column {added.column} to {added.table} and numbers every row, which"
                " rewrites the table",
                touch.step,
                evidence=seen,
            )


RULE = Rule(
    id="add-serial",
    title="Serial or identity column added",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The whole table is written again while nobody can read or write it.",
    instead="Add a plain column, fill it in batches from a sequence, then make that its default.",
    check=_check,
    aliases=("adding-field-with-default", "E11"),
    waits=True,
)
