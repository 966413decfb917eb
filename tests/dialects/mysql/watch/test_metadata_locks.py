"""The metadata locks of a statement, as MariaDB and MySQL have them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.connect import MysqlConnection, connect


@pytest.fixture
def overseen(mysql_server: MysqlServer) -> Iterator[MysqlConnection]:
    """As on a server of our own, which the MySQL that tests are given is not."""
    with mysql_server.database() as connection:
        connection.overseer = partial(connect, mysql_server.admin.within(connection.database))
        yield connection


SETUP = (
    "CREATE TABLE parent (id int PRIMARY KEY)",
    "CREATE TABLE t (a int, b int, KEY (a))",
    "INSERT INTO t VALUES (1, 1)",
    "INSERT INTO parent VALUES (1)",
)
READABLE, UNWRITABLE, ALONE = "SHARED UPGRADABLE", "SHARED NO WRITE", "EXCLUSIVE"


def prepared(connection: MysqlConnection) -> MysqlConnection:
    for each in SETUP:
        connection.execute(each)
    return connection


def seen(connection: MysqlConnection, sql: str) -> set[tuple[str, str]]:
    locks = DIALECT.run(connection, sql).metadata_locks
    return {(each.relation.name, each.mode) for each in locks if each.relation.kind == "table"}


# Both manuals: Metadata Locking. Each wants the table alone in the end, however long it works
# before; what copies rows lets nobody write meanwhile.
@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("ALTER TABLE t ADD COLUMN c int", {("t", READABLE), ("t", ALONE)}),
        ("ALTER TABLE t ADD INDEX (b)", {("t", READABLE), ("t", ALONE)}),
        ("ALTER TABLE t MODIFY b bigint", {("t", UNWRITABLE), ("t", ALONE)}),
        ("CREATE INDEX i ON t (b)", {("t", READABLE), ("t", ALONE)}),
        ("TRUNCATE TABLE t", {("t", ALONE)}),
        ("DROP TABLE t", {("t", ALONE)}),
        ("RENAME TABLE t TO u", {("t", ALONE)}),
        (
            "CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW SET NEW.a = 1",
            {("t", UNWRITABLE), ("t", ALONE)},
        ),
        ("CREATE TABLE fresh (a int)", set()),
        ("INSERT INTO t VALUES (2, 2)", set()),
    ],
)
def test_locks_are_those_that_the_manual_names(
    overseen: MysqlConnection, sql: str, expected: set[tuple[str, str]]
) -> None:
    assert expected == seen(prepared(overseen), sql)


def test_a_foreign_key_locks_the_parent_too(overseen: MysqlConnection) -> None:
    found = seen(prepared(overseen), "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES parent (id)")

    # Either lets others read the parent and nobody write.
    of_parent = UNWRITABLE if overseen.title.startswith("MariaDB") else "SHARED READ ONLY"
    assert {("t", UNWRITABLE), ("parent", of_parent)} <= found
    assert {name for name, mode in found if mode == ALONE}


def test_who_would_not_wait_is_not_made_to(maria: MysqlConnection) -> None:
    prepared(maria).execute("SET lock_wait_timeout = 1")

    assert set() == seen(maria, "ALTER TABLE t ADD COLUMN c int")
    maria.execute("SET lock_wait_timeout = 60")
    assert set() == seen(maria, "ALTER TABLE t NOWAIT ADD COLUMN d int")
    assert {("t", READABLE), ("t", ALONE)} == seen(maria, "ALTER TABLE t ADD COLUMN e int")


def test_a_statement_that_fails_is_refused_as_it_would_be(overseen: MysqlConnection) -> None:
    with pytest.raises(StatementFailed, match="Duplicate column"):
        seen(prepared(overseen), "ALTER TABLE t ADD COLUMN a int")


def test_a_server_that_is_not_ours_is_left_alone(maria_server: MysqlServer) -> None:
    with maria_server.database() as connection:
        connection.overseer = None

        assert set() == seen(prepared(connection), "ALTER TABLE t ADD COLUMN c int")


def test_a_view_is_never_read_with_the_rights_of_the_observer(overseen: MysqlConnection) -> None:
    prepared(overseen).execute("CREATE VIEW v AS SELECT a FROM t")

    assert set() == seen(overseen, "RENAME TABLE v TO w")
