"""A PostgreSQL server in a container of its own, through testcontainers."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.watchdog import USUAL, Limits, watching
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import ConfigError, DatabaseError

if TYPE_CHECKING:
    from docker import DockerClient  # type: ignore[import-untyped]  # docker-py ships no types
    from docker.models.containers import Container  # type: ignore[import-untyped]  # as above

_START_SECONDS = 60.0


@contextmanager
def docker_postgres(
    image: str, *, superuser: bool = False, limits: Limits = USUAL
) -> Iterator[PostgresServer]:
    """A container of `image`, on loopback where the engine is local, removed at block end.

    SQL that goes over `limits` is stopped. Raises DatabaseError when there is no engine or no
    image.
    """
    try:
        from docker.errors import (  # type: ignore[import-untyped]  # docker-py ships no types
            DockerException,
        )
        from requests.exceptions import RequestException  # docker-py lets time-outs through
        from testcontainers.core.config import testcontainers_config
        from testcontainers.core.container import DockerContainer
    except ModuleNotFoundError as missing:
        raise ConfigError(
            "docker:// needs testcontainers", next_step="pip install 'schema-ci[docker]'"
        ) from missing
    # The reaper is an image of its own that may not be at hand; the block's end removes ours.
    testcontainers_config.ryuk_disabled = True
    password = secrets.token_urlsafe(18)
    name = f"schema-ci-{secrets.token_hex(8)}"
    with ExitStack() as stack:
        try:
            container = (
                DockerContainer(image)
                .with_name(name)
                .with_env("POSTGRES_PASSWORD", password)
                .with_env("POSTGRES_DB", "postgres")
                .with_kwargs(
                    labels={"schema-ci": "dev-database", "schema-ci.pid": str(os.getpid())}
                )
            )
            client = container.get_docker_client()
            stack.callback(client.client.close)
            host = client.host()
            binding = ("127.0.0.1", None) if host == "localhost" else None
            container.ports = {"5432/tcp": binding}  # type: ignore[dict-item]  # docker-py binds a host so
            stack.enter_context(_removed_in_the_end(client.client, name))
            container.start()
            wrapped = container.get_wrapped_container()
            wrapped.reload()
        except (DockerException, RequestException) as refused:
            raise DatabaseError(
                "no container could be started",
                where=f"image {image}",
                said=_first_line(refused),
                next_step="start Docker, pull the image, or use local://postgres",
            ) from refused
        published = wrapped.ports.get("5432/tcp")
        if not published:
            raise _not_started(wrapped)
        address = "127.0.0.1" if host == "localhost" else host
        admin = (
            f"host={address} port={published[0]['HostPort']} sslmode=disable "
            f"user=postgres password={password} dbname=postgres"
        )
        version = _wait(admin, wrapped)
        server = _server(admin, version, image, superuser=superuser)

        def end(_: Sequence[int]) -> str:
            try:
                wrapped.kill()
            except (DockerException, RequestException) as refused:
                return f"the container {name} may still run: {_first_line(refused)}"
            return ""

        with watching(limits, end) as watchdog:
            yield replace(server, guard=watchdog, ending=watchdog.ending)


@contextmanager
def _removed_in_the_end(client: DockerClient, name: str) -> Iterator[None]:
    """By name: a container that was created and did not start has no object. Hides no error."""
    try:
        yield
    except BaseException as first:
        try:
            _remove(client, name)
        except DatabaseError as second:
            first.add_note(f"{second.what}: {second.said}")
        raise
    _remove(client, name)


def _remove(client: DockerClient, name: str) -> None:
    from docker.errors import DockerException, NotFound
    from requests.exceptions import RequestException

    try:
        client.containers.get(name).remove(force=True, v=True)
    except NotFound:
        return
    except (DockerException, RequestException) as refused:
        raise DatabaseError(
            f"the container {name} could not be removed",
            said=_first_line(refused),
            next_step=f"docker rm --force --volumes {name}",
        ) from refused


def _server(admin: str, version: str, image: str, *, superuser: bool) -> PostgresServer:
    description = f"PostgreSQL {version}, container {image}"
    if superuser:
        return PostgresServer(description, admin, admin)
    password = secrets.token_urlsafe(18)
    with connect(admin) as session:
        session.execute(
            f"CREATE ROLE schema_ci LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{password}'"
        )
    address = admin.split(" user=", 1)[0]
    return PostgresServer(
        description, admin, f"{address} user=schema_ci password={password}", "schema_ci"
    )


def _wait(conninfo: str, container: Container) -> str:
    """Until TCP connects: while it sets up, the image listens on its socket only."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            with connect(conninfo) as connection:
                connection.query("SELECT 1")
                return connection.version
        except (DatabaseError, StatementFailed) as refused:
            container.reload()
            if container.status != "running" or time.monotonic() > deadline:
                raise _not_started(container) from refused
            time.sleep(0.02)


def _not_started(container: Container) -> DatabaseError:
    return DatabaseError(
        "the container's server did not start",
        said=container.logs(tail=5).decode(errors="replace").strip(),
        next_step="correct the image, or use local://postgres",
    )


def _first_line(refused: Exception) -> str:
    return next((line for line in str(refused).splitlines() if line.strip()), "")
