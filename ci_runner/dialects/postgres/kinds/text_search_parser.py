"""Text search parsers, which are made of functions."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import text_search
from ci_runner.dialects.postgres.kind import Found, Kind, any_of
from ci_runner.schema.search import TextSearchParser

_FUNCTIONS = (
    ("start", "start"),
    ("gettoken", "token"),
    ("end", "end"),
    ("headline", "headline"),
    ("lextypes", "lextype"),
)
_PLAIN = text_search.plain("TEXT SEARCH PARSER")


def _read(connection: Connection) -> Iterator[Found]:
    return text_search.read(connection, TextSearchParser, "pg_ts_parser", "prs", _FUNCTIONS)


KIND = Kind(
    TextSearchParser,
    _read,
    _PLAIN.create,
    _PLAIN.drop,
    _PLAIN.alter,
    names=_PLAIN.names,
    present=any_of("pg_ts_parser"),
)
