"""A file begins a transaction and does not end it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Transaction
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step


def _check(review: Review) -> Iterator[Hit]:
    opened: dict[str, Step] = {}
    for step in review.doing(Transaction):
        for operation in step.operations:
            match operation:
                case Transaction("begin"):
                    opened.setdefault(step.statement.path, step)
                case Transaction():
                    opened.pop(step.statement.path, None)
                case _:
                    pass
    for step in opened.values():
        yield Hit("no COMMIT follows in this file: what it does is undone or stays open", step)


RULE = Rule(
    id="uncommitted-transaction",
    title="Transaction that is not committed",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql", "sqlite"),
    why="When the connection closes, everything that the file did is rolled back; until then all"
    " its locks are held.",
    instead="COMMIT at the end of the file.",
    check=_check,
    aliases=("ban-uncommitted-transaction",),
)
