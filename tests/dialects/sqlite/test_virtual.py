"""Virtual tables: compared as a whole, and left alone where they are the same."""

from __future__ import annotations

import pytest

from ci_runner.dialects.base import Connection
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import connect
from ci_runner.migrations.statements import split

NOTES = "CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT);\n"
INDEXED = "CREATE VIRTUAL TABLE found USING fts5 (body, content='notes', content_rowid='id');\n"
KEPT = """CREATE TRIGGER notes_added AFTER INSERT ON notes BEGIN
  INSERT INTO found (rowid, body) VALUES (new.id, new.body);
END;
"""
BOXES = "CREATE VIRTUAL TABLE boxes USING rtree (id, left, right);\n"


def fill(connection: Connection, sql: str) -> None:
    for statement in split(sql, "schema.sql", DIALECT.syntax):
        connection.execute(statement.text)


def turn(old: str, new: str, rows: str = "", ask: str = "SELECT 1") -> list[tuple[object, ...]]:
    """Run the plan, see that it gets there, and answer `ask` on the result."""
    with connect(":memory:") as connection, connect(":memory:") as other:
        fill(connection, old + rows)
        fill(other, new)
        goal = DIALECT.inspect(other)
        for statement in DIALECT.plan(DIALECT.inspect(connection), goal):
            connection.execute(statement.sql)

        assert () == DIALECT.plan(DIALECT.inspect(connection), goal)
        return connection.query(ask)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (NOTES, NOTES + INDEXED + KEPT),
        (NOTES + INDEXED + KEPT, NOTES),
        (NOTES + INDEXED, NOTES + INDEXED.replace("(body,", "(body, tokenize='porter',")),
        (BOXES, "CREATE TABLE boxes (id INTEGER PRIMARY KEY);"),
        ("CREATE TABLE boxes (id INTEGER PRIMARY KEY);", BOXES),
        (NOTES + INDEXED + KEPT, NOTES.replace("body TEXT", "body TEXT NOT NULL") + INDEXED + KEPT),
        (BOXES, BOXES.replace("boxes", "Boxes")),
    ],
)
def test_a_plan_reaches_the_other_schema(old: str, new: str) -> None:
    turn(old, new)


def test_what_is_the_same_keeps_its_rows_while_its_table_is_rebuilt() -> None:
    old = NOTES + INDEXED + KEPT
    new = old.replace("body TEXT)", "body TEXT NOT NULL)")

    found = turn(
        old,
        new,
        "INSERT INTO notes VALUES (7, 'a word'), (9, 'another');",
        "SELECT rowid FROM found WHERE found MATCH 'word'",
    )

    assert [(7,)] == found


def test_other_blanks_are_no_change() -> None:
    with connect(":memory:") as connection, connect(":memory:") as other:
        fill(connection, BOXES)
        fill(other, BOXES.replace("(id, ", "(id  ,"))

        assert () == DIALECT.plan(DIALECT.inspect(connection), DIALECT.inspect(other))


def test_a_change_says_what_is_lost_and_how_an_index_is_filled_again() -> None:
    with connect(":memory:") as connection, connect(":memory:") as empty:
        fill(connection, NOTES + INDEXED + BOXES)
        fill(empty, NOTES)
        plan = DIALECT.plan(DIALECT.inspect(connection), DIALECT.inspect(empty))

    again = "INSERT INTO found (found) VALUES ('rebuild') fills it."
    assert {
        "DROP TABLE boxes": ("All rows of boxes are lost.",),
        "DROP TABLE found": (f"The index found is empty afterwards: {again}",),
    } == {each.sql: each.hazards for each in plan}
    assert {True} == {each.destructive for each in plan}


def test_a_schema_with_virtual_tables_is_written_and_read_again() -> None:
    with connect(":memory:") as connection, connect(":memory:") as again:
        fill(connection, NOTES + INDEXED + KEPT + BOXES)
        schema = DIALECT.inspect(connection)
        for statement in DIALECT.create(schema):
            again.execute(statement.sql)

        assert schema == DIALECT.inspect(again)
