"""One schema with its tables and their rules by name: SQLite's names ignore case."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from ci_runner.dialects.sqlite.tokens import tokenize
from ci_runner.schema.model import (
    Check,
    Constraint,
    ForeignKey,
    Index,
    PrimaryKey,
    Schema,
    Table,
    Trigger,
    Unique,
    View,
)
from ci_runner.schema.virtual import VirtualTable

Dependent = Index | View | Trigger


@dataclass(frozen=True)
class Catalogue:
    """Look-ups are by names in lower case and built once, so that a plan stays linear."""

    schema: Schema

    @cached_property
    def tables(self) -> dict[str, Table]:
        return {table.name.lower(): table for table in self.schema.of_type(Table)}

    @cached_property
    def places(self) -> dict[str, int]:
        """Where each table comes in the order in which tables change."""
        return {name: at for at, name in enumerate(self.tables)}

    @cached_property
    def names(self) -> frozenset[str]:
        """Tables, virtual tables, views and indexes share their names, here in lower case."""
        named = Table | VirtualTable | View | Index
        return frozenset(
            each.name.lower() for each in self.schema.objects if isinstance(each, named)
        )

    @cached_property
    def _constraints(self) -> dict[str, list[Constraint]]:
        found: dict[str, list[Constraint]] = defaultdict(list)
        for each in self.schema.objects:
            if isinstance(each, PrimaryKey | Unique | Check | ForeignKey):
                found[each.table.lower()].append(each)
        return found

    def constraints(self, table: str) -> tuple[Constraint, ...]:
        """The constraints of one table, by identity."""
        return tuple(self._constraints.get(table.lower(), ()))

    @cached_property
    def children(self) -> dict[str, set[str]]:
        """By table, the other tables that reference it."""
        found: dict[str, set[str]] = defaultdict(set)
        for each in self.schema.of_type(ForeignKey):
            child, parent = each.table.lower(), each.references.name.lower()
            if child != parent:
                found[parent].add(child)
        return found

    @cached_property
    def indexes(self) -> dict[str, list[Index]]:
        found: dict[str, list[Index]] = defaultdict(list)
        for each in self.schema.of_type(Index):
            found[each.table.lower()].append(each)
        return found

    @cached_property
    def words(self) -> dict[Dependent, frozenset[str]]:
        """The identifiers, in lower case, that a view or a trigger says."""
        return {
            each: frozenset(
                token.name.lower() for token in tokenize(each.definition) if token.is_name
            )
            for each in self.schema.objects
            if isinstance(each, View | Trigger)
        }

    def rowid(self, table: str) -> str:
        """The column that is another name of the rowid; "" when none is, or there is no rowid."""
        owner = self.tables[table.lower()]
        if {"WITHOUT ROWID", "INTEGER PRIMARY KEY DESC"} & set(owner.options):
            return ""
        for each in self.constraints(table):
            if isinstance(each, PrimaryKey) and len(each.columns) == 1:
                column = next(c for c in owner.columns if c.name == each.columns[0])
                return column.name if column.type == "INTEGER" else ""
        return ""
