"""Procedural languages that no extension brought; initdb's own have oids below 16384."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import Found, Kind, any_of, not_extension_member
from ci_runner.dialects.postgres.plain import Plain
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text
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


def _trusted(each: Language) -> str:
    return "TRUSTED " if each.trusted else ""


def _functions(each: Language) -> str:
    words = {"HANDLER": each.handler, "INLINE": each.inline, "VALIDATOR": each.validator}
    return " ".join(f"{word} {function}" for word, function in words.items() if function)


def _name(each: Language) -> str:
    return quote(each.name)


_PLAIN: Plain[Language] = Plain("LANGUAGE", _functions, _name, _trusted)
KIND = Kind(
    Language,
    _read,
    _PLAIN.create,
    _PLAIN.drop,
    _PLAIN.replace,
    names=_PLAIN.names,
    in_the_way=lambda *_: True,
    present=any_of("pg_language"),
)
