"""Operator families, with those members that belong to no class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import members
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    not_extension_member,
)
from ci_runner.dialects.postgres.plain import Plain
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.operators import Member, OperatorFamily

_QUERY = f"""
SELECT o.oid, n.nspname, o.opfname, a.amname, pg_catalog.obj_description(o.oid, 'pg_opfamily')
FROM pg_catalog.pg_opfamily o
JOIN pg_catalog.pg_namespace n ON n.oid = o.opfnamespace
JOIN pg_catalog.pg_am a ON a.oid = o.opfmethod
WHERE {USER_SCHEMA} AND {not_extension_member("pg_opfamily", "o.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    members_of = members.read(connection, "pg_opfamily")
    for oid, schema, name, method, comment in connection.query(_QUERY):
        mine = members_of.get(integer(oid), ())
        yield Found(
            OperatorFamily(
                text(schema),
                text(name),
                text(method),
                tuple(member for _, member in mine),
                optional(comment),
            ),
            (("pg_opfamily", integer(oid), 0), *(address for address, _ in mine)),
        )


def _title(each: OperatorFamily) -> str:
    return f"{qualified(each.schema, each.name)} USING {quote(each.method)}"


_PLAIN: Plain[OperatorFamily] = Plain("OPERATOR FAMILY", lambda _: "", _title)


def _create(new: OperatorFamily) -> Statements:
    created, *comments = _PLAIN.create(new)
    empty = replace(new, members=())
    return (created, *_exchanged(empty, new), *comments)


def _drop(old: OperatorFamily) -> Statements:
    return _PLAIN.drop(old, _create(old))


def _alter(old: OperatorFamily, new: OperatorFamily, _: World) -> Statements:
    return (*_exchanged(old, new), *_PLAIN.comment(old, new))


def _exchanged(old: OperatorFamily, new: OperatorFamily) -> Iterator[PlannedStatement]:
    leaving = [each for each in old.members if each not in new.members]
    coming = [each for each in new.members if each not in old.members]

    def drop(several: list[Member]) -> str:
        return f"{at} DROP {', '.join(each.place for each in several)}"

    def add(several: list[Member]) -> str:
        return f"{at} ADD {', '.join(each.definition for each in several)}"

    at = f"ALTER OPERATOR FAMILY {_title(new)}"
    if leaving:
        yield PlannedStatement(
            drop(leaving), f"Take from {new.identity}", new.identity, undo=add(leaving)
        )
    if coming:
        yield PlannedStatement(
            add(coming), f"Add to {new.identity}", new.identity, undo=drop(coming)
        )


KIND = Kind(
    OperatorFamily,
    _read,
    _create,
    _drop,
    _alter,
    names=_PLAIN.names,
    present=any_of("pg_opfamily"),
)
