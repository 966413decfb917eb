"""A column is added with a value that every row must find in another table."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn, AddConstraint
from ci_runner.lint.locks import known_table
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity


def _check(review: Review) -> Iterator[Hit]:
    """Without a default every row is NULL: the server does not look, and only locks the parent."""
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
            ):
                column = f"adds column {added.columns[0]} to {added.table}"
                if (touch.table, added.columns[0]) in filled:
                    yield Hit(
                        f"{column} with a value in every row and looks each up in"
                        f" {added.references}",
                        step,
                    )
                elif _locks_another(review, touch.table, added):
                    yield Hit(
                        f"{column}, which refers to {added.references}: writes there wait",
                        step,
                        severity=Severity.NOTE,
                    )


def _locks_another(review: Review, table: Identity, added: AddConstraint) -> bool:
    """Whether it refers to another table that running clients write to."""
    parent = known_table(review, added.references) if added.references else None
    return parent is not None and parent != table


def _filled(column: AddColumn) -> bool:
    null = (column.default or "null").lower() == "null"
    return not null or column.serial or bool(column.generated)


RULE = Rule(
    id="add-column-inline-fk",
    title="Column added with a foreign key",
    severity=Severity.WARNING,
    dialects=("postgres",),
    why="With a default both tables are read in full while nobody can write to either, nor read the"
    " one that grows. Without one the lock on the parent is short, but it waits for all who write"
    " there, and others wait behind it.",
    instead="Add the column, then the foreign key NOT VALID; VALIDATE it in a later transaction.",
    check=_check,
    aliases=("adding-foreign-key-constraint", "E1", "E9"),
    waits=True,
)
