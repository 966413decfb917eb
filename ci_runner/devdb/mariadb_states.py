"""States of a local MariaDB server that outlive it: each is a server with one database."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from ci_runner.devdb.mariadb_cluster import Instance, Programs, running
from ci_runner.devdb.mysql_kept import bring_back, make, refuse_oddities, session, traces
from ci_runner.devdb.watchdog import USUAL, Limits
from ci_runner.dialects.base import Connection
from ci_runner.dialects.mysql.connect import MysqlConnection, connect
from ci_runner.frozen import frozen


@frozen
class LocalStates:
    """See ci_runner.devdb.server.Portable."""

    programs: Programs
    limits: Limits = USUAL

    @property
    def identity(self) -> str:
        return self.programs.identity()

    def unkept(self, connection: Connection) -> str:
        return traces(connection)

    @contextmanager
    def restored(self, state: bytes | None) -> Iterator[_Kept]:
        """On a server of its own: what is kept has not shared one with any other SQL."""
        password = secrets.token_urlsafe(18)

        def begin(admin: MysqlConnection) -> None:
            (make if state is None else bring_back)(admin, password)

        with running(self.programs, state, begin, limits=self.limits) as instance:
            yield _Kept(instance, password)


class _Kept:
    """See ci_runner.devdb.server.Preserved."""

    def __init__(self, instance: Instance, password: str) -> None:
        self._instance = instance
        self._password = password

    @contextmanager
    def session(self) -> Iterator[Connection]:
        guard = self._instance.living()
        with session(self._instance.admin, self._password, guard) as connection:
            yield connection

    def state(self) -> bytes:
        self._instance.living()
        with connect(self._instance.admin) as admin:
            refuse_oddities(admin)
        return self._instance.pack()
