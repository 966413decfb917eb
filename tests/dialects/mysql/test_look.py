"""What InnoDB's ids tell of a statement: renames, rebuilds."""

from __future__ import annotations

import pytest

from ci_runner.devdb.mariadb import MysqlServer, existing_mysql
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.connect import MysqlConnection, connect
from ci_runner.dialects.observation import Observation, compare
from ci_runner.schema.changes import Create, Rename
from ci_runner.schema.model import Identity


def observed(connection: MysqlConnection, sql: str) -> Observation:
    before = DIALECT.sight(connection)
    connection.execute(sql)
    return compare(before, DIALECT.sight(connection, before))


@pytest.mark.parametrize("name", ["users", "a b", "x-1"])
def test_a_rename_is_seen_as_one(mysql: MysqlConnection, name: str) -> None:
    mysql.execute(f"CREATE TABLE `{name}` (a int)")

    (change,) = observed(mysql, f"RENAME TABLE `{name}` TO people").changes

    assert isinstance(change, Rename)
    assert (name, "people") == (change.old.identity.name, change.identity.name)


def test_a_table_that_is_written_again_is_seen(mysql: MysqlConnection) -> None:
    mysql.execute("CREATE TABLE t (a int)")

    quick = observed(mysql, "ALTER TABLE t ALGORITHM=INSTANT, ADD COLUMN b int")
    slow = observed(mysql, "ALTER TABLE t MODIFY a bigint")

    assert [Identity("column", "", "b", "t")] == [
        each.identity for each in quick.changes if isinstance(each, Create)
    ]
    assert () == quick.rewritten
    assert (Identity("table", "", "t"),) == slow.rewritten


def test_an_account_without_process_sees_no_ids_and_no_error(mysql_server: MysqlServer) -> None:
    with connect(mysql_server.admin) as admin:
        admin.execute("CREATE USER plain@localhost IDENTIFIED BY 'p'")
        admin.execute(r"GRANT ALL ON `schema\_ci\_%`.* TO plain@localhost")
    try:
        url = f"mysql://plain:p@/?socket={mysql_server.admin.socket}"
        with existing_mysql(url) as server, server.database() as connection:
            connection.execute("CREATE TABLE t (a int)")
            seen = DIALECT.sight(connection)
    finally:
        with connect(mysql_server.admin) as admin:
            admin.execute("DROP USER plain@localhost")

    assert {} == seen.handles
    assert [Identity("table", "", "t")] == [each.identity for each in seen.schema.objects]
