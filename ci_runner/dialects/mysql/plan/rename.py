"""Renames that keep what an object holds: tables, views, columns and indexes."""

from __future__ import annotations

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.mysql.quote import quote
from ci_runner.schema.model import Identity

_PARTS = {"column": "COLUMN", "index": "INDEX"}


def rename(old: Identity, new: Identity) -> tuple[PlannedStatement, ...]:
    """None for keys, routines, triggers and events, which hold nothing: they are made again."""
    if old.kind not in {"table", "view", *_PARTS} or old.name == new.name:
        return ()

    def sql(before: str, after: str) -> str:
        if old.kind in _PARTS:
            what = _PARTS[old.kind]
            return (
                f"ALTER TABLE {quote(old.parent)} RENAME {what} {quote(before)} TO {quote(after)}"
            )
        return f"RENAME TABLE {quote(before)} TO {quote(after)}"

    hazards = (f"Whatever still says {old.qualified} fails from here on.",)
    return (
        PlannedStatement(
            sql(old.name, new.name),
            f"Rename {old} to {new.name}",
            new,
            undo=sql(new.name, old.name),
            hazards=() if old.kind == "index" else hazards,
        ),
    )
