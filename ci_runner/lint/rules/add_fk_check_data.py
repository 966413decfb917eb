"""Rows may break a foreign key or check that is added."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddConstraint):
        added = touch.operation
        validates = added.kind in {"foreign key", "check"} and not added.not_valid
        if validates and not added.inline:
            name = f" {added.name}" if added.name else ""
            yield Hit(
                f"adds {added.kind}{name} to {added.table}: fails if a row breaks it", touch.step
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
