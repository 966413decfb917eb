"""Each database holds what trusted configuration says, and migrations get no more rights by it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.local import local_postgres
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.prepare import prepared
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError, SqlError
from tests.devdb.scripts import file


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """A server of this module's own: roles are everybody's on it."""
    with local_postgres() as started:
        yield started


def test_an_extension_that_only_a_superuser_may_make_is_there(server: PostgresServer) -> None:
    ready = prepared(server, Preparation(extensions=("postgres_fdw", "citext@1.6")), ours=True)

    with ready.database() as connection:
        assert [("citext", "1.6"), ("postgres_fdw", "1.1")] == connection.query(
            "SELECT extname, extversion FROM pg_extension WHERE extname <> 'plpgsql' ORDER BY 1"
        )
        # It does not fail, though migrations could not make it.
        connection.execute("CREATE EXTENSION IF NOT EXISTS postgres_fdw")
        with pytest.raises(StatementFailed):
            connection.execute("CREATE EXTENSION dblink")


@pytest.mark.parametrize("name", ["no_such_extension", "citext@99"])
def test_an_extension_that_can_not_be_had_is_named(server: PostgresServer, name: str) -> None:
    ready = prepared(server, Preparation(extensions=(name,)), ours=True)

    with pytest.raises(DatabaseError, match=f"could not make the extension {name}"):
        ready.database().__enter__()


def test_roles_are_there_to_be_granted_to_and_to_own_and_no_more(server: PostgresServer) -> None:
    ready = prepared(server, Preparation(roles=("app", "Read Only")), ours=True)

    with ready.database() as connection:
        connection.execute("CREATE TABLE t (id int)")
        connection.execute('GRANT SELECT ON t TO app, "Read Only"')
        connection.execute("ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO PUBLIC")
        connection.execute("GRANT CREATE ON SCHEMA public TO app")
        connection.execute("ALTER TABLE t OWNER TO app")
        assert [(0,)] == connection.query(
            "SELECT count(*) FROM pg_roles WHERE rolname IN ('app', 'Read Only') AND (rolcanlogin"
            " OR rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)"
        )
        for refused in ("CREATE ROLE more", "GRANT pg_execute_server_program TO app"):
            with pytest.raises(StatementFailed) as denied:
                connection.execute(refused)
            assert "42501" == denied.value.failure.code


def test_nobody_becomes_a_member_of_a_role_that_was_there(server: PostgresServer) -> None:
    ready = prepared(server, Preparation(roles=("postgres", "schema_ci")), ours=True)

    with ready.database() as connection:
        assert [(False,)] == connection.query("SELECT pg_has_role('postgres', 'MEMBER')")
        with pytest.raises(StatementFailed):
            connection.execute("SET ROLE postgres")


def test_roles_are_not_made_on_a_server_of_others(server: PostgresServer) -> None:
    with pytest.raises(DatabaseError, match='lacks the roles "absent"') as refused:
        prepared(server, Preparation(roles=("absent", "postgres")), ours=False)

    assert 'CREATE ROLE "absent";' == refused.value.next_step
    with connect(server.admin) as admin:
        assert [] == admin.query("SELECT FROM pg_roles WHERE rolname = 'absent'")


def test_setup_runs_in_every_database_with_the_rights_of_migrations(server: PostgresServer) -> None:
    setup = file("CREATE TABLE legacy (id int);", "baseline.sql")
    ready = prepared(server, Preparation(setup=(setup,)), ours=True)

    for _ in range(2):
        with ready.database() as connection:
            connection.execute("ALTER TABLE legacy ADD COLUMN name text")


def test_setup_that_does_not_run_is_told_with_its_line(server: PostgresServer) -> None:
    setup = file("CREATE TABLE a (id int);\nCREATE TABEL b (id int);", "baseline.sql")
    ready = prepared(server, Preparation(setup=(setup,)), ours=True)
    with connect(server.admin) as admin:
        before = admin.query("SELECT datname FROM pg_database ORDER BY 1")
        with pytest.raises(SqlError) as refused:
            ready.database().__enter__()
        assert before == admin.query("SELECT datname FROM pg_database ORDER BY 1")

    assert "baseline.sql:2" == refused.value.where


def test_setup_may_not_do_what_migrations_may_not(server: PostgresServer) -> None:
    setup = file("COPY (SELECT 1) TO PROGRAM 'id';", "baseline.sql")
    ready = prepared(server, Preparation(setup=(setup,)), ours=True)

    with pytest.raises(SqlError, match="does not"):
        ready.database().__enter__()
