"""What is left out of a comparison of SQLite's schemas survives a table that is made anew."""

from __future__ import annotations

import pytest

from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import connect
from ci_runner.migrations.statements import split
from ci_runner.pipeline import prove
from ci_runner.pipeline.compare import compare
from ci_runner.pipeline.options import Terms
from ci_runner.schema.select import Selection, pattern

OLD = """
CREATE TABLE t (a INT, note TEXT, b INT CHECK (b > 0), UNIQUE (note));
CREATE INDEX i ON t (note);
CREATE VIEW v AS SELECT note, a FROM t;
CREATE TRIGGER g AFTER UPDATE ON t BEGIN SELECT new.note; END;
CREATE TABLE other (x REFERENCES t (note));
CREATE INDEX gone ON t (a);
"""
NEW = "CREATE TABLE t (a TEXT, note TEXT, b INT, UNIQUE (note));"


@pytest.mark.parametrize(
    ("excluded", "kept"),
    [
        ("*.note", "note"),
        ("i", "INDEX i"),
        ("v", "VIEW v"),
        ("t.g", "TRIGGER g"),
        ("*[type=check]", "CHECK (b > 0)"),
        ("other", "TABLE other"),
    ],
)
def test_a_rebuild_keeps_what_is_left_out(excluded: str, kept: str) -> None:
    terms = Terms(selection=Selection((), (pattern(excluded),)))
    with connect(":memory:") as connection, connect(":memory:") as goal:
        new = NEW if excluded != "*.note" else "CREATE TABLE t (a TEXT, b INT);"
        for on, text in ((connection, OLD), (goal, new)):
            for statement in split(text, "schema.sql", DIALECT.syntax):
                on.execute(statement.text)
        connection.execute("INSERT INTO t VALUES (1, 'kept', 3)")
        wanted = DIALECT.inspect(goal)
        compared = compare(connection, DIALECT, DIALECT.inspect(connection), wanted, terms)
        for each in compared.plan.statements:
            connection.execute(each.sql)
        after = DIALECT.inspect(connection)
        texts = " ".join(str(sql) for (sql,) in connection.query("SELECT sql FROM sqlite_schema"))

        assert () == prove.remaining(DIALECT, after, wanted, terms)
        assert kept in texts
        assert "INDEX gone" not in texts
        assert [("1",)] == connection.query("SELECT a FROM t")
        assert [("kept",)] == connection.query("SELECT note FROM t")


def test_a_view_of_a_virtual_table_that_is_left_out_is_not_called_broken() -> None:
    text = "CREATE VIRTUAL TABLE f USING fts5(a); CREATE VIEW v AS SELECT a FROM f;"
    terms = Terms(selection=Selection((), (pattern("f"),)))
    with connect(":memory:") as connection, connect(":memory:") as goal:
        for on, type_ in ((connection, "INT"), (goal, "TEXT")):
            for statement in split(f"{text} CREATE TABLE t (a {type_})", "x.sql", DIALECT.syntax):
                on.execute(statement.text)
        compared = compare(
            connection, DIALECT, DIALECT.inspect(connection), DIALECT.inspect(goal), terms
        )

    assert [] == [each.sql for each in compared.plan.statements if "VIEW" in each.sql]
