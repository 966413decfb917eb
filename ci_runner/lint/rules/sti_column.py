"""A column named type, which some ORMs take for the class of a row."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    for touch in review.on_known(AddColumn):
        added = touch.operation
        if added.column == "type":
            yield Hit(f"adds a column named type to {added.table}", touch.step)


RULE = Rule(
    id="sti-column",
    title="New column type",
    severity=Severity.NOTE,
    dialects=("postgres", "mysql", "sqlite"),
    why=(
        "Rails takes it for single table inheritance: running code raises on rows that name"
        " no class."
    ),
    instead="Choose another name, or let the running release ignore the column first.",
    check=_check,
    aliases=("add_inheritance_column",),
    group="compatibility",
)
