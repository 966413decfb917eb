"""A foreign key to columns that are no key."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.fails import explained
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        if step.failure is not None and explained(step) == "fk-parent":
            yield Hit(step.failure.message, step)


RULE = Rule(
    id="fk-parent",
    title="Foreign key to no key",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The statement fails: the columns that it refers to have no unique or primary key.",
    instead="Make the referenced columns unique first, CONCURRENTLY where the table has rows.",
    check=_check,
    aliases=("SDLForeignKeyTableNotFound",),
)
