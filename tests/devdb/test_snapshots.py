"""What a database was can be kept on its server and copied, and the copy is the same."""

from __future__ import annotations

import pytest

from ci_runner.devdb.databases import PostgresServer, copying
from ci_runner.devdb.embedded import embedded
from ci_runner.devdb.server import Server
from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.connect import connect
from ci_runner.dialects.sqlite import DIALECT as SQLITE
from ci_runner.errors import InternalError

_ON_DATABASE = "DO $$BEGIN EXECUTE format('{}', current_database()); END$$"
_OURS = "SELECT count(*) FROM pg_database WHERE datname LIKE 'schema_ci_%'"


@pytest.fixture(params=["postgres", "sqlite"])
def server(request: pytest.FixtureRequest) -> Server:
    if request.param == "postgres":
        made: Server = request.getfixturevalue("postgres_server")
        return made
    with embedded(SQLITE) as sqlite:
        return sqlite


def fill(connection: Connection) -> None:
    connection.execute("CREATE TABLE t (a integer)")
    connection.execute("INSERT INTO t VALUES (1)")


def rows(connection: Connection) -> list[tuple[object, ...]]:
    return connection.query("SELECT a FROM t ORDER BY a")


def test_copies_have_the_state_and_do_not_see_each_other(server: Server) -> None:
    with (
        server.snapshot(fill) as kept,
        kept.copy() as one,
        kept.copy() as other,
    ):
        one.execute("INSERT INTO t VALUES (2)")

        assert [(1,), (2,)] == rows(one)
        assert [(1,)] == rows(other)
        assert "" == kept.incomplete


def test_a_snapshot_goes_on_from_another_one(server: Server) -> None:
    def more(connection: Connection) -> None:
        connection.execute("INSERT INTO t VALUES (2)")

    with (
        server.snapshot(fill) as first,
        server.snapshot(more, first) as second,
        first.copy() as one,
        second.copy() as other,
    ):
        assert [(1,)] == rows(one)
        assert [(1,), (2,)] == rows(other)


def test_the_last_use_is_the_database_itself(server: Server) -> None:
    with server.snapshot(fill) as kept:
        with kept.last() as connection:
            assert [(1,)] == rows(connection)
        with pytest.raises(InternalError), kept.copy():
            pass


def test_nothing_is_left_of_a_snapshot(postgres_server: PostgresServer) -> None:
    with connect(postgres_server.admin) as admin:
        before = admin.query(_OURS)
        with postgres_server.snapshot(fill) as kept, kept.copy():
            assert before != admin.query(_OURS)

        assert before == admin.query(_OURS)


def test_a_snapshot_that_does_not_fill_is_dropped(postgres_server: PostgresServer) -> None:
    def broken(connection: Connection) -> None:
        raise InternalError("a test of ours")

    with connect(postgres_server.admin) as admin:
        before = admin.query(_OURS)
        with pytest.raises(InternalError), postgres_server.snapshot(broken):
            pass

        assert before == admin.query(_OURS)


@pytest.mark.parametrize(
    ("sql", "lost"),
    [
        ("CREATE TEMP TABLE t (a int)", "temporary objects"),
        ("CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "temporary objects"),
        ("CREATE TEMP TABLE t (a int); DROP TABLE t", ""),
        ("PREPARE p AS SELECT 1", "prepared statements"),
        ("LISTEN news", "channels listened to"),
        ("SELECT pg_advisory_lock(1)", "advisory locks"),
        ("DECLARE c CURSOR WITH HOLD FOR SELECT 1", "open cursors"),
        (
            _ON_DATABASE.format("ALTER DATABASE %I SET work_mem = ''8MB''"),
            "settings of the database or its owner",
        ),
        (
            _ON_DATABASE.format("GRANT TEMP ON DATABASE %I TO PUBLIC"),
            "grants on the database",
        ),
        (
            _ON_DATABASE.format("COMMENT ON DATABASE %I IS ''x''"),
            "a comment on the database",
        ),
    ],
)
def test_what_a_copy_would_lack_is_named(
    postgres_server: PostgresServer, sql: str, lost: str
) -> None:
    with postgres_server.snapshot(lambda connection: _discarded(connection, sql)) as kept:
        assert lost == kept.incomplete


def _discarded(connection: Connection, sql: str) -> None:
    connection.execute(sql)


def test_a_copy_of_subscriptions_would_lack_them(superuser_server: PostgresServer) -> None:
    sql = (
        "CREATE SUBSCRIPTION s CONNECTION 'host=nowhere' PUBLICATION p"
        " WITH (connect = false, slot_name = NONE)"
    )
    with superuser_server.snapshot(lambda connection: _discarded(connection, sql)) as kept:
        assert "subscriptions" == kept.incomplete


def test_files_are_copied_where_nothing_must_reach_the_disk(
    postgres_server: PostgresServer,
) -> None:
    with connect(postgres_server.admin) as admin:
        ((version,),) = admin.query("SHOW server_version_num")
        expected = " STRATEGY FILE_COPY" if int(str(version)) >= 150000 else ""

        assert expected == copying(admin) == postgres_server.copying


def test_an_image_of_sqlite_keeps_what_is_set_for_the_file() -> None:
    def odd(connection: Connection) -> None:
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("PRAGMA auto_vacuum = FULL")
        connection.execute("PRAGMA user_version = 7")
        connection.execute("CREATE TABLE t (a integer)")

    with embedded(SQLITE) as server, server.snapshot(odd) as kept, kept.copy() as connection:
        found = [connection.query(f"PRAGMA {name}") for name in ("page_size", "auto_vacuum")]

        assert [[(8192,)], [(1,)]] == found
        assert [(7,)] == connection.query("PRAGMA user_version")
        assert [("memory",)] == connection.query("PRAGMA journal_mode")
