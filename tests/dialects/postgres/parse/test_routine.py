"""Whose rights a routine has, and whether it quotes what it executes."""

from __future__ import annotations

import pytest

from ci_runner.dialects.postgres.parse.parsed import statements
from ci_runner.dialects.postgres.parse.routine import (
    anonymous,
    executes,
    routines,
    unquoted_execute,
)
from ci_runner.dialects.postgres.parse.words import cut_names, is_reserved

QUOTES, LETTER = '""', "a"
HEAD = "CREATE FUNCTION f() RETURNS int LANGUAGE sql "


@pytest.mark.parametrize(
    ("options", "definer", "path"),
    [
        ("", False, None),
        ("SECURITY DEFINER", True, None),
        ("SECURITY DEFINER SET search_path TO DEFAULT", True, None),
        ("SECURITY DEFINER SET search_path = ''", True, ("",)),
        ("SECURITY DEFINER SET search_path = public, pg_temp", True, ("public", "pg_temp")),
        ("SET search_path TO 'public', 'pg_temp'", False, ("public", "pg_temp")),
        ("SECURITY DEFINER SET search_path FROM CURRENT", True, ("",)),
        ("SET TIME ZONE 'UTC'", False, None),
    ],
)
def test_rights_and_path_are_read(
    options: str, definer: bool, path: tuple[str, ...] | None
) -> None:
    (found,) = routines(f"{HEAD}{options} AS $$SELECT 1$$")

    assert ("f", definer, path, "SELECT 1") == (
        found.name,
        found.definer,
        found.path,
        found.body,
    )


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN EXECUTE 'DROP TABLE ' || t; END",
        "BEGIN EXECUTE format('DROP TABLE %s', t); END",
        "BEGIN EXECUTE 'SELECT ' || lower(a || b) INTO x; END",
        "BEGIN RETURN QUERY EXECUTE 'SELECT ' || t USING 1; END",
        "BEGIN EXECUTE 'SELECT ' || quote_ident(a) || b; END",
    ],
)
def test_a_value_without_quotes_is_found(body: str) -> None:
    assert unquoted_execute(body)


@pytest.mark.parametrize(
    "body",
    [
        "BEGIN EXECUTE 'ANALYZE'; a := b || c; END",
        "BEGIN EXECUTE format('DROP TABLE %I', t); END",
        "BEGIN EXECUTE 'DROP TABLE ' || quote_ident(t); END",
        "BEGIN EXECUTE 'SELECT ' || quote_literal(lower(a || 'x')); END",
        "BEGIN EXECUTE 'SELECT $1' INTO a USING b || c; END",
        "SELECT 'execute ' || name FROM t",
        "it's not SQL",
    ],
)
def test_what_is_quoted_is_left_alone(body: str) -> None:
    assert not unquoted_execute(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("BEGIN EXECUTE 'DROP TABLE a'; END", True),
        ("BEGIN execute format('DROP TABLE %I', t); END", True),
        ("BEGIN FOR r IN EXECUTE 'SELECT 1' LOOP END LOOP; RETURN QUERY EXECUTE q; END", False),
        ("BEGIN CREATE TRIGGER t BEFORE UPDATE ON a EXECUTE FUNCTION f(); END", False),
        (
            "BEGIN GRANT EXECUTE ON FUNCTION f() TO b; RAISE NOTICE 'EXECUTE'; -- EXECUTE\n",
            False,
        ),
    ],
)
def test_statements_that_are_made_up_are_told_from_queries(body: str, expected: bool) -> None:
    (statement,) = statements(f"DO LANGUAGE plpgsql $do${body}$do$")

    assert expected is executes(anonymous(statement.node))


def test_names_are_cut_by_bytes() -> None:
    long, umlauts, fits = "a" * 64, "ä" * 32, "b" * 63

    assert (long, umlauts) == cut_names(
        f"ALTER TABLE {long} ADD \"{umlauts}\" int, ADD {fits} text DEFAULT '{long}' -- {long}"
    )


def test_a_doubled_quote_is_one_byte_of_a_name() -> None:
    assert ('"' * 30 + "a" * 34,) == cut_names(f'SELECT "{QUOTES * 30}{LETTER * 34}"')
    assert () == cut_names(f'SELECT "{QUOTES * 32}"')


@pytest.mark.parametrize("sql", ["\0", "'open", "\ud800", "{{ ä }}"])
def test_what_the_lexer_cannot_read_has_no_long_names(sql: str) -> None:
    assert () == cut_names(sql)


def test_only_words_that_need_quotes_are_reserved() -> None:
    assert [True, True, False, False, False] == [
        is_reserved(each) for each in ("order", "USER", "value", "name", "two words")
    ]
