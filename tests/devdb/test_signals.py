"""A cancelled run leaves neither servers nor folders behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer

_RUN = """
import sys
from ci_runner.devdb.provision import provision
from ci_runner.devdb.signals import terminate_cleanly
terminate_cleanly()
with provision("local://postgres", "postgres", say=lambda line: None) as server:
    with server.database() as connection:
        print("ready", flush=True)
        connection.execute(sys.argv[1])
        sys.stdin.read()
"""


@pytest.mark.parametrize(
    ("number", "sql"),
    [
        (signal.SIGTERM, "SELECT 1"),
        (signal.SIGTERM, "SELECT pg_sleep(60)"),
        (signal.SIGHUP, "SELECT 1"),
    ],
)
def test_signal_unwinds_the_run(
    postgres_server: PostgresServer, number: signal.Signals, sql: str
) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", _RUN, sql],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    assert "ready\n" == run.stdout.readline()
    server, folder = _started_by(run.pid)
    assert folder.is_dir()

    run.send_signal(number)
    _, said = run.communicate(timeout=20)

    assert 128 + number == run.returncode
    assert "" == said
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)


def _started_by(run: int) -> tuple[int, Path]:
    """The process of the server that a run has started, and the folder with all of its files."""
    children = Path(f"/proc/{run}/task/{run}/children").read_text().split()
    commands = {int(each): Path(f"/proc/{each}/cmdline").read_text() for each in children}
    ((server, words),) = (
        (each, text.split("\0")) for each, text in commands.items() if "-D" in text
    )
    return server, Path(words[words.index("-D") + 1]).parent
