"""An index is built again while writes wait."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Reindex
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """One of the system catalogues has no other form."""
    for touch in review.upon(Reindex):
        build = touch.operation
        if build.kind != "system":
            unknown = build.kind in {"table", "index"} and not touch.known
            if not unknown and not build.concurrently:
                yield Hit(f"builds {build.kind} {build.name} again while writes wait", touch.step)


RULE = Rule(
    id="reindex-blocking",
    title="REINDEX without CONCURRENTLY",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Nobody can write to the table, nor read by the index, until it is built again.",
    instead="REINDEX ... CONCURRENTLY, in a file of its own outside a transaction.",
    check=_check,
    aliases=(
        "require-concurrent-reindex",
        "requireConcurrentReindex",
        "US020",
        "ReindexCheck",
        "PGM022",
    ),
    waits=True,
)
