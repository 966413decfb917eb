"""CONCURRENTLY in a file with other statements."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ci_runner.dialects.operations import CreateIndex, DropIndex, Other, Setting, Transaction
from ci_runner.lint.alone import CONCURRENT, concurrently
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step


def _check(review: Review) -> Iterator[Hit]:
    """Once for each file. What changes no schema does not count, nor does a DROP INDEX right before
    the same index is made: both can run again.
    """
    if not any(
        concurrently(each) for step in review.doing(*CONCURRENT) for each in step.operations
    ):
        return
    works: dict[str, list[Step]] = {}
    for step in review.steps:
        if not all(isinstance(each, Other | Setting | Transaction) for each in step.operations):
            works.setdefault(step.statement.path, []).append(step)
    for steps in works.values():
        again = {id(step) for step, later in pairwise(steps) if _makes_again(step, later)}
        counted = [step for step in steps if id(step) not in again]
        alone = [step for step in counted if any(map(concurrently, step.operations))]
        if alone and len(counted) > 1:
            yield Hit("CONCURRENTLY stands beside other statements in one file", alone[0])


def _makes_again(step: Step, later: Step) -> bool:
    match step.operations, later.operations:
        case (DropIndex(index=index, concurrently=True),), (CreateIndex(name=name),):
            return index.name == name
        case _:
            return False


RULE = Rule(
    id="concurrent-with-others",
    title="CONCURRENTLY beside other statements",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why=(
        "If it fails, the rest of the file has run or not, an invalid index stays, and the"
        " file cannot simply run again."
    ),
    instead="Give each statement with CONCURRENTLY a file of its own.",
    check=_check,
    aliases=(
        "IdempotencyIndexCheck",
        "prefer-robust-stmts",
    ),
)
