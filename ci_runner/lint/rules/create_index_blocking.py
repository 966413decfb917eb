"""An index is built in a way that blocks writes."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateIndex
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        for operation in step.operations:
            if (
                not isinstance(operation, CreateIndex)
                or operation.concurrently
                or operation.only
                or not review.existed(operation.table)
            ):
                continue
            did_nothing = step.executed and not step.failure and not step.observed.changes
            if operation.if_not_exists and did_nothing:
                continue
            locks = [f"{lock.mode} on {lock.relation}" for lock in step.observed.locks]
            yield Hit(
                f"builds index {operation.name or 'without a name'} on {operation.table}"
                " while writes wait",
                step,
                evidence=f"seen on the dev database: {'; '.join(locks)}" if locks else "",
            )


RULE = Rule(
    id="create-index-blocking",
    title="Index built without CONCURRENTLY",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Nobody can write to the table until the index is built.",
    instead="CREATE INDEX CONCURRENTLY, in a file of its own outside a transaction.",
    check=_check,
    aliases=("PG101", "require-concurrent-index-creation", "concurrent_index"),
)
