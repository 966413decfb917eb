"""A column of type varchar(n)."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.designs import of_type
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    return of_type(
        review,
        lambda kind: kind.startswith("character varying"),
        "nothing gained over text, and a shorter length later reads every row",
    )


RULE = Rule(
    id="prefer-text",
    title="varchar where text would do",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="text is stored in the same way. Another length is another type: views on the column have"
    " to be made again, and a shorter one reads every row under an exclusive lock.",
    instead="Use text, with CHECK (length(column) <= n) where the length matters: a check can be"
    " changed online.",
    check=_check,
    aliases=(
        "prefer-text-field",
        "preferTextField",
        "TP005",
        "PGM108",
        "text-over-varchar-preferred",
    ),
    group="design",
)
