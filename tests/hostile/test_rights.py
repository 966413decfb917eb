"""What the role of a migration is refused, tried on a real server."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.prepare import prepared
from ci_runner.devdb.refusal import refusal
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.dialects.postgres.session import PostgresConnection
from ci_runner.migrations.history import Statement

# Each by what it would reach.
REFUSED = {
    "programs of the machine": [
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "COPY t FROM PROGRAM 'id'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE c AS 'libc.so.6', 'getpid'",
        "CREATE FUNCTION f() RETURNS int LANGUAGE internal AS 'pg_backend_pid'",
        "LOAD 'dblink'",
        "SET dynamic_library_path = '/tmp'",
        "ALTER DATABASE {database} SET session_preload_libraries = '/tmp/x'",
        "CREATE EXTENSION plpython3u",
        "CREATE LANGUAGE evil HANDLER plpgsql_call_handler",
    ],
    "files of the machine": [
        "COPY t TO '{folder}/out'",
        "COPY t FROM '/etc/passwd'",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_read_binary_file('postgresql.conf')",
        "SELECT pg_ls_dir('.')",
        "SELECT pg_stat_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_export(lo_from_bytea(0, 'x'), '{folder}/out')",
        "CREATE EXTENSION file_fdw",
        "CREATE EXTENSION adminpack",
        "CREATE TABLESPACE elsewhere LOCATION '{folder}'",
    ],
    "the network, and other sessions on this server": [
        "CREATE EXTENSION dblink",
        "CREATE EXTENSION postgres_fdw",
        "CREATE FOREIGN DATA WRAPPER w",
        "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1' PUBLICATION p",
        "SELECT pg_create_physical_replication_slot('x')",
        "SELECT pg_terminate_backend({admin})",
        "SELECT pg_cancel_backend({admin})",
    ],
    "the server itself": [
        "ALTER SYSTEM SET listen_addresses = '*'",
        "SELECT pg_reload_conf()",
        "SELECT pg_promote()",
        "SET log_min_messages = debug5",
        "SET temp_file_limit = -1",
        "SET max_stack_depth = '100MB'",
        "SET allow_system_table_mods = on",
        "SET session_replication_role = replica",
        "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION nothing()",
        "CREATE ACCESS METHOD m TYPE TABLE HANDLER heap_tableam_handler",
        "CREATE TYPE base (INPUT = int4in, OUTPUT = int4out)",
        "CREATE OPERATOR CLASS o FOR TYPE int USING btree AS STORAGE int",
        "UPDATE pg_catalog.pg_authid SET rolsuper = true",
        "CREATE FUNCTION pg_catalog.evil() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA pg_evil",
        "BEGIN; LOCK TABLE pg_catalog.pg_class IN ACCESS EXCLUSIVE MODE",
    ],
    "roles and databases": [
        "CREATE ROLE evil",
        "ALTER ROLE schema_ci SUPERUSER",
        "ALTER ROLE schema_ci CREATEROLE",
        "ALTER ROLE postgres SET search_path = evil",
        "ALTER DATABASE postgres SET search_path = evil",
        "ALTER DATABASE {database} OWNER TO postgres",
        "GRANT pg_execute_server_program TO schema_ci",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "CREATE DATABASE evil",
        "DROP DATABASE postgres",
        "SELECT rolpassword FROM pg_catalog.pg_authid",
    ],
}
# No such extension is installed everywhere; then it is not available.
NOT_PERMITTED = {"42501", "42939", "0A000", "58P01"}


@pytest.fixture(scope="module")
def inside(postgres_server: PostgresServer) -> Iterator[PostgresConnection]:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (a text)")
        yield connection


@pytest.mark.parametrize("sql", [sql for several in REFUSED.values() for sql in several])
def test_refused(
    postgres_server: PostgresServer, inside: PostgresConnection, sql: str, tmp_path: Path
) -> None:
    tmp_path.chmod(0o777)
    with connect(postgres_server.admin) as admin:
        ((process,),) = admin.query("SELECT pg_backend_pid()")
        ((database,),) = inside.query("SELECT current_database()")
        for each in sql.format(admin=process, database=database, folder=tmp_path).split("; "):
            refused = _tried(inside, each)
        if inside.in_transaction:
            inside.execute("ROLLBACK")

        assert refused is not None
        assert refused.failure.code in NOT_PERMITTED
        assert [(1,)] == admin.query("SELECT 1")
    assert [] == list(tmp_path.iterdir())


def _tried(connection: PostgresConnection, sql: str) -> StatementFailed | None:
    try:
        connection.execute(sql)
    except StatementFailed as refused:
        return refused
    return None


def test_refusal_names_the_option_that_allows_it(inside: PostgresConnection) -> None:
    refused = _tried(inside, "CREATE EXTENSION dblink")

    assert refused is not None
    error = refusal(Statement("CREATE EXTENSION dblink", "m/1.sql", 3, 3), refused.failure)
    assert "m/1.sql:3" == error.where
    assert 'put "dblink" into `dev.extensions`' in error.next_step
    assert "SCHEMA_CI_DEV_SUPERUSER" in error.next_step


def test_trusted_extensions_are_allowed(inside: PostgresConnection) -> None:
    assert _tried(inside, "CREATE EXTENSION hstore") is None


def test_processes_can_not_be_made_without_end(inside: PostgresConnection) -> None:
    bomb = "DO $$ BEGIN LOOP PERFORM dblink_connect(gen_random_uuid()::text, ''); END LOOP; END $$"
    refused = _tried(inside, bomb)

    assert refused is not None
    assert "42883" == refused.failure.code
    for name, most in (("max_connections", 40), ("max_worker_processes", 8)):
        ((value,),) = inside.query(f"SELECT current_setting('{name}')")
        assert int(str(value)) <= most
        assert _tried(inside, f"SET {name} = 1000") is not None


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM dblink('{back}', 'SELECT 1') AS f (n int)",
        "SELECT dblink_connect('{back} password=x')",
        "SELECT dblink_connect_u('{back}')",
        "SELECT dblink_connect('host=127.0.0.1 user=postgres dbname=postgres password=x')",
        "SELECT * FROM through",
    ],
)
def test_a_connection_back_to_the_server_gives_no_rights(
    postgres_server: PostgresServer, sql: str
) -> None:
    """Its socket asks nobody for a password; and `dev.extensions` may allow what could try."""
    wishes = Preparation(extensions=("dblink", "postgres_fdw"))
    host = postgres_server.admin.split()[0].removeprefix("host=")
    back = f"host={host} user=postgres dbname=postgres"
    with prepared(postgres_server, wishes, ours=True).database() as connection:
        ((database,),) = connection.query("SELECT current_database()")
        with connect(postgres_server.admin, dbname=str(database)) as admin:
            # More than a migration may do: a server to connect to, for the rest of the attempt.
            admin.execute("GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO schema_ci")
        connection.execute(
            f"CREATE SERVER back FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '{host}')"
        )
        connection.execute(
            "CREATE USER MAPPING FOR CURRENT_USER SERVER back"
            " OPTIONS (user 'postgres', password 'x')"
        )
        connection.execute("CREATE FOREIGN TABLE through (n int) SERVER back")
        refused = _tried(connection, sql.format(back=back))

    assert refused is not None
    assert refused.failure.code in {"2F003", "42501", "08001"}


def test_prepared_transactions_are_off(inside: PostgresConnection) -> None:
    inside.execute("BEGIN")
    refused = _tried(inside, "PREPARE TRANSACTION 'x'")
    if inside.in_transaction:
        inside.execute("ROLLBACK")

    assert refused is not None
    assert "55000" == refused.failure.code


def _folder(server: PostgresServer) -> Path:
    return Path(server.admin.split()[0].removeprefix("host="))


def _postmaster(server: PostgresServer) -> int:
    return int((_folder(server) / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_server_runs_unprivileged_in_a_folder_of_its_own(postgres_server: PostgresServer) -> None:
    folder = _folder(postgres_server)
    status = Path(f"/proc/{_postmaster(postgres_server)}/status").read_text()

    assert 0o700 == folder.stat().st_mode & 0o777
    assert 0 not in map(int, re.findall(r"(?m)^Uid:\s+(\d+)\s+(\d+)", status)[0])
    assert ["0000000000000000"] == re.findall(r"(?m)^CapEff:\s+(\w+)", status)


def test_server_listens_on_no_network(postgres_server: PostgresServer) -> None:
    descriptors = Path(f"/proc/{_postmaster(postgres_server)}/fd")
    ours = {str(each.readlink()) for each in descriptors.iterdir()}
    listening = {
        f"socket:[{line.split()[9]}]"
        for table in ("tcp", "tcp6")
        if Path(f"/proc/net/{table}").exists()
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
    }

    assert any(each.startswith("socket:") for each in ours)
    assert set() == ours & listening


def test_server_knows_nothing_of_our_environment(postgres_server: PostgresServer) -> None:
    environment = Path(f"/proc/{_postmaster(postgres_server)}/environ").read_bytes()
    names = {each.partition(b"=")[0] for each in environment.split(b"\0")}

    assert names <= {b"PATH", b"LC_ALL", b"TZ", b"PGSYSCONFDIR", b"PGLOCALEDIR", b"PWD", b"OLDPWD",
                     b"SHLVL", b"_", b"PG_OOM_ADJUST_FILE", b"MALLOC_ARENA_MAX", b"",
                     b"LC_COLLATE", b"LC_CTYPE", b"LC_MESSAGES", b"LC_MONETARY",
                     b"LC_NUMERIC", b"LC_TIME"}  # fmt: skip


def test_processes_of_the_server_are_limited(postgres_server: PostgresServer) -> None:
    limits = Path(f"/proc/{_postmaster(postgres_server)}/limits").read_text()

    assert re.search(r"(?m)^Max core file size\s+0\s+0\s", limits)
    assert re.search(rf"(?m)^Max address space\s+{2 * 2**30}\s+{2 * 2**30}\s", limits)
    assert re.search(rf"(?m)^Max file size\s+{2048 * 2**20}\s+{2048 * 2**20}\s", limits)
