"""A comparison costs in proportion to the tables compared."""

from __future__ import annotations

import time

from ci_runner.devdb.databases import PostgresServer
from ci_runner.dialects.postgres import DIALECT
from ci_runner.schema.model import Schema


def script(tables: int) -> str:
    """Tables with keys, an owned sequence, an enum, an index, a view and a foreign key each."""
    made = ["CREATE TYPE mood AS ENUM ('a', 'b')"]
    for each in range(tables):
        parent = f"REFERENCES t{each - 1}" if each else ""
        made += [
            f"""CREATE TABLE t{each} (id serial PRIMARY KEY, parent integer {parent},
                code text UNIQUE, mood mood DEFAULT 'a', size integer CHECK (size > 0))""",
            f"CREATE INDEX i{each} ON t{each} (size)",
            f"CREATE VIEW v{each} AS SELECT id, code FROM t{each}",
        ]
    return ";".join(made)


def seconds(old: Schema, new: Schema) -> float:
    """The least of three, in seconds of processor time: what else runs here only adds."""
    spent = []
    for _ in range(3):
        started = time.process_time()
        DIALECT.plan(old, new)
        spent.append(time.process_time() - started)
    return min(spent)


def test_planning_four_times_the_tables_takes_about_four_times_as_long(
    postgres_server: PostgresServer,
) -> None:
    found: list[Schema] = []
    for tables in (50, 200):
        with postgres_server.database() as connection:
            connection.execute(script(tables))
            found.append(DIALECT.inspect(connection))
    small, large = found
    empty = Schema.of("postgres", ())

    assert 8 > seconds(empty, large) / seconds(empty, small)
    assert 8 > seconds(large, empty) / seconds(small, empty)
    assert 8 > seconds(large, large) / seconds(small, small)
