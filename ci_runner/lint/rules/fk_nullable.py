"""A foreign key over a column that may be NULL."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.designs import in_the_end, listed, of_table
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import ForeignKey, Table


def _check(review: Review) -> Iterator[Hit]:
    end = in_the_end(review)
    for each in review.arriving(ForeignKey):
        table = end.get(each.table) if end else None
        if isinstance(each.new, ForeignKey) and each.old is None and isinstance(table, Table):
            nullable = [
                name
                for name in each.new.columns
                if (column := table.column(name)) is not None and not column.not_null
            ]
            if nullable:
                yield Hit(
                    f"{of_table(review, each.table)}: {listed(nullable)} may be NULL", each.step
                )


RULE = Rule(
    id="fk-nullable",
    title="Foreign key that may be NULL",
    severity=Severity.OFF,
    dialects=("postgres", "mysql", "sqlite"),
    why="A row may belong to nothing, and of several columns one that is NULL switches the check"
    " off for the others.",
    instead="NOT NULL; or a table of its own for a relation that may be missing.",
    check=_check,
    aliases=("forbid-nullable-fk",),
    group="design",
)
