"""A PostgreSQL server of our own from binaries on this machine, in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ci_runner.devdb.binaries import (
    Installation,
    choose,
    installations,
    runnable,
    server_account,
)
from ci_runner.devdb.cluster import Programs, running
from ci_runner.devdb.databases import PostgresServer, copying
from ci_runner.devdb.demand import OnDemand
from ci_runner.devdb.own_server import is_installed
from ci_runner.devdb.server import Server
from ci_runner.devdb.states import CREATE_ROLE, ROLE, LocalStates
from ci_runner.devdb.watchdog import USUAL, Limits
from ci_runner.dialects import dialect

if TYPE_CHECKING:
    from ci_runner.dialects.postgres.session import PostgresConnection


def find_binaries() -> Path | None:
    """The folder that holds `postgres` and `initdb`: on PATH, or Debian's newest."""
    return next((each.programs for each in installations() if each.package is None), None)


@contextmanager
def local_postgres(
    *, superuser: bool = False, binaries: Path | None = None, limits: Limits = USUAL
) -> Iterator[PostgresServer]:
    """A server on a unix socket only. Migrations run as a role without superuser rights.

    `superuser` lets them run as the superuser instead; `binaries` is a folder of programs, that of
    `find_binaries` when None; SQL that goes over `limits` is stopped. As root the server is started
    as an unprivileged user, because PostgreSQL refuses uid 0. Raises DatabaseError.
    """
    programs = Programs(binaries or choose("").programs, server_account())
    told: list[str] = []

    def begin(admin: PostgresConnection) -> None:
        if not superuser:
            admin.execute(CREATE_ROLE)
        told.extend((admin.version, copying(admin)))

    with running(programs, begin=begin, limits=limits) as cluster:
        version, quickest = told
        role = "postgres" if superuser else ROLE
        yield PostgresServer(
            _description(version),
            cluster.admin,
            cluster.address(role),
            role,
            guard=cluster.watchdog,
            ending=cluster.watchdog.ending,
            copying=quickest,
            # A superuser's SQL may have made anything of the cluster, passwords included.
            kept=None if superuser else partial(LocalStates, programs, limits),
        )


@contextmanager
def postgres_on_demand(installation: Installation, limits: Limits) -> Iterator[Server]:
    """`local_postgres`, started for the first database that is no snapshot's.

    At once where these programs have started nothing on this machine yet: whoever asks may try
    something else when they can't. Raises DatabaseError.
    """
    with runnable(installation) as binaries, ExitStack() as stack:
        start = partial(local_postgres, binaries=binaries, limits=limits)
        programs = Programs(binaries, server_account())
        if is_installed(programs):
            said, states = _description(installation.version()), LocalStates(programs, limits)
            yield OnDemand(stack, start, dialect("postgres"), said, states)
        else:
            yield stack.enter_context(start())


def _description(version: str) -> str:
    return f"PostgreSQL {version}, local server"
