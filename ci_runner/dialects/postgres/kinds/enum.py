"""Enum types: values are added in place; to remove or reorder some, it is made again."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    comment_on_type,
    made_again,
    not_extension_member,
    type_name,
)
from ci_runner.dialects.postgres.quote import literal, qualified
from ci_runner.dialects.postgres.read.rows import integer, optional, text, texts
from ci_runner.schema.model import Enum, Schema

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
        *comment_on_type(new.identity, None, new.comment),
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


def _alter(old: Enum, new: Enum, _: World) -> Statements | None:
    comment = comment_on_type(new.identity, old.comment, new.comment)
    if old.values == new.values:
        return comment
    if _only_adds(old, new):
        return (*_add(old, new), *comment)
    return None


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
            undo_hazards=("PostgreSQL drops no single value of an enum",),
        )


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
    keeps="aside",
    late=True,
    names=_names,
    present=any_of("pg_type", "x.oid >= 16384 AND x.typtype = 'e'"),
)
