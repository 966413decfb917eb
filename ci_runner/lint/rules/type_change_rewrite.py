"""A change of type that rewrites the table."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterColumnType
from ci_runner.lint.rewrites import rewriting
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch, seen in rewriting(review, AlterColumnType):
        changed = touch.operation
        yield Hit(
            f"changes column {changed.column} of {changed.table} to {changed.type}, which rewrites"
            " the table",
            touch.step,
            evidence=seen,
        )


RULE = Rule(
    id="type-change-rewrite",
    title="Type change that rewrites",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The whole table and its indexes are written again while nobody can read or write it.",
    instead="Add a column of the new type, write both, copy in batches, then swap them.",
    check=_check,
    aliases=("PG301", "changing-column-type", "E5", "E10"),
    waits=True,
)
