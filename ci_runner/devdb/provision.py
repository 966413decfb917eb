"""From a dev URL to a running server that is ours until the block ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from difflib import get_close_matches
from urllib.parse import urlsplit

from ci_runner.devdb.server import Server
from ci_runner.devdb.watchdog import USUAL, Limits
from ci_runner.dialects import dialect
from ci_runner.errors import ConfigError, DatabaseError

GRAMMAR = (
    "sqlite://, local://postgres, docker://postgres/16/dev or postgres://USER@HOST:PORT/DATABASE"
)
_LADDER = {
    "sqlite": ("sqlite://",),
    "postgres": ("local://postgres", "docker://postgres/16/dev"),
}
_SCHEMES = ("sqlite", "local", "docker", "docker+postgres", "postgres", "postgresql")
_TAG = r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}"
_OFFICIAL_IMAGE = re.compile(rf"docker://postgres(?:/(?P<tag>{_TAG})(?:/[^/]*)?)?/?")
_OWN_IMAGE = re.compile(
    rf"docker\+postgres://(?:_/)?(?P<image>[a-z0-9][a-z0-9._/:-]*:{_TAG})(?:/[^/:]*)?"
)

# `sqlite://dev?mode=memory` is how Atlas writes it.
_IN_MEMORY = re.compile(r"sqlite://(?:[^/?]*\?(?:[^/]*&)?mode=memory(?:&[^/]*)?)?")

# The cloud's metadata service answers on these; no dev database does.
_FORBIDDEN_HOST = re.compile(r"169\.254\.|fd00:ec2:|metadata\.")


def dialect_of(url: str) -> str:
    """The dialect that a dev URL asks for. Raises ConfigError for one that we can't read."""
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        return "sqlite"
    if scheme in {"postgres", "postgresql", "docker+postgres"}:
        return "postgres"
    engine = rest.split("/", 1)[0]
    if scheme in {"local", "docker"}:
        if engine == "postgres":
            return "postgres"
        raise ConfigError(
            f"{scheme}:// can start no {engine or '(nothing)'!r}", next_step=f"write {GRAMMAR}"
        )
    if not url.startswith(f"{scheme}://"):
        scheme = ""  # what stands there instead may be a password
    near = get_close_matches(scheme, _SCHEMES, 1)
    hint = f"; did you mean {near[0]}://?" if near else ""
    raise ConfigError(
        f"unknown dev URL with scheme {scheme or '(none)'!r}{hint}",
        next_step=f"write {GRAMMAR}",
    )


@contextmanager
def provision(
    url: str,
    dialect_name: str,
    *,
    superuser: bool = False,
    limits: Limits = USUAL,
    say: Callable[[str], None],
) -> Iterator[Server]:
    """A server for `dialect_name`: the one that `url` names, or the first of its ladder that works.

    `url` "" means the ladder; SQL that goes over `limits` is stopped; `say` is told which step was
    taken and why the others were not. Raises ConfigError and DatabaseError.
    """
    dialect(dialect_name)  # says which extra is missing before anything is started
    if url:
        if dialect_of(url) != dialect_name:
            raise ConfigError(
                f"the dev URL is for {dialect_of(url)}, the dialect is {dialect_name}",
                next_step="correct one of them",
            )
        with _open(url, limits, superuser=superuser) as server:
            say(f"dev database: {server.description}")
            yield server
        return
    with ExitStack() as stack:
        yield stack.enter_context(_first(dialect_name, limits, superuser=superuser, say=say))


@contextmanager
def _first(
    dialect_name: str, limits: Limits, *, superuser: bool, say: Callable[[str], None]
) -> Iterator[Server]:
    refused: list[str] = []
    with ExitStack() as stack:
        for step in _LADDER[dialect_name]:
            try:
                server = stack.enter_context(_open(step, limits, superuser=superuser))
            except DatabaseError as error:
                refused.append(f"{step}: {error.what}{f' ({error.said})' if error.said else ''}")
                continue
            passed_over = "".join(f"; not {reason}" for reason in refused)
            say(f"dev database: {server.description} (no --dev-url given{passed_over})")
            yield server
            return
    raise DatabaseError(
        f"no dev database for {dialect_name} could be had",
        said="\n".join(refused),
        next_step="install the server's binaries, start Docker, or give --dev-url",
    )


def _open(url: str, limits: Limits, *, superuser: bool) -> AbstractContextManager[Server]:
    scheme = url.partition("://")[0]
    if scheme == "sqlite":
        if not _IN_MEMORY.fullmatch(url):
            raise ConfigError(
                "a SQLite dev database lives in memory, never in a file",
                where=url,
                next_step="write sqlite://",
            )
        from ci_runner.devdb.embedded import embedded

        return embedded(dialect("sqlite"), limits)
    if scheme == "local":
        from ci_runner.devdb.local import local_postgres

        return local_postgres(superuser=superuser, limits=limits)
    if scheme in {"docker", "docker+postgres"}:
        from ci_runner.devdb.docker import docker_postgres

        return docker_postgres(image_of(url), superuser=superuser, limits=limits)
    if _FORBIDDEN_HOST.match(_host(url)):
        raise ConfigError("the dev URL points to a metadata address", next_step="correct it")
    from ci_runner.devdb.existing import existing_postgres

    return existing_postgres(url, limits=limits)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        raise ConfigError(
            "the dev URL cannot be read", next_step="write postgres://USER@HOST:PORT/DATABASE"
        ) from None  # the cause quotes the URL


def image_of(url: str) -> str:
    """The image that a Docker dev URL names; the database in it is ours to choose.

    docker://postgres/16/dev -> postgres:16; docker+postgres://acme/postgis:16/dev ->
    acme/postgis:16, where `_` in place of the first part means an image without one.
    Raises ConfigError.
    """
    if official := _OFFICIAL_IMAGE.fullmatch(url):
        return f"postgres:{official['tag'] or 'latest'}"
    if own := _OWN_IMAGE.fullmatch(url):
        return own["image"]
    raise ConfigError(
        "the dev URL names no image",
        where=url,
        next_step="write docker://postgres/16/dev or docker+postgres://acme/postgis:16/dev",
    )
