"""A table that running clients know is renamed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.operations import CreateTable, CreateView, RenameTable
from ci_runner.lint.rule import Hit, Review, Rule, Severity

_PLAIN = re.compile(r"(?:[a-z_][a-z0-9_]*\.)?[a-z_][a-z0-9_]*")


def _check(review: Review) -> Iterator[Hit]:
    stand_ins = set(_stand_ins(review))
    when = "right behind it" if review.dialect == "mysql" else "same transaction"
    for touch in review.on_known(RenameTable):
        old, new = touch.operation.table, replace(touch.operation.table, name=touch.operation.to)
        plain = _PLAIN.fullmatch(str(old)) and _PLAIN.fullmatch(str(new))
        view = f"CREATE VIEW {old} AS SELECT * FROM {new}; -- {when}"
        if (touch.table.schema, touch.table.name) not in stand_ins:
            yield Hit(
                f"renames table {old} to {touch.operation.to}; running clients use the old name",
                touch.step,
                instead=view if plain else "",
            )


def _stand_ins(review: Review) -> Iterator[tuple[str, str]]:
    """Schema and name of what the change puts in the place of a table."""
    for touch in review.among(CreateView, CreateTable, RenameTable):
        match touch.operation:
            case CreateView(view=view):
                yield view.schema or review.default_schema, view.name
            case CreateTable():
                yield touch.table.schema, touch.table.name
            case RenameTable(to=to):
                yield touch.table.schema, to
            case _:
                pass


RULE = Rule(
    id="rename-table",
    title="Renamed table",
    severity=Severity.ERROR,
    dialects=("postgres", "mysql", "sqlite"),
    why="Clients that run the old release still use the old name and fail at once.",
    instead="Make a view with the old name in the same transaction; drop it in a later release.",
    check=_check,
    aliases=("BC101", "renaming-table", "incompatible"),
    group="compatibility",
)
