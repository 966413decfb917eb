"""Rows may break a foreign key or check that is added."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.follow import Touch
from ci_runner.lint.queries import orphans
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.changes import Create
from ci_runner.schema.model import ForeignKey


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddConstraint):
        added = touch.operation
        validates = added.kind in {"foreign key", "check"} and not added.not_valid
        if validates and not added.inline:
            name = f" {added.name}" if added.name else ""
            query = _orphans(touch)
            yield Hit(
                f"adds {added.kind}{name} to {added.table}: fails if a row breaks it",
                touch.step,
                instead=f"First, for 0: {query}" if query else "",
            )


def _orphans(touch: Touch[AddConstraint]) -> str:
    """Which columns are referred to is known where the statement was run."""
    return next(
        (
            orphans(touch.operation.table, change.new)
            for change in touch.step.observed.changes
            if isinstance(change, Create)
            and isinstance(change.new, ForeignKey)
            and change.new.columns == touch.operation.columns
        ),
        "",
    )


RULE = Rule(
    id="add-fk-check-data",
    title="Rows may break the rule",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql"),
    why="One row that breaks it stops the migration.",
    instead="Look for rows that break it first; NOT VALID lets them be until they are settled.",
    check=_check,
)
