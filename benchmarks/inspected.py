"""How long it takes to read a company's schema, and to find that nothing in it changed."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator

from benchmarks.checkout import environ, schema_ci
from benchmarks.company import company
from benchmarks.figures import Figure, medians, process
from benchmarks.parts import Plan
from ci_runner.cli.main import COLLECTION
from ci_runner.devdb.local import find_binaries, local_postgres
from ci_runner.dialects.postgres import DIALECT

_OF_PG_DUMP, _OF_PSQL = 0.5, 1.2


def inspected(plan: Plan) -> Iterator[Figure]:
    """Inspection against pg_dump of the same database; a diff without change against psql."""
    binaries = find_binaries()
    if binaries is None:
        raise RuntimeError("the inspect part needs PostgreSQL's binaries")
    tables = plan.tables[-1]
    file = plan.folder / "company.sql"
    file.write_text(company(tables), encoding="utf-8")
    psql = (str(binaries / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(file))
    dump = (str(binaries / "pg_dump"), "--schema-only", "--dbname")
    with local_postgres() as server, server.database() as connection:

        def at(name: object) -> str:
            return server.owner.replace("dbname=postgres", f"dbname={name}")

        def run(*command: str) -> float:
            return process(command, cwd=plan.folder, environ=environ()).wall

        [(name,)] = connection.query("SELECT current_database()")
        run(*psql, "-d", at(name))

        def inspect(*, whole: bool = False) -> float:
            """As the command does it; `whole`, who needs whom is put together as for a plan."""
            gc.collect()
            gc.set_threshold(*COLLECTION)
            started = time.perf_counter()
            schema = DIALECT.inspect(connection)
            if whole:
                len(schema.dependencies)
            return time.perf_counter() - started

        def load_twice() -> float:
            spent = 0.0
            for _ in range(2):
                with server.database() as empty:
                    [(other,)] = empty.query("SELECT current_database()")
                    spent += run(*psql, "-d", at(other))
            return spent

        ours, planned, theirs = medians(
            plan.runs, inspect, lambda: inspect(whole=True), lambda: run(*dump, at(name))
        )
        same, loads = medians(plan.runs, lambda: _diff(plan, str(file)), load_twice)
    what = f"{tables} tables, {tables * 10} columns"
    yield Figure("inspect", f"pg_dump --schema-only of {what}", theirs, "s")
    yield Figure("inspect", "inspection of the same", ours, "s", theirs * _OF_PG_DUMP)
    yield Figure("inspect", "the same as a multiple of pg_dump", ours / theirs, "x")
    yield Figure("inspect", "with who needs whom, for a plan", planned / theirs, "x")
    yield Figure("inspect", "psql loads it twice", loads, "s")
    yield Figure("inspect", "schema diff of it without change", same, "s", loads * _OF_PSQL)
    yield Figure("inspect", "the same as a multiple of psql", same / loads, "x")


def _diff(plan: Plan, file: str) -> float:
    """The whole command: start of Python and of a dev server included."""
    given = ("--from", file, "--to", file, "--dev-url", "local://postgres")
    return schema_ci("schema", "diff", "-q", *given, cwd=plan.folder).wall
