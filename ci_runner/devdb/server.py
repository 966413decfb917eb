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

    @property
    def unlike(self) -> tuple[str, ...]:
        """Sentences on what of the target it is to be like could not be matched."""

    @property
    def shortfall(self) -> str:
        """Why what is seen here may be otherwise on the target; "" where nothing is known."""

    def database(self) -> AbstractContextManager[Connection]:
        """A fresh, empty database of its own, dropped at block end; nobody else sees it."""
