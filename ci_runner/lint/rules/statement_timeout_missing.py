"""A blocking statement may take as long as it likes."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.waiting import first_in_file, unlimited, waitings, wants_limits


def _check(review: Review) -> Iterator[Hit]:
    unbounded = first_in_file(
        review.once(waitings),
        lambda one: unlimited(one.inforce, "statement_timeout") and wants_limits(review, one),
    )
    for each in unbounded:
        yield Hit(f"may block {each.what} for as long as it takes", each.step)


RULE = Rule(
    id="statement-timeout-missing",
    title="Blocking statement without statement_timeout",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="What took a second on the dev database may take an hour in production, with everybody"
    " waiting. Said once for a file, in a project only where it sets another limit.",
    instead="SET LOCAL statement_timeout = '5s' at the head of the file, or set it for the role"
    " that migrates.",
    check=_check,
    aliases=(
        "require-statement-timeout",
        "require-timeout-settings",
        "requireStatementTimeout",
        "STATEMENT_MAX_EXECUTION_TIME",
    ),
    waits=True,
)
