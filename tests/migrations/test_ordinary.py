"""Ordinary statements: their pattern finds the end that reading word by word does."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.dialects.base import Syntax
from ci_runner.errors import SqlError
from ci_runner.migrations.ordinary import ordinary
from ci_runner.migrations.statements import split

POSTGRES = Syntax(dollar_quotes=True, escape_strings=True, nested_comments=True, atomic_bodies=True)
# The same rules, of which no statement counts as ordinary.
WORD_BY_WORD = replace(POSTGRES, identifier_quotes=('"', '"'))
PARTS = (
    "SELECT", "CREATE FUNCTION", "create or replace procedure", "BEGIN", "ATOMIC", "END", "CASE",
    "-- a;", "-- schema-ci:nolint x", "/*", "*/", "-", "/", "'", "''", "e'", "E'", '"', "$$", "$a$",
    "$1", "a$b$", "(", ")", ";", "\\", "\n", "\n\n", "\r\n", " ", "é", "1", "\x1c", "\u2028",
)  # fmt: skip


def told(sql: str, syntax: Syntax) -> object:
    try:
        return [
            (one.text, one.line, one.end_line, one.column, one.directives)
            for one in split(sql, "m.sql", syntax)
        ]
    except SqlError as refused:
        return refused.what, refused.where


@settings(deadline=None)  # which a machine with other work to do misses
@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join))
def test_it_ends_where_reading_word_by_word_says(sql: str) -> None:
    assert told(sql, WORD_BY_WORD) == told(sql, POSTGRES)


@settings(deadline=None)  # which a machine with other work to do misses
@given(st.lists(st.sampled_from(PARTS), max_size=40).map(" ".join))
def test_words_apart_end_there_as_well(sql: str) -> None:
    assert told(sql, WORD_BY_WORD) == told(sql, POSTGRES)


@pytest.mark.parametrize(
    "sql",
    [
        "\n-- why\nINSERT INTO t VALUES (1, 'a;''b', \"c\"), ((2) - 1, ';');",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $body$ SELECT 1; $body$;",
    ],
)
def test_rows_and_bodies_in_dollars_are_ordinary(sql: str) -> None:
    pattern = ordinary(POSTGRES)
    assert pattern is not None

    found = pattern.match(sql)

    assert found is not None
    assert len(sql) == found.end()


def test_it_takes_no_longer_for_what_does_not_match_than_its_length() -> None:
    pattern = ordinary(POSTGRES)
    assert pattern is not None
    started = time.process_time()

    for sql in (
        "(" * 300_000,
        "('a', (1)), " * 50_000 + "\\;",
        "'a'" * 200_000 + "'",
        "$a$ " * 9_999,
    ):
        pattern.match(sql)

    assert time.process_time() - started < 1
