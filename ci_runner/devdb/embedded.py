"""SQLite as a dev server: each database lives in this process's memory."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ci_runner.devdb.replay import Script, replay
from ci_runner.devdb.server import Server
from ci_runner.devdb.watchdog import USUAL, Limits
from ci_runner.dialects.base import Connection, Dialect
from ci_runner.dialects.sqlite.connect import MEMORY, connect


@dataclass(frozen=True, slots=True)
class _Embedded:
    dialect: Dialect
    limits: Limits
    until: float
    unlike: tuple[str, ...] = ()
    shortfall: str = ""
    setup: tuple[Script, ...] = ()

    @property
    def description(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}, in process"

    @contextmanager
    def database(self) -> Iterator[Connection]:
        limits = self.limits
        with connect(
            MEMORY, limits.statement_seconds, until=self.until, megabytes=limits.megabytes
        ) as connection:
            replay(connection, self.setup)
            yield connection


@contextmanager
def embedded(
    dialect: Dialect, setup: tuple[Script, ...] = (), limits: Limits = USUAL
) -> Iterator[Server]:
    """The engine inside this process; nothing starts and nothing stays.

    `setup` runs in each database before it is handed out; SQL that goes over `limits` is stopped.
    """
    yield _Embedded(dialect, limits, time.monotonic() + limits.total_seconds, setup=setup)
