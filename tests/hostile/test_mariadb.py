"""SQL without an end is stopped on MariaDB too, and gets at no file."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci_runner.devdb.mariadb import MysqlServer, existing_mysql
from ci_runner.devdb.mariadb_local import find_binaries, local_mariadb
from ci_runner.devdb.replay import Script, replay
from ci_runner.devdb.watchdog import Limits
from ci_runner.dialects.base import StatementFailed
from ci_runner.errors import DatabaseError, SqlError
from ci_runner.migrations.statements import split
from tests.conftest import require

ENDLESS = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r"

MANY_TABLES = """BEGIN NOT ATOMIC
  FOR n IN 1..100000 DO EXECUTE IMMEDIATE concat('CREATE TABLE t', n, ' (a int)'); END FOR;
END"""


def script(server: MysqlServer, text: str) -> Script:
    return Script("m/1.sql", split(text, "m/1.sql", server.dialect.syntax), wrapped=False)


def _replay(server: MysqlServer, text: str) -> None:
    with server.database() as connection:
        replay(connection, [script(server, text)])


@pytest.fixture(scope="module")
def impatient() -> Iterator[MysqlServer]:
    if find_binaries() is None:
        require("needs MariaDB server binaries: apt-get install mariadb-server")
    with local_mariadb(limits=Limits(statement_seconds=0.5)) as server:
        yield server


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT sleep(60)",
        "SET SESSION max_statement_time = 0; SELECT sleep(60)",
        f"SET SESSION max_recursive_iterations = 4294967295; {ENDLESS}",
        "CREATE TABLE t AS SELECT sleep(60)",
        "CREATE TABLE t AS SELECT seq FROM seq_1_to_1000000000000",
    ],
)
def test_a_statement_without_end_is_cancelled(impatient: MysqlServer, sql: str) -> None:
    began = time.monotonic()
    with impatient.database() as connection:
        *before, last = script(impatient, sql).statements
        for each in before:
            connection.execute(each.text)
        with pytest.raises(StatementFailed) as stopped:
            connection.execute(last.text)

        assert [(1,)] == connection.query("SELECT 1")
    assert time.monotonic() - began < 30
    assert "stopped: the statement ran longer than 0.5 seconds" == stopped.value.failure.message


def test_tables_without_end_are_stopped_by_a_cancel_or_with_the_server() -> None:
    """A cancel that comes between two statements of a block is lost."""
    hasty = Limits(statement_seconds=0.5, grace_seconds=1)
    with (
        local_mariadb(limits=hasty) as server,
        pytest.raises((StatementFailed, SqlError), match=r"ran longer than 0\.5 seconds"),
        server.database() as connection,
    ):
        connection.execute(MANY_TABLES)


def test_the_server_is_ended_when_time_is_up() -> None:
    began = time.monotonic()
    with local_mariadb(limits=Limits(total_seconds=2)) as server:
        with pytest.raises(SqlError) as ended, server.database() as connection:
            replay(connection, [script(server, "SELECT 1;\nSELECT sleep(60);")])
        with pytest.raises(SqlError), server.database():
            pass

    assert time.monotonic() - began < 30
    assert "m/1.sql:2" == ended.value.where
    assert "dev.total-seconds" in ended.value.next_step


def test_a_table_that_fills_the_disk_ends_the_server() -> None:
    fill = "CREATE TABLE t AS SELECT repeat('x', 1000) FROM seq_1_to_1000000000"
    with local_mariadb(limits=Limits(megabytes=150)) as server, pytest.raises(SqlError) as ended:
        _replay(server, f"SELECT 1;\n{fill};")

    assert "m/1.sql:2" == ended.value.where
    assert "wrote more than 150 MiB" in ended.value.what
    assert "SCHEMA_CI_DEV_MEGABYTES" in ended.value.next_step
    assert not Path(server.admin.socket).parent.exists()


def test_a_table_in_memory_does_not_take_the_machines(maria_server: MysqlServer) -> None:
    with maria_server.database() as connection:
        connection.execute("SET SESSION max_heap_table_size = 68719476736")
        connection.execute("CREATE TABLE t (a varchar(2000)) ENGINE = MEMORY")
        with pytest.raises(StatementFailed, match="Out of memory"):
            connection.execute("INSERT INTO t SELECT repeat('x', 1000) FROM seq_1_to_100000000")

        assert [(1,)] == connection.query("SELECT 1")


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (signal.SIGKILL, "how the kernel ends a process when memory runs out"),
        (signal.SIGTERM, "Shutdown complete"),
    ],
)
def test_a_server_that_ends_is_told_with_its_last_lines(number: int, said: str) -> None:
    with local_mariadb() as server:
        process = int((Path(server.admin.socket).parent / "pid").read_text())
        threading.Timer(0.5, os.kill, (process, number)).start()
        with pytest.raises(DatabaseError) as lost:
            _replay(server, "SELECT 1;\nSELECT sleep(20);")

    assert "m/1.sql:2" == lost.value.where
    assert said in lost.value.said
    assert not Path(server.admin.socket).parent.exists()


def test_sessions_are_ended_on_a_server_that_is_not_ours(mysql_server: MysqlServer) -> None:
    admin = mysql_server.admin
    url = f"mysql://{admin.user}:{admin.password}@localhost/?socket={admin.socket}"
    with (
        existing_mysql(url, limits=Limits(total_seconds=1)) as server,
        pytest.raises(SqlError),
        server.database() as connection,
    ):
        connection.execute("SELECT sleep(60)")

    with mysql_server.database() as connection:
        assert [(1,)] == connection.query("SELECT 1")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'x' INTO OUTFILE '/tmp/out'",
        "LOAD DATA INFILE '/etc/passwd' INTO TABLE t",
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t",
        "CREATE USER mallory",
        "SET GLOBAL local_infile = 1",
        "INSTALL SONAME 'ha_connect'",
        "CREATE DATABASE elsewhere",
        "GRANT ALL ON *.* TO CURRENT_USER",
        "CREATE FUNCTION f RETURNS INTEGER SONAME 'evil.so'",
        "SHUTDOWN",
        "SELECT * FROM mysql.user",
    ],
)
def test_what_reaches_beyond_the_database_is_refused(mysql_server: MysqlServer, sql: str) -> None:
    with mysql_server.database() as connection:
        connection.execute("CREATE TABLE t (line text)")
        *before, last = script(mysql_server, sql).statements
        for each in before:
            connection.execute(each.text)
        with pytest.raises(StatementFailed):
            connection.execute(last.text)

        assert [(0,)] == connection.query("SELECT count(*) FROM t")


def test_no_file_is_read(mysql_server: MysqlServer) -> None:
    with mysql_server.database() as connection:
        assert [(None,)] == connection.query("SELECT load_file('/etc/passwd')")
