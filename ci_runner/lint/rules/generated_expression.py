"""The expression of a generated column changes."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterTable
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import of_column


def _check(review: Review) -> Iterator[Hit]:
    """A virtual one is only another formula. PostgreSQL has the statement from 17 on."""
    for touch in review.on_known(AlterTable):
        change = touch.operation
        column = of_column(touch.step.before, touch.table, change.name)
        virtual = column is not None and column.generated_kind == "virtual"
        if change.action == "SET EXPRESSION" and not virtual:
            yield Hit(
                f"computes column {change.name} of {change.table} again for every row, which"
                " rewrites the table",
                touch.step,
            )


RULE = Rule(
    id="generated-expression",
    title="Changed generated column",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why=(
        "A stored one is computed again for every row, and the table written again, while"
        " nobody can use it."
    ),
    instead=(
        "Add another column with the new expression as a plain one, fill it in batches, then"
        " swap them."
    ),
    check=_check,
    aliases=("ban-alter-generated-expression",),
    waits=True,
)
