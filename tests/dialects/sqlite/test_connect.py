"""A SQLite session reaches no other file, ends in time and reports what SQLite says."""

from __future__ import annotations

import gc
import sqlite3
import stat
import threading
import time
from pathlib import Path

import pytest

from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import SqliteConnection, connect, demand
from ci_runner.errors import DatabaseError
from ci_runner.migrations.statements import split
from ci_runner.schema.model import Check

ENDLESS = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("ATTACH '{}' AS other", "no other database file"),
        ("ATTACH 'file:{}?mode=rwc' AS other", "no other database file"),
        ("VACUUM INTO '{}'", "no other database file"),
        ("PRAGMA temp_store_directory = '{}'", "it would write elsewhere"),
        ("PRAGMA writable_schema = ON", "crash the engine"),
        ("PRAGMA hard_heap_limit = 1000", "whole process"),
        ("SELECT load_extension('{}')", "no extension may be loaded"),
        ("DETACH main", "cannot detach"),
        ("INSERT INTO sqlite_schema VALUES (1, 2, 3, 4, 5)", "may not be modified"),
    ],
)
def test_other_files_and_the_engine_are_out_of_reach(sql: str, reason: str, tmp_path: Path) -> None:
    with connect(":memory:") as connection:
        with pytest.raises(StatementFailed, match=reason):
            connection.execute(sql.format(tmp_path / "other.db"))
        connection.execute("CREATE TABLE still_alive (a)")

    assert [] == list(tmp_path.iterdir())


def test_vacuum_still_works() -> None:
    with connect(":memory:") as connection:
        connection.execute("VACUUM")


@pytest.mark.parametrize("select", ["SELECT count(*) FROM c", "SELECT n FROM c"])
def test_statement_without_end_is_stopped(select: str) -> None:
    started = time.monotonic()
    with connect(":memory:", seconds=0.2) as connection:
        with pytest.raises(StatementFailed, match=r"stopped: .* longer than 0\.2 seconds"):
            connection.execute(ENDLESS + select)
        connection.execute("SELECT 1")

    assert time.monotonic() - started < 30


def test_very_deep_expression_is_refused() -> None:
    with (
        connect(":memory:") as connection,
        pytest.raises(StatementFailed, match="Expression tree is too large"),
    ):
        connection.execute("SELECT 1" + "+1" * 5000)


def test_very_deep_parentheses_are_refused_or_read_in_time() -> None:
    """SQLite's parser refuses them before 3.46 and grows its stack since."""
    started = time.process_time()
    check = "(" * 5000 + "a > 0" + ")" * 5000
    make = f"CREATE TABLE t (a INT CHECK {check})"
    with connect(":memory:") as connection:
        if sqlite3.sqlite_version_info < (3, 46):
            with pytest.raises(StatementFailed, match="parser stack overflow"):
                connection.execute(make)
        else:
            connection.execute(make)
            objects = DIALECT.inspect(connection).objects
            definitions = [each.definition for each in objects if isinstance(each, Check)]
            assert ["CHECK (a > 0)"] == definitions

    assert time.process_time() - started < 5


def test_file_of_five_megabytes_is_split_and_run() -> None:
    row = "INSERT INTO t VALUES ('" + "x;" * 500 + "');\n"
    text = "CREATE TABLE t (a TEXT);\n" + row * 5000
    with connect(":memory:") as connection:
        for statement in split(text, "big.sql", DIALECT.syntax):
            connection.execute(statement.text)

        assert [(5000,)] == connection.query("SELECT count(*) FROM t")
    assert len(text) > 5_000_000


def test_failure_carries_the_code_of_sqlite() -> None:
    with connect(":memory:") as connection:
        connection.execute("CREATE TABLE t (a UNIQUE)")
        connection.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(StatementFailed) as caught:
            connection.execute("INSERT INTO t VALUES (1)")

    assert "SQLITE_CONSTRAINT_UNIQUE" == caught.value.failure.code


def test_file_that_is_no_database_is_a_database_error(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("this is not a database, but it is long enough" * 50)
    with (
        connect(str(tmp_path / "x.db")) as connection,
        pytest.raises(DatabaseError, match="file is not a database") as caught,
    ):
        connection.query("SELECT * FROM sqlite_schema")

    assert str(tmp_path / "x.db") == caught.value.where


def test_missing_file_is_an_error_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="does not exist"), connect(str(tmp_path / "x.db")):
        pass

    assert [] == list(tmp_path.iterdir())


def test_file_that_another_program_writes_is_a_database_error(tmp_path: Path) -> None:
    place = str(tmp_path / "x.db")
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("CREATE TABLE t (a)")
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    try:
        with connect(place) as connection:
            connection.execute("PRAGMA busy_timeout = 10")
            with pytest.raises(DatabaseError, match="database is locked"):
                connection.query("SELECT * FROM sqlite_schema")
    finally:
        other.close()


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_existing_file_is_only_read(mode: str, tmp_path: Path) -> None:
    place = tmp_path / "x.db"
    session = sqlite3.connect(place)
    session.execute(f"PRAGMA journal_mode = {mode}")
    session.execute("CREATE TABLE t (a)")
    session.commit()
    session.close()
    before = place.read_bytes()
    place.chmod(stat.S_IRUSR)
    with connect(str(place)) as connection:
        found = DIALECT.inspect(connection)
        with pytest.raises((StatementFailed, DatabaseError), match=r"readonly|read-only"):
            connection.execute("CREATE TABLE u (a)")

    assert ["t"] == [each.identity.name for each in found.objects]
    assert before == place.read_bytes()
    assert [place] == list(tmp_path.iterdir())


def test_write_ahead_log_of_a_running_program_is_read(tmp_path: Path) -> None:
    place = str(tmp_path / "x.db")
    other = sqlite3.connect(place, isolation_level=None)
    other.execute("PRAGMA journal_mode = wal")
    other.execute("CREATE TABLE t (a)")
    try:
        with connect(place) as connection:
            assert ["t"] == [each.identity.name for each in DIALECT.inspect(connection).objects]
    finally:
        other.close()


def test_a_session_that_its_owner_ends_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    session = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection = SqliteConnection(session)
    connection.query("SELECT 1")
    with pytest.raises(StatementFailed):
        connection.query("SELECT a")
    (thread,) = set(threading.enumerate()) - before

    session.close()
    del connection
    gc.collect()  # an error and the frames that it went through hold each other
    thread.join(10)

    assert not thread.is_alive()


def test_a_library_that_is_too_old_is_named_with_a_way_out() -> None:
    demand((3, 37, 0))

    with pytest.raises(DatabaseError, match="it is too old") as refused:
        demand((3, 36, 1))
    assert "3.37 or newer" in refused.value.next_step
