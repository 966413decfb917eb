"""Statements of MySQL: what its own client and its parser take for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.dialects.base import Syntax
from ci_runner.errors import SqlError
from ci_runner.migrations.statements import split

MYSQL = Syntax(identifier_quotes=("`",), mysql=True)


def texts(sql: str) -> list[str]:
    return [statement.text for statement in split(sql, "m.sql", MYSQL)]


@pytest.mark.parametrize(
    "statement",
    [
        r"INSERT INTO t VALUES ('it\'s; ', 'a''b;', 'back\\')",
        r'SELECT "a;\"b", "c;""d"',
        "SELECT `a;``b` FROM t",
        r"SELECT `back\` FROM t",
        "SELECT 1 -- a; 'b\n + 1",
        "SELECT 1 # a; 'b\n + 1",
        "SELECT 5--1",
        "SELECT 5--'a;b'",
        "SELECT 1 /* a; 'b */ + 1",
        "/*!40101 SET NAMES utf8 */",
        "CREATE TABLE t (a int) /*!50100 PARTITION BY HASH (a) ';' */",
        "CREATE TRIGGER r BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; SET NEW.b = 2; END",
        (
            "CREATE DEFINER=`a`@`%` PROCEDURE p(x int) BEGIN IF x THEN SELECT 1; ELSE SELECT 2;"
            " END IF; WHILE x DO SET x = 0; END WHILE; CASE x WHEN 1 THEN SELECT 3; END CASE;"
            " SELECT CASE WHEN x THEN 1 END, IF(x, 1, 2); END"
        ),
        "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN BEGIN END; RETURN NEW.end; END",
        "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM t; DELETE FROM u; END",
        "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END",
        "/*!50003 CREATE*/ /*!50003 TRIGGER r AFTER INSERT ON t FOR EACH ROW BEGIN DO 1; END */",
    ],
)
def test_statement_stays_whole(statement: str) -> None:
    assert [statement, "SELECT 2"] == texts(f"{statement};\nSELECT 2;")


def test_delimiter_lines_change_what_ends_a_statement_and_are_none() -> None:
    found = split(
        "SELECT 1;\nDELIMITER //\nCREATE PROCEDURE p()\n  SELECT 1; SELECT 2//\n"
        "-- why\ndelimiter ;\nSELECT 3;\n",
        "m.sql",
        MYSQL,
    )

    assert [
        ("SELECT 1", 1),
        ("CREATE PROCEDURE p()\n  SELECT 1; SELECT 2", 3),
        ("SELECT 3", 7),
    ] == [(each.text, each.line) for each in found]


def test_delimiter_inside_a_statement_is_a_word() -> None:
    assert ["SELECT 1 AS\nDELIMITER // 2"] == texts("SELECT 1 AS\nDELIMITER // 2;")


def test_transactions_are_statements_by_themselves() -> None:
    assert ["BEGIN", "INSERT INTO t VALUES (1)", "COMMIT"] == texts(
        "BEGIN; INSERT INTO t VALUES (1); COMMIT;"
    )


def test_two_dashes_without_a_space_hide_no_terminator() -> None:
    assert ["SELECT 1--1", "SELECT 2"] == texts("SELECT 1--1; SELECT 2")


def test_hash_comments_carry_directives() -> None:
    (found,) = split("# schema-ci:nolint drop-table\nDROP TABLE t;", "m.sql", MYSQL)

    assert [("nolint", ("drop-table",))] == [(each.verb, each.rules) for each in found.directives]


@pytest.mark.parametrize(
    ("sql", "what"), [("SELECT 'a\\';", "'"), ("SELECT `a;", "`"), ("/* a", "comment")]
)
def test_what_is_never_closed_is_refused_with_its_line(sql: str, what: str) -> None:
    with pytest.raises(SqlError) as refused:
        split(f"SELECT 1;\n{sql}", "m.sql", MYSQL)

    assert f"the {what} is never closed" == refused.value.what
    assert "m.sql:2" == refused.value.where


PIECES = st.sampled_from(
    ["SELECT", "a", "1", "'x;\\';y'", '"q;"', "`;`", "/* ; */", "-- ;'\n", "# ;\n", "(a, b)", "--1"]
)


@given(st.lists(st.lists(PIECES, min_size=1, max_size=8).map(" ".join), max_size=6))
def test_joined_statements_split_into_the_same(bodies: list[str]) -> None:
    statements = [f"SELECT {body} x" for body in bodies]

    assert statements == texts(" ;\n".join(statements))
