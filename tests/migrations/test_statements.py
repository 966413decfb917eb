"""Statements: what ends one, which line it has, and which files are refused."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.dialects.base import Syntax
from ci_runner.errors import SqlError
from ci_runner.migrations.statements import decode, split

POSTGRES = Syntax(dollar_quotes=True, escape_strings=True, nested_comments=True, atomic_bodies=True)
SQLITE = Syntax(identifier_quotes=('"', "`", "["), trigger_bodies=True)


def texts(sql: str, syntax: Syntax = POSTGRES) -> list[str]:
    return [statement.text for statement in split(sql, "m.sql", syntax)]


def test_lines_are_those_of_the_first_and_last_word() -> None:
    found = split(
        "-- one\n\nSELECT 1;\r\n/* a\n b */ SELECT\r\n  2\r\n;SELECT 3", "m.sql", POSTGRES
    )

    assert [("SELECT 1", 3, 3), ("SELECT\r\n  2", 5, 6), ("SELECT 3", 7, 7)] == [
        (one.text, one.line, one.end_line) for one in found
    ]


@pytest.mark.parametrize("sql", ["", "\n \t", "-- nothing\n/* at ; all */", ";;\n;"])
def test_a_file_without_statements_has_none(sql: str) -> None:
    assert () == split(sql, "m.sql", POSTGRES)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 'a;''b', \"c;\"\"d\"",
        "SELECT E'it\\';s', e'\\\\'",
        "SELECT 'back\\'",
        "DO $$ BEGIN; END $$",
        "DO $tag$ a; $$ ; $other$ $tag$",
        "SELECT a$b$ + 1",
        "SELECT $1",
        "SELECT 1 /* a; /* b; */ c; */ + 1",
        "SELECT 1 -- a; 'b\n + 1",
        (
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1;"
            " SELECT CASE WHEN true THEN 1 END; END"
        ),
        "create or replace -- x\n procedure p() begin /* y */\n atomic insert into t values(1);end",
        "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)",
        "BEGIN",
        "END",
    ],
)
def test_postgres_statement_stays_whole(statement: str) -> None:
    assert [statement, "SELECT 2"] == texts(f"{statement};\nSELECT 2;")


@pytest.mark.parametrize(
    "statement",
    [
        (
            "CREATE TRIGGER t AFTER INSERT ON a WHEN CASE new.x WHEN 1 THEN 1 END BEGIN"
            " UPDATE a SET b = CASE WHEN 1 THEN 2 END; SELECT 1; END"
        ),
        "CREATE TEMP TRIGGER IF NOT EXISTS t BEFORE DELETE ON [a;b] BEGIN DELETE FROM c; END",
        "CREATE /* a; */ TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2; END",
        "SELECT `a;b`, [c;'d]",
        "BEGIN TRANSACTION",
        "SELECT '$$'",
    ],
)
def test_sqlite_statement_stays_whole(statement: str) -> None:
    assert [statement, "SELECT 2"] == texts(f"{statement};\nSELECT 2;", SQLITE)


def test_only_postgres_nests_comments() -> None:
    assert ["SELECT 1 /* a /* b */", "c */"] == texts("SELECT 1 /* a /* b */; c */", SQLITE)


@pytest.mark.parametrize(
    "sql", ["SELECT 1;\n\\d t\n", "\n  \\restrict x", "SELECT 1\n\\gx\n", "\nSELECT 1 \\gexec"]
)
def test_psql_commands_are_refused_with_their_line(sql: str) -> None:
    with pytest.raises(SqlError, match="psql command") as refused:
        split(sql, "m.sql", POSTGRES)

    assert "m.sql:2" == refused.value.where


def test_a_backslash_line_in_quotes_is_text() -> None:
    assert ["SELECT '\n\\d'"] == texts("SELECT '\n\\d';")


def test_copy_data_is_refused() -> None:
    with pytest.raises(SqlError, match="COPY") as refused:
        split("SELECT 1;\nCOPY t (a) FROM stdin;\n1\n\\.\n", "m.sql", POSTGRES)

    assert "m.sql:2" == refused.value.where


@pytest.mark.parametrize("opening", ["'a", '"a', "E'a\\'", "$$ a", "$x$ a $$", "/* a /* b */"])
def test_what_is_never_closed_is_named_with_its_line(opening: str) -> None:
    with pytest.raises(SqlError, match="never closed") as refused:
        split(f"SELECT 1;\nSELECT {opening}", "m.sql", POSTGRES)

    assert "m.sql:2" == refused.value.where


def test_atlas_delimiter_replaces_the_semicolon() -> None:
    assert ["SELECT 1; SELECT 2", "SELECT ';-- end'"] == texts(
        "-- atlas:delimiter -- end\nSELECT 1; SELECT 2\n-- end\nSELECT ';-- end'\n-- end\n"
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_atlas_delimiter_understands_escapes(newline: str) -> None:
    sql = newline.join(["-- atlas:delimiter \\n\\n", "a;", "b;", "", "c"])

    assert [f"a;{newline}b;", "c"] == texts(sql)


def test_directives_above_inside_and_behind_belong_to_the_statement() -> None:
    found = split(
        "-- atlas:nolint\n\n-- atlas:nolint DS103 MF103\nSELECT -- schema-ci:nolint a\n1;"
        " -- schema-ci:nolint b\n-- schema-ci:nolint c\nSELECT 2;",
        "m.sql",
        POSTGRES,
    )

    assert [
        [
            ("atlas:nolint", (), 1),
            ("atlas:nolint", ("DS103", "MF103"), 3),
            ("schema-ci:nolint", ("a",), 4),
            ("schema-ci:nolint", ("b",), 5),
        ],
        [("schema-ci:nolint", ("c",), 6)],
    ] == [[(one.spelling, one.rules, one.line) for one in each.directives] for each in found]


def test_the_files_head_is_carried_by_its_first_statement() -> None:
    first, second = split("-- atlas:nolint\n\nSELECT 1;\nSELECT 2;", "m.sql", POSTGRES)

    assert [("file", 1)] == [(each.scope, each.line) for each in first.directives]
    assert () == second.directives


@pytest.mark.parametrize("comment", ["-- atlas:nolint DS103", "/* atlas:nolint DS103 */"])
def test_a_directive_behind_a_statement_is_not_the_next_ones(comment: str) -> None:
    one, two = split(f"SELECT 1; {comment}\r\nSELECT 2;", "m.sql", POSTGRES)

    assert [("DS103",)] == [each.rules for each in one.directives]
    assert () == two.directives


def test_a_directive_between_two_statements_on_one_line_is_the_second_ones() -> None:
    one, two = split("SELECT 1; /* atlas:nolint DS103 */ SELECT 2;", "m.sql", POSTGRES)

    assert () == one.directives
    assert ["nolint"] == [each.verb for each in two.directives]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_directive_above_an_empty_line_is_not_the_statements(newline: str) -> None:
    sql = newline.join(
        ["SELECT 1;", "-- atlas:nolint far", "", "-- atlas:nolint near", "-- why", "SELECT 2;"]
    )

    _, two = split(sql, "m.sql", POSTGRES)

    assert [("near",)] == [each.rules for each in two.directives]


def test_atlas_delimiter_minds_case() -> None:
    assert ["select 'a' going; on"] == texts("-- atlas:delimiter GO\nselect 'a' going; on\nGO\n")


def test_an_unpaired_parenthesis_holds_its_own_file_together_only() -> None:
    assert ["SELECT )", "SELECT (; SELECT 2;"] == texts("SELECT ); SELECT (; SELECT 2;")


def test_byte_order_mark_goes_and_line_ends_stay() -> None:
    assert "é\r\n" == decode(b"\xef\xbb\xbf\xc3\xa9\r\n", "m.sql")


def test_a_bad_byte_is_named_with_line_and_offset() -> None:
    with pytest.raises(SqlError, match="not UTF-8") as refused:
        decode(b"ab\n\xff", "m.sql")

    assert "m.sql:2" == refused.value.where
    assert "byte 0xff at offset 3" == refused.value.said


PIECES = st.sampled_from(
    [
        "SELECT",
        "a",
        "1",
        "'x;''y'",
        '"q;"',
        "$$;'$$",
        "$t$ $$; $t$",
        "/* ; /* ; */ */",
        "(a; b)",
        "-- ;'\n",
        "E'\\';'",
        "\r\n",
        "\n",
        "case",
        "begin",
        "end",
        "(a; (b;) c)",
        ")",
    ]
)


@given(st.lists(st.lists(PIECES, min_size=1, max_size=8).map(" ".join), max_size=6))
def test_joined_statements_split_into_the_same(bodies: list[str]) -> None:
    statements = [f"SELECT {body} x" for body in bodies]

    assert statements == texts(" ;\n".join(statements))


def test_five_megabytes_take_less_than_five_seconds() -> None:
    row = "INSERT INTO t (a, b) VALUES (1, 'some text; with '' quotes'); -- note\n"
    sql = row * (5_000_000 // len(row))
    started = time.process_time()

    found = split(sql, "m.sql", POSTGRES)

    assert time.process_time() - started < 5
    assert sql.count("\n") == len(found) == found[-1].line
