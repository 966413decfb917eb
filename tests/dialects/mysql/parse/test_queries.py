"""What is remarked on a query."""

from __future__ import annotations

import pytest

from ci_runner.dialects.mysql.parse.queries import remarks


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("INSERT INTO t VALUES (1, 2)", "INSERT"),
        ("REPLACE t SELECT a FROM u", "INSERT"),
        ("SELECT * FROM t WHERE a = b", "SELECT *"),
        ("CREATE VIEW v AS SELECT t.* FROM t", "SELECT *"),
        ("UPDATE t SET a = 1 WHERE b = NULL", "= NULL"),
        ("DELETE FROM t WHERE a LIKE '%x'", "LIKE"),
        ("DELETE FROM t WHERE a NOT IN (SELECT b FROM u)", "NOT IN"),
        ("SELECT a FROM t ORDER BY RAND() LIMIT 1", "ORDER BY rand()"),
        ("SELECT a FROM t", "a query without WHERE"),
        ("SELECT a FROM t WHERE b = 1 OR TRUE", "a WHERE that chooses nothing"),
        ("DELETE FROM t WHERE 'x' = 'y'", "a WHERE that chooses nothing"),
        ("UPDATE t SET a = 1 WHERE b = 2 LIMIT 10", "LIMIT without ORDER BY"),
        ("INSERT INTO t (a) SELECT b FROM u LIMIT 1", "LIMIT without ORDER BY"),
        ("UPDATE t SET a = 1 ORDER BY b", "ORDER BY without LIMIT"),
    ],
)
def test_a_remark_is_made(sql: str, word: str) -> None:
    [said] = remarks(sql)

    assert said.startswith(word)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO t (a) VALUES (1)",
        "INSERT INTO t SET a = 1",
        "SELECT count(*) FROM t",
        "SELECT 1 FROM dual",
        "DELETE FROM t WHERE a = 1 ORDER BY b LIMIT 10",
        "INSERT INTO t (a) SELECT b FROM u ORDER BY c",
        "SELECT a FROM t WHERE EXISTS (SELECT * FROM u)",
        "UPDATE t SET a = NULL WHERE b IS NULL",
        "DELETE FROM t WHERE a LIKE 'x%'",
        "ALTER TABLE t ADD b varchar(9) DEFAULT '%'",
        "CREATE PROCEDURE p() SELECT * FROM t",
        "SET @a = NULL",
    ],
)
def test_nothing_is_remarked(sql: str) -> None:
    assert [] == list(remarks(sql))
