"""Conditions that choose nothing among the rows, held against the server."""

from __future__ import annotations

import pytest

from ci_runner.dialects.mysql.connect import MysqlConnection
from ci_runner.dialects.mysql.parse.conditions import always, constant, where
from ci_runner.dialects.mysql.parse.tokens import tokenize

ALWAYS = [
    "1", "TRUE", "2.5", "1 = 1", "'a' = 'a'", "name = name", "NOT FALSE", "(1)", "((1 = 1))",
    "name = 'x' OR TRUE", "name = 'x' OR (1 = 1 OR id > 9)", "1 AND TRUE", "1 <> 2", "'a' != 'b'",
    "id = 9 || 1",
]  # fmt: skip
SOMETIMES = [
    "0", "FALSE", "'true'", "id = 9", "id - 1", "1 = 2", "name = 'x' AND TRUE",
    "id BETWEEN 9 AND 1",
    "id <> 1", "1 <> 1", "id IN (9)", "NOT TRUE", "name LIKE 'x'", "NULL = NULL",
]  # fmt: skip


@pytest.fixture
def rows(maria: MysqlConnection) -> MysqlConnection:
    maria.execute("CREATE TABLE t (id int, name varchar(9) NOT NULL)")
    maria.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b')")
    return maria


def test_what_is_called_true_takes_every_row(rows: MysqlConnection) -> None:
    for condition in ALWAYS:
        assert always(tokenize(condition)), condition
        assert [(2,)] == rows.query(f"SELECT count(*) FROM t WHERE {condition}"), condition


def test_what_leaves_rows_out_is_not_called_true(rows: MysqlConnection) -> None:
    for condition in SOMETIMES:
        assert not always(tokenize(condition)), condition
        assert [(2,)] != rows.query(f"SELECT count(*) FROM t WHERE {condition}"), condition


def test_a_condition_without_columns_is_the_same_for_every_row() -> None:
    assert all(constant(tokenize(each)) for each in ("'true'", "1 = 2", "FALSE", "3 IN (1, 2)"))
    assert not any(constant(tokenize(each)) for each in ("a", "`a` = 1", "rand() < 1", "@a"))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("DELETE FROM t", None),
        ("DELETE FROM t WHERE a = 1 ORDER BY b LIMIT 1", "a=1"),
        ("SELECT (SELECT 1 FROM u WHERE b) FROM t", None),
        (
            "SELECT 1 FROM t WHERE a IN (SELECT b FROM u WHERE c) GROUP BY d",
            "aIN(SELECTbFROMuWHEREc)",
        ),
    ],
)
def test_the_condition_of_the_statement_itself(sql: str, expected: str | None) -> None:
    found = where(tokenize(sql))

    assert expected == (None if found is None else "".join(token.text for token in found))
