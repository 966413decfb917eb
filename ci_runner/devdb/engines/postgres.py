"""PostgreSQL: programs of this machine, a container, or a server that exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager

from ci_runner.devdb.engine import Container, DevUrl, Engine, Existing, Local
from ci_runner.devdb.leftover import Leftover
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.server import Server
from ci_runner.errors import InternalError


def _open(url: DevUrl, preparation: Preparation) -> AbstractContextManager[Server]:
    match url:
        case Local(version=version):
            return _local(version, preparation)
        case Container(image=image):
            from ci_runner.devdb.docker.postgres import docker_postgres
            from ci_runner.devdb.docker.recipe import Ceiling

            ceiling = Ceiling(preparation.memory, preparation.processes)
            return docker_postgres(image, superuser=preparation.superuser, ceiling=ceiling)
        case Existing(url=address):
            from ci_runner.devdb.existing import existing_postgres

            return existing_postgres(address)
        case _:
            raise InternalError(f"PostgreSQL was asked to open {type(url).__name__}")


def _leftovers(server: Existing) -> Iterable[Leftover]:
    from ci_runner.devdb.existing import leftover_databases

    return leftover_databases(server.url)


@contextmanager
def _local(version: str, preparation: Preparation) -> Iterator[Server]:
    from ci_runner.devdb.binaries import choose, runnable
    from ci_runner.devdb.local import local_postgres

    with (
        runnable(choose(version)) as programs,
        local_postgres(superuser=preparation.superuser, binaries=programs) as server,
    ):
        yield server


ENGINE = Engine(
    "postgres",
    ladder=("local://postgres", "docker://postgres/16/dev"),
    open=_open,
    local=("postgres",),
    images={"postgres": "postgres"},
    servers=("postgres", "postgresql"),
    leftovers=_leftovers,
)
