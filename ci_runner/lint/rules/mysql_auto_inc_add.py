"""A counting column that is added to a table with rows."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import blamed
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in blamed(review, RULE.id):
        yield Hit(
            f"adds an AUTO_INCREMENT column to {each.table.qualified}, which {each.how}",
            each.step,
            evidence=each.evidence,
        )


RULE = Rule(
    id="mysql-auto-inc-add",
    title="AUTO_INCREMENT column added",
    severity=Severity.WARNING,
    dialects=("mysql",),
    why=(
        "The rows are numbered while nobody can write, and where replication sends "
        "statements each replica may number them otherwise."
    ),
    instead=(
        "Add a plain column, number the rows in batches by their key, then make it "
        "AUTO_INCREMENT in a quiet hour."
    ),
    check=_check,
    waits=True,
)
