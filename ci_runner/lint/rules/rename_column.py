"""A column that running clients know is renamed."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn, RenameColumn
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Identity


def _check(review: Review) -> Iterator[Hit]:
    added: set[tuple[Identity, str]] = set()
    stand_ins = {
        (touch.table, touch.operation.column)
        for touch in review.upon(AddColumn)
        if touch.operation.generated
    }
    for touch in review.among(AddColumn, RenameColumn):
        match touch.operation:
            case AddColumn(column=column):
                added.add((touch.table, column))
            case RenameColumn(table, column, to):
                old, new = (touch.table, column), (touch.table, to)
                if touch.known and column != to and old not in added and old not in stand_ins:
                    yield Hit(
                        f"renames column {column} of {table} to {to}; running clients use the old"
                        " name",
                        touch.step,
                    )
                added.add(new)
            case _:
                pass


RULE = Rule(
    id="rename-column",
    title="Renamed column",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql", "sqlite"),
    why="Clients that run the old release still name the old column and fail at once.",
    instead="Add the new column, write both, copy the values, move readers, drop the old one.",
    check=_check,
    aliases=("BC102", "renaming-column", "incompatible"),
    group="compatibility",
)
