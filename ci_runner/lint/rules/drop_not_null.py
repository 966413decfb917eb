"""A column of a known table may be NULL from now on."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterColumnType, AlterTable
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
    if review.dialect == "mysql":
        yield from _restated(review)


def _restated(review: Review) -> Iterator[Hit]:
    """MODIFY and CHANGE, which drop a NOT NULL that they do not say again."""
    for touch in review.on_known(AlterColumnType):
        name = touch.operation.column
        old = of_column(touch.step.before, touch.table, name)
        new = of_column(touch.step.after, touch.table, name)
        fresh = review.base_known and of_column(review.base, touch.table, name) is None
        if old is not None and new is not None and old.not_null and not (new.not_null or fresh):
            yield Hit(f"lets column {name} of {touch.table.name} be NULL", touch.step)


RULE = Rule(
    id="drop-not-null",
    title="DROP NOT NULL",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql"),
    why="Clients that run the old release count on a value and may meet NULL.",
    instead="Release readers that know NULL first. In MySQL's MODIFY say NOT NULL again.",
    check=_check,
    aliases=(
        "ban-drop-not-null",
        "banDropNotNull",
        "DropNotNullCheck",
        "PGM507",
    ),
    group="compatibility",
)
