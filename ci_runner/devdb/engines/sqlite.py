"""SQLite: always in this process's memory."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ci_runner.devdb.engine import DevUrl, Embedded, Engine
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.server import Server
from ci_runner.dialects import dialect
from ci_runner.errors import ConfigError, InternalError


def _open(url: DevUrl, preparation: Preparation) -> AbstractContextManager[Server]:
    if preparation.extensions or preparation.roles or preparation.like:
        raise ConfigError(
            "`dev.extensions`, `dev.roles` and `dev.like` are for servers: SQLite is none",
            next_step="leave them out of schema-ci.toml",
        )
    match url:
        case Embedded():
            from ci_runner.devdb.embedded import embedded

            return embedded(dialect("sqlite"), preparation.setup, preparation.limits)
        case _:
            raise InternalError(f"SQLite was asked to open {type(url).__name__}")


ENGINE = Engine("sqlite", ladder=("sqlite://",), open=_open, embedded=("sqlite",))
