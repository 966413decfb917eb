"""A new partition locks the partitioned table."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateTable
from ci_runner.lint.locks import known_table
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.upon(CreateTable):
        made = touch.operation
        if made.partition_of is not None:
            parent = known_table(review, made.partition_of)
            if parent is not None and not (review.base_known and touch.known):
                read = [str(each) for each in touch.step.observed.scanned]
                yield Hit(
                    f"makes {made.table} a partition of {made.partition_of} under ACCESS EXCLUSIVE",
                    touch.step,
                    evidence=f"read in full: {', '.join(read)}" if read else "",
                )


RULE = Rule(
    id="create-partition-of",
    title="CREATE TABLE ... PARTITION OF",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why=(
        "Nobody can read or write the partitioned table meanwhile; rows of a default"
        " partition are read for it."
    ),
    instead=(
        "CREATE TABLE ... (LIKE parent), add a CHECK that says the bound, then ALTER TABLE"
        " ... ATTACH PARTITION."
    ),
    check=_check,
    waits=True,
)
