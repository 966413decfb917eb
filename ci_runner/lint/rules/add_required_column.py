"""A column is added that every row must fill and nothing fills."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_BREAKS = {"mysql": "clients that leave it out can't insert any more"}


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddColumn):
        added = touch.operation
        empty = (added.default or "null").lower() == "null"
        if added.not_null and empty and not added.serial and not added.generated:
            yield Hit(
                f"adds column {added.column} to {added.table} as NOT NULL without a default:"
                f" {_BREAKS.get(review.dialect, 'it fails if the table has rows')}",
                touch.step,
            )


RULE = Rule(
    id="add-required-column",
    title="Required column without default",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql", "sqlite"),
    why="It fails as soon as the table has a row, and old clients cannot insert any more.",
    instead="Add it nullable or with a default, fill the rows, then set NOT NULL.",
    check=_check,
    aliases=("MF103", "adding-required-field", "data_depend"),
    group="compatibility",
)
