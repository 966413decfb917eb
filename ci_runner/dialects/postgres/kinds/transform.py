"""Transforms: how values of a type go into a language and come out of it."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    Found,
    Kind,
    Statements,
    World,
    comment_on,
    made_again,
    not_extension_member,
)
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.rows import integer, optional, text
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
    return f"TRANSFORM FOR {each.type} LANGUAGE {quote(each.language)}"


def _sql(each: Transform, verb: str) -> str:
    ways = [f"FROM SQL WITH FUNCTION {each.from_sql}"] if each.from_sql else []
    ways += [f"TO SQL WITH FUNCTION {each.to_sql}"] if each.to_sql else []
    return f"{verb} {_called(each)} ({', '.join(ways)})"


def _comment(old: str | None, new: Transform) -> Statements:
    return comment_on(_called(new), new.identity, old, new.comment)


def _create(new: Transform) -> Statements:
    return (
        PlannedStatement(
            _sql(new, "CREATE"),
            f"Create {new.identity}",
            new.identity,
            undo=f"DROP {_called(new)}",
        ),
        *_comment(None, new),
    )


def _drop(old: Transform) -> Statements:
    return (
        PlannedStatement(
            f"DROP {_called(old)}",
            f"Drop {old.identity}",
            old.identity,
            undo=made_again(_create(old)),
        ),
    )


def _alter(old: Transform, new: Transform, _: World) -> Statements:
    verb = "CREATE OR REPLACE"
    replaced: Statements = ()
    if _sql(old, verb) != _sql(new, verb):
        replaced = (
            PlannedStatement(
                _sql(new, verb), f"Replace {new.identity}", new.identity, undo=_sql(old, verb)
            ),
        )
    return (*replaced, *_comment(old.comment, new))


KIND = Kind(Transform, _read, _create, _drop, _alter, in_the_way=lambda *_: True)
