"""A PostgreSQL server of our own from binaries on this machine, in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ci_runner.devdb.cluster import Programs, running
from ci_runner.devdb.databases import PostgresServer, copying
from ci_runner.devdb.states import CREATE_ROLE, ROLE, LocalStates
from ci_runner.dialects.postgres.connect import PostgresConnection
from ci_runner.errors import DatabaseError

_DEBIAN = Path("/usr/lib/postgresql")


def find_binaries() -> Path | None:
    """The folder that holds `postgres` and `initdb`: on PATH, or Debian's newest."""
    on_path = shutil.which("initdb")
    if on_path and (Path(on_path).resolve().parent / "postgres").exists():
        return Path(on_path).resolve().parent
    found = [place for place in _DEBIAN.glob("*/bin") if (place / "initdb").exists()]
    return max(found, key=lambda place: float(place.parent.name), default=None)


@contextmanager
def local_postgres(
    *, superuser: bool = False, binaries: Path | None = None
) -> Iterator[PostgresServer]:
    """A server on a unix socket only. Migrations run as a role without superuser rights.

    `superuser` lets them run as the superuser instead; `binaries` is a folder of programs, that of
    `find_binaries` when None. As root the server is started as an unprivileged user, because
    PostgreSQL refuses uid 0. Raises DatabaseError.
    """
    binaries = binaries or find_binaries()
    if binaries is None:
        raise DatabaseError(
            "no PostgreSQL server binaries were found",
            where=f"PATH, {_DEBIAN}/*/bin",
            next_step="apt-get install postgresql, or use docker://postgres/16/dev",
        )
    programs = Programs(binaries, _account())
    told: list[str] = []

    def begin(admin: PostgresConnection) -> None:
        if not superuser:
            admin.execute(CREATE_ROLE)
        told.extend((admin.version, copying(admin)))

    with running(programs, begin=begin) as cluster:
        version, quickest = told
        role = "postgres" if superuser else ROLE
        yield PostgresServer(
            f"PostgreSQL {version}, local server",
            cluster.admin,
            cluster.address(role),
            role,
            quickest,
            # A superuser's SQL may have made anything of the cluster, passwords included.
            None if superuser else LocalStates(programs),
        )


def _account() -> pwd.struct_passwd | None:
    """Whom to run as: nobody but ourselves, unless we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise DatabaseError(
        "PostgreSQL does not run as root and there is no user to run it as",
        next_step="add a user `postgres`, or use docker://postgres/16/dev",
    )
