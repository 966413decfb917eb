"""The text of a statement says what it does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci_runner.dialects.operations import (
    AddColumn,
    CreateIndex,
    Data,
    DropObject,
    DropTable,
    Operation,
    Other,
    RenameColumn,
    Setting,
    Target,
    Transaction,
)
from ci_runner.dialects.sqlite.parse import parse

T = Target("", "t")


@pytest.mark.parametrize(
    ("sql", "operation"),
    [
        ("DROP TABLE IF EXISTS t;", DropTable(T)),
        ("ALTER TABLE [t] RENAME a TO `b c`", RenameColumn(T, "a", "b c")),
        (
            "create unique index i on t (a desc, lower(b))",
            CreateIndex(T, "i", unique=True, columns=("a",)),
        ),
        ("INSERT OR IGNORE INTO t VALUES (1)", Data("insert", T)),
        ("INSERT INTO t (a, b) SELECT a, b FROM s", Data("insert", T, columns=("a", "b"))),
        ("DELETE FROM t", Data("delete", T, everywhere=True)),
        ("UPDATE t SET a = 1 WHERE 1 = 1", Data("update", T, everywhere=True)),
        ("UPDATE t SET a = 1 WHERE a = a", Data("update", T, everywhere=True)),
        ("UPDATE t SET a = 1 WHERE a = f(a)", Data("update", T)),
        ("UPDATE t SET a = 1 FROM s", Data("update", T, everywhere=True)),
        ("UPDATE t SET a = 1 FROM s JOIN r USING (id)", Data("update", T)),
        (
            "UPDATE t SET a = (SELECT b FROM s WHERE s.id = t.id LIMIT 1)",
            Data("update", T, everywhere=True),
        ),
        ("WITH x AS (SELECT 1 WHERE 1) DELETE FROM t", Data("delete", T, everywhere=True)),
        ("WITH x AS (SELECT 1) SELECT * FROM x", Other("select")),
        ("PRAGMA foreign_keys = OFF", Setting("foreign_keys", "off")),
        ("DROP VIEW v", DropObject("view", Target("", "v"))),
        ("BEGIN IMMEDIATE", Transaction("begin")),
        (
            "ALTER TABLE t ADD a INT NOT NULL DEFAULT (f(1))",
            AddColumn(T, "a", "INT", not_null=True, default="(f(1))", default_calls=("f",)),
        ),
    ],
)
def test_statement_is_understood(sql: str, operation: Operation) -> None:
    assert (operation,) == parse(sql)


words = st.sampled_from("CREATE DROP ALTER TABLE ADD COLUMN INDEX ON ( ) DEFAULT t , IF '".split())


@given(st.lists(words).map(" ".join))
def test_any_text_is_an_answer(sql: str) -> None:
    assert isinstance(parse(sql), tuple)
