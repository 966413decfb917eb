"""A server that starts when its first database is asked for: a snapshot brings one of its own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack

from ci_runner.devdb.server import Portable, Server, Snapshot
from ci_runner.dialects.base import Connection, Dialect


class OnDemand:
    """See ci_runner.devdb.server.Server. What `open` starts ends with `stack`.

    `dialect`, `description` and `portable` are those of the server that `open` would give.
    """

    unlike: tuple[str, ...] = ()
    shortfall = ""

    def __init__(
        self,
        stack: ExitStack,
        open: Callable[[], AbstractContextManager[Server]],  # noqa: A002  # what it does
        dialect: Dialect,
        description: str,
        portable: Portable | None,
    ) -> None:
        self.dialect = dialect
        self.description = description
        self.portable = portable
        self._stack = stack
        self._open = open
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
            self._started = self._stack.enter_context(self._open())
        return self._started
