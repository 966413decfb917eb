"""Queries that hardly mean what they say are found, and those that do are left alone."""

from __future__ import annotations

import pytest

from ci_runner.dialects.postgres.parse.parsed import statements
from ci_runner.dialects.postgres.parse.query import remarks
from ci_runner.dialects.postgres.parse.where import wrapped


def told(sql: str) -> list[str]:
    return [remark for each in statements(sql) for remark in remarks(each.node)]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT * FROM t", "SELECT *"),
        ("SELECT a FROM (SELECT t.* FROM t) s", "SELECT *"),
        ("CREATE VIEW v AS SELECT a FROM t UNION SELECT * FROM u", "SELECT *"),
        ("INSERT INTO t VALUES (1)", "INSERT without columns"),
        ("SELECT a FROM t WHERE a = NULL", "IS NULL"),
        ("SELECT NULL <> a", "IS NULL"),
        ("DELETE FROM t WHERE a LIKE '%x'", "wildcard"),
        ("DELETE FROM t WHERE a NOT IN (1, 2)", "NOT IN"),
        ("DELETE FROM t WHERE a NOT IN (SELECT b FROM u)", "NOT EXISTS"),
        ("SELECT a FROM t ORDER BY random()", "random()"),
        ("SELECT a FROM t ORDER BY 1", "ORDER BY a number"),
        ("SELECT a, count(b) FROM t GROUP BY a, 2", "GROUP BY a number"),
        ("SELECT a <> 'null'", "'NULL'"),
        ("SELECT a FROM t WHERE 10 < a", "before the column"),
        ("UPDATE t SET a = a", "to itself"),
        ("UPDATE s.t AS x SET a = x.a FROM u", "to itself"),
    ],
)
def test_what_is_hardly_meant_is_found_once(sql: str, words: str) -> None:
    (said,) = told(sql)

    assert words in said


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM t",
        "INSERT INTO t (a) VALUES (1)",
        "INSERT INTO t DEFAULT VALUES",
        "SELECT a FROM t WHERE a IS NULL AND b LIKE 'x%' AND c IN (1, 2)",
        "SELECT a FROM t WHERE a IN (SELECT b FROM u) ORDER BY a, lower(b)",
        "SELECT a FROM t WHERE 10 = 10 OR 10 OPERATOR(s.&&) a",
        "SELECT a = a",
        "UPDATE t SET a = u.a FROM u",
        "UPDATE t SET a = b, c = a + 1",
        "UPDATE t SET a = NULL",
    ],
)
def test_what_is_meant_is_left_alone(sql: str) -> None:
    assert [] == told(sql)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT a FROM t WHERE upper(b) = 'X'", [("b", [["t"]])]),
        ("SELECT a FROM t WHERE id - 1 > 5", [("id", [["t"]])]),
        ("SELECT a FROM t WHERE -id > 5", [("id", [["t"]])]),
        ("SELECT a FROM t WHERE id = abs(-5)", []),
        ("SELECT a FROM t x JOIN u ON x.id + 1 = u.id", [("id", [["t"]])]),
        (
            "SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE lower(b) = c)",
            [("b", [["u"], ["t"]])],
        ),
        ("SELECT a FROM t WHERE lower(z.b) = c", [("b", [])]),
        ("SELECT a FROM (SELECT b FROM t) s WHERE lower(s.b) = c", [("b", [[]])]),
        ("WITH c AS (SELECT 1 AS b) SELECT b FROM c WHERE abs(b) > 0", [("b", [[]])]),
        ("UPDATE t SET a = upper(b) WHERE id = 1", []),
        ("DELETE FROM t USING u WHERE lower(u.b) = t.b", [("b", [["u"]])]),
        (
            "MERGE INTO t USING u ON abs(t.a) = u.a WHEN MATCHED AND u.b * 2 > 1 THEN DELETE",
            [("a", [["t"]]), ("b", [["u"]])],
        ),
        (
            "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET b = 1 WHERE abs(t.a) > 1",
            [("a", [["t"]])],
        ),
    ],
)
def test_wrapped_columns_are_found_with_the_tables_that_may_have_them(
    sql: str, expected: list[tuple[str, list[list[str]]]]
) -> None:
    (statement,) = statements(sql)

    assert expected == [
        (each.column, [[table.name for table in tables] for tables in each.sources])
        for each in wrapped(statement.node)
    ]
