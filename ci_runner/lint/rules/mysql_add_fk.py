"""A foreign key that the server checks while it copies the table."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import blamed
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in blamed(review, RULE.id):
        yield Hit(
            f"adds a foreign key to {each.table.qualified}, which {each.how}",
            each.step,
            evidence=each.evidence,
        )


RULE = Rule(
    id="mysql-add-fk",
    title="Foreign key that copies the table",
    severity=Severity.ERROR,
    dialects=("mysql",),
    why=(
        "With foreign_key_checks on, the server copies the whole table to check it, "
        "while nobody can write; the parent is locked as well."
    ),
    instead=(
        "Add the index first and look for rows without a parent. Then SET "
        "foreign_key_checks = 0 for this one statement, which no longer checks the rows "
        "that are there; or copy with an online tool."
    ),
    check=_check,
    waits=True,
)
