"""A column is added with a unique or primary key, whose index is built in place."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddConstraint):
        added = touch.operation
        if added.inline and added.kind in {"unique", "primary key"}:
            what = "a unique constraint" if added.kind == "unique" else "a primary key"
            yield Hit(
                f"adds column {added.columns[0]} to {added.table} with {what} and builds its index"
                " in place",
                touch.step,
            )


RULE = Rule(
    id="add-column-unique",
    title="Column added with a unique or primary key",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Nobody can read or write the table until the index is built.",
    instead="Add the column; CREATE UNIQUE INDEX CONCURRENTLY; ADD CONSTRAINT ... USING INDEX.",
    check=_check,
    aliases=("disallowed-unique-constraint", "adding-serial-primary-key-field", "E7"),
    waits=True,
)
