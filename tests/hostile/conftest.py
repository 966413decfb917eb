"""Servers of their own for tests that make an end of them, and one with tight limits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.local import find_binaries, local_postgres
from ci_runner.devdb.watchdog import Limits
from tests.conftest import require


@pytest.fixture(scope="session")
def impatient_server() -> Iterator[PostgresServer]:
    """A server whose statements are stopped after half a second. Nothing here may end it."""
    if find_binaries() is None:
        require("needs PostgreSQL server binaries: apt-get install postgresql")
    with local_postgres(limits=Limits(statement_seconds=0.5, grace_seconds=20)) as server:
        yield server
