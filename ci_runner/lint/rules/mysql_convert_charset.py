"""A table that gets another character set, engine or row format."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.mysql import blamed
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in blamed(review, RULE.id):
        yield Hit(
            f"converts {each.table.qualified}, which {each.how}", each.step, evidence=each.evidence
        )


RULE = Rule(
    id="mysql-convert-charset",
    title="Table converted as a whole",
    severity=Severity.ERROR,
    dialects=("mysql",),
    why=(
        "Every row and every index is written again while nobody can write, and "
        "comparisons and lengths of texts may change with it."
    ),
    instead="Change column by column where that is enough; else copy with an online tool.",
    check=_check,
    waits=True,
)
