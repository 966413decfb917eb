"""Text search templates, which are made of functions."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import USER_SCHEMA, Found, Kind, not_extension_member
from ci_runner.dialects.postgres.plain import Plain, listed
from ci_runner.dialects.postgres.rows import integer, optional, text
from ci_runner.schema.search import TextSearchTemplate

_WORDS = ("init", "lexize")
_QUERY = f"""
SELECT o.oid, n.nspname, o.tmplname, pg_catalog.obj_description(o.oid, 'pg_ts_template'),
       nullif(o.tmplinit::oid, 0)::regproc::text, nullif(o.tmpllexize::oid, 0)::regproc::text
FROM pg_catalog.pg_ts_template o JOIN pg_catalog.pg_namespace n ON n.oid = o.tmplnamespace
WHERE {USER_SCHEMA} AND {not_extension_member("pg_ts_template", "o.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, schema, name, comment, *functions in connection.query(_QUERY):
        options = zip(_WORDS, map(optional, functions), strict=True)
        yield Found(
            TextSearchTemplate(
                schema=text(schema),
                name=text(name),
                options=tuple((word, value) for word, value in options if value is not None),
                comment=optional(comment),
            ),
            (("pg_ts_template", integer(oid), 0),),
        )


def _body(each: TextSearchTemplate) -> str:
    return listed(each.options)


_PLAIN: Plain[TextSearchTemplate] = Plain("TEXT SEARCH TEMPLATE", _body)
KIND = Kind(TextSearchTemplate, _read, _PLAIN.create, _PLAIN.drop, _PLAIN.alter, names=_PLAIN.names)
