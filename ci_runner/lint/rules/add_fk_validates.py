"""A foreign key is added and checked against every row at once."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddConstraint):
        added = touch.operation
        if added.kind == "foreign key" and not added.not_valid and not added.inline:
            name = f" {added.name}" if added.name else ""
            yield Hit(
                f"adds foreign key{name} to {added.table} and looks every row up in"
                f" {added.references}",
                touch.step,
            )


RULE = Rule(
    id="add-fk-validates",
    title="Foreign key added without NOT VALID",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Both tables are read in full while nobody can write to either.",
    instead="ADD CONSTRAINT ... NOT VALID, then VALIDATE CONSTRAINT in a later transaction.",
    check=_check,
    aliases=("PG306", "adding-foreign-key-constraint", "constraint-missing-not-valid", "E1"),
    waits=True,
)
