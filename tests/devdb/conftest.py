"""A database of each engine that replays and rehearsals run on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.embedded import embedded
from ci_runner.dialects.base import Connection
from ci_runner.dialects.sqlite import DIALECT as SQLITE


@pytest.fixture
def postgres(postgres_server: PostgresServer) -> Iterator[Connection]:
    with postgres_server.database() as connection:
        yield connection


@pytest.fixture
def sqlite() -> Iterator[Connection]:
    with embedded(SQLITE) as server, server.database() as connection:
        yield connection


@pytest.fixture(params=["postgres", "sqlite"])
def either(request: pytest.FixtureRequest) -> tuple[Connection, str]:
    return request.getfixturevalue(request.param), request.param
