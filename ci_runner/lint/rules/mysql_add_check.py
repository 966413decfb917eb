"""A check that the server verifies while it copies the table."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import blamed
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in blamed(review, RULE.id):
        yield Hit(
            f"adds a check to {each.table.qualified}, which {each.how}",
            each.step,
            evidence=each.evidence,
        )


RULE = Rule(
    id="mysql-add-check",
    title="Check that copies the table",
    severity=Severity.ERROR,
    dialects=("mysql",),
    why=(
        "The whole table is copied to verify its rows, while nobody can write, and a "
        "single row that breaks it stops the migration."
    ),
    instead=(
        "Check in the application, or copy with an online tool. On MySQL add it NOT ENFORCED first."
    ),
    check=_check,
    waits=True,
)
