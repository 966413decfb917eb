"""Shell types: the names of base types, which the functions of these need first."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    SHELL,
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
from ci_runner.dialects.postgres.quote import qualified
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.types import ShellType

# Every base type has been a shell, but for the arrays that come with other types.
_QUERY = f"""
SELECT t.oid, n.nspname, t.typname, t.typisdefined,
       CASE WHEN NOT t.typisdefined THEN pg_catalog.obj_description(t.oid, 'pg_type') END
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE (NOT t.typisdefined OR t.typtype = 'b' AND NOT EXISTS (
       SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid))
  AND {USER_SCHEMA} AND {not_extension_member("pg_type", "t.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, schema, name, defined, comment in connection.query(_QUERY):
        shell = ShellType(text(schema), text(name), optional(comment))
        yield Found(shell, (("pg_type", integer(oid), SHELL if defined else 0),))


def _create(new: ShellType) -> Statements:
    """A base type takes it along when it goes."""
    name = qualified(new.schema, new.name)
    return (
        PlannedStatement(
            f"CREATE TYPE {name}",
            f"Create {new.identity}",
            new.identity,
            undo=f"DROP TYPE IF EXISTS {name}",
        ),
        *comment_on_type(new.identity, None, new.comment),
    )


def _drop(old: ShellType) -> Statements:
    name = qualified(old.schema, old.name)
    return (
        PlannedStatement(
            f"DROP TYPE {name}",
            f"Drop {old.identity}",
            old.identity,
            undo=made_again(_create(old)),
        ),
    )


def _alter(old: ShellType, new: ShellType, _: World) -> Statements:
    return comment_on_type(new.identity, old.comment, new.comment)


def _names(each: ShellType) -> Iterator[Hashable]:
    yield type_name(each.schema, each.name)


KIND = Kind(
    ShellType,
    _read,
    _create,
    _drop,
    _alter,
    names=_names,
    in_the_way=lambda *_: True,
    present=any_of("pg_type", "x.oid >= 16384 AND (NOT x.typisdefined OR x.typinput >= 16384)"),
)
