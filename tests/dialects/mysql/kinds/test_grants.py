"""What accounts and roles may do with tables, columns and routines: read, given, taken, kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.dialects.base import USUAL, PlanOptions
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.connect import connect
from ci_runner.schema.access import Grant
from tests.dialects.mysql.laws import load, run

TABLES = """
CREATE TABLE t (a int, b int);
CREATE VIEW v AS SELECT a FROM t;
CREATE PROCEDURE p() SELECT {0};
CREATE FUNCTION f() RETURNS int DETERMINISTIC RETURN 1;
"""
OLD = """
GRANT SELECT, DELETE, UPDATE (a) ON t TO `jo``e`@`%`;
GRANT SELECT ON t TO reader WITH GRANT OPTION;
GRANT EXECUTE ON PROCEDURE p TO reader;
GRANT SELECT, TRIGGER ON * TO `jo``e`@`%`;
"""
NEW = """
GRANT SELECT, INSERT (a, b), UPDATE (b) ON t TO `jo``e`@`%`;
GRANT SELECT (a) ON v TO reader;
GRANT EXECUTE ON PROCEDURE p TO reader;
GRANT EXECUTE, ALTER ROUTINE ON FUNCTION f TO `jo``e`@`%` WITH GRANT OPTION;
GRANT SELECT, CREATE ON * TO `jo``e`@`%`;
GRANT INSERT ON * TO reader WITH GRANT OPTION;
"""
ACCOUNTS = ("`jo``e`@`%`", "reader")


@pytest.fixture
def server(mysql_superuser_server: MysqlServer) -> Iterator[MysqlServer]:
    """With an account and a role."""
    with connect(mysql_superuser_server.admin) as admin:
        admin.execute(f"CREATE USER {ACCOUNTS[0]}")
        admin.execute(f"CREATE ROLE {ACCOUNTS[1]}")
    try:
        yield mysql_superuser_server
    finally:
        with connect(mysql_superuser_server.admin) as admin:
            admin.execute(f"DROP ROLE {ACCOUNTS[1]}")
            admin.execute(f"DROP USER {ACCOUNTS[0]}")


def granted(server: MysqlServer, database: str) -> list[str]:
    """What SHOW GRANTS prints of one database, without its name."""
    with connect(server.admin) as admin:
        lines = [str(line) for who in ACCOUNTS for (line,) in admin.query(f"SHOW GRANTS FOR {who}")]
    return sorted(line.replace(f"`{database}`.", "") for line in lines if database in line)


def test_rights_are_given_and_taken_and_come_back(server: MysqlServer) -> None:
    with server.database() as left, server.database() as right:
        load(left, TABLES.format(1) + OLD, "old.sql")
        load(right, TABLES.format(2) + NEW, "new.sql")
        before = granted(server, left.database)
        old, new = DIALECT.inspect(left), DIALECT.inspect(right)
        plan = DIALECT.plan(old, new, USUAL)

        run(left, ";\n".join(each.sql for each in plan))

        assert granted(server, right.database) == granted(server, left.database)
        assert () == DIALECT.plan(DIALECT.inspect(left), new, USUAL)
        run(left, ";\n".join(each.undo for each in reversed(plan) if each.undo))
        assert before == granted(server, left.database)


def test_a_goal_without_rights_leaves_them_and_what_is_made_again_keeps_its_own(
    server: MysqlServer,
) -> None:
    with server.database() as left, server.database() as right:
        load(left, TABLES.format(1) + OLD, "old.sql")
        load(right, TABLES.format(2), "new.sql")
        before = granted(server, left.database)
        plan = DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right), USUAL)

        run(left, ";\n".join(each.sql for each in plan))

        assert before == granted(server, left.database)


def test_rights_are_left_alone_by_request(server: MysqlServer) -> None:
    with server.database() as left, server.database() as right:
        load(left, TABLES.format(1) + OLD, "old.sql")
        load(right, TABLES.format(1) + NEW, "new.sql")
        options = PlanOptions(leave=frozenset({"grant", "owner"}))

        assert () == DIALECT.plan(DIALECT.inspect(left), DIALECT.inspect(right), options)
        written = [each.sql for each in DIALECT.create(DIALECT.inspect(right), options)]
        assert not [sql for sql in written if sql.startswith("GRANT")]


def test_the_account_of_a_dev_database_sees_no_rights(mysql_server: MysqlServer) -> None:
    with mysql_server.database() as connection:
        connection.execute("CREATE TABLE t (a int)")

        assert [] == list(DIALECT.inspect(connection).of_type(Grant))
