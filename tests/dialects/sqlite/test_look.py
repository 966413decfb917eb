"""A SQLite look that builds on an earlier one sees what a look from nothing sees."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.dialects.base import Sighting, StatementFailed
from ci_runner.dialects.observation import compare
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import connect
from tests.dialects.listening import Listening

# Run in order on one database.
STATEMENTS = """
CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT DEFAULT 'x' CHECK (b <> ''))
CREATE TABLE u (t_id REFERENCES t (a), c UNIQUE)
INSERT INTO t VALUES (1, 'one')
CREATE TABLE child (p REFERENCES Parent, q REFERENCES parent (Name))
CREATE TABLE PARENT (id INTEGER PRIMARY KEY, NAME UNIQUE)
DROP TABLE parent
CREATE TABLE parent (id INTEGER PRIMARY KEY, name UNIQUE)
ALTER TABLE parent RENAME COLUMN name TO title
CREATE INDEX i ON t (b) WHERE a > 0
CREATE VIEW v AS SELECT a, b FROM t
CREATE TRIGGER r AFTER INSERT ON t BEGIN UPDATE u SET c = 1; END
ALTER TABLE t ADD COLUMN d INT
ALTER TABLE t RENAME COLUMN b TO e
ALTER TABLE t RENAME TO w
BEGIN
DROP VIEW v
ROLLBACK
BEGIN
DROP INDEX i
COMMIT
CREATE TEMPORARY TABLE x (y)
CREATE TABLE z AS SELECT * FROM w
DROP TABLE w
CREATE TABLE w (a INTEGER PRIMARY KEY)
CREATE TABLE z_more (a INTEGER PRIMARY KEY AUTOINCREMENT, z TEXT) STRICT
CREATE VIEW outer_ AS SELECT * FROM inner_
CREATE VIEW inner_ AS SELECT *, "late" AS word FROM z_more
CREATE TRIGGER late AFTER DELETE ON z_more BEGIN SELECT "late" FROM inner_; END
ALTER TABLE z_more ADD COLUMN "late" INT
DROP VIEW v
ALTER TABLE z_more RENAME COLUMN a TO b
PRAGMA legacy_alter_table = ON
ALTER TABLE z_more RENAME TO "a b"
ALTER TABLE "a b" RENAME TO Z_MORE
PRAGMA legacy_alter_table = OFF
ALTER TABLE z_more DROP COLUMN late
CREATE VIRTUAL TABLE words USING fts5 (one)
CREATE TABLE words_beside (a PRIMARY KEY) WITHOUT ROWID
CREATE TRIGGER upon AFTER INSERT ON words_beside BEGIN SELECT 1; END
CREATE INDEX words_i ON words_beside (a)
DROP TABLE words
VACUUM
ANALYZE
PRAGMA reverse_unordered_selects = ON
PRAGMA user_version = 7
DROP VIEW inner_
""".strip().splitlines()


def facts(look: Sighting) -> tuple[object, ...]:
    return look.schema, look.handles, look.storage, look.locks


def test_renewed_look_equals_a_whole_one_after_every_kind_of_statement() -> None:
    with connect(":memory:") as connection:
        look = DIALECT.sight(connection)
        for statement in STATEMENTS:
            connection.execute(statement)
            look = DIALECT.sight(connection, look)

            assert facts(DIALECT.sight(connection)) == facts(look), statement


def test_unchanged_schema_is_the_same_value() -> None:
    with connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a)")
        before = DIALECT.sight(connection)
        connection.execute("INSERT INTO t VALUES (1)")

        assert before is DIALECT.sight(connection, before)


@pytest.mark.parametrize("others", [10, 300])
def test_a_look_asks_of_what_a_statement_touched(others: int) -> None:
    with connect(":memory:") as connection:
        for number in range(1, others):
            connection.execute(f"CREATE TABLE t{number} (a UNIQUE, b REFERENCES t{number - 1} (a))")
            connection.execute(f"CREATE VIEW v{number} AS SELECT * FROM t{number}")
        before = DIALECT.sight(connection)
        connection.execute("ALTER TABLE t1 ADD COLUMN c")
        counting = Listening(connection)
        after = DIALECT.sight(counting, before)

    # What is stored; rows of that part of it; the table's columns, and the view's.
    assert 4 == counting.asked
    assert ["column t1.c", "view v1"] == [str(e.identity) for e in compare(before, after).changes]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(STATEMENTS), max_size=4), max_size=8))
def test_renewed_look_equals_a_whole_one_after_any_statements(several: list[list[str]]) -> None:
    with connect(":memory:") as connection:
        look = DIALECT.sight(connection)
        for statements in several:
            for statement in statements:
                try:
                    connection.execute(statement)
                except StatementFailed:
                    continue
            look = DIALECT.sight(connection, look)

            assert facts(DIALECT.sight(connection)) == facts(look)
