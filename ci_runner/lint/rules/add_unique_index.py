"""A unique constraint builds its index under the strongest lock."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddConstraint):
        added = touch.operation
        if added.kind == "unique" and not added.using_index and not added.inline:
            name = f" {added.name}" if added.name else ""
            yield Hit(
                f"adds unique constraint{name} to {added.table} and builds its index in place",
                touch.step,
            )


RULE = Rule(
    id="add-unique-index",
    title="Unique constraint added in place",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Nobody can read or write the table until the index is built.",
    instead="CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... UNIQUE USING INDEX.",
    check=_check,
    aliases=("PG105", "disallowed-unique-constraint", "constraint-missing-not-valid", "E7"),
    waits=True,
)
