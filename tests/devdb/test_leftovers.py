"""What dead runs left is found by marker and age, and nothing else is touched."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.existing import existing_postgres
from ci_runner.devdb.folders import leftover_folders, mark
from ci_runner.devdb.leftover import Leftover
from ci_runner.devdb.leftovers import Removed, sweep, why_kept
from ci_runner.devdb.marker import Marker, parse, this_run
from ci_runner.devdb.provision import provision
from ci_runner.devdb.url import parse as parse_url
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError

_NOW = datetime.now(UTC)
_DEAD = replace(this_run(), pid_start=this_run().pid_start + 1, run="dead")
_ELSEWHERE = replace(this_run(), machine="elsewhere", host="ci-7", run="elsewhere")


def _leftover(marker: Marker, *, in_use: bool = False) -> Leftover:
    return Leftover("database x", marker, lambda: None, in_use=in_use)


def _aged(marker: Marker, hours: float) -> Marker:
    began = timedelta(hours=hours)
    return replace(marker, started=_NOW - began, expires=_NOW - began + timedelta(hours=6))


@pytest.mark.parametrize(
    ("leftover", "older_than", "reason"),
    [
        (_leftover(this_run()), None, "its run is alive"),
        (_leftover(_aged(this_run(), 99)), 1, "its run is alive"),
        (_leftover(_DEAD), None, ""),
        (_leftover(_DEAD, in_use=True), None, ""),
        (_leftover(_aged(_DEAD, 1)), 2, "younger than 2:00:00"),
        (_leftover(_aged(_DEAD, 3)), 2, ""),
        (_leftover(_aged(_ELSEWHERE, 1)), None, "its run on ci-7 may be alive until"),
        (_leftover(_aged(_ELSEWHERE, 1)), 2, "younger than"),
        (_leftover(_aged(_ELSEWHERE, 3)), 2, ""),
        (_leftover(_aged(_ELSEWHERE, 3), in_use=True), 2, "somebody is connected"),
        (_leftover(_aged(_ELSEWHERE, 7)), None, ""),
        (_leftover(_aged(_ELSEWHERE, 7), in_use=True), None, "somebody is connected"),
    ],
)
def test_what_may_go_and_why_the_rest_stays(
    leftover: Leftover, older_than: int | None, reason: str
) -> None:
    age = None if older_than is None else timedelta(hours=older_than)

    said = why_kept(leftover, _NOW, age)

    assert said.startswith(reason) if reason.startswith("its") else reason in said
    assert bool(said) == bool(reason)


@contextmanager
def _database(server: PostgresServer, comment: str, prefix: str = "schema_ci_") -> Iterator[str]:
    name = f"{prefix}{secrets.token_hex(8)}"
    with connect(server.admin) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        if comment:
            admin.execute(f"COMMENT ON DATABASE {name} IS '{comment}'")
        yield name
        admin.execute(f"DROP DATABASE IF EXISTS {name}")


def _databases(server: PostgresServer) -> set[str]:
    with connect(server.admin) as admin:
        return {str(name) for (name,) in admin.query("SELECT datname FROM pg_database")}


def test_only_databases_of_dead_runs_are_dropped(
    postgres_server: PostgresServer, given_url: str
) -> None:
    with (
        postgres_server.database() as connection,
        _database(postgres_server, str(_DEAD)) as dead,
        _database(postgres_server, str(_ELSEWHERE)) as elsewhere,
        _database(postgres_server, "") as unmarked,
        _database(postgres_server, "schema-ci dev database") as half_marked,
        _database(postgres_server, str(_DEAD), prefix="app_") as foreign,
    ):
        [(alive,)] = connection.query("SELECT current_database()")
        parts = list(sweep(parse_url(given_url), dry_run=True))
        assert dead in _databases(postgres_server)
        swept = list(sweep(parse_url(given_url)))

        kept = {str(alive), elsewhere, unmarked, half_marked, foreign}
        assert kept == kept & _databases(postgres_server)
        assert dead not in _databases(postgres_server)
    removed = {each.leftover.name for each in swept if isinstance(each, Removed)}
    assert f"database {dead}" in removed
    assert removed == {each.leftover.name for each in parts if isinstance(each, Removed)}


def test_a_run_marks_its_databases_as_its_own(
    postgres_server: PostgresServer, given_url: str
) -> None:
    with existing_postgres(given_url) as server, server.database() as connection:
        [(comment,)] = connection.query(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
            " WHERE datname = current_database()"
        )

    assert this_run() == parse(str(comment))


def test_a_run_that_is_killed_is_tidied_up_by_the_next(
    postgres_server: PostgresServer, given_url: str
) -> None:
    body = """
