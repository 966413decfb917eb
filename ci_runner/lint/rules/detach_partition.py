"""A partition is detached while nobody can use its parent."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import DetachPartition
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(DetachPartition):
        detach = touch.operation
        if not detach.concurrently:
            yield Hit(
                f"detaches {detach.partition} while nobody can use {detach.table}", touch.step
            )


RULE = Rule(
    id="detach-partition",
    title="DETACH PARTITION without CONCURRENTLY",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why=("It waits for every query on the partitioned table, and all later ones wait behind it."),
    instead="DETACH PARTITION ... CONCURRENTLY, in a file of its own outside a transaction.",
    check=_check,
    aliases=(
        "require-concurrent-partition-detach",
        "requireConcurrentDetachPartition",
        "PGM004",
        "US027",
    ),
)
