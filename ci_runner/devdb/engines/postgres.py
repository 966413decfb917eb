"""PostgreSQL: programs of this machine, a container, or a server that exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ci_runner.config.secret import Secret
from ci_runner.devdb.engine import Container, DevUrl, Engine, Existing, Local
from ci_runner.devdb.leftover import Leftover
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.server import Server
from ci_runner.errors import InternalError


@contextmanager
def _open(url: DevUrl, preparation: Preparation) -> Iterator[Server]:
    match url:
        case Local(version=version):
            from ci_runner.devdb.binaries import choose, runnable
            from ci_runner.devdb.local import local_postgres, postgres_on_demand
            from ci_runner.devdb.prepare import prepared

            if preparation.asks_for_nothing:
                with postgres_on_demand(choose(version), preparation.limits) as later:
                    yield later
                return
            with (
                runnable(choose(version)) as programs,
                local_postgres(
                    superuser=preparation.superuser, binaries=programs, limits=preparation.limits
                ) as server,
            ):
                yield prepared(server, preparation, ours=True)
        case Container(image=image):
            from ci_runner.devdb.docker.postgres import docker_postgres
            from ci_runner.devdb.docker.recipe import Ceiling

            ceiling = Ceiling(preparation.memory, preparation.processes)
            with docker_postgres(
                image,
                superuser=preparation.superuser,
                ceiling=ceiling,
                limits=preparation.limits,
            ) as server:
                # Not before: it needs the driver, which is imported while the container starts.
                from ci_runner.devdb.prepare import prepared

                yield prepared(server, preparation, ours=True)
        case Existing(url=address):
            from ci_runner.devdb.existing import existing_postgres
            from ci_runner.devdb.prepare import prepared

            with existing_postgres(
                address,
                preparation.targets,
                superuser=preparation.superuser,
                limits=preparation.limits,
            ) as server:
                yield prepared(server, preparation, ours=False)
        case _:
            raise InternalError(f"PostgreSQL was asked to open {type(url).__name__}")


def _leftovers(server: Existing) -> Iterable[Leftover]:
    from ci_runner.devdb.existing import leftovers

    return leftovers(server.url)


def _ladder_like(target: Secret) -> tuple[str, ...]:
    from ci_runner.devdb.target import read_target

    major = read_target(target).major
    return f"local://postgres/{major}", f"docker://postgres/{major}/dev"


ENGINE = Engine(
    "postgres",
    ladder=("local://postgres", "docker://postgres/16/dev"),
    open=_open,
    local=("postgres",),
    images={"postgres": "postgres"},
    servers=("postgres", "postgresql"),
    leftovers=_leftovers,
    ladder_like=_ladder_like,
)
