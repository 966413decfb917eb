"""MySQL and MariaDB: programs of this machine, a container, or a server that exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from ci_runner.config.secret import Secret
from ci_runner.devdb.engine import Container, DevUrl, Engine, Existing, Local
from ci_runner.devdb.leftover import Leftover
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.server import Server
from ci_runner.errors import ConfigError, InternalError

if TYPE_CHECKING:
    from ci_runner.devdb.mariadb import MysqlServer


@contextmanager
def _open(url: DevUrl, preparation: Preparation) -> Iterator[Server]:
    if preparation.extensions or preparation.roles:
        raise ConfigError(
            "`dev.extensions` and `dev.roles` are for PostgreSQL",
            next_step="leave them out of schema-ci.toml; `dev.setup` may make what is needed",
        )
    if isinstance(url, Local) and preparation.asks_for_nothing:
        from ci_runner.devdb.mariadb_local import mariadb_on_demand

        with mariadb_on_demand(url.version, preparation.limits) as later:
            yield later
        return
    if not preparation.like:
        with _server(url, preparation, ()) as server:
            yield server
        return
    from ci_runner.devdb.mysql_like import like, read_target, started_like

    target = read_target(preparation.like)
    with _server(url, preparation, started_like(target)) as server:
        yield like(server, target)


def _server(
    url: DevUrl, preparation: Preparation, options: tuple[str, ...]
) -> AbstractContextManager[MysqlServer]:
    """`options` are those of a server that we start."""
    match url:
        case Local():
            from ci_runner.devdb.mariadb_local import local_mariadb

            return local_mariadb(
                superuser=preparation.superuser,
                version=url.version,
                setup=preparation.setup,
                limits=preparation.limits,
                options=options,
            )
        case Container(image=image):
            from ci_runner.devdb.docker.mariadb import docker_mysql
            from ci_runner.devdb.docker.recipe import Ceiling

            ceiling = Ceiling(preparation.memory, preparation.processes)
            return docker_mysql(
                image,
                superuser=preparation.superuser,
                ceiling=ceiling,
                setup=preparation.setup,
                limits=preparation.limits,
                options=options,
            )
        case Existing(url=address):
            from ci_runner.devdb.mariadb import existing_mysql

            return existing_mysql(
                address,
                preparation.targets,
                superuser=preparation.superuser,
                setup=preparation.setup,
                limits=preparation.limits,
            )
        case _:
            raise InternalError(f"MySQL was asked to open {type(url).__name__}")


def _ladder_like(target: Secret) -> tuple[str, ...]:
    from ci_runner.devdb.mysql_like import ladder_like

    return ladder_like(target)


def _leftovers(server: Existing) -> Iterable[Leftover]:
    from ci_runner.devdb.mariadb import leftover_databases

    return leftover_databases(server.url)


ENGINE = Engine(
    "mysql",
    ladder=("local://mariadb", "docker://mariadb/11"),
    open=_open,
    local=("mariadb",),
    images={"mariadb": "mariadb", "mysql": "mysql"},
    servers=("mysql", "mariadb"),
    leftovers=_leftovers,
    ladder_like=_ladder_like,
)
