"""Find an engine that answers: Docker's or Podman's, here or elsewhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ci_runner.errors import ConfigError, DatabaseError
from ci_runner.frozen import frozen

if TYPE_CHECKING:
    from docker import DockerClient

# Of the API, by address, of engines that have answered: Docker starts programs to say what it is.
_VERSIONS: dict[str, str] = {}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@frozen
class Engine:
    """An engine that answered. `host` is where it publishes ports, "" for this machine.

    `told` is whether the environment says so, whatever the engine's own address is.
    """

    client: DockerClient
    address: str
    host: str
    told: bool

    @property
    def is_local(self) -> bool:
        """Whether its socket is a file here, so that it may see other files of ours as well."""
        return self.address.startswith("unix://")


@contextmanager
def engine() -> Iterator[Engine]:
    """The engine of DOCKER_HOST or the docker context, else the first local socket that answers.

    Raises ConfigError without testcontainers, and DatabaseError when no engine answers.
    """
    try:
        from docker.errors import (
            DockerException,
        )
        from requests.exceptions import RequestException  # docker-py lets time-outs through
        from testcontainers.core.docker_client import DockerClient, get_docker_host
    except ModuleNotFoundError as missing:
        raise ConfigError(
            "docker:// needs testcontainers", next_step="pip install 'schema-ci[docker]'"
        ) from missing
    told = get_docker_host()
    addresses = (told,) if told else tuple(_sockets())
    refused: list[str] = []
    cause: Exception | None = None
    for address in addresses:
        try:
            client = DockerClient(
                version=_VERSIONS.get(address, "auto"),
                environment={**os.environ, "DOCKER_HOST": address},
            ).client
        except (DockerException, RequestException) as silent:
            refused.append(f"{address}: {first_line(silent)}")
            cause = silent
            continue
        _VERSIONS[address] = client.api.api_version
        try:
            host, override = _host(address)
            yield Engine(client, address, host, override)
        finally:
            client.close()
        return
    raise DatabaseError(
        "no container could be started: no engine answers",
        said="\n".join(refused) or "there is no socket of Docker or Podman, and no DOCKER_HOST",
        next_step="start Docker or Podman, set DOCKER_HOST, or use local://",
    ) from cause


def first_line(refused: Exception) -> str:
    """What the engine said; of one that says nothing, what the system said instead."""
    within: BaseException | None = refused
    while within is not None:
        if isinstance(within, OSError) and within.strerror:
            return within.strerror
        within = within.__cause__ or within.__context__
    return next((line for line in str(refused).splitlines() if line.strip()), "")


def _sockets() -> Iterator[str]:
    """Docker's, rootless Docker's, Docker Desktop's, Podman's; those that are there."""
    mine = os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    for place in (
        "/var/run/docker.sock",
        f"{mine}/docker.sock",
        f"{Path.home()}/.docker/run/docker.sock",
        f"{mine}/podman/podman.sock",
        "/run/podman/podman.sock",
    ):
        if Path(place).exists():
            yield f"unix://{place}"


def _host(address: str) -> tuple[str, bool]:
    """Where ports are published, and whether testcontainers' variable for that says it."""
    told = os.environ.get("TC_HOST") or os.environ.get("TESTCONTAINERS_HOST_OVERRIDE")
    if told:
        return told, True
    host = urlsplit(address).hostname or ""
    return ("" if host in _LOOPBACK else host), False
