"""A table that running clients know is dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from ci_runner.dialects.operations import CreateTable, Data, DropTable, RenameTable
from ci_runner.lint.rule import Hit, Review, Rule, Severity


def _check(review: Review) -> Iterator[Hit]:
    """SQLite has one writer at a time, so that its rebuild loses nothing."""
    rebuilds = _Rebuilds(review)
    for touch in review.on_known(DropTable):
        table = touch.operation.table
        if not rebuilds.replace(table.name):
            yield Hit(f"drops table {table} and all its rows", touch.step)
        elif review.dialect != "sqlite":
            says = f"replaces table {table} by a copy: what is written meanwhile is lost"
            yield Hit(says, touch.step, severity=Severity.WARNING)


class _Rebuilds:
    """Tables that this change makes and fills, and what is renamed: looked at once for all drops.

    `copies` are their names, `become` those that they are renamed to, `before` the names that
    something had before it was renamed, by its last one.
    """

    def __init__(self, review: Review) -> None:
        filled = {touch.table for touch in review.upon(Data)}
        made = {touch.table for touch in review.upon(CreateTable)} & filled
        self.copies = {each.name for each in made}
        self.become: set[str] = set()
        self.before: dict[str, set[str]] = defaultdict(set)
        for touch in review.upon(RenameTable):
            self.before[touch.operation.to].add(touch.table.name)
            if touch.table in made:
                self.become.add(touch.operation.to)

    def replace(self, dropped: str) -> bool:
        """Whether one of the tables has the dropped one's name.

        Either the copy is renamed behind the drop, or the original was renamed before it.
        """
        original = self.before.get(dropped, set())
        return not original.isdisjoint(self.copies) or not self.become.isdisjoint(
            {dropped, *original}
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
