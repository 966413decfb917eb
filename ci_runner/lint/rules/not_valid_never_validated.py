"""A NOT VALID constraint that no later statement validates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint, DropConstraint, ValidateConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity


def _check(review: Review) -> Iterator[Hit]:
    settled: dict[Identity, set[str]] = defaultdict(set)
    for each in review.among(ValidateConstraint, DropConstraint):
        if isinstance(each.operation, ValidateConstraint | DropConstraint):
            settled[each.table].add(each.operation.name)
    for touch in review.on_known(AddConstraint):
        added = touch.operation
        validated = settled.get(touch.table, set())
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
