"""How long it takes to read a MariaDB schema, and to find that nothing in it changed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.checkout import environ
from benchmarks.figures import Figure, medians, process
from benchmarks.inputs import shop
from benchmarks.parts import Plan
from ci_runner.devdb.mariadb_local import local_mariadb
from ci_runner.dialects.mysql import DIALECT
from ci_runner.dialects.mysql.connect import MysqlConnection
from ci_runner.schema.model import Schema

_OF_DUMP, _GROWTH = 0.5, 1.3


def inspected(plan: Plan) -> Iterator[Figure]:
    """Inspection against mariadb-dump of the same database; a comparison without change."""
    dump = shutil.which("mariadb-dump")
    if dump is None:
        raise RuntimeError("the inspect-maria part needs mariadb-dump")
    few, many = plan.tables[-2], plan.tables[-1]
    with local_mariadb() as server:
        options = plan.folder / "client.cnf"
        options.write_text(
            f"[client]\nuser={server.admin.user}\npassword={server.admin.password}\n"
            f"socket={server.admin.socket}\n",
            encoding="utf-8",
        )
        with server.database() as small, server.database() as large:
            _fill(small, few)
            _fill(large, many)
            ours, theirs = medians(
                plan.runs,
                lambda: _seconds(lambda: DIALECT.inspect(large)),
                lambda: _dumped(Path(dump), options, large.database, plan.folder),
            )
            each, others = (_compare(DIALECT.inspect(of), of) for of in (small, large))
            slow, fast = medians(plan.runs, others, each)
    what = f"{many} tables, {many * 10} columns"
    yield Figure("inspect-maria", f"mariadb-dump --no-data of {what}", theirs, "s")
    yield Figure("inspect-maria", "inspection of the same", ours, "s", theirs * _OF_DUMP)
    yield Figure("inspect-maria", "the same as a multiple of mariadb-dump", ours / theirs, "x")
    yield Figure("inspect-maria", f"comparison without change, {few} tables", fast * 1000, "ms")
    limit = fast * 1000 * many / few * _GROWTH
    yield Figure("inspect-maria", f"the same, {many} tables", slow * 1000, "ms", limit)


def _fill(connection: MysqlConnection, tables: int) -> None:
    for statement in shop(tables):
        connection.execute(statement)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _compare(first: Schema, connection: MysqlConnection) -> Callable[[], float]:
    """A comparison of two readings, which share no value that could be the same by chance."""
    second = DIALECT.inspect(connection)
    return lambda: _seconds(lambda: DIALECT.plan(first, second))


def _dumped(dump: Path, options: Path, database: str, folder: Path) -> float:
    command = (str(dump), f"--defaults-file={options}", "--no-data", database)
    return process(command, cwd=folder, environ=environ()).wall
