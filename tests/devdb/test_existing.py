"""On a server that exists we make databases of our own and touch no other."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.existing import existing_postgres, leftovers
from ci_runner.devdb.leftovers import Removed, sweep
from ci_runner.devdb.local import find_binaries
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.prepare import prepared
from ci_runner.devdb.provision import provision
from ci_runner.devdb.role import own_role
from ci_runner.devdb.url import parse as parse_url
from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError
from tests.conftest import require

_NAMES = "SELECT datname FROM pg_database ORDER BY datname"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _until_it_answers(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with connect(url):
                return
        except DatabaseError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server on loopback that asks for a password, as a service container has it."""
    binaries = find_binaries()
    if binaries is None:
        require("needs PostgreSQL server binaries: apt-get install postgresql")
    account = "postgres" if os.geteuid() == 0 else None
    folder, port = Path(tempfile.mkdtemp()), _free_port()
    try:
        (folder / "password").write_text("hunter2\n")
        if account:
            for path in (folder, folder / "password"):
                shutil.chown(path, account)
        subprocess.run(
            [
                str(binaries / "initdb"),
                f"--pgdata={folder / 'data'}",
                "--username=dba",
                f"--pwfile={folder / 'password'}",
                "--auth=scram-sha-256",
                "--no-sync",
            ],
            cwd=folder,
            user=account,
            check=True,
            capture_output=True,
        )
        server = subprocess.Popen(
            [
                str(binaries / "postgres"),
                f"-D{folder / 'data'}",
                f"-p{port}",
                f"-k{folder}",
                "-clisten_addresses=127.0.0.1",
            ],
            cwd=folder,
            user=account,
            stderr=subprocess.DEVNULL,
        )
        try:
            address = f"postgres://dba:hunter2@127.0.0.1:{port}"
            _until_it_answers(f"{address}/postgres")
            with connect(f"{address}/postgres") as admin:
                admin.execute("CREATE DATABASE app")
            with connect(f"{address}/app") as app:
                app.execute("CREATE TABLE kept AS SELECT 42 AS answer")
            yield f"{address}/app"
        finally:
            server.terminate()
            server.wait(10)
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def shut(url: str) -> Iterator[str]:
    """The same server, while it lets nobody in but its own superuser."""
    with connect(url) as app:
        ((place,),) = app.query("SHOW hba_file")
        rules = Path(str(place))
        usual = rules.read_text()
        rules.write_text("host all dba 127.0.0.1/32 scram-sha-256\n")
        app.query("SELECT pg_reload_conf()")
        time.sleep(0.2)
        yield url
        rules.write_text(usual)
        app.query("SELECT pg_reload_conf()")
        time.sleep(0.2)


def test_own_databases_are_empty_and_dropped(url: str) -> None:
    with connect(url) as app:
        before = app.query(_NAMES)
        with existing_postgres(url) as server, server.database() as connection:
            assert [] == connection.query("SELECT relname FROM pg_class WHERE relname = 'kept'")
            connection.execute("CREATE TABLE kept (a int)")
            assert len(before) + 1 == len(app.query(_NAMES))

        assert before == app.query(_NAMES)


def test_database_of_the_url_is_not_touched_though_it_holds_tables(url: str) -> None:
    with existing_postgres(url) as server, server.database() as connection:
        connection.execute("CREATE TABLE t (a int)")

    with connect(url) as app:
        assert [("kept",)] == app.query(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        )
        assert [(42,)] == app.query("SELECT answer FROM kept")


def test_what_is_said_of_the_server_holds_no_password(url: str) -> None:
    said: list[str] = []
    with provision(url, "postgres", say=said.append) as server:
        assert f"dev database: {server.description}" == said[-1]

    assert said[-1].endswith(", given server")
    assert "hunter2" not in "".join(said)


_PROJECT = """
import sys
from ci_runner.devdb.provision import provision
with provision(sys.argv[1], "postgres", say=lambda line: None) as server:
    for _ in range(2):
        with server.database() as one, server.database() as other:
            one.execute("CREATE TABLE t AS SELECT 1")
            other.execute("CREATE TABLE t AS SELECT 2")
            found = [each.query("SELECT * FROM t")[0][0] for each in (one, other)]
            print(one.query("SELECT current_database()")[0][0], found, flush=True)
            sys.stdin.readline()
"""


