"""PostgreSQL in a container: what it serves, as whom, and what is said when it can't be had."""

from __future__ import annotations

import gc
import socket
from pathlib import Path

import docker
import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.docker.postgres import docker_postgres
from ci_runner.devdb.provision import provision
from ci_runner.dialects.base import StatementFailed
from ci_runner.errors import DatabaseError
from tests.devdb.docker.conftest import BAKED, IMAGE, derived, wanting_root

pytestmark = pytest.mark.docker


def test_upstream_like_image_serves_databases_to_an_unprivileged_role(
    engine: docker.DockerClient,
) -> None:
    said: list[str] = []
    with provision(f"docker+postgres://{IMAGE}/dev", "postgres", say=said.append) as server:
        assert server.description.endswith(f", container {IMAGE} (without network, over a socket)")
        assert f"dev database: {server.description}" == said[-1]
        with server.database() as one, server.database() as other:
            one.execute("CREATE TABLE t (a text)")
            assert [] == other.query("SELECT relname FROM pg_class WHERE relname = 't'")
            with pytest.raises(StatementFailed) as refused:
                one.execute("COPY t FROM PROGRAM 'id'")

    assert "42501" == refused.value.failure.code


def test_superuser_is_had_for_the_asking(container_server: PostgresServer) -> None:
    with container_server.database() as connection:
        assert [("on",)] == connection.query("SHOW is_superuser")


def test_container_that_is_made_but_does_not_start_is_removed(
    engine: docker.DockerClient,
) -> None:
    name = "schema-ci-test/broken:1"
    with (
        derived(engine, name, BAKED, environment={"PATH": "/nowhere"}),
        pytest.raises(DatabaseError, match="did not start") as refused,
        docker_postgres(name),
    ):
        pass

    assert "schema-ci: the server ended with status" in refused.value.said


def test_image_without_a_server_is_quoted(engine: docker.DockerClient) -> None:
    name = "schema-ci-test/no-server:1"
    with (
        derived(engine, name, IMAGE, entrypoint=["/bin/sh", "-c", "echo no; exit 3"]),
        pytest.raises(DatabaseError, match="did not start") as refused,
        docker_postgres(name),
    ):
        pass

    # Two streams of one process: whichever is read first.
    said = ["no", "schema-ci: the server ended with status 3"]
    assert said == sorted(refused.value.said.splitlines())


def test_entry_point_that_wants_to_be_root_may_step_down(engine: docker.DockerClient) -> None:
    with (
        wanting_root(engine) as name,
        docker_postgres(name, superuser=True) as server,
        server.database() as connection,
    ):
        connection.execute("CREATE TABLE who (line text)")
        connection.execute("COPY who FROM PROGRAM 'id -un; grep -c CapEff:.0*$ /proc/self/status'")
        found = connection.query("SELECT line FROM who")

    assert [("postgres",), ("1",)] == found


def test_missing_image_is_a_database_error(engine: docker.DockerClient) -> None:
    with (
        pytest.raises(DatabaseError, match="no container could be started") as refused,
        docker_postgres("localhost:9/schema-ci-test/absent:1"),
    ):
        pass

    assert "image localhost:9/schema-ci-test/absent:1" == refused.value.where


# docker-py leaves the socket that was refused to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_no_engine_is_a_database_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path / 'nowhere.sock'}")
    with (
        pytest.raises(DatabaseError, match="no engine answers") as refused,
        docker_postgres("x:1"),
    ):
        pass
    said = refused.value.said
    del refused
    gc.collect()

    assert str(tmp_path / "nowhere.sock") in said


def test_silent_engine_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setattr("docker.client.DEFAULT_TIMEOUT_SECONDS", 1)
        with pytest.raises(DatabaseError, match="no engine answers"), docker_postgres("x:1"):
            pass


def test_next_container_of_an_image_starts_with_what_initdb_made_in_the_last(
    engine: docker.DockerClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert _identifier() == _identifier()


def _identifier() -> object:
    """What initdb gives each data folder of its own."""
    with docker_postgres(IMAGE, superuser=True) as server, server.database() as connection:
        ((identifier,),) = connection.query("SELECT system_identifier FROM pg_control_system()")
    return identifier
