"""What an engine says about itself so that a container of it can be run: one value per engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ci_runner.frozen import frozen

# In every container: memory of its own, where the data folder is made.
DATA = PurePosixPath("/schema-ci/data")


@frozen
class Socket:
    """The server listens in a folder that it shares with us, and has no network at all."""

    folder: Path


@frozen
class Port:
    """The server listens on TCP at an address that we can reach."""

    host: str
    number: int


Place = Socket | Port


@dataclass(frozen=True, slots=True, repr=False)
class Access:
    """Where a server listens, and the password of its administrator, made for this run."""

    place: Place
    password: str


@frozen
class Ceiling:
    """What one container may take: `memory` in MiB, its data included, and processes."""

    memory: int = 2048
    processes: int = 256


@frozen
class Recipe:
    """How to run an engine's images.

    `name` is the engine as a person says it, `user` whom the image's account for it is called,
    `port` where the server that is ready listens: another one than the image's own, where the
    image starts a server of its own to set up. `socket_folder` is where it makes its socket,
    `socket` what that is called. `environment` gives for a password what the image reads;
    `settings` are appended to the image's command, and `local` or `remote` with them.
    `prepare` is shell text that runs before the image's command and may make the data folder; what
    it leaves undone the image's entry point does. It finds the password in the environment, and
    there as well $SCHEMA_CI_PLACE, `socket` or `port`; $SCHEMA_CI_BAKED, a data folder in the image
    to start from; and $SCHEMA_CI_GIVEN, which says that there is something to `take_in`
    (ci_runner/devdb/docker/made.py). The last two may be empty. `keep` is shell text that hands the
    data folder over, where it is one that `prepare` has made, and runs when the signal `stop` has
    ended the server.
    `modules` are what our side of the server is made of, imported while it starts.
    `ready` is what the log says when connections are accepted, at a port at least. `version`
    connects and returns the server's version; it raises DatabaseError while that does not answer.
    """

    name: str
    user: str
    port: int
    socket_folder: str
    socket: str
    environment: Callable[[str], Mapping[str, str]]
    settings: tuple[str, ...]
    local: tuple[str, ...]
    remote: tuple[str, ...]
    prepare: str
    keep: str
    stop: str
    modules: tuple[str, ...]
    ready: str
    version: Callable[[Access], str]
