"""BEGIN or COMMIT inside of a transaction that is not the file's own."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Transaction
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step


def _check(review: Review) -> Iterator[Hit]:
    file, opened = "", False
    for step in review.steps:
        if step.statement.path != file:
            file, opened = step.statement.path, False
        for operation in step.operations:
            match operation:
                case Transaction("begin"):
                    yield from _begins(review, step, nested=opened or step.transactional)
                    opened = True
                case Transaction(verb):
                    if not opened:
                        says = f"{verb.upper()} ends a transaction that the file has not begun"
                        yield Hit(says, step)
                    opened = False
                case _:
                    pass


def _begins(review: Review, step: Step, *, nested: bool) -> Iterator[Hit]:
    if nested:
        yield Hit("BEGIN in a transaction begins none", step)
    elif not review.base_known and not any(
        each.verb == "txmode" for each in step.statement.directives
    ):
        # Files alone: nobody knows the tool, and most of them open a transaction.
        yield Hit(
            "most tools have begun a transaction before this BEGIN",
            step,
            severity=Severity.NOTE,
        )


RULE = Rule(
    id="transaction-nesting",
    title="BEGIN or COMMIT inside of a transaction",
    severity=Severity.WARNING,
    dialects=("postgres", "mysql", "sqlite"),
    why="Migration tools run a file in a transaction. A BEGIN in it does nothing on PostgreSQL and"
    " fails on SQLite; the COMMIT ends the tool's own, so that a later error leaves half a file.",
    instead="Leave it to the tool; or say `-- atlas:txmode none` and begin and commit in the file.",
    check=_check,
    aliases=("transactionNesting", "STATEMENT_DISALLOW_COMMIT"),
)
