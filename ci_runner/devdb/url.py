"""The grammar of dev URLs: what each form means, and what to write instead of one that is none.

sqlite://                                in process; sqlite://dev?mode=memory, as Atlas has it
local://ENGINE[/VERSION]                 programs of this machine
docker://ENGINE[/TAG[/DATABASE]]         the engine's official image
docker+ENGINE://IMAGE:TAG[/DATABASE]     any image; `_/NAME` is an image without a folder
ENGINE://USER@HOST:PORT/DATABASE         a server that exists

The database of a container is ours to choose: it may be written for Atlas's sake.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from ci_runner.config.secret import Secret
from ci_runner.devdb.engine import Container, DevUrl, Embedded, Engine, Existing, Local
from ci_runner.devdb.engines import ENGINES
from ci_runner.errors import ConfigError

GRAMMAR = (
    "sqlite://, local://postgres, docker://postgres/16/dev or postgres://USER@HOST:PORT/DATABASE"
)
_TAG = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
_ENGINE = re.compile(rf"(?P<name>[^/]+)(?:/(?P<tag>{_TAG})?(?:/[^/]*)?)?/?")
_IMAGE = re.compile(rf"(?:_/)?(?P<image>[a-z0-9][a-z0-9._/:-]*:{_TAG})(?:/[^/:]*)?")
_VERSION = re.compile(r"\d+(?:\.\d+)*")

# `sqlite://dev?mode=memory` is how Atlas writes it.
_IN_MEMORY = re.compile(r"(?:[^/?]*\?(?:[^/]*&)?mode=memory(?:&[^/]*)?)?")


def parse(url: str) -> DevUrl:
    """What a dev URL names. Raises ConfigError, which shows no part that may be a password."""
    scheme, separator, rest = url.partition("://")
    if separator:
        for engine in ENGINES.values():
            if scheme in engine.embedded:
                return _embedded(engine, url, rest)
            if scheme in engine.servers:
                return Existing(engine.dialect, Secret(url))
            if scheme.startswith("docker+") and (name := scheme[7:]) in engine.images:
                return _own_image(engine, name, url, rest)
        if scheme in {"local", "docker"}:
            return _of_ours(scheme, url, rest)
    raise _unknown(scheme if separator else "")


def dialect_of(url: str) -> str:
    """The dialect that a dev URL asks for. Raises ConfigError for one that we can't read."""
    return parse(url).dialect


def shown(url: DevUrl) -> str:
    """How the URL is named in a message: a server that exists by nothing but its scheme."""
    match url:
        case Embedded(dialect):
            return f"{dialect}://"
        case Local(_, name, version):
            return f"local://{name}{f'/{version}' if version else ''}"
        case Container(_, name, image):
            return f"docker+{name}://{image}"
        case Existing(_, address):
            return f"{address.partition('://')[0]}://..."


def _embedded(engine: Engine, url: str, rest: str) -> Embedded:
    if not _IN_MEMORY.fullmatch(rest):
        raise ConfigError(
            "a SQLite dev database lives in memory, never in a file",
            where=url,
            next_step="write sqlite://",
        )
    return Embedded(engine.dialect)


def _of_ours(scheme: str, url: str, rest: str) -> Local | Container:
    """`local://` and `docker://`: a server that we start."""
    name = rest.split("/", 1)[0]
    for engine in ENGINES.values():
        if scheme == "local" and name in engine.local:
            return _local(engine, name, url, rest)
        if scheme == "docker" and name in engine.images:
            if found := _ENGINE.fullmatch(rest):
                image = f"{engine.images[name]}:{found['tag'] or 'latest'}"
                return Container(engine.dialect, name, image)
            raise _no_image(url, name)
    startable = sorted(each for engine in ENGINES.values() for each in _startable(engine, scheme))
    near = get_close_matches(name, startable, 1)
    hint = f"; did you mean {scheme}://{near[0]}?" if near else ""
    raise ConfigError(
        f"{scheme}:// can start no {name or '(nothing)'!r}{hint}",
        next_step=f"write one of {', '.join(f'{scheme}://{each}' for each in startable)}",
    )


def _startable(engine: Engine, scheme: str) -> Iterator[str]:
    yield from (engine.local if scheme == "local" else engine.images)


def _local(engine: Engine, name: str, url: str, rest: str) -> Local:
    version = rest.removeprefix(name).strip("/")
    if version and not _VERSION.fullmatch(version):
        raise ConfigError(
            f"local://{name} is followed by a version or by nothing",
            where=url,
            next_step=f"write local://{name} or, for one of several versions, local://{name}/15",
        )
    return Local(engine.dialect, name, version)


def _own_image(engine: Engine, name: str, url: str, rest: str) -> Container:
    if found := _IMAGE.fullmatch(rest):
        return Container(engine.dialect, name, found["image"])
    raise _no_image(url, name)


def _no_image(url: str, name: str) -> ConfigError:
    return ConfigError(
        "the dev URL names no image",
        where=url,
        next_step=f"write docker://{name}/16/dev or docker+{name}://acme/{name}:16/dev",
    )


def _unknown(scheme: str) -> ConfigError:
    """`scheme` is "" where there is none: what stands there instead may be a password."""
    near = get_close_matches(scheme, tuple(_schemes()), 1)
    hint = f"; did you mean {near[0]}://?" if near else ""
    return ConfigError(
        f"unknown dev URL with scheme {scheme or '(none)'!r}{hint}",
        next_step=f"write {GRAMMAR}",
    )


def _schemes() -> Iterator[str]:
    yield from ("local", "docker")
    for engine in ENGINES.values():
        yield from (*engine.embedded, *engine.servers)
        yield from (f"docker+{name}" for name in engine.images)
