"""How long a writer waits while a table with many rows gets an index, or forbids NULL."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.replay import Script, replay, script
from ci_runner.dialects.base import Connection, PlanOptions
from ci_runner.dialects.postgres import DIALECT
from ci_runner.dialects.postgres.connect import connect
from ci_runner.migrations.plan import make_plan, written
from ci_runner.migrations.reader import read_files

CHANGES = {
    "index": "CREATE INDEX by_customer ON orders (customer)",
    "NOT NULL": "ALTER TABLE orders ALTER COLUMN note SET NOT NULL",
}
_TABLE = "CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, note text)"
_ROWS = (
    "INSERT INTO orders SELECT n, (n * 7919) % 100003, repeat(md5(n::text), 4)"
    " FROM generate_series(1::bigint, {rows}) AS n"
)
_WRITE = "UPDATE orders SET customer = customer + 1 WHERE id = {row}"


def waited(server: PostgresServer, change: str, rows: int, *, online: bool) -> tuple[float, float]:
    """(longest wait of one UPDATE, whole migration), in seconds, for one of CHANGES.

    The writer updates one row after the other, each in a transaction of its own.
    """
    scripts = _planned(server, CHANGES[change], online=online)
    with server.database() as connection:
        connection.execute(_TABLE)
        connection.execute(_ROWS.format(rows=rows))
        connection.execute("VACUUM ANALYZE orders")
        [(name,)] = connection.query("SELECT current_database()")
        with _writer(server, str(name), rows) as waits:
            started = time.perf_counter()
            replay(connection, scripts)
            took = time.perf_counter() - started
    return max(waits), took


def _planned(server: PostgresServer, change: str, *, online: bool) -> tuple[Script, ...]:
    """The files that schema-ci writes for it."""
    with server.database() as old, server.database() as new:
        for connection in (old, new):
            connection.execute(_TABLE)
        new.execute(change)
        plan = make_plan(
            DIALECT, DIALECT.inspect(old), DIALECT.inspect(new), PlanOptions(online=online)
        )
    when = datetime(2026, 1, 1, tzinfo=UTC)
    grown, _ = written(plan, read_files("migrations", "atlas", {}), when, DIALECT.syntax)
    return tuple(script(file, "atlas", DIALECT) for file in grown.files)


@contextmanager
def _writer(server: PostgresServer, name: str, rows: int) -> Iterator[list[float]]:
    """Seconds that each of its updates took; complete at block end."""
    waits: list[float] = []
    enough = threading.Event()
    with connect(server.owner, dbname=name) as connection:
        thread = threading.Thread(target=_write, args=(connection, rows, waits, enough))
        thread.start()
        try:
            yield waits
        finally:
            enough.set()
            thread.join()


def _write(connection: Connection, rows: int, waits: list[float], enough: threading.Event) -> None:
    row = 0
    while not enough.wait(0.001):
        row = row % rows + 1
        started = time.perf_counter()
        connection.execute(_WRITE.format(row=row))
        waits.append(time.perf_counter() - started)
