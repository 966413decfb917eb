"""What a statement does: what its text says or, where that tells nothing, what was seen of it.

DO blocks, calls of functions, DROP TYPE ... CASCADE and the like say nothing about tables; the
changes that the dev database went through are then read as if they had been written.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    AlterObject,
    CreateIndex,
    CreateObject,
    CreateTable,
    Data,
    DropColumn,
    DropConstraint,
    DropIndex,
    DropObject,
    DropTable,
    Operation,
    Other,
    RenameColumn,
    RenameTable,
    Repeated,
    SetNotNull,
    Setting,
    Target,
    Unparsed,
)
from ci_runner.frozen import frozen
from ci_runner.migrations.history import Step
from ci_runner.schema.changes import Alter, Change, Create, Drop, Rename
from ci_runner.schema.model import (
    Check,
    Column,
    ForeignKey,
    Index,
    PrimaryKey,
    SchemaObject,
    Table,
    Unique,
)


@frozen
class Rewrite:
    """The table was seen with a new file behind it: every row was written again, or thrown away."""

    table: Target


Effect: TypeAlias = Operation | Rewrite

# Kinds of statement whose text does not tell which tables they change.
_OPAQUE = frozenset(
    {Other, Unparsed, Data, DropObject, AlterObject, CreateObject, Setting, Repeated}
)
_CALL = re.compile(r"([a-z_]\w*)\(")


def effects(step: Step) -> tuple[Effect, ...]:
    """The operations of one statement, seen ones where the text tells none, and its rewrites."""
    rewrites = [
        Rewrite(Target(each.schema, each.name))
        for each in step.observed.rewritten
        if each.kind == "table"
    ]
    if not _OPAQUE.issuperset(map(type, step.operations)):
        return (*step.operations, *rewrites)
    seen = (each for change in step.observed.changes for each in _seen(change))
    return (*step.operations, *seen, *rewrites)


def _seen(change: Change) -> tuple[Operation, ...]:  # noqa: PLR0911 - one return per kind
    match change:
        case Create(new=new):
            return _created(new)
        case Drop(old=Table() as old):
            return (DropTable(Target(old.schema, old.name)),)
        case Drop(old=Column() as old):
            return (DropColumn(Target(old.schema, old.table), old.name),)
        case Drop(old=Index() as old):
            return (DropIndex(Target(old.schema, old.name)),)
        case Drop(old=Check() | ForeignKey() | Unique() | PrimaryKey() as old):
            return (DropConstraint(Target(old.schema, old.table), old.name),)
        case Rename(old=Table() as old, new=Table() as new) if old.schema == new.schema:
            return (RenameTable(Target(old.schema, old.name), new.name),)
        case Rename(old=Column() as old, new=Column() as new) if old.table == new.table:
            return (RenameColumn(Target(old.schema, old.table), old.name, new.name),)
        case Alter(old=Column() as old, new=Column() as new):
            return _altered(old, new)
        case _:
            return ()


def _created(new: SchemaObject) -> tuple[Operation, ...]:  # noqa: PLR0911 - one return per kind
    match new:
        case Table(schema=schema, name=name):
            return (CreateTable(Target(schema, name)),)
        case Column(schema=schema, table=table):
            return (_added(Target(schema, table), new),)
        case Index(schema=schema, table=table, name=name, unique=unique):
            return (CreateIndex(Target(schema, table), name, unique=unique),)
        case Check(schema=schema, table=table, name=name, valid=valid):
            return (AddConstraint(Target(schema, table), "check", name, not_valid=not valid),)
        case ForeignKey(schema=schema, table=table, name=name, valid=valid):
            return (
                AddConstraint(
                    Target(schema, table),
                    "foreign key",
                    name,
                    new.columns,
                    not valid,
                    references=Target(new.references.schema, new.references.name),
                ),
            )
        case Unique(schema=schema, table=table, name=name):
            return (AddConstraint(Target(schema, table), "unique", name, new.columns),)
        case PrimaryKey(schema=schema, table=table, name=name):
            return (AddConstraint(Target(schema, table), "primary key", name, new.columns),)
        case _:
            return ()


def _added(table: Target, column: Column) -> AddColumn:
    return AddColumn(
        table,
        column.name,
        column.type,
        column.not_null,
        column.default,
        tuple(dict.fromkeys(_CALL.findall(column.default or ""))),
        bool(column.identity_kind) or (column.default or "").startswith("nextval("),
        column.generated_kind,
    )


def _altered(old: Column, new: Column) -> tuple[Operation, ...]:
    table = Target(new.schema, new.table)
    found: list[Operation] = []
    if old.type != new.type:
        found.append(AlterColumnType(table, new.name, new.type))
    if new.not_null and not old.not_null:
        found.append(SetNotNull(table, new.name))
    return tuple(found)
