"""PRAGMA foreign_keys inside a transaction does nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Setting
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        for each in step.operations:
            if isinstance(each, Setting) and each.name == "foreign_keys" and step.transactional:
                yield Hit("sets foreign_keys inside a transaction, which does nothing", step)


RULE = Rule(
    id="sqlite-fk-pragma",
    title="Foreign keys switched in a transaction",
    severity=Severity.ERROR,
    dialects=("sqlite",),
    why=(
        "SQLite ignores it there: foreign keys stay on, and DROP TABLE deletes the rows that"
        " refer to the table."
    ),
    instead="Put it into a file without a transaction: `-- schema-ci:txmode none`.",
    check=_check,
)
