"""A check is added and checked against every row at once."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddConstraint):
        added = touch.operation
        if added.kind == "check" and not added.not_valid and not added.inline:
            name = f" {added.name}" if added.name else ""
            yield Hit(f"adds check{name} to {added.table} and checks every row at once", touch.step)


RULE = Rule(
    id="add-check-validates",
    title="Check added without NOT VALID",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="The table is read in full while nobody can read or write it.",
    instead="ADD CONSTRAINT ... NOT VALID, then VALIDATE CONSTRAINT in a later transaction.",
    check=_check,
    aliases=("PG305", "constraint-missing-not-valid", "E1"),
    waits=True,
)
