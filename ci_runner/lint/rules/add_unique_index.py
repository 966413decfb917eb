"""A unique constraint builds its index under the strongest lock."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        for operation in step.operations:
            if (
                isinstance(operation, AddConstraint)
                and operation.kind == "unique"
                and not operation.using_index
                and review.existed(operation.table)
            ):
                yield Hit(
                    f"adds a unique constraint to {operation.table} and builds its index in place",
                    step,
                )


RULE = Rule(
    id="add-unique-index",
    title="Unique constraint added in place",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Nobody can read or write the table until the index is built.",
    instead="CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... UNIQUE USING INDEX.",
    check=_check,
    aliases=("PG105", "disallowed-unique-constraint", "constraint-missing-not-valid"),
)
