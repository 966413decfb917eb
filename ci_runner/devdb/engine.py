"""What a dev URL can name, and what an engine says about its dev databases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import field

from ci_runner.config.secret import Secret
from ci_runner.devdb.leftover import Leftover
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.server import Server
from ci_runner.frozen import frozen


@frozen
class Embedded:
    """An engine inside this process."""

    dialect: str


@frozen
class Local:
    """A server started from programs of this machine; `version` "" is the best that there is.

    `name` is the engine as the URL spells it: one dialect may have several.
    """

    dialect: str
    name: str
    version: str = ""


@frozen
class Container:
    """A server in a container of `image`, which always has a tag."""

    dialect: str
    name: str
    image: str


@frozen
class Existing:
    """A server that runs already. `url` may hold a password."""

    dialect: str
    url: Secret


DevUrl = Embedded | Local | Container | Existing


def _nothing(server: Existing) -> Iterable[Leftover]:
    del server
    return ()


def _no_step(target: Secret) -> tuple[str, ...]:
    del target
    return ()


@frozen
class Engine:
    """One engine: a file in `engines/`, found by the name of its dialect.

    `embedded`, `local` and `servers` are the names that stand in `NAME://`, `local://NAME` and
    `NAME://USER@HOST/DATABASE`; `images` gives for the NAME of `docker://NAME/TAG` the image, and
    `docker+NAME://IMAGE` runs any other. `ladder` are the dev URLs that are tried in order where
    none is given. `open` is handed what one of them says, imports drivers only then, and raises
    ConfigError or DatabaseError. `leftovers` lists what carries a marker of ours on a server that
    exists, and raises the same. `ladder_like` gives the steps that are tried first where a target
    is known whose version they have.
    """

    dialect: str
    ladder: tuple[str, ...]
    open: Callable[[DevUrl, Preparation], AbstractContextManager[Server]]
    embedded: tuple[str, ...] = ()
    local: tuple[str, ...] = ()
    images: Mapping[str, str] = field(default_factory=dict)
    servers: tuple[str, ...] = ()
    leftovers: Callable[[Existing], Iterable[Leftover]] = _nothing
    ladder_like: Callable[[Secret], tuple[str, ...]] = _no_step
