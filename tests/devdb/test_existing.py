"""On a server that exists we make databases of our own and touch no other."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_runner.devdb.existing import existing_postgres
from ci_runner.devdb.local import find_binaries
from ci_runner.devdb.provision import provision
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
