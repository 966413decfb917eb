"""The `[dev]` table: what reaches servers, and so is only taken from who may say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from ci_runner.config.model import Dev
from ci_runner.config.paths import inside_repository
from ci_runner.config.secret import Secret
from ci_runner.config.values import Values
from ci_runner.errors import ConfigError
from ci_runner.frozen import frozen

# Servers that we start ourselves. Other URLs may hold a password, which has no place in a file.
_OWN_SCHEMES = ("sqlite", "local", "docker")
_EXTENSION = re.compile(r"[a-z][a-z0-9_-]{0,62}(?:@[A-Za-z0-9._+-]{1,63})?")
_SHORTEST_SECRET = 16
_LONGEST_NAME = 63  # bytes; postgresql.org, NAMEDATALEN


@frozen
class Copy:
    """The file as a commit has it that strangers have no say in; "" where it has none.

    `path` names commit and file as git does: `main:schema-ci.toml`.
    """

    path: str
    text: str


def dev(values: Values, environ: Mapping[str, str]) -> Dev:
    """The table, but for limits and the cache. Raises ConfigError."""
    where = values.origin("dev.setup")
    return Dev(
        url=_url(values, environ),
        like=_like(values, environ),
        extensions=_extensions(values),
        roles=_roles(values),
        setup=tuple(inside_repository(path, where) for path in values.texts("dev.setup")),
        superuser=values.flag("dev.superuser"),
    )


def _url(values: Values, environ: Mapping[str, str]) -> Secret:
    """`dev.url` with `env:NAME` resolved. Raises ConfigError, also for a server's URL in a file."""
    url, origin = values.text("dev.url"), values.origin("dev.url")
    if url.startswith("env:"):
        return _of_environment("dev.url", url, origin, environ)
    scheme = url.partition(":")[0].lower()
    if url and values.in_file("dev.url") and scheme.partition("+")[0] not in _OWN_SCHEMES:
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


def _like(values: Values, environ: Mapping[str, str]) -> Secret:
    """The URL of the database to be like; "" for none. Raises ConfigError, which never shows it."""
    url, origin = values.text("dev.like"), values.origin("dev.like")
    if url.startswith("env:"):
        return _of_environment("dev.like", url, origin, environ)
    if url and values.in_file("dev.like"):
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


def _extensions(values: Values) -> tuple[str, ...]:
    """Names, each with `@VERSION` where it has to be a certain one. Raises ConfigError."""
    for name in (found := values.texts("dev.extensions")):
        if not _EXTENSION.fullmatch(name):
            raise ConfigError(
                f"`dev.extensions` can't hold {name!r}",
                where=values.origin("dev.extensions"),
                said="expected the name of an extension, such as postgis or pgcrypto@1.3",
            )
    return found


def _roles(values: Values) -> tuple[str, ...]:
    """Raises ConfigError for a name that no role can have."""
    for name in (found := values.texts("dev.roles")):
        said = ""
        if not name or "\0" in name or len(name.encode()) > _LONGEST_NAME:
            said = f"expected a name of 1 to {_LONGEST_NAME} bytes"
        elif name.startswith("pg_"):
            said = "names that begin with pg_ are the server's own"
        elif name.lower() in {"public", "none", "current_user", "session_user", "current_role"}:
            said = "that is a word of SQL and no role"
        if said:
            raise ConfigError(
                f"`dev.roles` can't hold {name!r}", where=values.origin("dev.roles"), said=said
            )
    return found


def cache_secret(values: Values) -> Secret:
    """What signs snapshots. Raises ConfigError for one that everybody can read or guess."""
    key = "dev.cache-secret"
    secret, where = values.text(key), values.origin(key)
    if secret and values.in_file(key):
        raise ConfigError(
            f"`{key}` may not stand in the configuration file",
            where=where,
            said="the file is part of the pull request, and everybody can read it",
            next_step="set SCHEMA_CI_CACHE_SECRET in the CI",
        )
    if secret and len(secret) < _SHORTEST_SECRET:
        raise ConfigError(
            f"`{key}` is shorter than {_SHORTEST_SECRET} characters",
            where=where,
            next_step="make one with `openssl rand -hex 32`",
        )
    return Secret(secret)
