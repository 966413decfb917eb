"""A materialized view is refreshed CONCURRENTLY, which still keeps writers of it waiting."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in review.written_as("refresh_mat_view_stmt"):
        if each.node.concurrent:
            yield Hit(
                f"compares all of {each.node.relation.relname} with its query, and no other refresh"
                " can run meanwhile",
                each.step,
            )


RULE = Rule(
    id="refresh-matview-concurrently",
    title="REFRESH MATERIALIZED VIEW CONCURRENTLY in a migration",
    severity=Severity.NOTE,
    dialects=("postgres",),
    why="Readers go on, but the EXCLUSIVE lock is held for as long as the query takes, and it fails"
    " without a unique index over all rows.",
    instead="Refresh on a schedule outside of migrations.",
    check=_check,
    aliases=("concurrentRefreshMatviewLock", "refresh-matview-concurrent"),
    waits=True,
)
