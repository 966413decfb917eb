"""The five parts of the benchmark; each gives figures, none judges anything but its target."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import inputs
from benchmarks.checkout import checkout, environ, schema_ci
from benchmarks.figures import Cost, Figure, costs, medians, process
from benchmarks.waiting import CHANGES, waited
from ci_runner.devdb.local import find_binaries, local_postgres
from ci_runner.errors import ExitCode

_REPLAY_RATIO, _REPLAY_ALLOWANCE = 1.3, 0.5
_HELP_CPU = 0.15
# A cost that is linear keeps its price per table; the rest is noise.
_LINEAR = 1.3
_REHEARSED = 100
_ROWS = 1_000_000
_ENGINES = {"postgres": ("PostgreSQL", "local://postgres"), "sqlite": ("SQLite", "sqlite://")}
# Findings are an answer too: an index that is built without CONCURRENTLY is one.
_REVIEWED = (ExitCode.OK, ExitCode.FINDINGS)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure: `files` to replay, `tables` to compare, `runs` of each.

    `judged` is False for inputs so small that growth drowns in the start of the process.
    """

    files: int
    tables: tuple[int, ...]
    runs: int
    folder: Path
    judged: bool = True


def replayed(plan: Plan) -> Iterator[Figure]:
    """Merged migration files: our replay against psql over one connection."""
    folder = plan.folder / "replay"
    files = inputs.migrations(folder / "migrations", plan.files)
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("the replay part needs PostgreSQL's binaries")
    psql = (str(binaries / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1")
    named = tuple(word for file in files for word in ("-f", str(file)))
    started = time.perf_counter()
    with local_postgres() as server:
        start = time.perf_counter() - started

        def on_empty_database(*command: str) -> float:
            with server.database() as connection:
                [(name,)] = connection.query("SELECT current_database()")
                where = server.owner.replace("dbname=postgres", f"dbname={name}")
                words = tuple(where if word == "DATABASE" else word for word in command)
                return process(words, cwd=folder, environ={**environ(), "DATABASE": where}).wall

        def database() -> float:
            before = time.perf_counter()
            with server.database():
                return time.perf_counter() - before

        ours, theirs, made = medians(
            plan.runs,
            lambda: on_empty_database(
                sys.executable, "-m", "benchmarks.replayed", str(folder / "migrations")
            ),
            lambda: on_empty_database(*psql, "-d", "DATABASE", *named),
            database,
        )
    yield Figure("replay", "start of the dev server, not counted below", start, "s")
    yield Figure("replay", "an empty database, not counted below", made, "s")
    yield Figure("replay", f"psql -f of {plan.files} files", theirs, "s")
    yield Figure(
        "replay",
        f"schema-ci's replay of {plan.files} files, start of Python included",
        ours,
        "s",
        _REPLAY_RATIO * theirs + _REPLAY_ALLOWANCE,
    )
    yield Figure("replay", "the same as a multiple of psql", ours / theirs, "x")


def compared(plan: Plan) -> Iterator[Figure]:
    """`schema-ci schema diff` from nothing and without change, as schemas grow.

    Growth is judged by CPU seconds, ours and the server's: they do not depend on who else works on
    this machine.
    """
    folder = plan.folder / "diff"
    folder.mkdir()
    for tables in plan.tables:
        (folder / f"{tables}.sql").write_text(inputs.schema(tables), encoding="utf-8")
    for title, dev_url in _ENGINES.values():
        yield from _compared(plan, folder, title, dev_url)


def _compared(plan: Plan, folder: Path, title: str, dev_url: str) -> Iterator[Figure]:
    def diff(old: str, new: str) -> Callable[[], Cost]:
        given = ("schema", "diff", "-q", "--from", old, "--to", new, "--dev-url", dev_url)
        return lambda: schema_ci(*given, cwd=folder)

    (nothing,) = costs(plan.runs, diff("empty", "empty"))
    yield Figure("diff", f"{title}: nothing to nothing", nothing.wall, "s")
    prices: dict[str, float] = {}
    for tables in plan.tables:
        name = f"{tables}.sql"
        same, fresh = costs(plan.runs, diff(name, name), diff("empty", name))
        for case, cost in (("no change", same), ("from nothing", fresh)):
            price = (cost.cpu - nothing.cpu) / tables * 1000
            first = prices.setdefault(case, price)
            target = first * _LINEAR if plan.judged and tables > plan.tables[0] else None
            yield Figure("diff", f"{title}: {tables} tables, {case}", cost.wall, "s")
            yield Figure("diff", "  CPU per table, without the start", price, "ms", target)


def started(plan: Plan) -> Iterator[Figure]:
    """What a command costs before it does anything, and a whole run on a tiny project."""
    (helped,) = costs(max(plan.runs, 5), lambda: schema_ci("--help", cwd=plan.folder))
    yield Figure("start", "schema-ci --help, CPU", helped.cpu, "s", _HELP_CPU)
    made = checkout(
        plan.folder / "tiny",
        {"migrations/1_users.sql": "CREATE TABLE users (id integer PRIMARY KEY, name text);\n"},
        {"migrations/2_email.sql": "ALTER TABLE users ADD COLUMN email text;\n"},
        "sqlite",
    )
    run = ("run", "--base", "main", "--no-publish")
    (tiny,) = costs(plan.runs, lambda: schema_ci(*run, cwd=made.root))
    yield Figure("start", "schema-ci run on a tiny SQLite project", tiny.wall, "s")
    yield Figure("start", "the same, CPU with that of git", tiny.cpu, "s")


def rehearsed(plan: Plan) -> Iterator[Figure]:
    """A pull request that adds one file of many statements to a large base."""
    base = inputs.schema(plan.tables[-1])
    for dialect, (title, dev_url) in _ENGINES.items():
        yield from _rehearsed(plan, dialect, title, dev_url, base)
    yield Figure("rehearse", "  SQLite alone, CPU per statement", _alone(base), "ms")
    shop = "".join(f"{each};\n" for each in inputs.shop(plan.tables[-1]))
    yield from _rehearsed(plan, "mysql", "MariaDB", "local://mariadb", shop)


def _alone(base: str) -> float:
    """Milliseconds that SQLite takes for one of the new statements when nobody looks."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as session:
        session.executescript(base)
        started = time.process_time()
        session.executescript(inputs.columns(_REHEARSED))
        return (time.process_time() - started) / _REHEARSED * 1000


def _rehearsed(plan: Plan, dialect: str, title: str, dev_url: str, base: str) -> Iterator[Figure]:
    tables = plan.tables[-1]
    merged = {"migrations/1_base.sql": base}

    def run(statements: int) -> Callable[[], Cost]:
        new = {"migrations/2_new.sql": inputs.columns(statements)}
        made = checkout(plan.folder / f"{dialect}-{statements}", merged, new, dialect)
        given = ("run", "--base", "main", "--no-publish", "--dev-url", dev_url)
        return lambda: schema_ci(*given, cwd=made.root, accept=_REVIEWED)

    one, many = costs(max(plan.runs // 2, 1), run(1), run(_REHEARSED))
    what = f"{title}: schema-ci run, {tables} tables"
    for cost, said in ((one, "1 new statement"), (many, f"{_REHEARSED} new statements")):
        yield Figure("rehearse", f"{what}, {said}", cost.wall, "s")
        yield Figure("rehearse", "  CPU, with the server's", cost.cpu, "s")
    each = (many.cpu - one.cpu) / (_REHEARSED - 1) * 1000
    yield Figure("rehearse", "  CPU per further statement", each, "ms")


def waiting(plan: Plan) -> Iterator[Figure]:
    """The longest wait of a writer while a migration runs, by the short form and by the online."""
    rows = _ROWS if plan.judged else _ROWS // 100
    with local_postgres() as server:
        for change in CHANGES:
            taken = [
                [waited(server, change, rows, online=online) for online in (False, True)]
                for _ in range(plan.runs)
            ]
            for form, several in zip(("short", "online"), zip(*taken, strict=True), strict=True):
                what = f"{change} on {rows:,} rows, {form} form"
                waits, lasts = zip(*several, strict=True)
                yield Figure("online", f"{what}: a writer waits", median(waits), "s")
                yield Figure("online", f"{what}: takes in all", median(lasts), "s")


PARTS = {
    "replay": replayed,
    "diff": compared,
    "start": started,
    "rehearse": rehearsed,
    "online": waiting,
}