import os, signal, sys
from ci_runner.devdb.provision import provision
with provision(sys.argv[1], "postgres", say=print) as server, server.database() as connection:
    print(connection.query("SELECT current_database()")[0][0], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""
    run = subprocess.run(
        [sys.executable, "-c", body, given_url], capture_output=True, text=True, check=False
    )
    assert -signal.SIGKILL == run.returncode, run.stderr
    name = run.stdout.split()[-1]
    assert name in _databases(postgres_server)
    said: list[str] = []

    with provision(given_url, "postgres", say=said.append):
        assert name not in _databases(postgres_server)

    assert any(f"removed what a dead run left: database {name}" in line for line in said)


def test_what_one_may_not_drop_is_not_listed(
    postgres_server: PostgresServer, given_url: str
) -> None:
    with _database(postgres_server, str(_DEAD)) as dead:
        stranger = given_url.replace("user=postgres", "user=schema_ci")

        swept = list(sweep(parse_url(stranger)))

        assert f"database {dead}" not in {each.leftover.name for each in swept}
        assert dead in _databases(postgres_server)


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of the test's own, where no other run tidies up."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def _folder(place: Path, text: str, name: str = "schema-ci-x") -> Path:
    folder = place / name
    (folder / "data").mkdir(parents=True)
    mark(folder)
    (folder / "schema-ci.run").write_text(text)
    return folder


def _listed(place: Path) -> list[Leftover]:
    return [each for each in leftover_folders() if str(place) in each.name]


def test_a_folder_of_a_dead_run_goes_and_its_server_with_it(temporary: Path) -> None:
    folder = _folder(temporary, str(_DEAD))
    server = subprocess.Popen(["sleep", "60"], cwd=folder / "data")
    [found] = _listed(temporary)
    assert found.marker == _DEAD

    found.remove()

    assert -signal.SIGQUIT == server.wait(5)
    assert not folder.exists()


def test_a_server_that_does_not_listen_is_killed(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ci_runner.devdb.folders._STOP_SECONDS", 0.3)
    folder = _folder(temporary, str(_DEAD))
    server = subprocess.Popen(
        ["sh", "-c", "trap '' QUIT; echo; exec sleep 60"], cwd=folder, stdout=subprocess.PIPE
    )
    assert server.stdout is not None
    server.stdout.readline()
    [found] = _listed(temporary)
    killed = False

    while not killed:
        found.remove()
        killed = server.poll() is not None
        time.sleep(0.01)

    server.stdout.close()
    assert -signal.SIGKILL == server.returncode
    assert not folder.exists()


@pytest.mark.parametrize("text", ["", "mine", f"{_DEAD} pid=x"])
def test_a_folder_without_a_marker_is_no_leftover(temporary: Path, text: str) -> None:
    _folder(temporary, text)

    assert [] == _listed(temporary)


def test_links_are_no_leftovers(temporary: Path) -> None:
    real = _folder(temporary, str(_DEAD), name="mine")
    (temporary / "schema-ci-link").symlink_to(real)
    folder = _folder(temporary, str(_DEAD))
    (folder / "schema-ci.run").unlink()
    (folder / "schema-ci.run").symlink_to(real / "schema-ci.run")
    pipe = _folder(temporary, str(_DEAD), name="schema-ci-pipe")
    (pipe / "schema-ci.run").unlink()
    os.mkfifo(pipe / "schema-ci.run")

    assert [] == _listed(temporary)


def test_a_folder_that_can_not_be_removed_is_named(temporary: Path) -> None:
    folder = _folder(temporary, str(_DEAD))
    [found] = _listed(temporary)
    # rmtree refuses to follow what took the folder's place.
    moved = folder.rename(temporary / "moved")
    folder.symlink_to(moved)

    with pytest.raises(DatabaseError, match="could not be removed") as refused:
        found.remove()

    assert f"rm -r {folder}" == refused.value.next_step
    assert moved.exists()
