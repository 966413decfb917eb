"""A change of type that rewrites the table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ci_runner.dialects.operations import AlterColumnType
from ci_runner.lint.rule import Hit, Review, Rule, Severity

# Types that every value of any type can be stored as without a rewrite cannot be told from the
# text alone; these targets are free from at least one common source, so only a run can tell.
_MAY_BE_FREE = re.compile(r"(?:text|varchar|varbit|numeric|timestamptz?|interval|inet)\b")


def _check(review: Review) -> Iterator[Hit]:
    for step in review.steps:
        for operation in step.operations:
            if not isinstance(operation, AlterColumnType) or not review.existed(operation.table):
                continue
            where = f"column {operation.column} of {operation.table} to {operation.type}"
            if not step.executed or step.failure is not None:
                if not _MAY_BE_FREE.match(operation.type):
                    yield Hit(f"changes {where}, which rewrites the table", step)
            elif review.identity(operation.table) in step.observed.rewritten:
                yield Hit(
                    f"changes {where}, which rewrites the table",
                    step,
                    evidence="seen on the dev database: the table got a new file",
                )


RULE = Rule(
    id="type-change-rewrite",
    title="Type change that rewrites",
    severity=Severity.ERROR,
    dialects=("postgres",),
    why="The whole table and its indexes are written again while nobody can read or write it.",
    instead="Add a column of the new type, write both, copy in batches, then swap them.",
    check=_check,
    aliases=("PG301", "changing-column-type"),
)
