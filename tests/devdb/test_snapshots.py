"""What a database was can be kept on its server and copied, and the copy is the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ci_runner.devdb.databases import PostgresServer, copying
from ci_runner.devdb.embedded import embedded
from ci_runner.devdb.fittings import Fittings
from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.prepare import prepared
from ci_runner.devdb.replay import Script, script
from ci_runner.devdb.server import Server
from ci_runner.devdb.watchdog import Limits
from ci_runner.dialects.base import Connection, Dialect, StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.dialects.sqlite import DIALECT as SQLITE
from ci_runner.errors import InternalError
from ci_runner.migrations.directory import MigrationFile

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


def setup(dialect: Dialect) -> tuple[Script, ...]:
    content = b"CREATE TABLE made (a integer); INSERT INTO made VALUES (1);"
    return (script(MigrationFile("setup.sql", "setup.sql", content, "", ""), "plain", dialect),)


def test_a_copy_is_not_prepared_again(postgres_server: PostgresServer) -> None:
    wishes = Preparation(setup=setup(postgres_server.dialect))
    ready = prepared(postgres_server, wishes, ours=True)

    with ready.snapshot(fill) as kept, kept.copy() as connection:
        assert "" == kept.incomplete
        assert [(1,)] == connection.query("SELECT a FROM made")


def test_a_copy_would_lack_the_settings_of_a_target(postgres_server: PostgresServer) -> None:
    like = replace(postgres_server, fittings=Fittings(settings=(("work_mem", "8MB"),)))

    assert like.portable is None
    with like.snapshot(fill) as kept:
        assert "settings of the database or its owner" == kept.incomplete


def test_a_migration_can_t_hide_what_a_copy_would_lack(postgres_server: PostgresServer) -> None:
    def hidden(connection: Connection) -> None:
        connection.execute(
            "CREATE FUNCTION never(bigint, integer) RETURNS boolean LANGUAGE sql AS 'SELECT false'"
        )
        connection.execute(
            "CREATE OPERATOR > (leftarg = bigint, rightarg = integer, function = never)"
        )
        connection.execute("SET search_path = public, pg_catalog")
        connection.execute("PREPARE p AS SELECT 1")

    with postgres_server.snapshot(hidden) as kept:
        assert "prepared statements" == kept.incomplete


def test_setup_of_sqlite_runs_once() -> None:
    with (
        embedded(SQLITE, setup(SQLITE)) as server,
        server.snapshot(fill) as kept,
        kept.copy() as connection,
    ):
        assert [(1,)] == connection.query("SELECT a FROM made")


def test_a_copy_of_sqlite_keeps_the_limits() -> None:
    endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT count(*) FROM n"
    with (
        embedded(SQLITE, limits=Limits(statement_seconds=0.2)) as server,
        server.snapshot(fill) as kept,
        kept.last() as connection,
        pytest.raises(StatementFailed, match=r"longer than 0\.2 seconds"),
    ):
        connection.execute(endless)


def test_mariadb_fills_each_copy_anew(maria_server: MysqlServer) -> None:
    def more(connection: Connection) -> None:
        connection.execute("INSERT INTO t VALUES (2)")

    with (
        maria_server.snapshot(fill) as first,
        maria_server.snapshot(more, first) as second,
        first.copy() as one,
        second.last() as other,
    ):
        assert [(1,)] == rows(one)
        assert [(1,), (2,)] == rows(other)
