"""MySQL and MariaDB: programs of this machine, or a server that exists."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ci_runner.devdb.engine import DevUrl, Engine, Existing, Local
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.server import Server
from ci_runner.errors import ConfigError, InternalError


def _open(url: DevUrl, preparation: Preparation) -> AbstractContextManager[Server]:
    if preparation.extensions or preparation.roles or preparation.like:
        raise ConfigError(
            "`dev.extensions`, `dev.roles` and `dev.like` are for PostgreSQL",
            next_step="leave them out of schema-ci.toml; `dev.setup` may make what is needed",
        )
    match url:
        case Local():
            from ci_runner.devdb.mariadb_local import local_mariadb

            return local_mariadb(
                superuser=preparation.superuser, version=url.version, setup=preparation.setup
            )
        case Existing(url=address):
            from ci_runner.devdb.mariadb import existing_mysql

            return existing_mysql(address, setup=preparation.setup)
        case _:
            raise InternalError(f"MySQL was asked to open {type(url).__name__}")


ENGINE = Engine(
    "mysql",
    ladder=("local://mariadb",),
    open=_open,
    local=("mariadb",),
    servers=("mysql", "mariadb"),
)
