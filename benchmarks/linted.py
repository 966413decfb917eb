"""Lint by text beside squawk, and what watching statements costs beside running them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from statistics import median

from benchmarks import inputs
from benchmarks.checkout import environ, schema_ci
from benchmarks.figures import Cost, Figure, costs, process
from benchmarks.parts import Plan
from ci_runner.devdb.local import local_postgres
from ci_runner.devdb.replay import Script, rehearse, replay
from ci_runner.dialects.postgres import DIALECT
from ci_runner.dialects.postgres.session import PostgresConnection
from ci_runner.errors import ExitCode
from ci_runner.migrations.statements import split

_SQUAWK = "squawk-cli==2.70.0"
_AS_SQUAWK = 3.0
_AS_PLAIN = 1.5
_BYTES = 5_000_000
_STATEMENTS = 200
_ROWS_IN_ONE = 200
_REVIEWED = (ExitCode.OK, ExitCode.FINDINGS)


def linted(plan: Plan) -> Iterator[Figure]:
    """`schema-ci lint --static` and squawk, both as JSON, on a file of changes and one of rows."""
    size = _BYTES if plan.judged else _BYTES // 100
    squawk = _squawk(plan.folder)
    for what, text in (("of schema changes", _schema(size)), ("of rows", _rows(size))):
        file = plan.folder / f"{what.split()[-1]}.sql"
        file.write_text(text, encoding="utf-8")
        given = ("lint", file.name, "--static", "--dialect", "postgres", "--format", "json")

        def ours(given: tuple[str, ...] = given) -> Cost:
            return schema_ci(*given, cwd=plan.folder, accept=_REVIEWED)

        def theirs(name: str = file.name) -> Cost:
            command = (str(squawk), "--reporter", "json", name)
            return process(command, cwd=plan.folder, environ=environ(), accept=(0, 1))

        mine, other = costs(plan.runs, ours, theirs)
        megabytes = f"{len(text) / 1_000_000:.1f} MB {what}"
        yield Figure("lint", f"squawk: {megabytes}, CPU", other.cpu, "s")
        yield Figure("lint", f"schema-ci lint --static: {megabytes}, CPU", mine.cpu, "s")
        target = _AS_SQUAWK if plan.judged else None
        yield Figure("lint", "  as a multiple of squawk", mine.cpu / other.cpu, "x", target)


def _squawk(folder: Path) -> Path:
    """Installed for the benchmark alone: the project does not depend on it."""
    place = folder / "squawk"
    subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
    subprocess.run([str(place / "bin" / "pip"), "-q", "install", _SQUAWK], check=True)
    return place / "bin" / "squawk"


def _schema(size: int) -> str:
    one = len(inputs.texts(1)[0])
    return "".join(inputs.texts(size // one))


def _rows(size: int) -> str:
    draw = random.Random(1)  # noqa: S311 - the same rows on every run
    texts = ["CREATE TABLE account (id bigint PRIMARY KEY, email text, balance numeric);\n"]
    length = 0
    while length < size:
        rows = ",\n".join(
            f"({draw.randrange(10**9)}, 'user{draw.randrange(10**6)}@example.org', 12.50)"
            for _ in range(_ROWS_IN_ONE)
        )
        texts.append(f"INSERT INTO account (id, email, balance) VALUES\n{rows};\n")
        length += len(texts[-1])
    return "".join(texts)


def observed(plan: Plan) -> Iterator[Figure]:
    """New statements on a schema of many tables: watched, and run as they stand."""
    tables, statements = plan.tables[-1], min(_STATEMENTS, plan.tables[-1])
    base = _script("base.sql", inputs.schema(tables))
    change = _script("change.sql", inputs.changes(statements))
    with local_postgres() as server:

        def timed(run: Callable[..., object]) -> Callable[[], _Spent]:
            def once() -> _Spent:
                with server.database() as connection:
                    replay(connection, (base,))
                    return _spent(connection, lambda: run(connection))

            return once

        of_plain = timed(lambda connection: replay(connection, (change,)))
        of_watched = timed(lambda one: rehearse(one, DIALECT, (change,), compared=False))
        of_first = timed(DIALECT.sight)
        taken = [(of_plain(), of_watched(), of_first()) for _ in range(plan.runs)]
    plain, watched, first = (
        _Spent(*map(median, zip(*map(astuple, each), strict=True)))
        for each in zip(*taken, strict=True)
    )
    what = f"{statements} statements on {tables} tables"
    yield Figure("observe", f"{what}, run", plain.wall, "s")
    yield Figure("observe", f"{what}, watched", watched.wall, "s")
    target = _AS_PLAIN if plan.judged else None
    yield Figure(
        "observe", "  as a multiple of running them", watched.wall / plain.wall, "x", target
    )
    yield Figure("observe", f"the first look at {tables} tables, counted above", first.wall, "s")
    without = (watched.wall - first.wall) / plain.wall
    yield Figure("observe", "  watching without it, as a multiple", without, "x")
    for whose, more in (
        ("ours", watched.own - first.own - plain.own),
        ("the server's", watched.server - first.server - plain.server),
    ):
        yield Figure("observe", f"  CPU of watching, {whose}, each", more / statements * 1000, "ms")


@dataclass(frozen=True, slots=True)
class _Spent:
    """Seconds: on the clock, and of processors by this process and by the server's for it."""

    wall: float
    own: float
    server: float


def _spent(connection: PostgresConnection, run: Callable[[], object]) -> _Spent:
    wall, own, server = time.perf_counter(), time.process_time(), _ticks(connection)
    run()
    return _Spent(
        time.perf_counter() - wall, time.process_time() - own, _ticks(connection) - server
    )


def _ticks(connection: PostgresConnection) -> float:
    """proc(5): utime and stime, behind the name of the program."""
    said = Path(f"/proc/{connection.process}/stat").read_text(encoding="ascii")
    times = said.rpartition(")")[2].split()[11:13]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def _script(path: str, text: str) -> Script:
    return Script(path, split(text, path, DIALECT.syntax), wrapped=True)
