"""Procedural languages that no extension brought; initdb's own have oids below 16384."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

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
from ci_runner.schema.routines import Language


def _function(column: str) -> str:
    return (
        "(SELECT pg_catalog.format('%I.%I', n.nspname, p.proname) FROM pg_catalog.pg_proc p"
        " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace"
        f" WHERE p.oid = l.{column})"
    )


_QUERY = f"""
SELECT l.oid, l.lanname, l.lanpltrusted, {_function("lanplcallfoid")}, {_function("laninline")},
       {_function("lanvalidator")}, pg_catalog.obj_description(l.oid, 'pg_language')
FROM pg_catalog.pg_language l
WHERE l.oid >= 16384 AND l.lanispl AND {not_extension_member("pg_language", "l.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, name, trusted, handler, inline, validator, comment in connection.query(_QUERY):
        yield Found(
            Language(
                name=text(name),
                trusted=bool(trusted),
                handler=optional(handler),
                inline=optional(inline),
                validator=optional(validator),
                comment=optional(comment),
            ),
            (("pg_language", integer(oid), 0),),
        )


def _sql(each: Language, verb: str) -> str:
    trusted = "TRUSTED " if each.trusted else ""
    parts = [f"{verb} {trusted}LANGUAGE {quote(each.name)}"]
    for word, function in (
        ("HANDLER", each.handler),
        ("INLINE", each.inline),
        ("VALIDATOR", each.validator),
    ):
        parts += [f"{word} {function}"] if function else []
    return " ".join(parts)


def _comment(old: str | None, new: Language) -> Statements:
    return comment_on(f"LANGUAGE {quote(new.name)}", new.identity, old, new.comment)


def _create(new: Language) -> Statements:
    return (
        PlannedStatement(
            _sql(new, "CREATE"),
            f"Create {new.identity}",
            new.identity,
            undo=f"DROP LANGUAGE {quote(new.name)}",
        ),
        *_comment(None, new),
    )


def _drop(old: Language) -> Statements:
    return (
        PlannedStatement(
            f"DROP LANGUAGE {quote(old.name)}",
            f"Drop {old.identity}",
            old.identity,
            undo=made_again(_create(old)),
        ),
    )


def _alter(old: Language, new: Language, _: World) -> Statements:
    verb = "CREATE OR REPLACE"
    replaced: Statements = ()
    if _sql(old, verb) != _sql(new, verb):
        replaced = (
            PlannedStatement(
                _sql(new, verb), f"Replace {new.identity}", new.identity, undo=_sql(old, verb)
            ),
        )
    return (*replaced, *_comment(old.comment, new))


def _names(each: Language) -> Iterator[Hashable]:
    yield ("language", each.name)


KIND = Kind(Language, _read, _create, _drop, _alter, names=_names, in_the_way=lambda *_: True)
