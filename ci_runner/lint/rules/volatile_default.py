"""A column is added with a default that differs from row to row."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn
from ci_runner.lint.rewrites import rewriting
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch, seen in rewriting(review, AddColumn):
        added = touch.operation
        if added.default_calls and not added.serial:
            yield Hit(
                f"adds column {added.column} to {added.table} with a volatile default, which"
                " rewrites the table",
                touch.step,
                evidence=seen,
            )


RULE = Rule(
    id="volatile-default",
    title="Volatile default",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The whole table is written again while nobody can read or write it.",
    instead="Add the column without the default, set the default, then fill old rows in batches.",
    check=_check,
    aliases=("PG302", "adding-field-with-default", "E10"),
    waits=True,
)
