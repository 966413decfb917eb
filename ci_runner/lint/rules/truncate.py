"""A table that running clients know is emptied."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import Data
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(Data):
        data = touch.operation
        if data.verb == "TRUNCATE":
            rows = "every row" if data.everywhere else "all rows of a partition"
            yield Hit(f"removes {rows} of {data.table}", touch.step)


RULE = Rule(
    id="truncate",
    title="Emptied table",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql"),
    why="All rows are gone, while nobody can read or write the table.",
    instead="Delete in batches, outside of migrations, after a backup.",
    check=_check,
    aliases=(
        "banTruncate",
        "US029",
        "TruncateTableCheck",
        "PGM203",
        "STATEMENT_DISALLOW_TRUNCATE",
    ),
)
