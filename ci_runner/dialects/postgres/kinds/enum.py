"""Enum types: values can be added in place; removing or reordering them rebuilds the type."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Found,
    Kind,
    World,
    comment_on,
    not_extension_member,
)
from ci_runner.dialects.postgres.quote import literal, qualified, quote
from ci_runner.dialects.postgres.rows import integer, optional, text, texts
from ci_runner.schema.model import Column, Enum, Table

_QUERY = f"""
SELECT t.oid, t.typarray, n.nspname, t.typname,
       ARRAY(SELECT l.enumlabel::text FROM pg_catalog.pg_enum l
             WHERE l.enumtypid = t.oid ORDER BY l.enumsortorder),
       pg_catalog.obj_description(t.oid, 'pg_type')
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND {USER_SCHEMA} AND {not_extension_member("pg_type", "t.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, array, schema, name, values, comment in connection.query(_QUERY):
        yield Found(
            Enum(text(schema), text(name), texts(values), optional(comment)),
            (("pg_type", integer(oid), 0), ("pg_type", integer(array), 0)),
        )


def _create(new: Enum) -> tuple[PlannedStatement, ...]:
    name = qualified(new.schema, new.name)
    values = ", ".join(literal(value) for value in new.values)
    return (
        PlannedStatement(
            f"CREATE TYPE {name} AS ENUM ({values})",
            f"Create enum {new.identity.qualified}",
            new.identity,
            undo=f"DROP TYPE {name}",
        ),
        *comment_on(f"TYPE {name}", new.identity, None, new.comment),
    )


def _drop(old: Enum) -> tuple[PlannedStatement, ...]:
    return (
        PlannedStatement(
            f"DROP TYPE {qualified(old.schema, old.name)}",
            f"Drop enum {old.identity.qualified}",
            old.identity,
            undo=_create(old)[0].sql,
        ),
    )


def only_adds(old: Enum, new: Enum) -> bool:
    """Whether every old value is still there, in the old order."""
    return tuple(value for value in new.values if value in old.values) == old.values


def columns_of(enum: Enum, world: World) -> tuple[Column, ...]:
    """Columns of this type, arrays included, that both schemas have."""
    spelled = qualified(enum.schema, enum.name)
    return tuple(
        column
        for table in world.old.of_type(Table)
        for column in table.columns
        if column.type in {spelled, spelled + "[]"}
        and (after := world.new.get(column.identity)) is not None
        and isinstance(after, Column)
        and after.type == column.type
    )


def _alter(old: Enum, new: Enum, world: World) -> tuple[PlannedStatement, ...]:
    comment = comment_on(
        f"TYPE {qualified(new.schema, new.name)}", new.identity, old.comment, new.comment
    )
    if old.values == new.values:
        return comment
    return (*(_add(old, new) if only_adds(old, new) else _rebuild(old, new, world)), *comment)


def _add(old: Enum, new: Enum) -> Iterator[PlannedStatement]:
    name = qualified(new.schema, new.name)
    present = set(old.values)
    for position, value in enumerate(new.values):
        if value in present:
            continue
        if position:
            place = f" AFTER {literal(new.values[position - 1])}"
        else:
            place = f" BEFORE {literal(old.values[0])}" if old.values else ""
        present.add(value)
        yield PlannedStatement(
            f"ALTER TYPE {name} ADD VALUE {literal(value)}{place}",
            f"Add a value to enum {new.identity.qualified}",
            new.identity,
        )


def _rebuild(old: Enum, new: Enum, world: World) -> Iterator[PlannedStatement]:
    name, aside = qualified(new.schema, new.name), f"{new.name}__old"
    removed = [value for value in old.values if value not in new.values]
    hazard = (
        f"rows that hold {', '.join(removed)} make it fail" if removed else "",
        "rewrites every table that uses the type under ACCESS EXCLUSIVE",
    )
    identity = new.identity
    title = new.identity.qualified

    def statement(sql: str, summary: str, *hazards: str) -> PlannedStatement:
        return PlannedStatement(
            sql, summary, identity, destructive=bool(removed), hazards=tuple(filter(None, hazards))
        )

    yield statement(
        f"ALTER TYPE {name} RENAME TO {quote(aside)}", f"Set the old enum {title} aside"
    )
    yield statement(_create(new)[0].sql, f"Create enum {title} with its new values")
    for column in columns_of(old, world):
        table = qualified(column.schema, column.table)
        at = f"ALTER TABLE {table} ALTER COLUMN {quote(column.name)}"
        cast = "text[]" if column.type.endswith("[]") else "text"
        if column.default is not None:
            yield statement(f"{at} DROP DEFAULT", f"Take the default off {column.identity}")
        yield statement(
            f"{at} TYPE {column.type} USING {quote(column.name)}::{cast}::{column.type}",
            f"Move {column.identity} to the new values",
            *hazard,
        )
        after = world.new.get(column.identity)
        if isinstance(after, Column) and column.default is not None and after.default is not None:
            yield statement(
                f"{at} SET DEFAULT {after.default}", f"Give {column.identity} its default back"
            )
    yield statement(f"DROP TYPE {qualified(new.schema, aside)}", f"Drop the old enum {title}")


KIND = Kind(Enum, _read, _create, _drop, _alter)
