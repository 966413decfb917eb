"""Conversions between encodings."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import USER_SCHEMA, Found, Kind, any_of, not_extension_member
from ci_runner.dialects.postgres.plain import Plain
from ci_runner.dialects.postgres.quote import literal
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.operators import Conversion

_QUERY = f"""
SELECT o.oid, n.nspname, o.conname, pg_catalog.pg_encoding_to_char(o.conforencoding),
       pg_catalog.pg_encoding_to_char(o.contoencoding), o.conproc::regproc::text, o.condefault,
       pg_catalog.obj_description(o.oid, 'pg_conversion')
FROM pg_catalog.pg_conversion o JOIN pg_catalog.pg_namespace n ON n.oid = o.connamespace
WHERE {USER_SCHEMA} AND {not_extension_member("pg_conversion", "o.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, schema, name, source, target, function, default, comment in connection.query(_QUERY):
        yield Found(
            Conversion(
                schema=text(schema),
                name=text(name),
                source=text(source),
                target=text(target),
                function=text(function),
                default=bool(default),
                comment=optional(comment),
            ),
            (("pg_conversion", integer(oid), 0),),
        )


def _body(each: Conversion) -> str:
    return f"FOR {literal(each.source)} TO {literal(each.target)} FROM {each.function}"


_PLAIN: Plain[Conversion] = Plain(
    "CONVERSION", _body, before=lambda each: "DEFAULT " if each.default else ""
)
KIND = Kind(
    Conversion,
    _read,
    _PLAIN.create,
    _PLAIN.drop,
    _PLAIN.alter,
    names=_PLAIN.names,
    present=any_of("pg_conversion"),
)
