"""What text search parsers and templates share: an object that is a list of functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.kind import USER_SCHEMA, Found, not_extension_member
from ci_runner.dialects.postgres.plain import Plain, listed
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.search import TextSearchParser, TextSearchTemplate

T = TypeVar("T", TextSearchParser, TextSearchTemplate)


def read(
    connection: Connection,
    made_of: type[T],
    catalogue: str,
    prefix: str,
    columns: Sequence[tuple[str, str]],
) -> Iterator[Found]:
    """All of one catalogue, whose columns begin with `prefix`; `columns` are (word, its rest)."""
    functions = ", ".join(
        f"nullif(o.{prefix}{column}::oid, 0)::regproc::text" for _, column in columns
    )
    for oid, schema, name, comment, *values in connection.query(f"""
        SELECT o.oid, n.nspname, o.{prefix}name,
               pg_catalog.obj_description(o.oid, '{catalogue}'), {functions}
        FROM pg_catalog.{catalogue} o
        JOIN pg_catalog.pg_namespace n ON n.oid = o.{prefix}namespace
        WHERE {USER_SCHEMA} AND {not_extension_member(catalogue, "o.oid")}"""):
        words = (word for word, _ in columns)
        options = zip(words, map(optional, values), strict=True)
        yield Found(
            made_of(
                schema=text(schema),
                name=text(name),
                options=tuple((word, value) for word, value in options if value is not None),
                comment=optional(comment),
            ),
            ((catalogue, integer(oid), 0),),
        )


def plain(word: str) -> Plain[TextSearchParser | TextSearchTemplate]:
    return Plain(word, lambda each: listed(each.options))
