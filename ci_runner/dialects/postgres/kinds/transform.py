"""Transforms: how values of a type go into a language and come out of it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import Found, Kind, any_of, not_extension_member
from ci_runner.dialects.postgres.plain import Plain
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.routines import Transform


def _function(column: str) -> str:
    return (
        "(SELECT pg_catalog.format('%I.%I(%s)', n.nspname, p.proname,"
        " pg_catalog.oidvectortypes(p.proargtypes))"
        " FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
        f" WHERE p.oid = x.{column})"
    )


_QUERY = f"""
SELECT x.oid, pg_catalog.format_type(x.trftype, NULL), l.lanname,
       {_function("trffromsql")}, {_function("trftosql")},
       pg_catalog.obj_description(x.oid, 'pg_transform')
FROM pg_catalog.pg_transform x
JOIN pg_catalog.pg_language l ON l.oid = x.trflang
WHERE x.oid >= 16384 AND {not_extension_member("pg_transform", "x.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, type_, language, from_sql, to_sql, comment in connection.query(_QUERY):
        yield Found(
            Transform(
                type=text(type_),
                language=text(language),
                from_sql=optional(from_sql),
                to_sql=optional(to_sql),
                comment=optional(comment),
            ),
            (("pg_transform", integer(oid), 0),),
        )


def _called(each: Transform) -> str:
    return f"FOR {each.type} LANGUAGE {quote(each.language)}"


def _ways(each: Transform) -> str:
    ways = [f"FROM SQL WITH FUNCTION {each.from_sql}"] if each.from_sql else []
    ways += [f"TO SQL WITH FUNCTION {each.to_sql}"] if each.to_sql else []
    return f"({', '.join(ways)})"


_PLAIN: Plain[Transform] = Plain("TRANSFORM", _ways, _called)
KIND = Kind(
    Transform,
    _read,
    _PLAIN.create,
    _PLAIN.drop,
    _PLAIN.replace,
    in_the_way=lambda *_: True,
    present=any_of("pg_transform"),
)
