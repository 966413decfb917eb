"""SQLite as a dev server: each database lives in this process's memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from ci_runner.devdb.server import Server
from ci_runner.dialects.base import Connection, Dialect
from ci_runner.dialects.sqlite.connect import connect


@dataclass(frozen=True, slots=True)
class _Embedded:
    dialect: Dialect

    @property
    def description(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}, in process"

    def database(self) -> AbstractContextManager[Connection]:
        return connect(":memory:")


@contextmanager
def embedded(dialect: Dialect) -> Iterator[Server]:
    """The engine inside this process; nothing starts and nothing stays."""
    yield _Embedded(dialect)
