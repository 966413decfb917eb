"""An index is built in a way that blocks writes."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateIndex
from ci_runner.lint.follow import watched
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.migrations.history import Step
from ci_runner.schema.model import Identity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(CreateIndex):
        step, index = touch.step, touch.operation
        if index.concurrently or (index.only and _waits_for_parts(step, touch.table)):
            continue
        yield Hit(
            f"builds index {index.name or 'without a name'} on {index.table} while writes wait",
            step,
            evidence="; ".join(f"{lock.mode} on {lock.relation}" for lock in step.observed.locks),
        )


def _waits_for_parts(step: Step, table: Identity) -> bool:
    """Whether ON ONLY makes an index without rows, as it does on partitioned tables alone."""
    found = step.before.table(table.schema, table.name) if watched(step, table) else None
    return found is None or bool(found.partition_key)


RULE = Rule(
    id="create-index-blocking",
    title="Index built without CONCURRENTLY",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Nobody can write to the table until the index is built.",
    instead="CREATE INDEX CONCURRENTLY, in a file of its own outside a transaction.",
    check=_check,
    aliases=("PG101", "require-concurrent-index-creation", "concurrent_index", "E6"),
    waits=True,
)
