"""ALTER TABLE ... RENAME: SQLite renames tables and columns, and rewrites what mentions them."""

from __future__ import annotations

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.sqlite.tokens import quote
from ci_runner.schema.model import Identity


def rename(old: Identity, new: Identity) -> tuple[PlannedStatement, ...]:
    """None for views, indexes and triggers, which hold no data: they are made again."""
    if old.kind not in {"table", "column"} or old.name == new.name:
        return ()

    def sql(before: str, after: str) -> str:
        if old.kind == "table":
            return f"ALTER TABLE {quote(before)} RENAME TO {quote(after)}"
        return f"ALTER TABLE {quote(old.parent)} RENAME COLUMN {quote(before)} TO {quote(after)}"

    return (
        PlannedStatement(
            sql(old.name, new.name),
            f"Rename {old} to {new.name}",
            new,
            undo=sql(new.name, old.name),
            hazards=(f"Whatever still says {old.qualified} fails from here on.",),
        ),
    )
