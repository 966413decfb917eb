"""A table that running clients know is dropped."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.operations import CreateTable, Data, DropTable, RenameTable
from ci_runner.lint.follow import Touch
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """SQLite has one writer at a time, so that its rebuild loses nothing."""
    for touch in review.on_known(DropTable):
        table = touch.operation.table
        if not _rebuilt(review, touch):
            yield Hit(f"drops table {table} and all its rows", touch.step)
        elif review.dialect != "sqlite":
            says = f"replaces table {table} by a copy: what is written meanwhile is lost"
            yield Hit(says, touch.step, severity=Severity.WARNING)


def _rebuilt(review: Review, drop: Touch[DropTable]) -> bool:
    """Whether a table that this change makes and fills has the dropped one's name.

    Either the copy is renamed behind the drop, or the original was renamed before it.
    """
    filled = {touch.table for touch in review.upon(Data)}
    copies = {touch.table for touch in review.upon(CreateTable) if touch.table in filled}
    renames = [(touch.table, touch.operation.to) for touch in review.upon(RenameTable)]
    original = {was.name for was, to in renames if to == drop.table.name}
    return any(copy.name in original for copy in copies) or any(
        was in copies and to in {drop.table.name, *original} for was, to in renames
    )


RULE = Rule(
    id="drop-table",
    title="Dropped table",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql", "sqlite"),
    why="Its rows are gone, and every client that still reads it fails.",
    instead="Stop using the table first; drop it in a later release, after a backup.",
    check=_check,
    aliases=("DS102", "ban-drop-table", "destructive"),
)
