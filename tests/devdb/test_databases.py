"""A database is dropped whatever happens, and its drop never hides what happened first."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.local import local_postgres
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError

_OURS = "SELECT count(*) FROM pg_database WHERE datname LIKE 'schema_ci_%'"


def test_database_is_dropped_after_an_error(postgres_server: PostgresServer) -> None:
    with connect(postgres_server.admin) as admin:
        before = admin.query(_OURS)
        with pytest.raises(StatementFailed), postgres_server.database() as connection:
            connection.execute("SELECT 1 / 0")

        assert before == admin.query(_OURS)


def test_database_is_dropped_with_its_subscriptions(superuser_server: PostgresServer) -> None:
    with connect(superuser_server.admin) as admin:
        before = admin.query(_OURS)
        with superuser_server.database() as connection:
            for name, slot in (("plain", "'s'"), ('"Two words"', "NONE")):
                connection.execute(
                    f"CREATE SUBSCRIPTION {name} CONNECTION 'host=nowhere' PUBLICATION p"
                    f" WITH (connect = false, slot_name = {slot})"
                )

        assert before == admin.query(_OURS)
        assert [(0,)] == admin.query("SELECT count(*) FROM pg_subscription")


def test_an_enabled_subscription_connects_to_nobody(superuser_server: PostgresServer) -> None:
    with superuser_server.database() as connection:
        connection.execute(
            "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false)"
        )
        connection.execute("ALTER SUBSCRIPTION s ENABLE")

        assert [] == connection.query(
            "SELECT backend_type FROM pg_stat_activity WHERE backend_type LIKE 'logical%'"
        )


def test_database_is_dropped_though_another_session_holds_it(
    postgres_server: PostgresServer,
) -> None:
    with connect(postgres_server.admin) as admin:
        before = admin.query(_OURS)
        with postgres_server.database() as connection:
            [(name,)] = connection.query("SELECT current_database()")
            with connect(postgres_server.admin, dbname=str(name)) as other:
                assert [(1,)] == other.query("SELECT 1")
                assert before != admin.query(_OURS)
                postgres_server.drop(str(name))

        assert before == admin.query(_OURS)


def test_lost_session_is_reported_and_its_database_dropped(
    postgres_server: PostgresServer,
) -> None:
    with connect(postgres_server.admin) as admin:
        before = admin.query(_OURS)
        with (
            pytest.raises(DatabaseError, match="was lost"),
            postgres_server.database() as connection,
        ):
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")

        assert before == admin.query(_OURS)


def _stop(server: PostgresServer) -> None:
    folder = Path(server.admin.split()[0].removeprefix("host="))
    postmaster = (folder / "data" / "postmaster.pid").read_text().splitlines()[0]
    os.kill(int(postmaster), signal.SIGQUIT)


def test_cleanup_of_a_lost_server_does_not_hide_the_loss(postgres_server: PostgresServer) -> None:
    with local_postgres() as server:
        threading.Timer(1, _stop, (server,)).start()
        with (
            pytest.raises(DatabaseError, match="was lost") as lost,
            server.database() as connection,
        ):
            connection.execute("SELECT pg_sleep(30)")

    assert [] == getattr(lost.value, "__notes__", [])


def test_strings_never_show_a_connection_string() -> None:
    server = PostgresServer("PostgreSQL", "host=h password=hunter2")

    assert "hunter2" not in repr(server)
