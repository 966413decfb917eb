"""The locks of statements that want no transaction, as PostgreSQL has them."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer, as_admin
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.session import PostgresConnection
from ci_runner.dialects.postgres.watch.witness import witness

SETUP = """
CREATE TABLE t (id int PRIMARY KEY, a int);
CREATE INDEX t_a ON t (a);
CREATE TABLE other (a int);
CREATE TABLE p (k int NOT NULL) PARTITION BY RANGE (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (1) TO (10);
CREATE PROCEDURE work() LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO other VALUES (1);
  COMMIT;
  ALTER TABLE t ADD COLUMN b int;
END $$;
"""


def seen(connection: PostgresConnection, sql: str) -> set[tuple[str, str]]:
    with witness(connection) as locks:
        connection.execute(sql)
    return {(each.relation.name, each.mode) for each in locks() if each.relation.kind == "table"}


# The manual: CREATE INDEX, REINDEX, DROP INDEX, ALTER TABLE, VACUUM, CLUSTER; Explicit Locking.
@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE INDEX CONCURRENTLY ON t (id, a)", {("t", "SHARE UPDATE EXCLUSIVE")}),
        ("DROP INDEX CONCURRENTLY t_a", {("t", "SHARE UPDATE EXCLUSIVE")}),
        ("REINDEX INDEX CONCURRENTLY t_a", {("t", "SHARE UPDATE EXCLUSIVE")}),
        ("REINDEX TABLE CONCURRENTLY t", {("t", "SHARE UPDATE EXCLUSIVE")}),
        (
            "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY",
            {("p", "SHARE UPDATE EXCLUSIVE"), ("p1", "ACCESS EXCLUSIVE")},
        ),
        ("VACUUM t", {("t", "SHARE UPDATE EXCLUSIVE")}),
        ("VACUUM ANALYZE p1", {("p1", "SHARE UPDATE EXCLUSIVE")}),
        ("VACUUM FULL t", {("t", "ACCESS EXCLUSIVE")}),
        ("CALL work()", {("t", "ACCESS EXCLUSIVE")}),
        ("SELECT 1", set()),
        ("CREATE TABLE fresh (a int)", set()),
    ],
)
def test_locks_are_those_that_the_manual_names(
    postgres_server: PostgresServer, sql: str, expected: set[tuple[str, str]]
) -> None:
    with postgres_server.database() as connection:
        connection.execute(SETUP)

        found = {each for each in seen(connection, sql) if each[0] in {"t", "p", "p1"}}

        assert expected == found


def test_limits_of_the_migration_do_not_end_it_and_hold_afterwards(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as connection:
        connection.execute(SETUP)
        connection.execute("SET lock_timeout = '1ms'; SET statement_timeout = '1500ms'")

        assert {("t", "SHARE UPDATE EXCLUSIVE")} == seen(
            connection, "CREATE INDEX CONCURRENTLY ON t (id, a)"
        )
        assert [("1ms", "1500ms")] == connection.query(
            "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"
        )


def test_a_statement_that_fails_is_refused_as_it_would_be(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute(SETUP)
        connection.execute("INSERT INTO t VALUES (1, 1), (2, 1)")

        with pytest.raises(StatementFailed, match="could not create unique index"):
            seen(connection, "CREATE UNIQUE INDEX CONCURRENTLY twice ON t (a)")

        assert not connection.in_transaction
        assert [(False,)] == connection.query(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'twice'::regclass"
        )


def test_where_no_other_session_is_let_in_it_runs_unseen(postgres_server: PostgresServer) -> None:
    role = postgres_server.owner_role
    with postgres_server.database() as connection, as_admin(postgres_server.admin) as admin:
        connection.execute(SETUP)
        admin.execute(f"ALTER ROLE {role} CONNECTION LIMIT 1")
        try:
            assert set() == seen(connection, "CREATE INDEX CONCURRENTLY unseen ON t (id, a)")
        finally:
            admin.execute(f"ALTER ROLE {role} CONNECTION LIMIT -1")
        assert [(True,)] == connection.query(
            "SELECT indisvalid FROM pg_index WHERE indexrelid = 'unseen'::regclass"
        )


def test_strange_names_and_tables_of_others_do_no_harm(superuser_server: PostgresServer) -> None:
    with superuser_server.database() as connection:
        connection.execute('CREATE SCHEMA "a.b"; CREATE TABLE "a.b"."x ""; y" (a int)')
        connection.execute("CREATE TEMPORARY TABLE mine (a int)")

        assert {('x "; y', "SHARE UPDATE EXCLUSIVE")} == seen(
            connection, 'CREATE INDEX CONCURRENTLY ON "a.b"."x ""; y" (a)'
        )
