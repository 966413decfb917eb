"""A database of a real server: of MariaDB, or of each server that is there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.dialects.mysql.connect import MysqlConnection


@pytest.fixture
def maria(maria_server: MysqlServer) -> Iterator[MysqlConnection]:
    with maria_server.database() as connection:
        yield connection


@pytest.fixture
def mysql(mysql_server: MysqlServer) -> Iterator[MysqlConnection]:
    with mysql_server.database() as connection:
        yield connection
