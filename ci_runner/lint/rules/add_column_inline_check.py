"""A column is added together with a check, which reads the whole table."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddConstraint):
        added = touch.operation
        if added.kind == "check" and added.inline and not added.not_valid:
            yield Hit(
                f"adds column {added.columns[0]} to {added.table} with a check and reads every row"
                " for it, although all rows have the same value",
                touch.step,
            )


RULE = Rule(
    id="add-column-inline-check",
    title="Column added with a check",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="The table is read in full while nobody can read or write it, though the column is new.",
    instead="Add the column, then ADD CONSTRAINT ... CHECK ... NOT VALID, and VALIDATE it later.",
    check=_check,
    aliases=("E1", "add-check-without-not-valid"),
    waits=True,
)
