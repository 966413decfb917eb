"""However a run ends, on each engine, here and in a container: nothing of it is left."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ci_runner.devdb import mariadb_local
from ci_runner.devdb.folders import leftover_folders
from ci_runner.devdb.local import find_binaries
from ci_runner.devdb.provision import provision
from tests.conftest import require
from tests.devdb.docker.conftest import (
    BAKED,
    MARIADB,
    engine,  # noqa: F401 - a fixture
    mariadb_image,  # noqa: F401 - a fixture
    of_process,
)

_RUN = """
import sys
from ci_runner.devdb.provision import provision
from ci_runner.devdb.signals import terminate_cleanly
terminate_cleanly()
url, dialect, sql = sys.argv[1:]
with provision(url, dialect, say=lambda line: None) as server, server.database() as connection:
    print("ready", flush=True)
    connection.execute(sql)
    sys.stdin.read()
"""
_URLS = {
    "postgres": "local://postgres",
    "mysql": "local://mariadb",
    "postgres in a container": f"docker+postgres://{BAKED}",
    "mysql in a container": f"docker+mariadb://{MARIADB}",
}
_SLEEP = {"postgres": "SELECT pg_sleep(60)", "mysql": "SELECT sleep(60)"}
_KINDS = [
    pytest.param(name, marks=[pytest.mark.docker] if url.startswith("docker") else [])
    for name, url in _URLS.items()
]


@pytest.fixture(params=_KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if name.endswith("container"):
        request.getfixturevalue("engine" if name.startswith("postgres") else "mariadb_image")
    elif not (find_binaries() if name == "postgres" else mariadb_local.find_binaries()):
        require(f"needs server binaries of {name}")
    return name


@pytest.fixture
def client(kind: str, request: pytest.FixtureRequest) -> Any:
    """Of the engine, None for a kind that has none."""
    return request.getfixturevalue("engine") if kind.endswith("container") else None


class _Run:
    """A process with a dev database, and what there is of it outside of that process."""

    def __init__(self, kind: str, sql: str) -> None:
        dialect = kind.split(maxsplit=1)[0]
        self.process = subprocess.Popen(
            [sys.executable, "-c", _RUN, _URLS[kind], dialect, sql or _SLEEP[dialect]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert "ready\n" == self.process.stdout.readline()
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        self._servers = [int(each) for each in children]

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        self.process.communicate(timeout=60)  # an engine that builds an image removes none
        return self.process.returncode

    def left(self, client: Any) -> list[str]:
        """Its folders, servers, containers and networks."""
        pid = self.process.pid
        found = [each.name for each in leftover_folders() if each.marker.pid == pid]
        found += [f"process {each}" for each in self._servers if _runs(each)]
        return found + (of_process(client, pid) if client else [])

    def is_gone(self, client: Any) -> bool:
        """Within the seconds that an engine takes to remove what has ended."""
        deadline = time.monotonic() + 10
        while self.left(client) and time.monotonic() < deadline:
            time.sleep(0.05)
        return not self.left(client)


def _runs(process: int) -> bool:
    """Nobody may be there to bury an orphan: a zombie runs no more."""
    status = Path(f"/proc/{process}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


@pytest.fixture
def runs() -> Iterator[list[_Run]]:
    started: list[_Run] = []
    yield started
    for each in started:
        each.process.kill()
        each.process.communicate()


@pytest.mark.parametrize(
    ("number", "sql", "code"),
    [
        (signal.SIGINT, "SELECT 1", -signal.SIGINT),
        (signal.SIGTERM, "", 128 + signal.SIGTERM),
    ],
)
def test_signal_leaves_nothing(
    kind: str, client: Any, runs: list[_Run], number: int, sql: str, code: int
) -> None:
    runs.append(run := _Run(kind, sql))
    assert run.left(client)

    assert code == run.end(number)
    assert [] == run.left(client)


def test_terminal_that_is_closed_leaves_nothing(postgres_server: object, runs: list[_Run]) -> None:
    runs.append(run := _Run("postgres", "SELECT 1"))

    assert 128 + signal.SIGHUP == run.end(signal.SIGHUP)
    assert [] == run.left(None)


def test_what_a_killed_run_leaves_goes_with_the_next(
    kind: str, client: Any, runs: list[_Run]
) -> None:
    runs.append(run := _Run(kind, "SELECT 1"))
    assert -signal.SIGKILL == run.end(signal.SIGKILL)
    assert run.left(client)

    # Any run tidies up on its machine; a container has ended by itself.
    with provision("sqlite://", "sqlite", say=lambda line: None):
        assert run.is_gone(client)
