"""A column that SQLite cannot add."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.fails import explained
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        if step.failure is not None and explained(step) == "sqlite-add-not-null":
            yield Hit(f"{step.failure.message}: the statement fails", step)


RULE = Rule(
    id="sqlite-add-not-null",
    title="Column that SQLite cannot add",
    severity=Severity.ERROR,
    dialects=("sqlite",),
    why=(
        "SQLite adds no column that is UNIQUE, a PRIMARY KEY, or has a default that is no constant."
    ),
    instead="Add it without, then a unique index; or rebuild the table with the column in it.",
    check=_check,
)
