"""BEGIN or COMMIT inside of a transaction that is not the file's own."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Transaction
from ci_runner.lint.alone import untold
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    unknown = untold(review)
    file, opened = "", False
    for step in review.doing(Transaction):
        if step.statement.path != file:
            file, opened = step.statement.path, False
        for operation in step.operations:
            match operation:
                case Transaction("begin"):
                    if opened or step.transactional:
                        yield Hit("BEGIN in a transaction begins none", step)
                    elif step.statement.path in unknown:
                        says = "most tools have begun a transaction before this BEGIN"
                        yield Hit(says, step, severity=Severity.NOTE)
                    opened = True
                case Transaction(verb):
                    if not opened:
                        says = f"{verb.upper()} ends a transaction that the file has not begun"
                        yield Hit(says, step)
                    opened = False
                case _:
                    pass


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
