"""PostgreSQL: programs of this machine, a container, or a server that exists."""

from __future__ import annotations

from contextlib import AbstractContextManager

from ci_runner.devdb.engine import Container, DevUrl, Engine, Existing, Local
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.server import Server
from ci_runner.errors import InternalError


def _open(url: DevUrl, preparation: Preparation) -> AbstractContextManager[Server]:
    match url:
        case Local():
            from ci_runner.devdb.local import local_postgres

            return local_postgres(superuser=preparation.superuser)
        case Container(image=image):
            from ci_runner.devdb.docker import docker_postgres

            return docker_postgres(image, superuser=preparation.superuser)
        case Existing(url=address):
            from ci_runner.devdb.existing import existing_postgres

            return existing_postgres(address)
        case _:
            raise InternalError(f"PostgreSQL was asked to open {type(url).__name__}")


ENGINE = Engine(
    "postgres",
    ladder=("local://postgres", "docker://postgres/16/dev"),
    open=_open,
    local=("postgres",),
    images={"postgres": "postgres"},
    servers=("postgres", "postgresql"),
)
