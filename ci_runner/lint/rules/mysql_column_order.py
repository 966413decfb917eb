"""A column that is put in a place of its own."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import ORDER, blamed, clauses, column_name, moved
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    told = set()
    for each in blamed(review, ORDER):
        told.add(id(each.step))
        yield Hit(
            f"puts a column in its place, which {each.how}", each.step, evidence=each.evidence
        )
    for clause in clauses(review):
        if moved(clause.words) and id(clause.step) not in told:
            told.add(id(clause.step))
            yield Hit(
                f"puts column {column_name(clause)} of {clause.table.qualified} in a place of its"
                " own",
                clause.step,
                severity=Severity.NOTE,
            )


RULE = Rule(
    id="mysql-column-order",
    title="Column with FIRST or AFTER",
    severity=Severity.ERROR,
    dialects=("mysql",),
    why=(
        "MySQL before 8.0.29, MariaDB before 10.4 and every table with generated "
        "columns are written again for it; clients that read columns by their place "
        "read others."
    ),
    instead="Leave out FIRST and AFTER: the new column is the last one.",
    check=_check,
    aliases=(
        "COLUMN_DISALLOW_CHANGING_ORDER",
        "SQLE00065",
    ),
    waits=True,
)
