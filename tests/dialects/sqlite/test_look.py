"""A SQLite look that builds on an earlier one sees what a look from nothing sees."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ci_runner.dialects.base import Sighting, StatementFailed
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import connect

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
VACUUM
ANALYZE
PRAGMA user_version = 7
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
