"""A default of zeros for a date."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.lint.designs import told_of
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    yield from told_of(
        review,
        lambda each: (each.column.default or "").startswith("'0000-00-00"),
        "the default is no date",
    )


RULE = Rule(
    id="zero-date",
    title="Date of zeros",
    severity=Severity.WARNING,
    dialects=("mysql",),
    why=(
        "A server in strict mode with NO_ZERO_DATE, which is MySQL's default, refuses "
        "the statement and every INSERT that relies on it; other databases and "
        "languages know no such date."
    ),
    instead="Allow NULL, or take CURRENT_TIMESTAMP.",
    check=_check,
    aliases=("COL.013",),
    group="design",
)
