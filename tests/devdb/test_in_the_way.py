"""Rows in the way of a refused statement are counted as they were when it was to run."""

from __future__ import annotations

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.replay import replay
from ci_runner.dialects.base import Connection
from ci_runner.migrations.history import History
from tests.devdb.scripts import file, unwrapped, watched

BASE = "CREATE TABLE t (a int, b int); INSERT INTO t VALUES (1, NULL), (1, 2), (2, 2);"
UNIQUE = "CREATE UNIQUE INDEX u ON t (a);"


def counts(history: History) -> list[list[int | None]]:
    return [[each.rows for each in step.obstacles] for step in history.steps]


def test_rows_of_merged_files_are_counted(either: tuple[Connection, str]) -> None:
    connection, engine = either
    replay(connection, (file(BASE, engine=engine),))
    text = f"CREATE INDEX i ON t (a); {UNIQUE} CREATE UNIQUE INDEX later ON t (b);"

    history = watched(connection, file(text, engine=engine), engine=engine)

    assert [[], [1], [None]] == counts(history)
    assert not connection.in_transaction


def test_rows_that_the_same_transaction_wrote_are_counted(either: tuple[Connection, str]) -> None:
    connection, engine = either
    replay(connection, (file(BASE, engine=engine),))
    more = "INSERT INTO t VALUES (2, 3), (2, 4);"

    wrapped = watched(connection, file(f"{more} {UNIQUE}", engine=engine), engine=engine)
    own = watched(
        connection,
        unwrapped(
            f"DELETE FROM t WHERE b IS NULL; BEGIN; {more} {UNIQUE} COMMIT;", "2.sql", engine
        ),
        engine=engine,
    )

    assert [[], [3]] == counts(wrapped)
    assert [[], [], [], [2], []] == counts(own)
    assert [(2,)] == connection.query("SELECT count(*) FROM t")


def test_what_ran_had_no_row_in_its_way(either: tuple[Connection, str]) -> None:
    connection, engine = either
    replay(connection, (file("CREATE TABLE t (a int);", engine=engine),))
    text = f"{UNIQUE} CREATE TABLE fresh (a int); CREATE UNIQUE INDEX f ON fresh (a);"

    history = watched(connection, file(text, engine=engine), engine=engine)

    # Nobody needs to ask for rows of a table that only this file makes.
    assert [[0], [], []] == counts(history)


def test_sensitive_statements_tell_of_none(postgres: Connection) -> None:
    replay(postgres, (file(BASE),))

    history = watched(postgres, file(f"-- schema-ci:sensitive\n{UNIQUE}"))

    assert history.failed is not None
    assert [[]] == counts(history)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (UNIQUE, [1]),
        ("ALTER TABLE t MODIFY b int NOT NULL;", [1]),
        ("ALTER TABLE t ADD UNIQUE (a);", [1]),
        ("ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES parent (id);", [2]),
        ("ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES parent (code);", [2]),
        ("ALTER TABLE t ADD PRIMARY KEY (b);", [1, 1]),
        ("ALTER TABLE t CHANGE b c int NOT NULL, ADD KEY (c);", [1]),
        ("ALTER TABLE t ADD UNIQUE (s(2));", [2]),
        ("ALTER TABLE t ADD CONSTRAINT small CHECK (a < 2 AND s <> 'it''s');", [1]),
        ("ALTER TABLE t MODIFY s varchar(3);", [2]),
        ("ALTER TABLE t MODIFY n tinyint unsigned;", [2]),
        ("ALTER TABLE t MODIFY n decimal(3, 1);", [1]),
        ("ALTER TABLE t MODIFY s enum('abc', 'abcd');", [1]),
        ("ALTER TABLE t ADD c int, ADD UNIQUE u (c, a), ADD CHECK (c > 0), MODIFY s char(2);", [3]),
    ],
)
def test_rows_are_counted_on_mariadb(
    maria_server: MysqlServer, sql: str, expected: list[int]
) -> None:
    base = """CREATE TABLE parent (id int PRIMARY KEY, code int UNIQUE);
    CREATE TABLE t (a int, b int, s varchar(20), n int);
    INSERT INTO t VALUES (1, NULL, 'abc   ', 7), (1, 2, 'abcd', -1), (2, 2, 'abcde', 300);"""
    with maria_server.database() as connection:
        replay(connection, (file(base, engine="mysql"),))

        history = watched(connection, file(sql, engine="mysql"), engine="mysql")

    assert history.failed is not None
    assert [expected] == counts(history)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE UNIQUE INDEX u ON t (a % 2 DESC, abs(b));", [1]),
        ("CREATE UNIQUE INDEX u ON t (s COLLATE NOCASE) WHERE a > 0;", [1]),
        ("ALTER TABLE t ADD COLUMN c int NOT NULL;", [3]),
        ("ALTER TABLE t ADD COLUMN c text DEFAULT CURRENT_TIMESTAMP;", [3]),
        ("ALTER TABLE t ADD COLUMN c int DEFAULT (random());", [3]),
        ("ALTER TABLE t ADD COLUMN c int AS (a + 1) STORED;", [3]),
    ],
)
def test_rows_are_counted_on_sqlite(sqlite: Connection, sql: str, expected: list[int]) -> None:
    base = """CREATE TABLE t (a int, b int, s);
    INSERT INTO t VALUES (1, -2, 'x'), (3, 2, 'X'), (0, 0, 0);"""
    replay(sqlite, (file(base, engine="sqlite"),))

    history = watched(sqlite, file(sql, engine="sqlite"), engine="sqlite")

    assert history.failed is not None
    assert [expected] == counts(history)
