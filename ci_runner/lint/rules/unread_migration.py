"""A migration that is no SQL: what it does is not known."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for path in review.change.unread:
        yield Hit("the migration is Go code, which is not run here", path=path)
    if merged := len(review.change.passed_over):
        what = "a merged migration is" if merged == 1 else f"{merged} merged migrations are"
        first = review.change.passed_over[0]
        yield Hit(
            f"{what} Go code: what they did is missing from the schema that is reviewed",
            path=first,
            severity=Severity.NOTE,
        )


RULE = Rule(
    id="unread-migration",
    title="Migration that is not run",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql", "sqlite"),
    why="Only SQL is run and judged: a migration written as a program may do anything.",
    instead="Write what changes the schema as SQL, and keep the program for rows.",
    check=_check,
    group="history",
)
