"""A MariaDB server of our own from binaries on this machine, in a temporary folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from ci_runner.devdb.demand import OnDemand
from ci_runner.devdb.machine import account
from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.mariadb_cluster import Programs, running
from ci_runner.devdb.mariadb_states import LocalStates
from ci_runner.devdb.own_server import is_installed
from ci_runner.devdb.prefilled import prefilled
from ci_runner.devdb.replay import Script
from ci_runner.devdb.server import Server
from ci_runner.devdb.watchdog import USUAL, Limits
from ci_runner.dialects import dialect
from ci_runner.dialects.mysql.connect import MysqlConnection
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

_PLACES = ("/usr/sbin", "/usr/bin", "/usr/libexec", "/usr/local/mysql/bin", "/usr/local/sbin")


@frozen
class Binaries:
    """The programs that a server of our own is made with."""

    server: Path
    install: Path


def find_binaries() -> Binaries | None:
    """`mariadbd` and `mariadb-install-db`, on PATH or where distributions put them."""
    places = os.pathsep.join((os.environ.get("PATH", ""), *_PLACES))
    server = shutil.which("mariadbd", path=places)
    install = shutil.which("mariadb-install-db", path=places)
    return Binaries(Path(server), Path(install)) if server and install else None


@contextmanager
def local_mariadb(
    *,
    superuser: bool = False,
    version: str = "",
    binaries: Binaries | None = None,
    setup: tuple[Script, ...] = (),
    limits: Limits = USUAL,
    options: tuple[str, ...] = (),
) -> Iterator[MysqlServer]:
    """A server on a unix socket only. Migrations run as the owner of one database.

    `superuser` lets them run as root instead; `version` is the one that it must be, such as 10.11,
    "" any; `binaries` are those of `find_binaries` when None. As root the server is started as an
    unprivileged user, with `options` beside ours. SQL that goes over `limits` is stopped. Raises
    DatabaseError.
    """
    programs = _programs(version, binaries)
    told: list[str] = []

    def begin(admin: MysqlConnection) -> None:
        told.append(admin.title)

    with running(programs, begin=begin, limits=limits, options=options) as instance:
        yield MysqlServer(
            f"{told[0]}, local server",
            instance.admin,
            makes_accounts=True,
            superuser=superuser,
            setup=setup,
            guard=instance.watchdog,
            ending=instance.watchdog.ending,
            is_ours=True,
            # Root's SQL may have made anything of the server; options are in no name.
            portable=None
            if superuser or options
            else prefilled(LocalStates(programs, limits), setup),
        )


@contextmanager
def mariadb_on_demand(version: str, limits: Limits) -> Iterator[Server]:
    """`local_mariadb`, started for the first database that is no snapshot's.

    At once where these programs have started nothing on this machine yet: whoever asks may try
    something else when they can't. Raises DatabaseError.
    """
    programs = _programs(version)
    start = partial(local_mariadb, version=version, limits=limits)
    with ExitStack() as stack:
        if is_installed(programs):
            said, states = (
                f"MariaDB {programs.version()}, local server",
                LocalStates(programs, limits),
            )
            yield OnDemand(stack, start, dialect("mysql"), said, states)
        else:
            yield stack.enter_context(start())


def _programs(version: str, binaries: Binaries | None = None) -> Programs:
    """Raises DatabaseError where there are none, or none of the version that the URL asks for."""
    binaries = binaries or find_binaries()
    if binaries is None:
        raise DatabaseError(
            "no MariaDB server binaries were found",
            where=f"PATH, {', '.join(_PLACES)}",
            next_step="apt-get install mariadb-server, or use docker://mariadb/11",
        )
    whom = account(("mysql", "nobody"), "MariaDB")
    programs = Programs(binaries.server, binaries.install, whom)
    if version and not f"{programs.version()}.".startswith(f"{version}."):
        raise DatabaseError(
            f"no MariaDB {version} was found on this machine",
            where=str(binaries.server),
            said=programs.said(),
            next_step="write local://mariadb for the one that is there, or use docker://mariadb/11",
        )
    return programs
