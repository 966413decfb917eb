"""CONCURRENTLY in a file with other statements."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Other, Setting, Transaction
from ci_runner.lint.alone import CONCURRENT, concurrently
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step


def _check(review: Review) -> Iterator[Hit]:
    """Once for each file; what changes no schema does not count."""
    if not any(
        concurrently(each) for step in review.doing(*CONCURRENT) for each in step.operations
    ):
        return
    works: dict[str, list[Step]] = {}
    for step in review.steps:
        if not all(isinstance(each, Other | Setting | Transaction) for each in step.operations):
            works.setdefault(step.statement.path, []).append(step)
    for steps in works.values():
        alone = [step for step in steps if any(map(concurrently, step.operations))]
        if alone and len(steps) > 1:
            yield Hit("CONCURRENTLY stands beside other statements in one file", alone[0])


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
