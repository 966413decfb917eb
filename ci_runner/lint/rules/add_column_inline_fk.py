"""A column is added with a value that every row must find in another table."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn, AddConstraint
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """Without a default every row is NULL, and the server knows that it need not look."""
    for step, touches in review.statements(AddColumn):
        filled = {
            (touch.table, touch.operation.column)
            for touch in touches
            if isinstance(touch.operation, AddColumn) and _filled(touch.operation)
        }
        for touch in touches:
            added = touch.operation
            if (
                touch.known
                and isinstance(added, AddConstraint)
                and added.kind == "foreign key"
                and added.inline
                and not added.not_valid
                and (touch.table, added.columns[0]) in filled
            ):
                yield Hit(
                    f"adds column {added.columns[0]} to {added.table} with a value in every row"
                    f" and looks each up in {added.references}",
                    step,
                )


def _filled(column: AddColumn) -> bool:
    null = (column.default or "null").lower() == "null"
    return not null or column.serial or bool(column.generated)


RULE = Rule(
    id="add-column-inline-fk",
    title="Column added with a value and a foreign key",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="Both tables are read in full; nobody can write to either, nor read the one that grows.",
    instead="Add the column, then the foreign key NOT VALID; VALIDATE it in a later transaction.",
    check=_check,
    aliases=("adding-foreign-key-constraint", "E1", "E9"),
    waits=True,
)
