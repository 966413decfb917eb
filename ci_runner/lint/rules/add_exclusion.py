"""An exclusion constraint builds its index under the strongest lock."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddConstraint):
        added = touch.operation
        if added.kind == "exclude":
            name = f" {added.name}" if added.name else ""
            yield Hit(
                f"adds exclusion constraint{name} to {added.table} and builds its index in place",
                touch.step,
            )


RULE = Rule(
    id="add-exclusion",
    title="Exclusion constraint added in place",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why=("Nobody can read or write the table until the index is built, and no online form exists."),
    instead="Make a table with the constraint, write both, copy in batches, then swap them.",
    check=_check,
    aliases=(
        "E8",
        "add_exclusion_constraint",
        "avoidAddingExclusionConstraint",
        "AddExcludeConstraintCheck",
        "PGM019",
        "constraint-missing-not-valid",
    ),
    waits=True,
)
