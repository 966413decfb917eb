"""What a route asks of a container's options, and where its server is found once it runs."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from ci_runner.devdb.docker.client import Engine
from ci_runner.devdb.docker.end import removed
from ci_runner.devdb.docker.recipe import Place, Port, Recipe, Socket
from ci_runner.devdb.docker.routes import Joined, NoWayError, Published, Route, SharedFolder
from ci_runner.devdb.folders import PREFIX, mark
from ci_runner.devdb.marker import LABEL, this_run
from ci_runner.errors import InternalError
from ci_runner.frozen import frozen

if TYPE_CHECKING:
    from docker.models.containers import (
        Container,
    )
    from docker.models.networks import Network


_SHUT_OFF = {
    "com.docker.network.bridge.enable_ip_masquerade": "false",
    "com.docker.network.bridge.enable_icc": "false",
}


@frozen
class Door:
    """`options` are docker-py's for a container; `folder` is for the socket, None with a port.

    `outside` is that folder as the engine sees it.
    """

    route: Route
    options: Mapping[str, object] = field(default_factory=dict)
    folder: Path | None = None
    outside: str = ""


@contextmanager
def opened(engine: Engine, recipe: Recipe, route: Route) -> Iterator[Door]:
    """The folder or network that `route` goes by, removed at block end."""
    match route:
        case SharedFolder():
            from docker.types import Mount

            with _shared(route) as (folder, outside):
                # A mount, unlike a volume, is refused where the engine does not see the folder.
                mount = Mount(recipe.socket_folder, outside, type="bind")
                options = {"network": "none", "mounts": [mount]}
                yield Door(route, options, folder, outside)
        case Published(bind=bind):
            port = f"{recipe.port}/tcp"
            with _network(engine) as network:
                ports = {port: (bind, None) if bind else None}
                yield Door(route, {"network": network.name, "ports": ports})
        case Joined(network=name):
            yield Door(route, {"network": name})
        case _:
            assert_never(route)


def place_of(container: Container, recipe: Recipe, door: Door) -> Place:
    """Where the server of a container that has started is, or will be in a moment."""
    match door.route:
        case SharedFolder():
            if door.folder is None:
                raise InternalError("a shared folder is open and there is none")
            return Socket(door.folder)
        case Published(host=host):
            container.reload()
            published = container.ports.get(f"{recipe.port}/tcp")
            # A container that has ended already publishes nothing; that it has is found out next.
            return Port(host, int(published[0]["HostPort"]) if published else recipe.port)
        case Joined(network=name):
            container.reload()
            networks = container.attrs["NetworkSettings"]["Networks"]
            return Port(str(networks[name]["IPAddress"]), recipe.port)
        case _:
            assert_never(door.route)


@contextmanager
def _shared(route: SharedFolder) -> Iterator[tuple[Path, str]]:
    """A folder for one socket, as we see it and as the engine does.

    Whoever the server runs as may write in it, and nobody else on this machine can reach it: the
    folder above it is ours alone.
    """
    above = Path(tempfile.mkdtemp(prefix=PREFIX, dir=route.inside))
    try:
        mark(above)
        folder = above / "socket"
        folder.mkdir()
        folder.chmod(0o777)
        yield folder, f"{route.outside}/{above.name}/socket"
    finally:
        shutil.rmtree(above)


@contextmanager
def _network(engine: Engine) -> Iterator[Network]:
    """A network whose containers reach neither the world nor each other.

    Raises NoWayError where the engine does not know how: Podman takes no notice of the options.
    """
    name = f"schema-ci-{os.urandom(8).hex()}"
    with removed(engine.client, "network", name):
        network = engine.client.networks.create(
            name, driver="bridge", options=_SHUT_OFF, labels={LABEL: str(this_run())}
        )
        if not _SHUT_OFF.items() <= network.attrs["Options"].items():
            raise NoWayError("this engine makes no network without egress")
        yield network
