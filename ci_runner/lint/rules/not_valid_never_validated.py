"""A NOT VALID constraint that no later statement validates."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint, DropConstraint, ValidateConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    settled = {
        (touch.table, touch.operation.name)
        for touch in review.among(ValidateConstraint, DropConstraint)
        if isinstance(touch.operation, ValidateConstraint | DropConstraint)
    }
    for touch in review.on_known(AddConstraint):
        added = touch.operation
        validated = {name for table, name in settled if table == touch.table}
        if added.not_valid and added.name not in validated and not (validated and not added.name):
            what = added.name or f"a {added.kind}"
            yield Hit(f"adds {what} to {added.table} NOT VALID and leaves it so", touch.step)


RULE = Rule(
    id="not-valid-never-validated",
    title="Constraint left NOT VALID",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="Old rows may break it for good, and the planner does not count on it.",
    instead="VALIDATE CONSTRAINT in a later transaction, or in the next migration.",
    check=_check,
    group="design",
)
