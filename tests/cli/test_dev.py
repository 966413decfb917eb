"""`schema-ci dev clean` says what it removes, what stays and why."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.marker import Marker, this_run
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import ExitCode
from tests.checkout import Checkout

_DEAD = replace(this_run(), pid_start=this_run().pid_start + 1)
_ELSEWHERE = replace(this_run(), machine="elsewhere", host="ci-7")


@pytest.fixture
def folder(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def _made(server: PostgresServer, marker: Marker) -> Iterator[str]:
    name = f"schema_ci_{secrets.token_hex(8)}"
    with connect(server.admin) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        admin.execute(f"COMMENT ON DATABASE {name} IS '{marker}'")
        yield name
        admin.execute(f"DROP DATABASE IF EXISTS {name}")


@pytest.fixture
def dead(postgres_server: PostgresServer) -> Iterator[str]:
    yield from _made(postgres_server, _DEAD)


@pytest.fixture
def elsewhere(postgres_server: PostgresServer) -> Iterator[str]:
    yield from _made(postgres_server, _ELSEWHERE)


def _exists(server: PostgresServer, name: str) -> bool:
    with connect(server.admin) as admin:
        return bool(admin.query(f"SELECT FROM pg_database WHERE datname = '{name}'"))


def test_a_dead_runs_database_is_removed_and_others_stay(
    folder: Checkout, postgres_server: PostgresServer, given_url: str, dead: str, elsewhere: str
) -> None:
    planned = folder.run("dev", "clean", "--dry-run", "--dev-url", given_url)
    assert f"would remove database {dead} (run {_DEAD.run} on {_DEAD.host}, process" in planned.out
    assert _exists(postgres_server, dead)

    done = folder.run("dev", "clean", "--dev-url", given_url)

    assert ExitCode.OK == done.code, done.err
    assert f"removed database {dead}" in done.out
    assert f"kept database {elsewhere}" in done.out
    assert "its run on ci-7 may be alive until" in done.out
    assert not _exists(postgres_server, dead)
    assert _exists(postgres_server, elsewhere)


def test_age_decides_about_another_machines_run(
    folder: Checkout, postgres_server: PostgresServer, given_url: str, elsewhere: str
) -> None:
    young = folder.run("dev", "clean", "--older-than", "1d", "--dev-url", given_url)
    assert "it is younger than 1 day" in young.out
    assert _exists(postgres_server, elsewhere)

    old = folder.run("dev", "clean", "--older-than", "0s", "--dev-url", given_url)

    assert f"removed database {elsewhere}" in old.out
    assert not _exists(postgres_server, elsewhere)


def test_the_server_may_be_named_by_the_environment(
    folder: Checkout, given_url: str, dead: str
) -> None:
    folder.environ.update(SCHEMA_CI_DEV_URL="env:DEV_URL", DEV_URL=given_url)

    done = folder.run("dev", "clean", "--dry-run")

    assert f"would remove database {dead}" in done.out


@pytest.mark.parametrize("age", ["2", "h", "2w", "-2h", "2.5h", "9999999d"])
def test_what_is_no_age_is_a_usage_error(folder: Checkout, age: str) -> None:
    done = folder.run("dev", "clean", f"--older-than={age}")

    assert ExitCode.USAGE == done.code
    assert "write one such as 90m, 2h or 1d" in done.err


def test_a_server_that_does_not_answer_is_an_error(folder: Checkout) -> None:
    done = folder.run("dev", "clean", "--dev-url", "postgres://dba:hunter2@127.0.0.1:1/app")

    assert ExitCode.DATABASE == done.code
    assert "does not answer" in done.err
    assert "hunter2" not in done.err
