"""PRAGMA foreign_keys inside a transaction does nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Setting, Transaction
from ci_runner.lint.alone import untold
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """A file that begins no transaction may be run in one, if nobody knows what will run it."""
    unsure = untold(review)
    begun: set[str] = set()
    for step in review.steps:
        path = step.statement.path
        for each in step.operations:
            if isinstance(each, Transaction):
                (begun.add if each.verb == "begin" else begun.discard)(path)
            if isinstance(each, Setting) and each.name == "foreign_keys" and step.transactional:
                if path in unsure - begun:
                    says = "sets foreign_keys, which does nothing if the file runs in a transaction"
                    yield Hit(says, step, severity=Severity.NOTE)
                else:
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
