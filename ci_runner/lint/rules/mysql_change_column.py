"""CHANGE COLUMN, which says all of a column again."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import clauses, column_name
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in clauses(review):
        if each.words[0] == "CHANGE":
            yield Hit(
                f"says all of column {column_name(each)} of {each.table.qualified} again", each.step
            )


RULE = Rule(
    id="mysql-change-column",
    title="CHANGE COLUMN",
    severity=Severity.NOTE,
    dialects=("mysql",),
    why=(
        "Whatever it does not say again, such as a default, NOT NULL or a comment, is "
        "lost, and a slip of the pen renames the column."
    ),
    instead="RENAME COLUMN for the name, MODIFY for the type, ALTER COLUMN for the default.",
    check=_check,
    aliases=("COLUMN_DISALLOW_CHANGE",),
    group="compatibility",
)
