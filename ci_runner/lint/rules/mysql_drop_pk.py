"""A primary key that goes without another one in its place."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import blamed
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in blamed(review, RULE.id):
        yield Hit(
            f"drops the primary key of {each.table.qualified}, which {each.how}",
            each.step,
            evidence=each.evidence,
        )


RULE = Rule(
    id="mysql-drop-pk",
    title="Dropped primary key",
    severity=Severity.ERROR,
    dialects=("mysql",),
    why=(
        "The rows lie in the order of the key, so that all of them are copied while "
        "nobody can write. Without one, replicas look for each changed row by reading "
        "the table, and online tools refuse it."
    ),
    instead="Drop and add the key in one ALTER TABLE, which the server does in place.",
    check=_check,
    waits=True,
)
