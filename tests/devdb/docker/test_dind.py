"""An engine that is elsewhere, or dies: Docker in Docker, as GitLab and CircleCI have it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from ci_runner.devdb.docker.postgres import docker_postgres
from ci_runner.devdb.provision import provision
from ci_runner.errors import DatabaseError, ExitCode
from tests.devdb.docker.conftest import BAKED, of_process
from tests.devdb.docker.dind import Dind, dind

pytestmark = pytest.mark.docker

_URL = f"docker+postgres://{BAKED}/dev"


@pytest.fixture(scope="module")
def elsewhere(
    engine: docker.DockerClient, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dind]:
    """The engine that our environment names, for every test here."""
    folder = tmp_path_factory.mktemp("dind")
    for part in ("certificates", "shared"):
        (folder / part).mkdir()
    with pytest.MonkeyPatch.context() as environment:
        # With requests these come before the authority that a client asks for.
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            environment.delenv(name, raising=False)
        with dind(engine, folder / "certificates", folder / "shared") as started:
            for name, value in started.environment.items():
                environment.setenv(name, value)
            yield started


@pytest.fixture
def diff(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """`schema-ci schema diff`, busy for some seconds on a server that has answered."""
    schema = tmp_path / "schema.sql"
    schema.write_text("CREATE TABLE t (id int PRIMARY KEY); SELECT pg_sleep(2);\n")
    command = [sys.executable, "-m", "ci_runner", "schema", "diff", "--from", "empty"]
    with subprocess.Popen(
        [*command, "--to", str(schema), "--dev-url", _URL],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as started:
        assert started.stderr is not None
        try:
            for line in started.stderr:
                if "dev database: PostgreSQL" in line:
                    break
            yield started
        finally:
            started.kill()


def _left(engine: Dind, pid: int) -> list[str]:
    """What the run of process `pid` has there."""
    client = engine.client()
    try:
        return of_process(client, pid)
    finally:
        client.close()


def _next_run() -> list[str]:
    """What it says of the one before it."""
    said: list[str] = []
    with provision(_URL, "postgres", say=said.append) as server, server.database() as connection:
        assert [(1,)] == connection.query("SELECT 1")
    return [line for line in said if "a dead run left" in line]


def test_server_behind_tls_on_another_machine_is_reached_at_a_port_of_that(elsewhere: Dind) -> None:
    with docker_postgres(BAKED) as server, server.database() as connection:
        assert [(1,)] == connection.query("SELECT 1")

    where = f"over a port of {elsewhere.address}, on a network without egress"
    assert server.description.endswith(f"({where})")


def test_an_engine_whose_ports_nobody_lets_through_is_told(elsewhere: Dind) -> None:
    with (
        elsewhere.ports_shut(),
        pytest.raises(DatabaseError, match="the container's server can't be reached") as refused,
        docker_postgres(BAKED),
    ):
        pass

    assert f"of {elsewhere.address} does not lead to it from here: " in refused.value.said
    assert "CircleCI's setup_remote_docker" in refused.value.next_step
    assert [] == _left(elsewhere, os.getpid())


def test_override_says_where_ports_are_of_an_engine_that_sees_no_folder_of_ours(
    elsewhere: Dind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{elsewhere.socket}")
    monkeypatch.delenv("DOCKER_TLS_VERIFY")
    monkeypatch.setenv("TESTCONTAINERS_HOST_OVERRIDE", elsewhere.address)
    with docker_postgres(BAKED) as server:
        assert f"over a port of {elsewhere.address}" in server.description


def test_engine_that_stops_is_told_and_the_next_run_removes_what_is_left(
    elsewhere: Dind, diff: subprocess.Popen[str]
) -> None:
    elsewhere.end("TERM")
    _, said = diff.communicate(timeout=30)

    assert ExitCode.DATABASE == diff.returncode
    # An engine answers while it stops.
    assert "the engine no longer answers" in said or "its engine was stopped" in said
    assert "also: the network schema-ci-" in said
    assert "next: run again" in said
    elsewhere.start()
    assert 1 == len(_next_run())
    assert [] == _left(elsewhere, diff.pid)


def test_engine_that_starts_again_is_told(elsewhere: Dind, diff: subprocess.Popen[str]) -> None:
    elsewhere.end("KILL")
    elsewhere.start()  # of a container without an engine it makes an end
    _, said = diff.communicate(timeout=30)

    assert ExitCode.DATABASE == diff.returncode
    assert "somebody has ended the container, or its engine was stopped" in said
    assert [] == _left(elsewhere, diff.pid)


def test_server_that_outlives_its_engine_is_told_with_how_to_remove_it(
    elsewhere: Dind, diff: subprocess.Popen[str]
) -> None:
    elsewhere.end("KILL")
    _, said = diff.communicate(timeout=30)

    assert ExitCode.DATABASE == diff.returncode
    assert "could not be removed" in said
    assert "next: docker rm --force --volumes schema-ci-" in said
    assert "Connection refused" in said
    elsewhere.start()
    assert _next_run()
    assert [] == _left(elsewhere, diff.pid)
