"""From a dev URL to a running server that is ours until the block ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from difflib import get_close_matches
from urllib.parse import urlsplit

from ci_runner.devdb.server import Server
from ci_runner.dialects import dialect
from ci_runner.errors import ConfigError, DatabaseError

GRAMMAR = (
    "sqlite://, local://postgres, docker://postgres/16/dev or postgres://USER@HOST:PORT/DATABASE"
)
_LADDER = {
    "sqlite": ("sqlite://",),
    "postgres": ("local://postgres", "docker://postgres/16/dev"),
}
_SCHEMES = ("sqlite", "local", "docker", "postgres", "postgresql")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")

# The cloud's metadata service answers on these; no dev database does.
_FORBIDDEN_HOST = re.compile(r"169\.254\.|fd00:ec2:|metadata\.")


def dialect_of(url: str) -> str:
    """The dialect that a dev URL asks for. Raises ConfigError for one that we can't read."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return "sqlite"
    if parts.scheme in {"postgres", "postgresql"}:
        return "postgres"
    if parts.scheme in {"local", "docker"} and parts.netloc in {"postgres", "schema-ci-test"}:
        return "postgres"
    near = get_close_matches(parts.scheme, _SCHEMES, 1)
    hint = f"; did you mean {near[0]}://?" if near and near[0] != parts.scheme else ""
    raise ConfigError(
        f"unknown dev URL with scheme {parts.scheme or '(none)'!r}{hint}",
        next_step=f"write {GRAMMAR}",
    )


@contextmanager
def provision(
    url: str, dialect_name: str, *, superuser: bool = False, say: Callable[[str], None]
) -> Iterator[Server]:
    """A server for `dialect_name`: the one that `url` names, or the first of its ladder that works.

    `url` "" means the ladder; `say` is told which step was taken and why the others were not.
    Raises ConfigError and DatabaseError.
    """
    if url:
        if dialect_of(url) != dialect_name:
            raise ConfigError(
                f"the dev URL is for {dialect_of(url)}, the dialect is {dialect_name}",
                next_step="correct one of them",
            )
        with _open(url, superuser=superuser) as server:
            say(f"dev database: {server.description}")
            yield server
        return
    with ExitStack() as stack:
        yield stack.enter_context(_first(dialect_name, superuser=superuser, say=say))


@contextmanager
def _first(dialect_name: str, *, superuser: bool, say: Callable[[str], None]) -> Iterator[Server]:
    refused: list[str] = []
    with ExitStack() as stack:
        for step in _LADDER[dialect_name]:
            try:
                server = stack.enter_context(_open(step, superuser=superuser))
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


def _open(url: str, *, superuser: bool) -> AbstractContextManager[Server]:
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        from ci_runner.devdb.embedded import embedded

        return embedded(dialect("sqlite"))
    if parts.scheme == "local":
        from ci_runner.devdb.local import local_postgres

        return local_postgres(superuser=superuser)
    if parts.scheme == "docker":
        from ci_runner.devdb.docker import docker_postgres

        return docker_postgres(_image(url), superuser=superuser)
    if _FORBIDDEN_HOST.match(parts.hostname or ""):
        raise ConfigError("the dev URL points to a metadata address", next_step="correct it")
    from ci_runner.devdb.existing import existing_postgres

    return existing_postgres(url)


def _image(url: str) -> str:
    """docker://postgres/16/dev -> postgres:16; the database name is ours to choose."""
    tag = (urlsplit(url).path.strip("/").split("/") or [""])[0] or "latest"
    if not _TAG.fullmatch(tag):
        raise ConfigError(f"{tag!r} is no image tag", next_step="write docker://postgres/16/dev")
    return f"{urlsplit(url).netloc}:{tag}"
