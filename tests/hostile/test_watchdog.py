"""SQL without an end is stopped: by a cancel, or with the server where it does not heed one."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ci_runner.config import model as config
from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.existing import existing_postgres
from ci_runner.devdb.local import local_postgres
from ci_runner.devdb.replay import Script, rehearse, replay
from ci_runner.devdb.watchdog import Limits
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.dialects.sqlite.connect import MEGABYTES, STATEMENT_SECONDS
from ci_runner.errors import DatabaseError, SqlError
from ci_runner.migrations.intake import Sizes
from ci_runner.migrations.statements import split

# The outer block is for a cancel that comes while the inner one begins or ends.
STUBBORN = """DO $$ BEGIN
  SET statement_timeout = 0;
  LOOP BEGIN
    LOOP BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN END; END LOOP;
  EXCEPTION WHEN query_canceled THEN END; END LOOP;
END $$"""

MANY_TABLES = """DO $$ BEGIN
  FOR n IN 1..100000 LOOP EXECUTE format('CREATE TABLE t%s (a int)', n); END LOOP;
END $$"""


def script(server: PostgresServer, text: str, *, wrapped: bool = False) -> Script:
    return Script("m/1.sql", split(text, "m/1.sql", server.dialect.syntax), wrapped)


def _replay(
    server: PostgresServer, text: str, meet: Callable[[int], object] = lambda process: None
) -> None:
    """Run `text`; `meet` is shown the server's process behind the session before that."""
    with server.database() as connection:
        [(process,)] = connection.query("SELECT pg_backend_pid()")
        meet(int(str(process)))
        replay(connection, [script(server, text, wrapped=True)])


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT pg_sleep(60)",
        "SET statement_timeout = 0; SELECT pg_sleep(60)",
        "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT 1 FROM r) SELECT count(*) FROM r",
        "CREATE TABLE t AS SELECT generate_series(1, 1000000000000) AS n",
        "SELECT generate_series(1, 1000000000000) AS n INTO t",
        "SELECT generate_series(1, 1000000000000)",
        MANY_TABLES,
        "COPY (SELECT generate_series(1, 1000000000000)) TO STDOUT",
        "DO $$ BEGIN LOOP RAISE NOTICE '%', repeat('x', 10000); END LOOP; END $$",
        "SELECT repeat(n::text, 100) ~ '(a|aa)+$' FROM generate_series(1, 1000000000000) n",
    ],
)
def test_statement_without_end_is_cancelled(impatient_server: PostgresServer, sql: str) -> None:
    began = time.monotonic()
    with impatient_server.database() as connection:
        *before, last = script(impatient_server, sql).statements
        for each in before:
            connection.execute(each.text)
        with pytest.raises(StatementFailed) as stopped:
            connection.execute(last.text)

        assert [(1,)] == connection.query("SELECT 1")
    assert time.monotonic() - began < 30
    if not sql.startswith("COPY"):
        failure = stopped.value.failure
        assert "stopped: the statement ran longer than 0.5 seconds" == failure.message
        assert "dev.statement-seconds" in failure.hint


def test_stopped_statement_is_a_step_that_failed(impatient_server: PostgresServer) -> None:
    text = "CREATE TABLE t (a int);\n\nSELECT pg_sleep(60);\nCREATE TABLE u (a int);"
    with impatient_server.database() as connection:
        history = rehearse(connection, impatient_server.dialect, [script(impatient_server, text)])

    assert history.failed is not None
    assert 3 == history.failed.statement.line
    assert [True, True, False] == [step.executed for step in history.steps]


def test_merged_statement_that_is_stopped_names_file_line_and_option(
    impatient_server: PostgresServer,
) -> None:
    with pytest.raises(SqlError) as stopped, impatient_server.database() as connection:
        replay(connection, [script(impatient_server, "SELECT 1;\nSELECT pg_sleep(60);")])

    assert "m/1.sql:2" == stopped.value.where
    assert "stopped: the statement ran longer than 0.5 seconds" in stopped.value.said
    assert "SCHEMA_CI_DEV_STATEMENT_SECONDS" in stopped.value.next_step


