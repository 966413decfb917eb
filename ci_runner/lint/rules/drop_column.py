"""A stored column that running clients know is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import AddColumn, Data, DropColumn, DropTable, RenameTable
from ci_runner.lint.follow import Touch
from ci_runner.lint.rule import Hit, Review, Rule, Severity
from ci_runner.schema.model import Column, Identity, Table


def _check(review: Review) -> Iterator[Hit]:
    added = {(touch.table, touch.operation.column) for touch in review.upon(AddColumn)}
    for touch in review.on_known(DropColumn):
        drop, table = touch.operation, touch.table
        known = review.base.get(Identity("column", table.schema, drop.column, table.name))
        virtual = isinstance(known, Column) and known.generated_kind == "virtual"
        if not virtual and (known is not None or (table, drop.column) not in added):
            yield Hit(f"drops column {drop.column} of {drop.table} and its data", touch.step)
    yield from _rebuilt(review)


def _rebuilt(review: Review) -> Iterator[Hit]:
    """Columns that a rebuild leaves behind: a filled copy takes the name of a dropped table."""
    filled = {touch.table for touch in review.upon(Data)}
    dropped = {touch.table for touch in review.upon(DropTable)}
    for touch in review.upon(RenameTable):
        name = Identity("table", touch.table.schema, touch.operation.to)
        if touch.step.executed and touch.table in filled and name in dropped:
            table, copy = review.base.get(name), touch.step.after.get(name)
            if isinstance(table, Table) and isinstance(copy, Table):
                yield from _left_behind(touch, table, copy)


def _left_behind(touch: Touch[RenameTable], table: Table, copy: Table) -> Iterator[Hit]:
    kept = {column.name.lower() for column in copy.columns}
    for column in table.columns:
        if column.name.lower() not in kept and column.generated_kind != "virtual":
            yield Hit(
                f"drops column {column.name} of {table.name} and its data: the table that takes"
                " its place has none",
                touch.step,
            )


RULE = Rule(
    id="drop-column",
    title="Dropped column",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql", "sqlite"),
    why="Its data is gone, and every client that still names it fails.",
    instead="Stop reading and writing the column first; drop it in a later release.",
    check=_check,
    aliases=("DS103", "ban-drop-column", "destructive"),
)
