"""A MariaDB server that is kept holds what an account without rights made, and nothing else."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.devdb.mariadb_cluster import running
from ci_runner.devdb.mariadb_local import mariadb_on_demand
from ci_runner.devdb.mariadb_states import LocalStates
from ci_runner.devdb.mysql_kept import refuse_oddities
from ci_runner.devdb.own_server import is_installed
from ci_runner.devdb.reach import Cache, reach
from ci_runner.devdb.server import Server, Unportable
from ci_runner.devdb.store import Store
from ci_runner.devdb.watchdog import USUAL, Limits
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.connect import connect
from ci_runner.dialects.mysql.watch.metadata_locks import metadata_locks
from ci_runner.errors import SqlError
from ci_runner.migrations.directory import MigrationFile
from tests.devdb.test_reach import history

# One of each kind of file: InnoDB, MyISAM, a partition, a trigger, a view, an odd name.
EVERYTHING = """
CREATE TABLE a (x int PRIMARY KEY, y text, FULLTEXT (y));
CREATE TABLE `odd-é` (x int) ENGINE = MyISAM;
INSERT INTO `odd-é` VALUES (3);
CREATE TABLE p (x int) PARTITION BY HASH (x) PARTITIONS 2;
CREATE VIEW v AS SELECT x FROM a;
CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = NEW.x + 1;
CREATE SEQUENCE s;
"""


@pytest.fixture(scope="module")
def states(maria_server: MysqlServer) -> LocalStates:
    assert isinstance(maria_server.portable, LocalStates)
    return maria_server.portable


@pytest.fixture(scope="module")
def state(states: LocalStates) -> bytes:
    with states.restored(None) as kept:
        with kept.session() as connection:
            connection.execute("CREATE TABLE kept (a int)")
        return kept.state()


def forged(states: LocalStates, state: bytes, statement: str) -> bytes:
    """The same server after somebody with all rights has been in it."""
    with running(states.programs, state) as instance:
        with connect(instance.admin) as admin:
            admin.execute(statement)
        return instance.pack()


def test_a_second_run_replays_nothing_and_reaches_the_same(
    maria_server: MysqlServer, tmp_path: Path
) -> None:
    cache, files = Cache(Store(tmp_path, b"key")), history(EVERYTHING, "CREATE TABLE b (x int);")
    dialect, said = maria_server.dialect, list[str]()

    def reached(server: Server, files: tuple[MigrationFile, ...], used: Cache | None) -> object:
        with reach(server, files, "plain", used, said.append) as connection:
            return dialect.inspect(connection), connection.query("SELECT * FROM `odd-é`")

    expected = reached(maria_server, files, None)
    first = reached(maria_server, files[:1], cache)
    with mariadb_on_demand("", USUAL) as later:
        grown, again = reached(later, files, cache), reached(later, files, cache)

    assert expected == grown == again != first
    assert [f"{number} of 2 merged files come from a snapshot" for number in (1, 2)] == said


@pytest.mark.parametrize(
    ("sql", "lost"),
    [
        ("CREATE TEMPORARY TABLE t (a int)", "temporary tables"),
        ("CREATE TEMPORARY SEQUENCE t", "temporary tables"),
        ("CREATE TEMPORARY TABLE u (a int) ENGINE = MEMORY; DROP TABLE u", ""),
        ("SET @a = 1", "user variables"),
        ("PREPARE p FROM 'SELECT 1'", "prepared statements"),
        ("LOCK TABLES t WRITE", "locked tables"),
        ("CREATE TABLE u (a int)", ""),
    ],
)
def test_what_ends_with_its_session_keeps_a_state_from_being_kept(
    maria_server: MysqlServer, states: LocalStates, sql: str, lost: str
) -> None:
    with maria_server.database() as connection:
        connection.execute("CREATE TABLE t (a int)")
        connection.execute("PREPARE q FROM 'SELECT 1'")
        connection.execute("DEALLOCATE PREPARE q")
        connection.execute("SET @b = 1")
        connection.execute("SET @b = NULL")
        for statement in sql.split("; "):
            connection.execute(statement)
        before = connection.query("SELECT @@binlog_format")

        assert lost == states.unkept(connection)
        assert before == connection.query("SELECT @@binlog_format")
        assert ("schema_ci_asking",) not in connection.query("SHOW DATABASES")


def test_metadata_locks_are_seen_on_a_state_that_was_kept(
    states: LocalStates, state: bytes
) -> None:
    with states.restored(state) as kept, kept.session() as connection:
        ran = DIALECT.run(connection, "ALTER TABLE kept ADD COLUMN b int")

    assert {"SHARED UPGRADABLE", "EXCLUSIVE"} == {each.mode for each in ran.metadata_locks}


def test_a_state_comes_back_with_no_more_rights(states: LocalStates, state: bytes) -> None:
    with states.restored(state) as kept, kept.session() as connection:
        assert [(0,)] == connection.query("SELECT count(*) FROM kept")
        assert [("schema_ci_kept@%",)] == connection.query("SELECT current_user()")
        for sql in ("CREATE DATABASE other", "SELECT 1 INTO OUTFILE '/tmp/schema-ci-outfile'"):
            with pytest.raises(StatementFailed):
                connection.execute(sql)


def test_locks_are_seen_behind_a_state_as_behind_a_replay(
    states: LocalStates, state: bytes, maria_server: MysqlServer
) -> None:
    found = []
    with (
        states.restored(state) as kept,
        kept.session() as behind_a_state,
        maria_server.database() as replayed,
    ):
        replayed.execute("CREATE TABLE kept (a int)")
        sql = "ALTER TABLE kept ADD COLUMN b int"
        for connection in (behind_a_state, replayed):
            with metadata_locks(connection, sql) as seen:
                connection.execute(sql)
            found.append(seen())

    assert found[0] == found[1] != frozenset()


def test_a_server_that_no_pull_request_makes_is_not_used(states: LocalStates, state: bytes) -> None:
    made = forged(states, state, "CREATE USER intruder")

    with pytest.raises(Unportable) as refused, states.restored(made):
        pass

    assert "the server holds the account intruder@%" == str(refused.value)


def test_nor_is_it_kept(states: LocalStates, state: bytes) -> None:
    kept = "schema_ci_kept"
    oddities = (
        (f"GRANT FILE ON *.* TO {kept}", f"the right FILE of '{kept}'@'%'"),
        (f"GRANT SELECT ON mysql.* TO {kept}", "the right SELECT on mysql"),
        ("CREATE DATABASE more", "the database more"),
    )
    undo = (f"REVOKE FILE ON *.* FROM {kept}", f"REVOKE SELECT ON mysql.* FROM {kept}")
    with running(states.programs, state) as instance, connect(instance.admin) as admin:
        for (make, oddity), after in zip(oddities, (*undo, "DROP DATABASE more"), strict=True):
            admin.execute(make)
            with pytest.raises(Unportable, match=f"the server holds {re.escape(oddity)}"):
                refuse_oddities(admin)
            admin.execute(after)
        refuse_oddities(admin)


def test_what_runs_in_a_server_that_may_be_kept_is_watched(states: LocalStates) -> None:
    hasty = LocalStates(states.programs, Limits(total_seconds=1))
    with hasty.restored(None) as kept:
        with (
            kept.session() as connection,
            pytest.raises(SqlError, match="took longer than 1 seconds"),
        ):
            connection.execute("SELECT sleep(30)")
        with pytest.raises(SqlError, match="took longer than 1 seconds"):
            kept.state()


def test_what_is_installed_is_kept_for_the_next_run(
    states: LocalStates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    accounts = "SELECT user, host FROM mysql.global_priv ORDER BY 1, 2"
    found, before = [], is_installed(states.programs)
    for _ in range(2):
        with running(states.programs) as instance, connect(instance.admin) as admin:
            found.append((admin.query(accounts), admin.query("SHOW DATABASES")))
            if os.geteuid() == 0:
                assert 0 != (instance.folder / "data" / "ibdata1").stat().st_uid

    assert (False, True) == (before, is_installed(states.programs))
    assert found[0] == found[1]
    assert [("mariadb.sys", "localhost"), ("root", "localhost")] == found[0][0]


def test_nothing_is_kept_of_what_root_may_have_made(maria_superuser_server: MysqlServer) -> None:
    assert maria_superuser_server.portable is None