def test_our_own_reading_is_stopped_too(impatient_server: PostgresServer) -> None:
    with (
        impatient_server.database() as connection,
        pytest.raises(SqlError, match="could not be read in time") as stopped,
    ):
        connection.query("SELECT pg_sleep(60)")

    assert "dev.statement-seconds" in stopped.value.next_step


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _gone(process: int, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while _is_running(process) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not _is_running(process)


def test_statement_that_heeds_no_cancel_ends_the_server() -> None:
    began = time.monotonic()
    seen: list[int] = []
    with local_postgres(limits=Limits(statement_seconds=0.5, grace_seconds=1)) as server:
        with pytest.raises(SqlError) as ended:
            _replay(server, f"SELECT 1;\n{STUBBORN};", seen.append)
        assert _gone(seen[0])
        with pytest.raises(SqlError, match="did not heed the cancel"), server.database():
            pass

    assert time.monotonic() - began < 20
    assert ended.value.what == (
        "the dev server was ended: a statement ran longer than 0.5 seconds and did not heed"
        " the cancel"
    )
    assert "m/1.sql:2" == ended.value.where
    assert "SCHEMA_CI_DEV_STATEMENT_SECONDS" in ended.value.next_step
    assert [] == getattr(ended.value, "__notes__", [])


_TABLES = "CREATE TABLE t{} AS SELECT repeat('x', 1000) FROM generate_series(1, 20000);\n"


def test_work_without_end_ends_the_server() -> None:
    text = "SELECT pg_sleep(0.05);\n" * 1000
    with (
        local_postgres(limits=Limits(total_seconds=0.8)) as server,
        pytest.raises(SqlError, match=r"took longer than 0\.8 seconds") as ended,
    ):
        _replay(server, text)

    assert ended.value.where.startswith("m/1.sql:")
    assert "SCHEMA_CI_DEV_TOTAL_SECONDS" in ended.value.next_step


def test_a_table_that_fills_the_disk_ends_the_server() -> None:
    with local_postgres(limits=Limits(megabytes=150)) as server:
        folder = Path(server.admin.split()[0].removeprefix("host="))
        with pytest.raises(SqlError) as ended:
            _replay(server, "".join(_TABLES.format(part) for part in range(100)))

    assert "wrote more than 150 MiB" in ended.value.what
    assert "SCHEMA_CI_DEV_MEGABYTES" in ended.value.next_step
    assert not folder.exists()


def test_one_statement_that_fills_the_disk_is_refused_by_the_system_or_stopped() -> None:
    with (
        local_postgres(limits=Limits(megabytes=100)) as server,
        pytest.raises(SqlError) as ended,
    ):
        _replay(server, "CREATE TABLE t AS SELECT generate_series(1, 1000000000000) AS n")

    assert "File too large" in str(ended.value) or "wrote more than" in str(ended.value)


def _lost(whom: Callable[[PostgresServer, int], int], number: int) -> DatabaseError:
    """What is said when the process that `whom` chooses gets the signal."""

    def soon(process: int) -> None:
        threading.Timer(0.3, os.kill, (whom(server, process), number)).start()

    with local_postgres() as server, pytest.raises(DatabaseError) as lost:
        _replay(server, "SELECT 1;\nSELECT pg_sleep(5)", soon)
    return lost.value


def test_process_killed_by_the_kernel_is_told_by_the_servers_log() -> None:
    lost = _lost(lambda _, process: process, signal.SIGKILL)

    assert "m/1.sql:2" == lost.where
    assert "was terminated by signal 9: Killed" in lost.said
    assert "how the kernel ends a process when memory runs out" in lost.said
    assert "/dev/shm" not in str(lost)


def _postmaster(server: PostgresServer, _: int) -> int:
    folder = Path(server.admin.split()[0].removeprefix("host="))
    return int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])


def test_server_that_was_shut_down_is_told_by_its_log() -> None:
    lost = _lost(_postmaster, signal.SIGINT)

    assert "received fast shutdown request" in lost.said


def test_session_on_a_server_that_is_not_ours_is_ended_and_the_server_lives(
    postgres_server: PostgresServer,
) -> None:
    seen: list[int] = []
    with existing_postgres(
        postgres_server.admin, limits=Limits(statement_seconds=0.5, grace_seconds=1)
    ) as server:
        with pytest.raises(SqlError, match="did not heed the cancel"):
            _replay(server, f"{STUBBORN};", seen.append)

        assert _gone(seen[0])
    with connect(postgres_server.admin) as admin:
        assert [] == admin.query("SELECT FROM pg_stat_activity WHERE datname LIKE 'schema_ci_%'")


def test_limits_are_the_same_on_every_floor() -> None:
    given = config.Limits()

    assert Limits() == Limits(given.statement_seconds, given.total_seconds, given.megabytes)
    assert Sizes() == Sizes(given.file_megabytes, given.total_megabytes, given.files)
    assert (Limits().statement_seconds, Limits().megabytes) == (STATEMENT_SECONDS, MEGABYTES)
