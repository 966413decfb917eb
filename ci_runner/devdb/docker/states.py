"""States of a server in a container that outlive it: each is a container of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from ci_runner.devdb.docker.end import Running
from ci_runner.devdb.docker.made import asked_for
from ci_runner.devdb.docker.recipe import Access
from ci_runner.devdb.packing import compress, decompress
from ci_runner.devdb.watchdog import Limits, Watchdog, watching
from ci_runner.dialects.base import Connection
from ci_runner.dialects.guard import Guard
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

_START_SECONDS = 60.0
_PAUSE_SECONDS = 0.005


class Keeper(Protocol):
    """The one database of a container's server, whose state is kept."""

    def make(self) -> None:
        """In a new data folder, with the role that owns it."""

    def bring_back(self) -> None:
        """In one that was kept. Raises Unportable where more than that role has been in it."""

    def session(self, guard: Guard) -> AbstractContextManager[Connection]:
        """As the role."""

    def leave(self) -> None:
        """Before the folder is kept; raises Unportable, as `bring_back`."""

    def return_to_it(self) -> None:
        """The server has started again behind `leave`. Raises DatabaseError until it answers."""


@frozen
class ContainerStates:
    """See ci_runner.devdb.server.Portable.

    `opened` runs a container from a data folder, b"" for a new one; `keeper` is for its server.
    """

    identity: str
    opened: Callable[[bytes], AbstractContextManager[Running]]
    keeper: Callable[[Access], Keeper]
    unkept: Callable[[Connection], str]
    limits: Limits

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
            keeper = self.keeper(container.access)
            if state is None:
                keeper.make()
            else:
                keeper.bring_back()
            yield _Kept(container, keeper, watchdog)


class _Kept:
    """See ci_runner.devdb.server.Preserved."""

    def __init__(self, container: Running, keeper: Keeper, watchdog: Watchdog) -> None:
        self._container = container
        self._keeper = keeper
        self._watchdog = watchdog

    @contextmanager
    def session(self) -> Iterator[Connection]:
        self._living()
        with self._keeper.session(self._watchdog) as connection:
            yield connection

    def state(self) -> bytes:
        self._living()
        self._keeper.leave()
        content = asked_for(self._container.held)
        self._await_answer()
        return compress(content)

    def _await_answer(self) -> None:
        """Of the server that was stopped to hand its data folder over."""
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._keeper.return_to_it()
            except DatabaseError:
                ended = self._container.held.wait_for_end(_PAUSE_SECONDS)
                if ended or time.monotonic() > deadline:
                    raise
            else:
                return

    def _living(self) -> None:
        """Raises SqlError where the watchdog made an end of the container."""
        if ending := self._watchdog.ending():
            raise ending
