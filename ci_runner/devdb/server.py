"""A dev server: something that makes databases, keeps what they were, and drops them again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from ci_runner.dialects.base import Connection, Dialect


class Unportable(Exception):
    """A state that can't be kept as bytes or brought back from them; the message says why."""


class Snapshot(Protocol):
    """A database as it was at one moment. It is dropped at the end of the block that made it."""

    @property
    def incomplete(self) -> str:
        """What a session on a copy would lack, in a few words; "" where it is the same."""

    @property
    def size(self) -> int:
        """How many bytes a copy takes, 0 where none is made before it is used."""

    def copy(self) -> AbstractContextManager[Connection]:
        """A database of its own with this state, dropped at block end."""

    def last(self) -> AbstractContextManager[Connection]:
        """The kept database itself, which costs nothing; there is no copy after it."""


class Preserved(Protocol):
    """A database of its own whose state can be had as bytes."""

    def session(self) -> AbstractContextManager[Connection]:
        """A session; never two at the same time."""

    def state(self) -> bytes:
        """The state as it is while no session is open. Raises Unportable."""


class Portable(Protocol):
    """How a server's states outlive it, as bytes that another run brings back."""

    @property
    def identity(self) -> str:
        """Whatever a state depends on besides the SQL that made it: two that differ don't mix."""

    def unkept(self, connection: Connection) -> str:
        """What of a session's doings its state would lack, in a few words; "" where nothing."""

    def restored(self, state: bytes | None) -> AbstractContextManager[Preserved]:
        """A database that has `state`, empty when None, gone at block end.

        Raises Unportable for a state that is not what we write, DatabaseError when it can't start.
        """


class Server(Protocol):
    """A running server (or the embedded engine) that is ours to use until the block ends."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def description(self) -> str:
        """Engine, version and where it runs, without any secret: for the log and the report."""

    @property
    def unlike(self) -> tuple[str, ...]:
        """Sentences on what of the target it is to be like could not be matched."""

    @property
    def shortfall(self) -> str:
        """Why what is seen here may be otherwise on the target; "" where nothing is known."""

    @property
    def portable(self) -> Portable | None:
        """None where states end with the server."""

    def database(self) -> AbstractContextManager[Connection]:
        """A fresh, empty database of its own, dropped at block end; nobody else sees it."""

    def snapshot(
        self, fill: Callable[[Connection], None], like: Snapshot | None = None
    ) -> AbstractContextManager[Snapshot]:
        """What `fill` makes of an empty database, or of a copy of `like`."""
