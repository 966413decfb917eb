"""A column of a known table may be NULL from now on."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterTable
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import of_column


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AlterTable):
        change = touch.operation
        if change.action == "DROP NOT NULL":
            column = of_column(touch.step.before, touch.table, change.name)
            fresh = review.base_known and of_column(review.base, touch.table, change.name) is None
            if column is None or (column.not_null and not fresh):
                yield Hit(f"lets column {change.name} of {change.table} be NULL", touch.step)


RULE = Rule(
    id="drop-not-null",
    title="DROP NOT NULL",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Clients that run the old release count on a value and may meet NULL.",
    instead="Release readers that know NULL first.",
    check=_check,
    aliases=(
        "ban-drop-not-null",
        "banDropNotNull",
        "DropNotNullCheck",
        "PGM507",
    ),
    group="compatibility",
)
