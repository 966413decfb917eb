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
        print(server.admin, flush=True)
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
    folder = Path(run.stdout.readline().split()[0].removeprefix("host="))
    assert folder.is_dir()
    server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])

    run.send_signal(number)
    _, said = run.communicate(timeout=20)

    assert 128 + number == run.returncode
    assert "" == said
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(server, 0)
