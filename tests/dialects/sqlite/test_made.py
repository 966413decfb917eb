"""What the text of a statement tells, held against what SQLite made of it."""

from __future__ import annotations

import pytest

from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import connect
from ci_runner.dialects.sqlite.made import made
from ci_runner.schema.changes import Create
from ci_runner.schema.model import SchemaObject, Table

STATEMENTS = """
CREATE TABLE parents (id INTEGER PRIMARY KEY AUTOINCREMENT, code char(3) UNIQUE);
CREATE TABLE IF NOT EXISTS "odd name" (id int, [a b] text, PRIMARY KEY (id, [a b])) WITHOUT ROWID;
CREATE TABLE strict (a INTEGER NOT NULL, b ANY, CHECK (a > 0), CONSTRAINT u UNIQUE (a, b)) STRICT;
CREATE TABLE given (a int DEFAULT (1 + 2), b DEFAULT -1, c text COLLATE NOCASE DEFAULT 'x, y');
CREATE TABLE bare (a, b, c NOT NULL ON CONFLICT IGNORE);
CREATE TABLE counted (a int, b int AS (a * 2) STORED, c int GENERATED ALWAYS AS (a + b) VIRTUAL);
CREATE TABLE sized (a VARCHAR(10), b DECIMAL(10, 2), c DOUBLE PRECISION, d UNSIGNED BIG INT);
CREATE TABLE child (p int REFERENCES parents (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE two (a int, b int, FOREIGN KEY (a, b) REFERENCES "odd name" (id, [a b]));
CREATE TABLE last (id INTEGER PRIMARY KEY DESC, note /* said */ text -- twice
);
CREATE INDEX by_a ON bare (a);
CREATE UNIQUE INDEX IF NOT EXISTS main.by_more ON bare (b DESC, lower(a)) WHERE c > 0;
ALTER TABLE bare ADD COLUMN d text NOT NULL DEFAULT 'd';
ALTER TABLE bare ADD e int REFERENCES parents (id) ON UPDATE SET NULL;
ALTER TABLE bare ADD COLUMN f int CHECK (f > 0)
""".strip().split(";\n")


def test_each_statement_tells_what_sqlite_makes_of_it() -> None:
    with connect(":memory:") as connection:
        for sql in STATEMENTS:
            before = set(DIALECT.inspect(connection).by_identity.values())
            connection.execute(sql)
            after = set(DIALECT.inspect(connection).by_identity.values())
            told = {each.new for each in made(sql) if isinstance(each, Create)}
            columns = {one for each in told if isinstance(each, Table) for one in each.columns}
            # A table that gets a column is another value, of which the text tells the column.
            altered = {each for each in after - before if sql.startswith("A") and is_table(each)}

            assert after - before - altered == told | columns, sql


def is_table(each: SchemaObject) -> bool:
    return isinstance(each, Table)


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "CREATE",
        "CREATE TABLE",
        "CREATE INDEX i",
        "ALTER TABLE t",
        "CREATE TEMP TABLE t (a int)",
        "CREATE VIRTUAL TABLE f USING fts5 (a)",
        "SELECT 1",
    ],
)
def test_what_makes_nothing_that_is_judged_tells_nothing(sql: str) -> None:
    assert () == made(sql)
