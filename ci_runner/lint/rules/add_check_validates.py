"""A check is added and checked against every row at once."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        for operation in step.operations:
            if (
                isinstance(operation, AddConstraint)
                and operation.kind == "check"
                and not operation.not_valid
                and review.existed(operation.table)
            ):
                name = f" {operation.name}" if operation.name else ""
                yield Hit(
                    f"adds check{name} to {operation.table} and checks every row at once", step
                )


RULE = Rule(
    id="add-check-validates",
    title="Check added without NOT VALID",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="The table is read in full while nobody can use it.",
    instead="ADD CONSTRAINT ... NOT VALID, then VALIDATE CONSTRAINT in a later transaction.",
    check=_check,
    aliases=("PG305", "constraint-missing-not-valid"),
)
