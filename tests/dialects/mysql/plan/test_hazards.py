"""The query of a hazard counts the rows that make a plan fail, and without them it runs."""

from __future__ import annotations

from contextlib import suppress

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.dialects.base import EVERYTHING, PlannedStatement, StatementFailed
from ci_runner.dialects.mysql import DIALECT
from tests.dialects.mysql.laws import load

PARENT = "CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1);"
CASES = {
    "null": ("a int", "a int NOT NULL", "(1), (NULL)"),
    "longer": ("a varchar(9)", "a varchar(3)", "('abc'), ('abcd')"),
    "bytes": ("a varbinary(9)", "a varbinary(3)", "('abc'), ('abcd')"),
    "text": ("a text", "a varchar(3)", "('abc'), ('abcd')"),
    "range": ("a bigint", "a tinyint unsigned", "(255), (256)"),
    "value": ("a enum('it''s','b')", "a enum('it''s')", "('it''s'), ('b')"),
    "alphabet": ("a varchar(9)", "a varchar(9) CHARACTER SET latin1", "('é'), ('€uro'), ('日')"),
    "check": ("a int", "a int, CONSTRAINT c CHECK (a > 0 or a is null)", "(1), (0)"),
    "unique": ("a int", "a int, UNIQUE KEY u (a)", "(NULL), (NULL), (1), (2), (2)"),
    "primary": ("a int NOT NULL", "a int NOT NULL, PRIMARY KEY (a)", "(1), (2), (2)"),
    "prefix": ("a varchar(9)", "a varchar(9), UNIQUE KEY u (a(2))", "('ab'), ('acd'), ('ace')"),
    "parent": (
        "a int",
        "a int, CONSTRAINT f FOREIGN KEY (a) REFERENCES p (id)",
        "(1), (NULL), (7)",
    ),
}


def planned(server: MysqlServer, old: str, new: str) -> tuple[PlannedStatement, ...]:
    with server.database() as left, server.database() as right:
        load(left, f"{PARENT}CREATE TABLE t ({old});", "old.sql")
        load(right, f"{PARENT}CREATE TABLE t ({new});", "new.sql")
        return DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right), EVERYTHING)


@pytest.mark.parametrize("name", CASES)
def test_a_query_finds_the_rows_that_are_in_the_way(mysql_server: MysqlServer, name: str) -> None:
    old, new, rows = CASES[name]
    (statement,) = planned(mysql_server, old, new)
    (hazard,) = (each for each in statement.hazards if each.startswith("Fails when "))
    _, _, query = hazard.partition(": ")
    with mysql_server.database() as connection:
        load(connection, f"{PARENT}CREATE TABLE t ({old});INSERT INTO t VALUES {rows};", "old.sql")
        found = connection.query(query)
        with suppress(StatementFailed):
            connection.execute(statement.sql)
            pytest.fail("it runs with the rows that the query finds")
        last = rows.rpartition("(")[2].strip(")")
        connection.execute(f"DELETE FROM t WHERE a <=> {last} LIMIT 1")
        free = connection.query(query)

        connection.execute(statement.sql)

    assert [1] == [row[0] if query.startswith("SELECT count") else len(found) for row in found]
    assert [(0,)] == free if query.startswith("SELECT count") else [] == free


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a int", "a varchar(2)", "Fails, or rounds, when t.a has no place for a value"),
        ("a int", "a int, b int NOT NULL, UNIQUE KEY u (b)", "Fails when rows of t are equal in"),
        ("a int", "a int, b int, CONSTRAINT c CHECK (b > a)", "Fails when a row of t violates c."),
    ],
)
def test_where_no_query_can_tell_none_is_made_up(
    mysql_server: MysqlServer, old: str, new: str, expected: str
) -> None:
    said = [each for each in planned(mysql_server, old, new)[0].hazards if "SELECT" not in each]

    assert [expected] == [each[: len(expected)] for each in said if each.startswith("Fails")]


def test_what_holds_every_value_is_no_hazard(mysql_server: MysqlServer) -> None:
    (statement,) = planned(mysql_server, "a varchar(9), b int", "a varchar(20), b bigint")

    assert not [each for each in statement.hazards if each.startswith("Fails")]
