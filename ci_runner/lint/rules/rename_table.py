"""A table that running clients know is renamed."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateTable, CreateView, RenameTable
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    stand_ins = {
        (touch.operation.view.schema or review.default_schema, touch.operation.view.name)
        for touch in review.touches
        if isinstance(touch.operation, CreateView)
    }
    for touch in review.touches:
        if isinstance(touch.operation, CreateTable):
            stand_ins.add((touch.table.schema, touch.table.name))
        if isinstance(touch.operation, RenameTable):
            stand_ins.add((touch.table.schema, touch.operation.to))
    for touch in review.on_known(RenameTable):
        old, new = touch.operation.table, touch.operation.to
        if (touch.table.schema, touch.table.name) not in stand_ins:
            yield Hit(
                f"renames table {old} to {new}; running clients use the old name",
                touch.step,
                instead=f"CREATE VIEW {old} AS SELECT * FROM {new}; -- same transaction",
            )


RULE = Rule(
    id="rename-table",
    title="Renamed table",
    severity=Severity.ERROR,
    dialects=("postgres", "sqlite"),
    why="Clients that run the old release still use the old name and fail at once.",
    instead="Make a view with the old name in the same transaction; drop it in a later release.",
    check=_check,
    aliases=("BC101", "renaming-table", "incompatible"),
)
