"""States of a PostgreSQL server in a container that outlive it: each is a container of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from ci_runner.devdb.databases import as_admin
from ci_runner.devdb.docker.end import Running
from ci_runner.devdb.docker.made import asked_for
from ci_runner.devdb.packing import compress, decompress
from ci_runner.devdb.states import COMMENT, DATABASE, ROLE, make_database, refuse_oddities
from ci_runner.devdb.traces import traces
from ci_runner.devdb.watchdog import Limits, Watchdog, watching
from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

_START_SECONDS = 60.0
_PAUSE_SECONDS = 0.005


@frozen
class ContainerStates:
    """See ci_runner.devdb.server.Portable.

    `opened` runs a container from a data folder, b"" for a new one; `address` says how a role
    reaches its server, which asks nobody for a password.
    """

    identity: str
    opened: Callable[[bytes], AbstractContextManager[Running]]
    address: Callable[[Running, str], str]
    limits: Limits

    def unkept(self, connection: Connection) -> str:
        return traces(connection, COMMENT)

    @contextmanager
    def restored(self, state: bytes | None) -> Iterator[_Kept]:
        """In a container of its own: what is kept has not shared one with any other SQL."""
        given = b"" if state is None else decompress(state)
        with (
            self.opened(given) as container,
            watching(
                self.limits, lambda _: container.end(), obituary=container.obituary
            ) as watchdog,
        ):
            kept = _Kept(container, self.address, watchdog)
            with as_admin(kept.admin) as admin:
                (make_database if state is None else refuse_oddities)(admin)
            yield kept


class _Kept:
    """See ci_runner.devdb.server.Preserved."""

    def __init__(
        self, container: Running, address: Callable[[Running, str], str], watchdog: Watchdog
    ) -> None:
        self.admin = address(container, "postgres")
        self._owner = address(container, ROLE)
        self._container = container
        self._watchdog = watchdog

    @contextmanager
    def session(self) -> Iterator[Connection]:
        self._living()
        with connect(self._owner, dbname=DATABASE, guard=self._watchdog) as connection:
            yield connection

    def state(self) -> bytes:
        self._living()
        with as_admin(self.admin) as admin:
            refuse_oddities(admin)
        content = asked_for(self._container.held)
        self._await_answer()
        return compress(content)

    def _await_answer(self) -> None:
        """Of the server that was stopped to hand its data folder over."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                with connect(self.admin):
                    return
            except DatabaseError:
                ended = self._container.held.wait_for_end(_PAUSE_SECONDS)
                if ended or time.monotonic() > deadline:
                    raise

    def _living(self) -> None:
        """Raises SqlError where the watchdog made an end of the container."""
        if ending := self._watchdog.ending():
            raise ending
