"""A server in a container: reachable, unprivileged, and removed whatever happens."""

from __future__ import annotations

import gc
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import docker  # type: ignore[import-untyped]  # docker-py ships no types
import pytest

from ci_runner.devdb.docker import docker_postgres
from ci_runner.devdb.provision import provision
from ci_runner.dialects.base import StatementFailed
from ci_runner.errors import DatabaseError
from tests.conftest import require

_IMAGE = "schema-ci-test/postgres:15"
_URL = f"docker+postgres://{_IMAGE}/dev"


def _ours(engine: docker.DockerClient) -> set[str]:
    """The containers of this process; other workers have their own."""
    labels = ["schema-ci=dev-database", f"schema-ci.pid={os.getpid()}"]
    found = engine.containers.list(all=True, filters={"label": labels})
    return {container.id for container in found}


@pytest.fixture
def engine(docker_engine: str) -> Iterator[docker.DockerClient]:
    """An engine that has our image; the test must leave no container on it."""
    client = docker.from_env()
    try:
        if not client.images.list(_IMAGE):
            built = subprocess.run(
                [Path(__file__).parents[2] / "script" / "images"],
                capture_output=True,
                text=True,
                check=False,
            )
            if built.returncode:
                require(f"needs the image {_IMAGE}: {built.stderr.strip()}")
        before = _ours(client)
        yield client
        assert before == _ours(client)
    finally:
        client.close()


@pytest.mark.docker
def test_container_serves_databases_to_an_unprivileged_role(engine: docker.DockerClient) -> None:
    said: list[str] = []
    with provision(_URL, "postgres", say=said.append) as server:
        assert server.description.endswith(f", container {_IMAGE}")
        assert [f"dev database: {server.description}"] == said
        with server.database() as one, server.database() as other:
            one.execute("CREATE TABLE t (a text)")
            assert [] == other.query("SELECT relname FROM pg_class WHERE relname = 't'")
            with pytest.raises(StatementFailed) as refused:
                one.execute("COPY t FROM PROGRAM 'id'")

    assert "42501" == refused.value.failure.code


@pytest.mark.docker
def test_container_listens_on_loopback_only(engine: docker.DockerClient) -> None:
    before = _ours(engine)
    with docker_postgres(_IMAGE, superuser=True):
        [made] = _ours(engine) - before
        bindings = engine.containers.get(made).ports["5432/tcp"]

    assert {"127.0.0.1"} == {binding["HostIp"] for binding in bindings}


@pytest.mark.docker
def test_container_is_removed_after_an_error(engine: docker.DockerClient) -> None:
    with (
        pytest.raises(StatementFailed),
        docker_postgres(_IMAGE) as server,
        server.database() as connection,
    ):
        connection.execute("SELECT 1 / 0")


@pytest.mark.docker
def test_container_that_is_made_but_does_not_start_is_removed(
    engine: docker.DockerClient,
) -> None:
    container = engine.containers.create(_IMAGE, entrypoint=["/nowhere"])
    try:
        container.commit("schema-ci-test/broken", "1")
        with (
            pytest.raises(DatabaseError, match="no container could be started"),
            docker_postgres("schema-ci-test/broken:1"),
        ):
            pass
    finally:
        container.remove()
        engine.images.remove("schema-ci-test/broken:1")


@pytest.mark.docker
def test_image_without_a_server_is_quoted(engine: docker.DockerClient) -> None:
    container = engine.containers.create(_IMAGE, entrypoint=["/bin/sh", "-c", "echo no; exit 1"])
    try:
        container.commit("schema-ci-test/no-server", "1")
        with (
            pytest.raises(DatabaseError, match="did not start") as refused,
            docker_postgres("schema-ci-test/no-server:1"),
        ):
            pass
    finally:
        container.remove()
        engine.images.remove("schema-ci-test/no-server:1")

    assert "no" == refused.value.said.strip()


# docker-py leaves the socket that was refused to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_engine_is_a_database_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'nowhere.sock'}")
    with (
        pytest.raises(DatabaseError, match="no container could be started"),
        docker_postgres("x:1"),
    ):
        pass
    gc.collect()


def test_silent_engine_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr("docker.client.DEFAULT_TIMEOUT_SECONDS", 1)
        with pytest.raises(DatabaseError, match="no container"), docker_postgres("x:1"):
            pass
