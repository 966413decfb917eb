"""A server that starts when its first database is asked for: a snapshot brings one of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from ci_runner.devdb.server import Portable, Server, Snapshot
from ci_runner.dialects.base import Connection, Dialect


class OnDemand:
    """See ci_runner.devdb.server.Server. What `start` starts ends with `stack`.

    `dialect`, `description` and `portable` are those of the server that `start` would give.
    """

    unlike: tuple[str, ...] = ()
    shortfall = ""

    def __init__(
        self,
        stack: ExitStack,
        start: Callable[[], AbstractContextManager[Server]],
        dialect: Dialect,
        description: str,
        portable: Portable | None,
    ) -> None:
        self.dialect = dialect
        self.description = description
        self.portable = portable
        self._stack = stack
        self._start = start
        self._started: Server | None = None

    def database(self) -> AbstractContextManager[Connection]:
        return self._server().database()

    def snapshot(
        self, fill: Callable[[Connection], None], like: Snapshot | None = None
    ) -> AbstractContextManager[Snapshot]:
        return self._server().snapshot(fill, like)

    def _server(self) -> Server:
        """Raises DatabaseError where it does not start."""
        if self._started is None:
            self._started = self._stack.enter_context(self._start())
        return self._started
