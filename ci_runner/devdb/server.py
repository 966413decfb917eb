"""A dev server: something that makes empty databases and drops them again."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from ci_runner.dialects.base import Connection, Dialect


class Server(Protocol):
    """A running server (or the embedded engine) that is ours to use until the block ends."""

    @property
    def dialect(self) -> Dialect: ...

    @property
    def description(self) -> str:
        """Engine, version and where it runs, without any secret: for the log and the report."""

    def database(self) -> AbstractContextManager[Connection]:
        """A fresh, empty database of its own, dropped at block end; nobody else sees it."""
