"""A new column whose default is computed for each row."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import blamed
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in blamed(review, RULE.id):
        yield Hit(
            f"adds a column with a computed default to {each.table.qualified}, which {each.how}",
            each.step,
            evidence=each.evidence,
        )


RULE = Rule(
    id="mysql-expr-default",
    title="Computed default that copies the table",
    severity=Severity.ERROR,
    dialects=("mysql",),
    why=(
        "Each row gets a value of its own, so that the whole table is copied while "
        "nobody can write. A constant is only noted down."
    ),
    instead=(
        "Add the column without a default, set the default in a second statement, and "
        "fill the rows in batches."
    ),
    check=_check,
    waits=True,
)
