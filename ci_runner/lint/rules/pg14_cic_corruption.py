"""An index is built CONCURRENTLY by a server that may leave rows out of it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateIndex, Reindex
from ci_runner.lint.rule import Hit, Review, Rule, Severity

# release-14-4.html: CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY could miss rows.
_BROKEN, _MENDED = (14, 0), (14, 4)


def _check(review: Review) -> Iterator[Hit]:
    if not _BROKEN <= review.version < _MENDED:
        return
    for step in review.steps:
        for each in step.operations:
            if isinstance(each, CreateIndex | Reindex) and each.concurrently:
                version = ".".join(map(str, review.version))
                yield Hit(f"PostgreSQL {version} may leave rows out of this index", step)


RULE = Rule(
    id="pg14-cic-corruption",
    title="CONCURRENTLY on PostgreSQL 14.0 to 14.3",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="Rows that are written meanwhile may be missing in the index, so that queries don't find"
    " them and unique keys let duplicates in. Asked where the policy assumes such a version.",
    instead="Upgrade to 14.4 or later first, and check indexes that were built so with amcheck.",
    check=_check,
    aliases=("add_index_corruption", "pg14-index-concurrent-bug"),
)
