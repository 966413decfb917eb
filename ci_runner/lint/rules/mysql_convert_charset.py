"""A table that gets another character set, engine or row format."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ci_runner.lint.mysql import blamed, definition
from ci_runner.lint.options import RuleOption, flag
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for each in blamed(review, RULE.id):
        yield Hit(
            f"converts {each.table.qualified}, which {each.how}", each.step, evidence=each.evidence
        )
    if flag(review.options.get(RULE.id, {}), "none-named"):
        for step in review.steps:
            words = [token.word for token in definition(step, "CHAR")]
            if "CHARSET" in words or ("CHARACTER", "SET") in pairwise(words):
                yield Hit("names a character set", step, severity=Severity.NOTE)


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
    options=(
        RuleOption("none-named", "flag", "whether tables and columns take the database's own set"),
    ),
)
