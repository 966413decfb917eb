"""The ways in which we may reach a container, best isolated first; each is tried in turn."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ci_runner.devdb.docker.client import Engine
from ci_runner.frozen import frozen

_LOOPBACK = "127.0.0.1"
_CONTAINER_ID = re.compile(r"/containers/([0-9a-f]{64})/")
_LONGEST = 70  # unix(7): 107 bytes with our folder and the name of the socket


@frozen
class SharedFolder:
    """No network: a socket in a folder that we and the engine both see.

    `inside` is where our own container mounts `outside`; both are the temporary folder of this
    machine where we are in none.
    """

    inside: Path
    outside: str

    def __str__(self) -> str:
        return "without network, over a socket"


@frozen
class Published:
    """A port on a network of its own without egress, at `host`, bound to `bind` or everywhere."""

    host: str
    bind: str

    def __str__(self) -> str:
        return f"over a port of {self.host}, on a network without egress"


@frozen
class Joined:
    """A port of the container itself, on a network that our own container is in."""

    network: str

    def __str__(self) -> str:
        return f"over the network {self.network}, which this container is in"


Route = SharedFolder | Published | Joined


class NoWayError(Exception):
    """Nobody is to be reached by this route; another may lead to the server."""


def routes(engine: Engine) -> Iterator[Route]:
    """Candidates for `engine`: where it runs and where we run is not always to be known."""
    if engine.told:
        yield Published(engine.host, "")
        return
    if not engine.is_local:
        loopback = _LOOPBACK if not engine.host else ""
        yield Published(engine.host or _LOOPBACK, loopback)
        return
    here = Path(tempfile.gettempdir())
    if _fits(here):
        yield SharedFolder(here, str(here))
    yield from _from_inside(engine)
    yield Published(_LOOPBACK, _LOOPBACK)


def _from_inside(engine: Engine) -> Iterator[Route]:
    """Where we run in a container of this engine ourselves, with its socket mounted."""
    from docker.errors import NotFound

    identity = _own_identity()
    if not identity:
        return
    try:
        own = engine.client.containers.get(identity)
    except NotFound:
        return
    for mount in own.attrs["Mounts"]:
        inside = Path(mount["Destination"])
        if mount.get("RW") and inside.is_dir() and os.access(inside, os.W_OK) and _fits(inside):
            yield SharedFolder(inside, mount["Source"])
    for network in own.attrs["NetworkSettings"]["Networks"]:
        if network not in {"host", "none"}:
            yield Joined(network)


def _own_identity() -> str:
    """The engine mounts files of the container's own folder, such as /etc/hostname: proc(5)."""
    mounts = Path("/proc/self/mountinfo")
    found = _CONTAINER_ID.search(mounts.read_text()) if mounts.exists() else None
    return found[1] if found else ""


def _fits(folder: Path) -> bool:
    """Whether the path of a socket in a folder of ours in `folder` is short enough."""
    return len(os.fsencode(folder)) < _LONGEST
