"""One schema by table: look-ups that a plan needs, each built once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from ci_runner.schema.model import (
    Check,
    ForeignKey,
    Index,
    PrimaryKey,
    Schema,
    SchemaObject,
    Table,
)

Key = PrimaryKey | Index


@dataclass(frozen=True)
class Catalogue:
    """Names of tables are as they are written: on most servers they know case."""

    schema: Schema

    @cached_property
    def tables(self) -> dict[str, Table]:
        return {each.name: each for each in self.schema.of_type(Table)}

    @cached_property
    def _on(self) -> dict[str, list[SchemaObject]]:
        found: dict[str, list[SchemaObject]] = defaultdict(list)
        for each in self.schema.objects:
            if isinstance(each, PrimaryKey | Index | Check | ForeignKey):
                found[each.table].append(each)
        return found

    def keys(self, table: str) -> dict[str, Key]:
        """The primary key as PRIMARY, then indexes, by name: names of indexes know no case."""
        found = [each for each in self._on.get(table, ()) if isinstance(each, PrimaryKey | Index)]
        return {each.name.lower(): each for each in sorted(found, key=_primary_first)}

    def checks(self, table: str) -> dict[str, Check]:
        return {each.name: each for each in self._on.get(table, ()) if isinstance(each, Check)}

    def foreign_keys(self, table: str) -> dict[str, ForeignKey]:
        return {each.name: each for each in self._on.get(table, ()) if isinstance(each, ForeignKey)}


def _primary_first(each: Key) -> tuple[bool, str]:
    return isinstance(each, Index), each.name


def parent(each: ForeignKey) -> str:
    """The referenced table's name; "" where it is in another database."""
    return "" if each.references.schema else each.references.name
