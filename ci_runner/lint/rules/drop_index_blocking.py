"""An index is dropped under a lock that waits for every query on its table."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import DropIndex
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(DropIndex):
        if not touch.operation.concurrently:
            yield Hit(
                f"drops index {touch.operation.index} while nobody can use its table", touch.step
            )


RULE = Rule(
    id="drop-index-blocking",
    title="Index dropped without CONCURRENTLY",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="It waits for every running query on the table, and all later ones wait behind it.",
    instead="DROP INDEX CONCURRENTLY, in a file of its own outside a transaction.",
    check=_check,
    aliases=("PG102", "require-concurrent-index-deletion", "concurrent_index"),
)
