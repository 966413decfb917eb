"""Enum types: values can be added in place; removing or reordering them rebuilds the type."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import replace
from itertools import count

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    comment_on,
    made_again,
    not_extension_member,
    type_name,
)
from ci_runner.dialects.postgres.quote import literal, qualified, quote
from ci_runner.dialects.postgres.rows import integer, optional, text, texts
from ci_runner.schema.model import Column, Enum, Identity, Schema, Table, View

_QUERY = f"""
SELECT t.oid, t.typarray, n.nspname, t.typname,
       ARRAY(SELECT l.enumlabel::text FROM pg_catalog.pg_enum l
             WHERE l.enumtypid = t.oid ORDER BY l.enumsortorder),
       pg_catalog.obj_description(t.oid, 'pg_type')
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'e' AND {USER_SCHEMA} AND {not_extension_member("pg_type", "t.oid")}
"""

_ADDED = re.compile(r" ADD VALUE (E?)'((?:[^']|'')*)'")


def _read(connection: Connection) -> Iterator[Found]:
    for oid, array, schema, name, values, comment in connection.query(_QUERY):
        yield Found(
            Enum(text(schema), text(name), texts(values), optional(comment)),
            (("pg_type", integer(oid), 0), ("pg_type", integer(array), 0)),
        )


def _create(new: Enum) -> Statements:
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


def _drop(old: Enum) -> Statements:
    return (
        PlannedStatement(
            f"DROP TYPE {qualified(old.schema, old.name)}",
            f"Drop enum {old.identity.qualified}",
            old.identity,
            undo=made_again(_create(old)),
        ),
    )


def _only_adds(old: Enum, new: Enum) -> bool:
    """Whether every old value is still there, in the old order."""
    return tuple(value for value in new.values if value in old.values) == old.values


def _columns_of(enum: Enum, world: World) -> Iterator[tuple[Column, Column]]:
    """Columns, before and after, that have the type or use a value of it, and keep doing so."""
    for identity in world.dependents.get(enum.identity, ()):
        before, after = world.old.get(identity), world.new.get(identity)
        if not isinstance(before, Column) or not isinstance(after, Column):
            continue
        if before.generated is None and (identity, enum.identity) in world.new.dependencies:
            yield before, after


def _alter(old: Enum, new: Enum, world: World) -> Statements:
    comment = comment_on(
        f"TYPE {qualified(new.schema, new.name)}", new.identity, old.comment, new.comment
    )
    if old.values == new.values:
        return comment
    if _only_adds(old, new):
        return (*_add(old, new), *comment)
    return tuple(_rebuild(old, new, world))


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


def _aside(enum: Enum, world: World) -> str:
    """A name that no type has, within the 63 bytes that the server keeps of one."""
    stem = enum.name.encode()[:55].decode(errors="ignore")
    taken = {
        each.name
        for side in (world.old, world.new)
        for each in side.objects
        if isinstance(each, Enum | Table | View) and each.schema == enum.schema
    }
    names = (f"{stem}__old{number or ''}" for number in count())
    return next(name for name in names if name not in taken)


def _rebuild(old: Enum, new: Enum, world: World) -> Iterator[PlannedStatement]:
    name, aside = qualified(new.schema, new.name), _aside(new, world)
    removed = [value for value in old.values if value not in new.values]
    hazard = (
        f"rows that hold {', '.join(removed)} make it fail" if removed else "",
        "rewrites every table that uses the type under ACCESS EXCLUSIVE",
    )
    identity = new.identity
    title = new.identity.qualified

    def statement(sql: str, summary: str, *hazards: str) -> PlannedStatement:
        return PlannedStatement(sql, summary, identity, hazards=tuple(filter(None, hazards)))

    yield statement(
        f"ALTER TYPE {name} RENAME TO {quote(aside)}", f"Set the old enum {title} aside"
    )
    created, *comments = _create(new)
    yield statement(created.sql, f"Create enum {title} with its new values")
    yield from comments
    for before, after in _columns_of(old, world):
        at = f"ALTER TABLE {qualified(after.schema, after.table)} ALTER COLUMN {quote(after.name)}"
        # The column itself lets go of a default that calls a function made again around this.
        released = after.identity in world.released
        if before.default is not None and not released:
            yield statement(f"{at} DROP DEFAULT", f"Take the default off {after.identity}")
        if before.type == after.type and before.type in {name, f"{name}[]"}:
            cast = "text[]" if before.type.endswith("[]") else "text"
            yield statement(
                f"{at} TYPE {after.type} USING {quote(after.name)}::{cast}::{after.type}",
                f"Move {after.identity} to the new values",
                *hazard,
            )
        # A default that changes as well is set by the column's own change, after this one.
        if before.default is not None and before.default == after.default and not released:
            yield statement(
                f"{at} SET DEFAULT {after.default}", f"Give {after.identity} its default back"
            )
    yield statement(f"DROP TYPE {qualified(new.schema, aside)}", f"Drop the old enum {title}")


def _disturbs(old: Enum, new: Enum, world: World) -> Iterator[Identity]:
    """A rebuild takes the type from under everything that uses it or a column of it."""
    if not _only_adds(old, new):
        yield old.identity
        yield from (column.identity for column, _ in _columns_of(old, world))


def _remakes(old: Enum, new: Enum, _: World) -> bool:
    return not _only_adds(old, new)


def outside_transactions(statements: Statements, new: Schema) -> Statements:
    """Mark ADD VALUE as not transactional when a later statement mentions the value.

    PostgreSQL refuses a new enum value in the transaction that added it: 55P04.
    """
    enums = {each.identity: each for each in new.of_type(Enum)}
    marked: list[PlannedStatement] = []
    later: list[str] = []
    for each in reversed(statements):
        added = _ADDED.search(each.sql) if each.object in enums else None
        if added is None:
            later.append(each.sql)
            marked.append(each)
            continue
        value = added[2].replace("\\\\", "\\") if added[1] else added[2]
        marked.append(replace(each, transactional=not any(value in sql for sql in later)))
    return tuple(reversed(marked))


def _names(each: Enum) -> Iterator[Hashable]:
    yield type_name(each.schema, each.name)


KIND = Kind(
    Enum,
    _read,
    _create,
    _drop,
    _alter,
    is_type=True,
    late=True,
    names=_names,
    disturbs=_disturbs,
    remakes=_remakes,
)
