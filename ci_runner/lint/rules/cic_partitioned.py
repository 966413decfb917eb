"""CONCURRENTLY on a partitioned table, which the server refuses."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateIndex
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Table


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.upon(CreateIndex):
        index = touch.operation
        if index.concurrently and not index.only:
            table = touch.step.before.get(touch.table)
            if isinstance(table, Table) and table.partition_key:
                yield Hit(f"{index.table} is partitioned: CONCURRENTLY is refused", touch.step)


RULE = Rule(
    id="cic-partitioned",
    title="CONCURRENTLY on a partitioned table",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The statement fails: a partitioned table has no concurrent build.",
    instead=(
        "CREATE INDEX ON ONLY the parent, CONCURRENTLY on each partition, then ALTER INDEX"
        " ... ATTACH PARTITION."
    ),
    check=_check,
    aliases=("PGM001",),
)