def test_parallel_projects_share_a_server_and_never_see_each_other(given_url: str) -> None:
    with connect(given_url) as app:
        before = app.query(_NAMES)
        runs = [
            subprocess.Popen(
                [sys.executable, "-c", _PROJECT, given_url],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        # Each waits for a line once it has spoken: all have their databases then.
        firsts = [run.stdout.readline() for run in runs if run.stdout]
        during = app.query(_NAMES)
        rests = [run.communicate("\n\n", timeout=60)[0].splitlines() for run in runs]
        after = app.query(_NAMES)

    lines = [*firsts, *(line for rest in rests for line in rest)]
    assert [0, 0] == [run.returncode for run in runs]
    assert len(before) + 4 == len(during)
    assert 4 == len({line.split()[0] for line in lines})
    assert {"[1, 2]"} == {line.partition(" ")[2].strip() for line in lines}
    assert before == after


def test_a_history_runs_once_and_is_copied_from_then_on(given_url: str) -> None:
    ran: list[int] = []

    def fill(connection: Connection) -> None:
        ran.append(1)
        connection.execute("CREATE TABLE t (a int)")

    with existing_postgres(given_url) as server, server.snapshot(fill) as kept:
        for _ in range(2):
            with kept.copy() as connection:
                connection.execute("ALTER TABLE t ADD b int")
                ((database,),) = connection.query("SELECT current_database()")

    assert [1] == ran
    assert str(database).startswith("schema_ci_")


def test_wrong_password_is_not_repeated(url: str) -> None:
    with (
        pytest.raises(DatabaseError, match="does not answer") as refused,
        existing_postgres(url.replace("hunter2", "hunter3")),
    ):
        pass

    assert 'password authentication failed for user "dba"' in refused.value.said
    assert "hunter3" not in str(refused.value)


def test_role_without_createdb_is_told_what_it_lacks(url: str) -> None:
    with connect(url) as app:
        app.execute("CREATE ROLE reader LOGIN PASSWORD 'hunter2'")
    with (
        existing_postgres(url.replace("dba", "reader")) as server,
        pytest.raises(DatabaseError, match="lets us create no database") as refused,
        server.database(),
    ):
        pass

    assert "permission denied to create database" == refused.value.said


def test_description_warns_of_a_superuser(url: str, postgres_server: PostgresServer) -> None:
    with existing_postgres(url, superuser=True) as server:
        assert server.description.endswith(", given server, as superuser")
    with existing_postgres(url) as server:
        assert server.description.endswith(", given server")
    with existing_postgres(postgres_server.owner) as server:
        assert server.description.endswith(", given server")


def test_description_tells_that_a_target_lives_on_the_same_server(url: str) -> None:
    with existing_postgres(url, [f"{url.removesuffix('app')}postgres"]) as server:
        assert server.description.endswith(", given server, where the target lives too")


@pytest.mark.parametrize("creator", ["dba", "maker"])
def test_t12_migrations_run_as_a_role_of_this_run_without_rights(url: str, creator: str) -> None:
    roles = "SELECT rolname FROM pg_roles ORDER BY rolname"
    with connect(url) as app:
        app.execute("DROP ROLE IF EXISTS maker")
        app.execute("CREATE ROLE maker LOGIN CREATEROLE CREATEDB PASSWORD 'hunter2'")
        before = app.query(roles)
        with (
            existing_postgres(url.replace("dba", creator)) as server,
            server.database() as connection,
        ):
            connection.execute("CREATE TABLE t (a int)")
            connection.execute("CREATE EXTENSION citext")
            for hostile in ("COPY t TO PROGRAM 'id'", "CREATE ROLE x", f"SET ROLE {creator}"):
                with pytest.raises(StatementFailed, match=r"permission denied|must be superuser"):
                    connection.execute(hostile)
            ((role,),) = connection.query("SELECT current_user")
            (found,) = (each for each in leftovers(url) if each.name == f"role {role}")
            assert found.in_use

        assert str(role).startswith("schema_ci_role_")
        assert before == app.query(roles)


def test_superuser_rights_are_given_where_they_are_asked_for(url: str) -> None:
    with existing_postgres(url, superuser=True) as server, server.database() as connection:
        assert [("dba",)] == connection.query("SELECT current_user")


def test_roles_of_the_server_can_own_what_migrations_make_and_no_dear_ones(url: str) -> None:
    with connect(url) as app:
        for role in ("plain LOGIN", "dear CREATEROLE", "landlord", "member"):
            app.execute(f"CREATE ROLE {role}")
        app.execute("CREATE DATABASE estate OWNER landlord")
        app.execute("GRANT pg_read_server_files TO member")
    wishes = Preparation(roles=("plain", "dear", "landlord", "member"))
    with (
        existing_postgres(url) as given,
        prepared(given, wishes, ours=False).database() as connection,
    ):
        connection.execute("CREATE TABLE t (a int)")
        connection.execute("GRANT CREATE ON SCHEMA public TO plain")
        connection.execute("ALTER TABLE t OWNER TO plain")
        for dear in ("dear", "landlord", "member"):
            with pytest.raises(StatementFailed, match="must be member of role"):
                connection.execute(f"ALTER TABLE t OWNER TO {dear}")

    with connect(url) as app:
        members = "SELECT FROM pg_auth_members WHERE roleid = 'plain'::regrole"
        assert [] == app.query(members)


def test_a_role_of_ours_that_is_not_let_in_is_explained(shut: str) -> None:
    with (
        existing_postgres(shut) as server,
        pytest.raises(DatabaseError, match="does not answer") as refused,
        server.database(),
    ):
        pass

    assert "no pg_hba.conf entry" in refused.value.said
    assert "SCHEMA_CI_DEV_SUPERUSER" in refused.value.next_step


def test_a_role_that_a_dead_run_left_is_removed(url: str) -> None:
    body = "import os, sys; from ci_runner.devdb.role import own_role\n"
    body += "with own_role(sys.argv[1]): os._exit(9)"
    subprocess.run([sys.executable, "-c", body, url], check=False)

    swept = [each for each in sweep(parse_url(url)) if "role " in each.leftover.name]

    assert [Removed] == [type(each) for each in swept]
    assert [] == [each for each in leftovers(url) if "role " in each.name]


def test_a_database_that_could_not_be_dropped_goes_with_its_role(url: str) -> None:
    with connect(url) as app:
        before = app.query(_NAMES)
    with own_role(url) as (_, role), connect(url) as app:
        app.execute(f"CREATE DATABASE schema_ci_left OWNER {role}")

    with connect(url) as app:
        assert before == app.query(_NAMES)
        assert [] == app.query(f"SELECT FROM pg_roles WHERE rolname = '{role}'")
