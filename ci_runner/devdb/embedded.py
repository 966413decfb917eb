"""SQLite as a dev server: each database lives in this process's memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from ci_runner.devdb.packing import compress, decompress
from ci_runner.devdb.server import Portable, Server, Snapshot
from ci_runner.dialects.base import Connection, Dialect
from ci_runner.dialects.sqlite.connect import MEMORY, connect, image
from ci_runner.errors import InternalError

# sqlite.org/limits.html: what deserialize takes by default.
_MOST_BYTES = 2**30


class _Image:
    """A database between two sessions, as the bytes that its file would hold: b"" when empty."""

    def __init__(self, content: bytes = b"", incomplete: str = "") -> None:
        self._content = content
        self._spent = False
        self.incomplete = incomplete

    def content(self) -> bytes:
        if self._spent:
            raise InternalError("a snapshot was copied after its last use")
        return self._content

    def copy(self) -> AbstractContextManager[Connection]:
        return connect(MEMORY, content=self.content())

    def last(self) -> AbstractContextManager[Connection]:
        content = self.content()
        self._spent = True
        return connect(MEMORY, content=content)

    @contextmanager
    def session(self) -> Iterator[Connection]:
        with self.copy() as connection:
            yield connection
            self._content = image(connection)

    def state(self) -> bytes:
        return compress(self.content())


class _Files:
    """See ci_runner.devdb.server.Portable."""

    identity = json.dumps({"engine": "sqlite", "version": sqlite3.sqlite_version})

    def unkept(self, connection: Connection) -> str:
        found = connection.query("SELECT count(*) FROM sqlite_temp_master")
        return "temporary objects" if found != [(0,)] else ""

    @contextmanager
    def restored(self, state: bytes | None) -> Iterator[_Image]:
        yield _Image(decompress(state, _MOST_BYTES) if state else b"")


@dataclass(frozen=True, slots=True)
class _Embedded:
    dialect: Dialect
    portable: Portable = _Files()

    @property
    def description(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}, in process"

    def database(self) -> AbstractContextManager[Connection]:
        return connect(MEMORY)

    @contextmanager
    def snapshot(
        self, fill: Callable[[Connection], None], like: Snapshot | None = None
    ) -> Iterator[Snapshot]:
        with like.copy() if like else self.database() as connection:
            fill(connection)
            made = _Image(image(connection), self.portable.unkept(connection))
        yield made


@contextmanager
def embedded(dialect: Dialect) -> Iterator[Server]:
    """The engine inside this process; nothing starts and nothing stays."""
    yield _Embedded(dialect)
