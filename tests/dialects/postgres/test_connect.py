"""A session says what the server said, and tells a refused statement from a lost server."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError


def test_rows_are_counted_where_the_server_counts_them(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        assert connection.execute("CREATE TABLE t (a int)").rows is None
        assert 3 == connection.execute("INSERT INTO t VALUES (1), (2), (3)").rows
        assert 2 == connection.execute("UPDATE t SET a = 0 WHERE a > 1").rows
        assert 0 == connection.execute("DELETE FROM t WHERE a = 7").rows
        assert connection.execute("SELECT * FROM t").rows is None
        assert connection.execute("").rows is None


def test_notices_belong_to_their_statement(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        outcome = connection.execute("DROP TABLE IF EXISTS nowhere")

        assert ('table "nowhere" does not exist, skipping',) == outcome.notices
        assert () == connection.execute("SELECT 1").notices


def test_offset_counts_characters_not_bytes(postgres_server: PostgresServer) -> None:
    sql = "SELECT 'größe €', nowhere FROM pg_class"
    with postgres_server.database() as connection, pytest.raises(StatementFailed) as refused:
        connection.execute(sql)

    failure = refused.value.failure
    assert failure.offset is not None
    assert "nowhere" == sql[failure.offset : failure.offset + 7]
    assert "42703" == failure.code


def test_failure_has_the_servers_detail_and_no_offset_when_it_gave_none(
    postgres_server: PostgresServer,
) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (a int PRIMARY KEY)")
        connection.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(StatementFailed) as refused:
            connection.execute("INSERT INTO t VALUES (1)")

    assert "Key (a)=(1) already exists." == refused.value.failure.detail
    assert refused.value.failure.offset is None


def test_percent_signs_are_not_parameters(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        assert [("%s 100%",)] == connection.query("SELECT '%s 100%'")


@pytest.mark.parametrize("sql", ["COPY t FROM STDIN", "COPY t TO STDOUT"])
def test_copy_with_the_client_is_refused_and_the_session_goes_on(
    postgres_server: PostgresServer, sql: str
) -> None:
    with postgres_server.database() as connection:
        connection.execute("CREATE TABLE t (a int)")
        connection.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(StatementFailed, match="COPY from or to the client"):
            connection.execute(sql)

        assert [(1,)] == connection.query("SELECT a FROM t")


def test_failed_transaction_is_still_a_transaction(postgres_server: PostgresServer) -> None:
    with postgres_server.database() as connection:
        connection.execute("BEGIN")
        with pytest.raises(StatementFailed):
            connection.execute("SELECT 1/0")

        assert connection.in_transaction
        connection.execute("ROLLBACK")
        assert not connection.in_transaction


def test_lost_server_is_a_database_error(postgres_server: PostgresServer) -> None:
    with (
        postgres_server.database() as connection,
        pytest.raises(DatabaseError, match="connection to the dev database was lost"),
    ):
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def test_signal_is_heard_while_a_statement_runs(postgres_server: PostgresServer) -> None:
    began = time.monotonic()
    with postgres_server.database() as connection:
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            connection.execute("SELECT pg_sleep(90)")

    assert time.monotonic() - began < 60


def test_silent_server_is_given_up_and_the_password_kept() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        began = time.monotonic()
        with (
            pytest.raises(DatabaseError) as refused,
            connect(f"postgres://dba:hunter2@127.0.0.1:{port}/app"),
        ):
            pass

    assert time.monotonic() - began < 30
    assert "does not answer" in str(refused.value)
    assert f"127.0.0.1:{port}/app" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["postgres://dba:hunter2@127.0.0.1:notaport/app", "postgres://dba:hunter2@[::1/app"]
)
def test_unreadable_url_is_not_quoted(url: str) -> None:
    with pytest.raises(DatabaseError) as refused, connect(url):
        pass

    assert "hunter2" not in str(refused.value)
