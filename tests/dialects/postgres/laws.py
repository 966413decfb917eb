"""The laws of planning as checks on one pair of schemas, with pg_dump as a second opinion."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.replay import replay, script
from ci_runner.dialects.base import EVERYTHING, Connection, PlanOptions
from ci_runner.dialects.postgres import DIALECT
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.plan import Plan, make_plan, sql, undo_sql, written
from ci_runner.migrations.reader import read_files
from ci_runner.pipeline.sources import scripts
from ci_runner.schema.model import Identity, Schema
from tests.dialects.postgres.dump import Entry, difference, dumped, newer_pg_dump, unexcused


class State(NamedTuple):
    """A database as we see it and as pg_dump does."""

    schema: Schema
    dump: dict[Entry, str]


# What files make that have been loaded before: it is the same each time.
_LOADED: dict[tuple[str, Path], State] = {}

# The newest release of PostgreSQL that the laws are tried on.
NEWEST = 18

WHEN = datetime(2026, 1, 1, tzinfo=UTC)


def reached(connection: Connection, place: Path) -> Schema:
    """The schema after running the file `place`."""
    replay(connection, scripts(DIALECT, str(place)))
    return DIALECT.inspect(connection)


def run(connection: Connection, text: str) -> None:
    """Run a written plan as a migration tool does: split, in a transaction where it may be."""
    name = "20260101000000_plan.sql"
    file = MigrationFile(name, name, text.encode(), "20260101000000", "plan")
    replay(connection, (script(file, "atlas", DIALECT),))


def run_files(connection: Connection, plan: Plan) -> None:
    """Run the plan as golang-migrate does, which sends each file as one string."""
    for content in _files(plan, "up").values():
        connection.execute(content)


def run_files_back(connection: Connection, plan: Plan) -> None:
    for _, content in sorted(_files(plan, "down").items(), reverse=True):
        connection.execute(content)


def _files(plan: Plan, way: str) -> dict[str, str]:
    _, files = written(plan, read_files("db", "golang-migrate", {}), WHEN, DIALECT.syntax)
    return {path: files[path].decode() for path in files if path.endswith(f".{way}.sql")}


def seen(server: PostgresServer, connection: Connection) -> dict[Entry, str]:
    """The database as pg_dump sees it."""
    ((name, version),) = connection.query(
        "SELECT current_database(), current_setting('server_version_num')::int / 10000"
    )
    program = newer_pg_dump() if version == NEWEST else None
    return dumped(f"{server.owner or server.admin} dbname={name}", program)


def state(server: PostgresServer, connection: Connection) -> State:
    return State(DIALECT.inspect(connection), seen(server, connection))


def loaded(server: PostgresServer, place: Path) -> State:
    """The state of a database where nothing but the file `place` has run."""
    key = server.description, place
    if key not in _LOADED:
        with server.database() as connection:
            replay(connection, scripts(DIALECT, str(place)))
            _LOADED[key] = state(server, connection)
    return _LOADED[key]


def unnamed_difference(
    mine: dict[Entry, str], theirs: dict[Entry, str], unmanaged: Iterable[Identity]
) -> list[str]:
    """Where two databases differ for pg_dump and `unmanaged` does not name it."""
    wrong = unexcused(difference(mine, theirs), unmanaged, mine, theirs)
    return [f"{each}\n{mine.get(each)}\n{theirs.get(each)}" for each in wrong]


def obeys(
    server: PostgresServer,
    left: Connection,
    right: Connection,
    options: PlanOptions = EVERYTHING,
    *,
    in_files: bool = False,
) -> Plan:
    """Assert that the plan from `left` to `right` leads there and, where it can, back.

    It is run as one script, or `in_files` that each hold what may be in one transaction.
    """
    ends = state(server, left), state(server, right)
    return _leads(server, left, ends, options, in_files=in_files)


def _leads(
    server: PostgresServer,
    left: Connection,
    ends: tuple[State, State],
    options: PlanOptions,
    *,
    in_files: bool,
) -> Plan:
    (old, before), (new, goal) = ends
    unmanaged = {*old.unmanaged, *new.unmanaged}
    plan = make_plan(DIALECT, old, new, options)
    text = sql(plan)

    assert text == sql(make_plan(DIALECT, DIALECT.inspect(left), new, options))
    if in_files:
        run_files(left, plan)
    else:
        run(left, text)
    after = DIALECT.inspect(left)
    unmanaged.update(after.unmanaged)
    assert "" == sql(make_plan(DIALECT, after, new, options)), text
    assert "" == sql(make_plan(DIALECT, new, after, options)), text
    assert [] == unnamed_difference(seen(server, left), goal, unmanaged), text

    back = undo_sql(plan)
    lost = sum(statement.undo is None for statement in plan.statements)
    assert lost == back.count("-- no way back from: ")
    if not lost:
        if in_files:
            run_files_back(left, plan)
        else:
            run(left, back)
        returned = DIALECT.inspect(left)
        assert "" == sql(make_plan(DIALECT, returned, old, EVERYTHING)), f"{text}\n{back}"
        unmanaged.update(returned.unmanaged)
        back_again = seen(server, left)
        assert () == unexcused(difference(before, back_again), unmanaged, before, back_again), back
    return plan


def there(
    server: PostgresServer,
    old: Path,
    new: Path,
    options: PlanOptions = EVERYTHING,
    *,
    in_files: bool = False,
) -> Plan:
    """`obeys` for what two files make of two databases of their own."""
    ends = loaded(server, old), loaded(server, new)
    with server.database() as left:
        replay(left, scripts(DIALECT, str(old)))
        return _leads(server, left, ends, options, in_files=in_files)
