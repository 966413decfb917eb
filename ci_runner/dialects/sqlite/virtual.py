"""Virtual tables in a plan: dropped before tables change, made behind them, never altered."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import PlannedStatement
from ci_runner.dialects.sqlite.tokens import quote
from ci_runner.schema.model import Schema
from ci_runner.schema.virtual import VirtualTable

# What these show is kept somewhere else: sqlite.org/fts5, External Content Tables.
_ELSEWHERE = ("content", "content_rowid")
_FILLED_AGAIN = frozenset({"fts3", "fts4", "fts5"})


class Virtual:
    """How the virtual tables of two schemas differ; their names know no case."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self.old = {each.name.lower(): each for each in old.of_type(VirtualTable)}
        self.new = {each.name.lower(): each for each in new.of_type(VirtualTable)}
        self.replaced = frozenset(
            name for name, each in self.old.items() if self.new.get(name) != each
        )

    def dropped(self) -> Iterator[PlannedStatement]:
        for name in sorted(self.replaced):
            table = self.old[name]
            again = name in self.new
            said = f"Make virtual table {table.name} again" if again else ""
            yield PlannedStatement(
                f"DROP TABLE {quote(table.name)}",
                f"Drop virtual table {table.name}",
                table.identity,
                destructive=True,
                hazards=(_lost(table),),
                serves=said,
            )

    def made(self) -> Iterator[PlannedStatement]:
        for name, table in self.new.items():
            before = self.old.get(name)
            if before == table:
                continue
            yield PlannedStatement(
                table.source,
                f"Create virtual table {table.name}",
                table.identity,
                undo=f"DROP TABLE {quote(table.name)}",
                serves=f"Make virtual table {table.name} again" if before else "",
            )


def _lost(table: VirtualTable) -> str:
    if table.module in _FILLED_AGAIN and any(
        f"{word} =" in table.definition for word in _ELSEWHERE
    ):
        return (
            f"The index {table.name} is empty afterwards:"
            f" INSERT INTO {quote(table.name)} ({quote(table.name)}) VALUES ('rebuild') fills it."
        )
    return f"All rows of {table.name} are lost."
