"""The `[dev]` table: what reaches servers, and so is only taken from who may say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from ci_runner.config.secret import Secret
from ci_runner.errors import ConfigError

# Servers that we start ourselves. Other URLs may hold a password, which has no place in a file.
_OWN_SCHEMES = ("sqlite", "local", "docker")
_EXTENSION = re.compile(r"[a-z][a-z0-9_-]{0,62}(?:@[A-Za-z0-9._+-]{1,63})?")
_LONGEST_NAME = 63  # bytes; postgresql.org, NAMEDATALEN


@dataclass(frozen=True, slots=True)
class Copy:
    """The file as a commit has it that strangers have no say in; "" where it has none.

    `path` names commit and file as git does: `main:schema-ci.toml`.
    """

    path: str
    text: str


def dev_url(
    values: Mapping[str, object],
    origins: Mapping[str, str],
    environ: Mapping[str, str],
    *,
    in_file: bool,
) -> Secret:
    """`dev.url` with `env:NAME` resolved. Raises ConfigError, also for a server's URL in a file."""
    url, origin = str(values["dev.url"]), origins["dev.url"]
    if url.startswith("env:"):
        return _of_environment("dev.url", url, origin, environ)
    scheme = url.partition(":")[0].lower()
    if url and in_file and scheme.partition("+")[0] not in _OWN_SCHEMES:
        if near := get_close_matches(scheme, _OWN_SCHEMES, 1):
            raise ConfigError(
                "`dev.url` has a value that makes no sense",
                where=origin,
                said=f"expected a dev URL; did you mean {near[0]}://?",
            )
        raise ConfigError(
            "a server's URL may not stand in the configuration file",
            where=origin,
            said="the file is part of the pull request, the server is not",
            next_step='write `url = "env:DEV_URL"` and set DEV_URL in the CI',
        )
    return Secret(url)


def like(
    values: Mapping[str, object],
    origins: Mapping[str, str],
    environ: Mapping[str, str],
    *,
    in_file: bool,
) -> Secret:
    """The URL of the database to be like; "" for none. Raises ConfigError, which never shows it."""
    url, origin = str(values["dev.like"]), origins["dev.like"]
    if url.startswith("env:"):
        return _of_environment("dev.like", url, origin, environ)
    if url and in_file:
        raise ConfigError(
            "`dev.like` names the environment variable that holds the URL, not the URL",
            where=origin,
            next_step='write `like = "env:TARGET_URL"` and set TARGET_URL in the CI',
        )
    return Secret(url)


def _of_environment(key: str, url: str, origin: str, environ: Mapping[str, str]) -> Secret:
    name = url.removeprefix("env:")
    if not environ.get(name):
        raise ConfigError(
            f"`{key}` names the environment variable {name}, which is not set",
            where=origin,
            next_step=f"set {name}",
        )
    return Secret(environ[name])


def extensions(values: Mapping[str, object], origins: Mapping[str, str]) -> tuple[str, ...]:
    """Names, each with `@VERSION` where it has to be a certain one. Raises ConfigError."""
    for name in (found := _texts(values["dev.extensions"])):
        if not _EXTENSION.fullmatch(name):
            raise ConfigError(
                f"`dev.extensions` can't hold {name!r}",
                where=origins["dev.extensions"],
                said="expected the name of an extension, such as postgis or pgcrypto@1.3",
            )
    return found


def roles(values: Mapping[str, object], origins: Mapping[str, str]) -> tuple[str, ...]:
    """Raises ConfigError for a name that no role can have."""
    for name in (found := _texts(values["dev.roles"])):
        said = ""
        if not name or "\0" in name or len(name.encode()) > _LONGEST_NAME:
            said = f"expected a name of 1 to {_LONGEST_NAME} bytes"
        elif name.startswith("pg_"):
            said = "names that begin with pg_ are the server's own"
        elif name.lower() in {"public", "none", "current_user", "session_user", "current_role"}:
            said = "that is a word of SQL and no role"
        if said:
            raise ConfigError(
                f"`dev.roles` can't hold {name!r}", where=origins["dev.roles"], said=said
            )
    return found


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, tuple) else ()
