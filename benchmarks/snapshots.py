"""What snapshots save: the start of a server, a second database, a run on a known history."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from benchmarks import inputs
from benchmarks.checkout import Checkout, checkout, schema_ci
from benchmarks.figures import Cost, Figure, costs, medians
from benchmarks.maria import by_hand as maria_by_hand
from benchmarks.maria import ours as maria_ours
from benchmarks.maria import prepared as maria_prepared
from benchmarks.parts import Plan
from ci_runner.devdb.folders import MEMORY
from ci_runner.devdb.local import find_binaries, local_postgres
from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError, ExitCode

_COPY, _START, _WARM = 1.2, 1.15, 0.25
_REVIEWED = (ExitCode.OK, ExitCode.FINDINGS)


def copied(plan: Plan) -> Iterator[Figure]:
    """A second database from a snapshot against what CREATE DATABASE alone takes."""
    tables = plan.tables[-1]

    def fill(connection: Connection) -> None:
        connection.execute(inputs.schema(tables))

    with local_postgres() as server, server.snapshot(fill) as kept, connect(server.admin) as admin:
        template, numbers = kept.template(), count()

        def ours() -> float:
            started = time.perf_counter()
            with kept.copy():
                return time.perf_counter() - started

        def bare() -> float:
            name = f"bare_{next(numbers)}"
            started = time.perf_counter()
            admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}{server.copying}")
            took = time.perf_counter() - started
            admin.execute(f"DROP DATABASE {name}")
            return took

        mine, theirs = medians(plan.runs, ours, bare)
    what = f"a copy of {tables} tables"
    target = _COPY * theirs if plan.judged else None
    yield Figure("snapshot", f"CREATE DATABASE ... TEMPLATE{server.copying}", theirs, "s")
    yield Figure("snapshot", f"{what}, with a session on it", mine, "s", target)


def started_locally(plan: Plan) -> Iterator[Figure]:
    """A local server to its first query against a prepared folder that is copied by hand."""
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("the start-local part needs PostgreSQL's binaries")
    with _prepared(binaries) as folder:
        yield from _started(plan, "postgres", lambda: _by_hand(binaries, folder), _ours)
    with maria_prepared() as folder:
        yield from _started(plan, "mariadb", lambda: maria_by_hand(folder), maria_ours)


def _started(
    plan: Plan, engine: str, by_hand: Callable[[], float], mine: Callable[[], float]
) -> Iterator[Figure]:
    mine()  # what is made once for each machine is there from here on
    floor, ours = medians(max(plan.runs, 9), by_hand, mine)
    target = _START * floor if plan.judged else None
    yield Figure("start-local", f"{engine}: cp -a, server, first query", floor, "s")
    yield Figure("start-local", f"local://{engine} to its first query", ours, "s", target)
    yield Figure("start-local", "  the same as a multiple of it", ours / floor, "x")


def _ours() -> float:
    started = time.perf_counter()
    with local_postgres() as server, connect(server.owner) as connection:
        connection.query("SELECT 1")
        return time.perf_counter() - started


@contextmanager
def _prepared(binaries: Path) -> Iterator[Path]:
    """A folder with a data folder in it, both of the user that the server runs as."""
    folder = Path(tempfile.mkdtemp(prefix="schema-ci-bench-", dir=MEMORY))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        initdb = (str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-N")
        subprocess.run(
            (*initdb, "--locale=C.UTF-8"),
            check=True,
            capture_output=True,
            cwd=folder,
            user=_user(),
            group=_user(),
        )
        yield folder
    finally:
        shutil.rmtree(folder)


def _user() -> str | None:
    """Whom the server runs as; PostgreSQL refuses root."""
    return "postgres" if os.geteuid() == 0 else None


def _by_hand(binaries: Path, prepared: Path) -> float:
    started = time.perf_counter()
    data = prepared / "copy"
    subprocess.run(("cp", "-a", str(prepared / "data"), str(data)), check=True)
    settings = ("-cfsync=off", "-clisten_addresses=", f"-cunix_socket_directories={prepared}")
    server = subprocess.Popen(
        (str(binaries / "postgres"), "-D", str(data), *settings),
        cwd=prepared,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=_user(),
        group=_user(),
    )
    try:
        _first_query(f"host={prepared} user=postgres dbname=postgres")
        return time.perf_counter() - started
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait()
        shutil.rmtree(data)


def _first_query(address: str) -> None:
    while True:
        try:
            with connect(address) as connection:
                connection.query("SELECT 1")
                return
        except DatabaseError:
            time.sleep(0.002)


def warmed(plan: Plan) -> Iterator[Figure]:
    """`schema-ci lint --base` of one new file on a long history, without and with a cache.

    A cold run finds neither a snapshot nor what initdb made on this machine, and leaves both.
    """
    files = plan.tables[-1]
    merged = {
        f"migrations/{number:05}.sql": text for number, text in enumerate(inputs.texts(files))
    }
    alter = "ALTER TABLE account_1 ADD COLUMN extra integer;\n"
    for number, (title, dialect, url) in enumerate(
        (
            ("PostgreSQL", "postgres", "local://postgres"),
            ("MariaDB", "mysql", "local://mariadb"),
            ("SQLite", "sqlite", "sqlite://"),
        )
    ):
        history = merged if dialect == "postgres" else _plain_tables(files)
        new = {"migrations/99999.sql": alter}
        made = checkout(plan.folder / f"warm-{number}", history, new, dialect)
        made.git("gc", "--quiet")  # as a clone has its objects
        yield from _warmed(plan, made, f"{title}: one new file on {files}", url)


def _plain_tables(files: int) -> dict[str, str]:
    """What the others run as well: a table with an index in each file."""
    table = "CREATE TABLE account_{0} (id integer, made varchar(40));\n"
    index = "CREATE INDEX account_{0}_made ON account_{0} (made);\n"
    return {
        f"migrations/{number:05}.sql": f"{table}{index}".format(number) for number in range(files)
    }


def _warmed(plan: Plan, made: Checkout, what: str, url: str) -> Iterator[Figure]:
    caches = made.root.parent / "caches"
    environ = {"XDG_CACHE_HOME": str(caches / "home"), "SCHEMA_CI_CACHE_SECRET": "0123456789abcdef"}
    given = ("lint", "-q", "--base", "main", "--dev-url", url)

    def run(*more: str) -> Cost:
        return schema_ci(*given, *more, cwd=made.root, more=environ, accept=_REVIEWED)

    def forget() -> None:
        shutil.rmtree(caches, ignore_errors=True)
        caches.mkdir()

    def without() -> Cost:
        forget()
        return run()

    def cold() -> Cost:
        forget()
        return run("--cache-dir", str(caches / "kept"))

    def warm() -> Cost:
        return run("--cache-dir", str(caches / "kept"))

    none, first, second = costs(max(plan.runs // 2, 1), without, cold, warm)
    target = _WARM * first.wall if plan.judged else None
    yield Figure("warm", f"{what}, no cache", none.wall, "s")
    yield Figure("warm", f"{what}, cold", first.wall, "s")
    yield Figure("warm", f"{what}, warm", second.wall, "s", target)
    yield Figure("warm", "  the same as a multiple of cold", second.wall / first.wall, "x")
    yield Figure(
        "warm", "  CPU of all processes, as a multiple of cold", second.cpu / first.cpu, "x"
    )
