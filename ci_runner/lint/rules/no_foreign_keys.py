"""A foreign key, where the team has none."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.designs import of_table
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import ForeignKey


def _check(review: Review) -> Iterator[Hit]:
    for each in review.arriving(ForeignKey):
        if isinstance(each.new, ForeignKey) and each.old is None:
            yield Hit(
                f"{of_table(review, each.table)} refers to {each.new.references.name}", each.step
            )


RULE = Rule(
    id="no-foreign-keys",
    title="Foreign key where there are to be none",
    severity=Severity.OFF,
    dialects=("postgres", "mysql", "sqlite"),
    why="Shards can't check keys across each other, and tools that copy a table do not take them"
    " along.",
    instead="Keep the column and its index, and check in the application.",
    check=_check,
    aliases=("TABLE_NO_FOREIGN_KEY",),
    group="design",
)
