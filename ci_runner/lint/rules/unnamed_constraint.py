"""A constraint is added without a name."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in review.written_as("alter_table_stmt"):
        for operation in each.step.operations:
            if isinstance(operation, AddConstraint) and not (
                operation.name or operation.inline or operation.using_index
            ):
                yield Hit(f"the {operation.kind} of {operation.table} has no name", each.step)


RULE = Rule(
    id="unnamed-constraint",
    title="Constraint without a name",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="The server makes a name up, and with a number where it is taken: the migration that drops"
    " it later has to guess, and databases may differ.",
    instead="ADD CONSTRAINT name.",
    check=_check,
    aliases=("UnnamedConstraintCheck", "NM008"),
    group="style",
)
