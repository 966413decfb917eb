"""Casts from one type to another."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import Found, Kind, any_of, not_extension_member
from ci_runner.dialects.postgres.plain import Plain
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.types import Cast

# initdb makes those below 16384; that from a range to its multirange comes with the type.
_QUERY = f"""
SELECT x.oid, pg_catalog.format_type(x.castsource, NULL),
       pg_catalog.format_type(x.casttarget, NULL), x.castmethod::text,
       nullif(x.castfunc, 0)::regprocedure::text, x.castcontext::text,
       pg_catalog.obj_description(x.oid, 'pg_cast')
FROM pg_catalog.pg_cast x
WHERE x.oid >= 16384 AND {not_extension_member("pg_cast", "x.oid")}
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_cast'::regclass AND d.objid = x.oid
                  AND d.deptype = 'i')
"""
_CONTEXTS = {"e": "", "a": "AS ASSIGNMENT", "i": "AS IMPLICIT"}
_WAYS = {"b": "WITHOUT FUNCTION", "i": "WITH INOUT"}


def _read(connection: Connection) -> Iterator[Found]:
    for oid, source, target, method, function, context, comment in connection.query(_QUERY):
        way = _WAYS.get(text(method)) or f"WITH FUNCTION {text(function)}"
        yield Found(
            Cast(text(source), text(target), way, _CONTEXTS[text(context)], optional(comment)),
            (("pg_cast", integer(oid), 0),),
        )


def _title(each: Cast) -> str:
    return f"({each.source} AS {each.target})"


def _body(each: Cast) -> str:
    return f"{each.way} {each.context}".rstrip()


_PLAIN: Plain[Cast] = Plain("CAST", _body, _title)
KIND = Kind(
    Cast,
    _read,
    _PLAIN.create,
    _PLAIN.drop,
    _PLAIN.alter,
    names=_PLAIN.names,
    present=any_of("pg_cast"),
)
