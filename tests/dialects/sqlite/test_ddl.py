"""The laws of a plan, on every case folder and on random tables."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.dialects.base import Connection
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import connect
from ci_runner.schema.diff import diff

CASES = sorted((Path(__file__).parents[2] / "cases" / "sqlite").iterdir())


def load(connection: Connection, sql: str) -> None:
    statement = ""
    for part in sql.split(";"):
        statement += part + ";"
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def migrate(old_sql: str, new_sql: str, rows: tuple[str, ...] = ()) -> list[tuple[object, ...]]:
    """Check the laws for one pair; the rows of `t` afterwards, when `rows` were put in."""
    with (
        connect(":memory:") as old,
        connect(":memory:") as new,
        connect(":memory:") as empty,
    ):
        load(old, old_sql)
        load(new, new_sql)
        for row in rows:
            old.execute(row)
        desired = DIALECT.inspect(new)
        old.execute("BEGIN")
        for step in DIALECT.plan(DIALECT.inspect(old), desired):
            old.execute(step.sql)
        old.execute("COMMIT")
        for step in DIALECT.create(desired):
            empty.execute(step.sql)

        assert () == diff(DIALECT.inspect(old), desired)
        assert () == DIALECT.plan(DIALECT.inspect(old), desired)
        assert () == diff(DIALECT.inspect(empty), desired)
        return old.query("SELECT * FROM t") if rows else []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_plan_reaches_the_new_schema(case: Path) -> None:
    migrate((case / "old.sql").read_text(), (case / "new.sql").read_text())


def test_spelling_is_no_difference() -> None:
    case = next(each for each in CASES if each.name == "case_and_comments_only")
    with connect(":memory:") as old, connect(":memory:") as new:
        load(old, (case / "old.sql").read_text())
        load(new, (case / "new.sql").read_text())

        assert () == DIALECT.plan(DIALECT.inspect(old), DIALECT.inspect(new))


def test_rows_survive_a_rebuild() -> None:
    found = migrate(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL DEFAULT 7)",
        ("INSERT INTO t VALUES (1, '5'), (2, NULL)",),
    )

    assert [(1, 5), (2, 7)] == found


def test_autoincrement_counter_survives_a_rebuild() -> None:
    with connect(":memory:") as old, connect(":memory:") as new:
        load(old, "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)")
        load(new, "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT)")
        old.execute("INSERT INTO t VALUES (9, 'x')")
        old.execute("DELETE FROM t")
        for step in DIALECT.plan(DIALECT.inspect(old), DIALECT.inspect(new)):
            old.execute(step.sql)
        old.execute("INSERT INTO t (a) VALUES (1)")

        assert [(10, 1)] == old.query("SELECT * FROM t")


def test_foreign_keys_still_point_to_a_rebuilt_table() -> None:
    child = "CREATE TABLE c (p INT REFERENCES t (id));"
    with connect(":memory:") as old, connect(":memory:") as new:
        load(old, f"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); {child}")
        load(new, f"CREATE TABLE t (id INTEGER PRIMARY KEY, a INT); {child}")
        for step in DIALECT.plan(DIALECT.inspect(old), DIALECT.inspect(new)):
            old.execute(step.sql)

        assert [("t",)] == old.query("SELECT \"table\" FROM pragma_foreign_key_list('c')")


def test_dropping_a_column_is_destructive() -> None:
    with connect(":memory:") as old, connect(":memory:") as new:
        load(old, "CREATE TABLE t (a, b)")
        load(new, "CREATE TABLE t (a)")
        plan = DIALECT.plan(DIALECT.inspect(old), DIALECT.inspect(new))

        assert ["ALTER TABLE t DROP COLUMN b"] == [step.sql for step in plan if step.destructive]


names = st.sampled_from(["a", "B", "order", "x y", "e"])
types = st.sampled_from(["", "INT", "TEXT", "VARCHAR(9)"])
rules = st.sampled_from(
    ["", "NOT NULL", "DEFAULT 3", "DEFAULT (1 + 2)", "UNIQUE", "COLLATE NOCASE", "DEFAULT -1"]
)
columns = st.lists(st.tuples(names, types, rules), min_size=1, max_size=4, unique_by=lambda c: c[0])


def table_sql(listed: list[tuple[str, str, str]]) -> str:
    return "CREATE TABLE t (" + ", ".join(f'"{n}" {t} {r}' for n, t, r in listed) + ")"


@settings(deadline=None, max_examples=60)
@given(columns, columns)
def test_any_table_becomes_any_other(
    old: list[tuple[str, str, str]], new: list[tuple[str, str, str]]
) -> None:
    before, after = table_sql(old), table_sql(new)
    migrate(before, after)
