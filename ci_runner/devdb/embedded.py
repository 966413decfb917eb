"""SQLite as a dev server: each database lives in this process's memory."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from ci_runner.devdb.packing import compress, decompress
from ci_runner.devdb.prefilled import prefilled
from ci_runner.devdb.replay import Script, replay
from ci_runner.devdb.server import Portable, Server, Snapshot, Unportable
from ci_runner.devdb.watchdog import USUAL, Limits
from ci_runner.dialects.base import Connection, Dialect, StatementFailed
from ci_runner.dialects.sqlite.connect import MEMORY, connect, image
from ci_runner.errors import InternalError
from ci_runner.frozen import frozen

# sqlite.org/limits.html: what deserialize takes by default.
_MOST_BYTES = 2**30


@frozen
class _Opening:
    """Opens databases that all end at the same time."""

    limits: Limits
    until: float

    def __call__(self, content: bytes = b"") -> AbstractContextManager[Connection]:
        limits = self.limits
        return connect(
            MEMORY,
            limits.statement_seconds,
            until=self.until,
            megabytes=limits.megabytes,
            content=content,
        )


class _Image:
    """A database between two sessions, as the bytes that its file would hold: b"" when empty."""

    def __init__(self, opening: _Opening, content: bytes, incomplete: str = "") -> None:
        self._opening = opening
        self._content = content
        self._spent = False
        self.incomplete = incomplete
        self.size = len(content)

    def copy(self) -> AbstractContextManager[Connection]:
        if self._spent:
            raise InternalError("a snapshot was copied after its last use")
        return self._opening(self._content)

    def last(self) -> AbstractContextManager[Connection]:
        opened = self.copy()
        self._spent = True
        return opened


class _Kept:
    """See ci_runner.devdb.server.Preserved: one database, open until `stack` ends."""

    def __init__(self, stack: ExitStack, opening: _Opening, content: bytes) -> None:
        self._stack = stack
        self._opening = opening
        self._connection = stack.enter_context(opening(content))

    @contextmanager
    def session(self) -> Iterator[Connection]:
        yield self._connection

    def state(self) -> bytes:
        """From then on a session is one on what was kept, so that runs before and after agree."""
        try:
            content = image(self._connection)
        except StatementFailed as refused:
            raise Unportable(str(refused.failure)) from refused
        self._stack.close()
        self._connection = self._stack.enter_context(self._opening(content))
        return compress(content)


@frozen
class _Files:
    """See ci_runner.devdb.server.Portable."""

    opening: _Opening

    @property
    def identity(self) -> str:
        return json.dumps({"engine": "sqlite", "version": sqlite3.sqlite_version})

    def unkept(self, connection: Connection) -> str:
        return _unkept(connection)

    @contextmanager
    def restored(self, state: bytes | None) -> Iterator[_Kept]:
        with ExitStack() as stack:
            yield _Kept(stack, self.opening, decompress(state, _MOST_BYTES) if state else b"")


def _unkept(connection: Connection) -> str:
    found = connection.query("SELECT count(*) FROM sqlite_temp_master")
    return "temporary objects" if found != [(0,)] else ""


@frozen
class _Embedded:
    dialect: Dialect
    opening: _Opening
    unlike: tuple[str, ...] = ()
    shortfall: str = ""
    setup: tuple[Script, ...] = ()

    @property
    def description(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}, in process"

    @property
    def portable(self) -> Portable | None:
        return prefilled(_Files(self.opening), self.setup)

    @contextmanager
    def database(self) -> Iterator[Connection]:
        with self.opening() as connection:
            replay(connection, self.setup)
            yield connection

    @contextmanager
    def snapshot(
        self, fill: Callable[[Connection], None], like: Snapshot | None = None
    ) -> Iterator[Snapshot]:
        with like.copy() if like else self.database() as connection:
            fill(connection)
            made = _imaged(self.opening, connection)
        yield made


def _imaged(opening: _Opening, connection: Connection) -> _Image:
    try:
        return _Image(opening, image(connection), _unkept(connection))
    except StatementFailed as refused:
        return _Image(opening, b"", f"all of it ({refused.failure})")


@contextmanager
def embedded(
    dialect: Dialect, setup: tuple[Script, ...] = (), limits: Limits = USUAL
) -> Iterator[Server]:
    """The engine inside this process; nothing starts and nothing stays.

    `setup` runs in each database before it is handed out; SQL that goes over `limits` is stopped.
    """
    opening = _Opening(limits, time.monotonic() + limits.total_seconds)
    yield _Embedded(dialect, opening, setup=setup)
