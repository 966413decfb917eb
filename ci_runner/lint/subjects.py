"""What a team's own rules can see: objects, changes and statements as plain data.

Every subject has `kind`, `schema` and `name`; what else it has is said in docs/policy.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, assert_never

from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Alter, Change, Create, Drop, Rename
from ci_runner.schema.model import (
    Check,
    Column,
    ForeignKey,
    Identity,
    Index,
    PrimaryKey,
    Schema,
    SchemaObject,
    Table,
    Unique,
    View,
)
from ci_runner.schema.routines import Function, Procedure
from ci_runner.schema.security import Policy
from ci_runner.schema.views import MaterializedView

Subject = dict[str, Any]
_KINDS: Mapping[str, tuple[type, ...]] = {
    "table": (Table,),
    "index": (Index,),
    "view": (View, MaterializedView),
    "function": (Function, Procedure),
}
_NAMED = frozenset({"kind", "schema", "name", "on", "comment"})
_TABLE = frozenset(
    """columns primary_key unique checks foreign_keys indexes policies row_security
    partition""".split()
)
# What a subject of each target has.
FIELDS: Mapping[str, frozenset[str]] = {
    "table": _NAMED | _TABLE,
    "column": _NAMED - {"on"} | {"type", "not_null", "default", "generated", "identity", "table"},
    "index": _NAMED | {"table", "unique", "method", "columns", "predicate", "valid"},
    "view": _NAMED | {"columns", "definition", "options"},
    "function": _NAMED | {"arguments", "language", "definition"},
    "change": _NAMED | {"action", "from"},
    "statement": frozenset(
        """kind schema name path text transactional rows rewritten locks operations""".split()
    ),
}


class Subjects:
    """The objects of one schema as subjects, by target, made once."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._on: dict[tuple[str, str], list[SchemaObject]] = {}
        for each in schema.objects:
            identity = each.identity
            table = getattr(each, "table", None) or identity.parent
            if table:
                self._on.setdefault((identity.schema, table), []).append(each)

    def all(self, target: str) -> Iterator[tuple[Identity, Subject]]:
        """Every object of a target."""
        if target == "column":
            for table in self._schema.of_type(Table):
                for column in table.columns:
                    yield column.identity, self._column(column, table)
            return
        for each in self._schema.objects:
            if isinstance(each, _KINDS.get(target, ())):
                yield each.identity, self._of(each)

    def _of(self, each: SchemaObject) -> Subject:
        match each:
            case Table():
                return self._table(each)
            case Index():
                return _named(each) | {
                    "table": each.table,
                    "unique": each.unique,
                    "method": each.method,
                    "columns": list(each.keys),
                    "predicate": each.predicate or "",
                    "valid": each.valid,
                }
            case View() | MaterializedView():
                return _named(each) | {
                    "columns": list(each.columns),
                    "definition": each.definition,
                    "options": list(each.options),
                }
            case Function() | Procedure():
                return _named(each) | {
                    "name": each.name,
                    "arguments": each.arguments,
                    "language": each.language,
                    "definition": each.definition,
                }
            case _:
                return _named(each)

    def _table(self, table: Table) -> Subject:
        on = self._on.get((table.schema, table.name), [])
        keys = [list(each.columns) for each in on if isinstance(each, PrimaryKey)]
        return _named(table) | {
            "columns": [self._bare_column(each) for each in table.columns],
            "primary_key": keys[0] if keys else [],
            "unique": [list(each.columns) for each in on if isinstance(each, Unique)],
            "checks": [each.definition for each in on if isinstance(each, Check)],
            "foreign_keys": [
                {
                    "name": each.name,
                    "columns": list(each.columns),
                    "references": each.references.name,
                    "indexed": self._indexed(on, each),
                }
                for each in on
                if isinstance(each, ForeignKey)
            ],
            "indexes": [self._of(each) for each in on if isinstance(each, Index)],
            "policies": [each.name for each in on if isinstance(each, Policy)],
            "row_security": "row level security" in table.options,
            "partition": bool(table.bound),
        }

    def _indexed(self, on: Iterable[SchemaObject], key: ForeignKey) -> bool:
        """Whether an index, or one behind a key, begins with the columns in whatever order."""
        wanted = set(key.columns)
        leading = [
            (each.keys if isinstance(each, Index) else each.columns)[: len(wanted)]
            for each in on
            if isinstance(each, PrimaryKey | Unique)
            or (isinstance(each, Index) and each.valid and not each.predicate)
        ]
        return any({each.strip('"') for each in found} == wanted for found in leading)

    def _bare_column(self, column: Column) -> Subject:
        return {
            "name": column.name,
            "type": column.type,
            "not_null": column.not_null,
            "default": column.default or "",
            "generated": column.generated or "",
            "identity": column.identity_kind,
            "comment": column.comment or "",
        }

    def _column(self, column: Column, table: Table) -> Subject:
        about = {"kind": "column", "schema": column.schema, "table": self._table(table)}
        return self._bare_column(column) | about


def changed(step: Step) -> Iterator[Change]:
    """What one statement was seen to change."""
    return iter(step.observed.changes)


def change_subject(change: Change) -> Subject:
    """`action` is create, drop, alter or rename; `from` the old name of what was renamed."""
    match change:
        case Create(new):
            return _named(new) | {"action": "create", "from": ""}
        case Drop(old):
            return _named(old) | {"action": "drop", "from": ""}
        case Alter(_, new):
            return _named(new) | {"action": "alter", "from": ""}
        case Rename(old, new):
            return _named(new) | {"action": "rename", "from": old.identity.name}
        case _:
            assert_never(change)


def statement_subject(step: Step) -> Subject:
    """One statement and what it was seen doing; `text` is "" where it is sensitive."""
    statement = step.statement
    return {
        "kind": "statement",
        "schema": "",
        "name": "",
        "path": statement.path,
        "text": "" if statement.sensitive else statement.text,
        "transactional": step.transactional,
        "rows": step.rows or 0,
        "rewritten": [each.qualified for each in step.observed.rewritten],
        "locks": [
            {"mode": lock.mode, "table": lock.relation.qualified} for lock in step.observed.locks
        ],
        "operations": [type(each).__name__ for each in step.operations],
    }


def _named(each: SchemaObject) -> Subject:
    identity = each.identity
    return {
        "kind": identity.kind,
        "schema": identity.schema,
        "name": identity.name,
        "on": identity.parent,
        "comment": getattr(each, "comment", None) or "",
    }
