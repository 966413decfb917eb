"""A change of type or collation builds indexes again."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AlterColumnType
from ci_runner.lint.rewrites import family
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.lint.seen import read


def _check(review: Review) -> Iterator[Hit]:
    """A rewrite is told of elsewhere and builds them too."""
    for touch in review.on_known(AlterColumnType):
        changed = touch.operation
        rewritten = family(touch.step, touch.table).intersection(touch.step.observed.rewritten)
        if not rewritten and read(touch.step, touch.table):
            yield Hit(
                f"changes column {changed.column} of {changed.table} to {changed.type}, for which"
                " indexes are built or rows checked",
                touch.step,
                evidence=f"{touch.table} was read in full",
            )


RULE = Rule(
    id="type-change-reindex",
    title="Type change that builds indexes",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why=(
        "The table is not rewritten, but indexes are built again, or checks read every row,"
        " while nobody can use it."
    ),
    instead=(
        "Add a column of the new type, index it CONCURRENTLY, write both, copy in batches,"
        " then swap them."
    ),
    check=_check,
    aliases=(
        "E6",
        "change_column_constraint",
    ),
    waits=True,
)
