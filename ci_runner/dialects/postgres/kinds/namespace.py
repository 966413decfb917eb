"""Schemas, in the sense of CREATE SCHEMA."""

from __future__ import annotations

from collections.abc import Iterator

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
)
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.model import Namespace

_QUERY = f"""
SELECT n.oid, n.nspname, pg_catalog.obj_description(n.oid, 'pg_namespace')
FROM pg_catalog.pg_namespace n
WHERE {USER_SCHEMA} AND {not_extension_member("pg_namespace", "n.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, name, comment in connection.query(_QUERY):
        yield Found(Namespace(text(name), optional(comment)), (("pg_namespace", integer(oid), 0),))


def _create(new: Namespace) -> Statements:
    return (
        PlannedStatement(
            f"CREATE SCHEMA {quote(new.name)}",
            f"Create schema {new.name}",
            new.identity,
            undo=f"DROP SCHEMA {quote(new.name)}",
        ),
        *comment_on(f"SCHEMA {quote(new.name)}", new.identity, None, new.comment),
    )


def _drop(old: Namespace) -> Statements:
    return (
        PlannedStatement(
            f"DROP SCHEMA {quote(old.name)}",
            f"Drop schema {old.name}",
            old.identity,
            destructive=True,
            undo=made_again(_create(old)),
        ),
    )


def _alter(old: Namespace, new: Namespace, _: World) -> Statements:
    return comment_on(f"SCHEMA {quote(new.name)}", new.identity, old.comment, new.comment)


KIND = Kind(Namespace, _read, _create, _drop, _alter, asks=(_QUERY,), late=True)
