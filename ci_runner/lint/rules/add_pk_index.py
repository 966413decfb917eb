"""A primary key builds its index under the strongest lock."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddConstraint):
        added = touch.operation
        if added.kind == "primary key" and not added.using_index and not added.inline:
            yield Hit(
                f"adds a primary key to {added.table} and builds its index in place", touch.step
            )


RULE = Rule(
    id="add-pk-index",
    title="Primary key added in place",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Nobody can read or write the table until the index is built.",
    instead="CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... PRIMARY KEY USING INDEX.",
    check=_check,
    aliases=("PG104", "adding-serial-primary-key-field", "constraint-missing-not-valid"),
    waits=True,
)
