"""A statement that the server refuses inside a transaction."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterObject, Operation
from ci_runner.lint.alone import ALONE, alone, untold
from ci_runner.lint.rule import Hit, Review, Rule, Severity

# release-12.html: ALTER TYPE ... ADD VALUE may run in a transaction.
_ADDS_VALUES = 12


def _check(review: Review) -> Iterator[Hit]:
    unknown = untold(review)
    for step in review.doing(*ALONE, AlterObject):
        if step.transactional:
            for what in dict.fromkeys(filter(None, map(alone, step.operations))):
                said = f"{what} cannot run inside a transaction"
                yield Hit(said, step, instead=review.outside_instead)
            if review.before(_ADDS_VALUES) and any(map(_adds_value, step.operations)):
                yield Hit(
                    f"ADD VALUE cannot run inside a transaction before PostgreSQL {_ADDS_VALUES}",
                    step,
                    instead=review.outside_instead,
                )
        elif step.statement.path in unknown:
            for what in dict.fromkeys(filter(None, map(alone, step.operations))):
                yield Hit(
                    f"{what} fails in a transaction, and most tools open one for a file",
                    step,
                    severity=Severity.NOTE,
                )


def _adds_value(operation: Operation) -> bool:
    return isinstance(operation, AlterObject) and operation.action == "ADD VALUE"


RULE = Rule(
    id="non-transactional-stmt",
    title="Statement that wants no transaction",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The statement fails: it must run outside a transaction.",
    instead="Put it into a file of its own, outside a transaction: `-- schema-ci:txmode none`.",
    check=_check,
    aliases=("STATEMENT_NON_TRANSACTIONAL",),
)
