"""IF NOT EXISTS finds something of that name and does nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateTable
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity


def _check(review: Review) -> Iterator[Hit]:
    """A file that is tried again makes the same index: only tables are said to be misleading."""
    made: set[Identity] = set()
    for touch in review.upon(CreateTable):
        create = touch.operation
        there = touch.table in touch.step.before.by_identity or touch.table in made
        if create.if_not_exists and there and touch.step.failure is None:
            yield Hit(f"{create.table} is there already: the statement does nothing", touch.step)
        made.add(touch.table)


RULE = Rule(
    id="misleading-if-not-exists",
    title="IF NOT EXISTS that does nothing",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql", "sqlite"),
    why="What is there may look different: the statement is skipped, and nobody is told.",
    instead="ALTER what is there, or remove the statement.",
    check=_check,
    aliases=("PGM403",),
)
