"""Access methods of indexes and tables."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import Found, Kind, any_of, not_extension_member
from ci_runner.dialects.postgres.plain import Plain
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.operators import AccessMethod

_QUERY = f"""
SELECT a.oid, a.amname, CASE a.amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END,
       a.amhandler::regproc::text, pg_catalog.obj_description(a.oid, 'pg_am')
FROM pg_catalog.pg_am a
WHERE a.oid >= 16384 AND {not_extension_member("pg_am", "a.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, name, kind, handler, comment in connection.query(_QUERY):
        yield Found(
            AccessMethod(text(name), text(kind), text(handler), optional(comment)),
            (("pg_am", integer(oid), 0),),
        )


def _body(each: AccessMethod) -> str:
    return f"TYPE {each.type} HANDLER {each.handler}"


_PLAIN: Plain[AccessMethod] = Plain("ACCESS METHOD", _body, lambda each: quote(each.name))
KIND = Kind(
    AccessMethod,
    _read,
    _PLAIN.create,
    _PLAIN.drop,
    _PLAIN.alter,
    names=_PLAIN.names,
    present=any_of("pg_am"),
)
