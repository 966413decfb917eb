"""SQLite runs in our own process, so what it may do there is bounded in reach, size and time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from ci_runner.devdb.embedded import embedded
from ci_runner.devdb.replay import Script, replay
from ci_runner.devdb.watchdog import Limits
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.sqlite import DIALECT
from ci_runner.dialects.sqlite.connect import connect
from ci_runner.errors import SqlError
from ci_runner.migrations.statements import split

ENDLESS = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) "


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("ATTACH '/etc/passwd' AS other", "no other database file"),
        ("SELECT fts3_tokenizer('simple')", "no tokenizer may be registered"),
        ("SELECT fts3_tokenizer('simple', x'4141414141414141')", "no tokenizer may be registered"),
        ("PRAGMA temp_store = file", "files without a limit"),
        ("PRAGMA soft_heap_limit = 0", "whole process"),
        ("SELECT readfile('/etc/passwd')", "no such function"),
        ("SELECT writefile('/tmp/x', 'x')", "no such function"),
        ("SELECT edit('x')", "no such function"),
        ("CREATE VIRTUAL TABLE t USING csv(filename = '/etc/passwd')", "no such module"),
        ("CREATE VIRTUAL TABLE t USING fsdir", "no such module"),
        ("SELECT randomblob(1000000000)", "too big"),
        ("SELECT zeroblob(1000000000)", "too big"),
        ("SELECT hex(zeroblob(50000000))", "too big"),
        ("SELECT replace(hex(zeroblob(1000000)), '0', hex(zeroblob(20)))", "too big"),
        ("SELECT 1" + " + 1" * 10_000, "maximum depth 1000"),
    ],
)
def test_refused(sql: str, reason: str) -> None:
    with connect(":memory:") as connection:
        with pytest.raises(StatementFailed, match=reason):
            connection.execute(sql)

        assert [(1,)] == connection.query("SELECT 1")


def test_readers_of_pragmas_are_not_refused() -> None:
    with connect(":memory:") as connection:
        assert [(2,)] == connection.query("PRAGMA temp_store")


def run(script: str, tmp_path: Path) -> tuple[list[str], float]:
    """What a process of its own prints, and how many seconds it lives."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={**os.environ, "SQLITE_TMPDIR": str(tmp_path), "TMPDIR": str(tmp_path)},
    )
    return done.stdout.splitlines(), time.monotonic() - began


BOUNDED = f"""
import re
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.sqlite.connect import connect
for sql in (
    "CREATE TABLE t AS {ENDLESS} SELECT randomblob(10000) FROM c",
    "CREATE TEMP TABLE t AS {ENDLESS} SELECT randomblob(10000) FROM c",
    "{ENDLESS} SELECT count(*) FROM (SELECT randomblob(10000) AS b FROM c ORDER BY b)",
    "{ENDLESS} SELECT group_concat(hex(randomblob(10000))) FROM c",
):
    with connect(":memory:", 30, megabytes=48) as connection:
        try:
            connection.execute(sql)
        except StatementFailed as failed:
            print(failed.failure.message, failed.failure.hint)
print(int(re.search("VmHWM:\\\\s+(\\\\d+)", open("/proc/self/status").read())[1]) >> 10)
"""


def test_memory_is_bounded_and_nothing_goes_to_files(tmp_path: Path) -> None:
    said, _ = run(BOUNDED, tmp_path)

    *several, group, megabytes = said
    assert 3 == len(several)
    for each in several:
        assert each.startswith("the statement needs too much memory")
        assert "SCHEMA_CI_DEV_MEGABYTES" in each
    assert "too" in group
    assert int(megabytes) < 250
    assert [] == list(tmp_path.iterdir())


STUCK = """
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.sqlite.connect import connect
from ci_runner.errors import SqlError
with connect(":memory:", 0.3) as connection:
    for sql in ("SELECT instr(hex(zeroblob(9000000)), hex(zeroblob(4000000)) || '1')", "SELECT 1"):
        try:
            connection.execute(sql)
        except SqlError as error:
            print(error.what, error.next_step)
print("and goes on")
"""


def test_instruction_that_never_ends_is_left_behind(tmp_path: Path) -> None:
    said, seconds = run(STUCK, tmp_path)

    assert 3 == len(said)
    for each in said[:2]:
        assert "ran longer than 0.3 seconds and could not be stopped" in each
        assert "SCHEMA_CI_DEV_STATEMENT_SECONDS" in each
    assert "and goes on" == said[2]
    assert seconds < 15


def _replay(limits: Limits, text: str) -> None:
    statements = split(text, "m/1.sql", DIALECT.syntax)
    with embedded(DIALECT, limits=limits) as server, server.database() as connection:
        replay(connection, [Script("m/1.sql", statements, wrapped=True)])


def test_statement_without_end_names_file_line_and_option() -> None:
    with pytest.raises(SqlError) as stopped:
        _replay(Limits(statement_seconds=0.2), f"SELECT 1;\n{ENDLESS} SELECT count(*) FROM c;")

    assert "m/1.sql:2" == stopped.value.where
    assert "stopped: the statement ran longer than 0.2 seconds" in stopped.value.said
    assert "dev.statement-seconds" in stopped.value.next_step


@pytest.mark.parametrize(
    "text", [f"{ENDLESS} SELECT count(*) FROM c;", "SELECT hex(randomblob(1000000));\n" * 1000]
)
def test_work_without_end_is_ended(text: str) -> None:
    with pytest.raises(SqlError, match="took too long") as ended:
        _replay(Limits(total_seconds=0.3), text)

    assert ended.value.where.startswith("m/1.sql:")
    assert "SCHEMA_CI_DEV_TOTAL_SECONDS" in ended.value.next_step


def test_signal_is_heard_while_a_statement_runs() -> None:
    before = set(threading.enumerate())
    began = time.monotonic()
    with connect(":memory:") as connection:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            connection.execute(ENDLESS + "SELECT count(*) FROM c")

    assert time.monotonic() - began < 5
    assert "sqlite" not in {each.name for each in set(threading.enumerate()) - before}
