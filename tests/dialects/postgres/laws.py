"""The laws of planning as checks on one pair of schemas, with pg_dump as a second opinion."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

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

# What pg_dump says of files that have been loaded before: it says the same each time.
_LOADED: dict[tuple[str, Path], dict[Entry, str]] = {}

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
    _, files = written(plan, read_files("db", "golang-migrate", {}), WHEN)
    return {path: files[path].decode() for path in files if path.endswith(f".{way}.sql")}


def seen(server: PostgresServer, connection: Connection) -> dict[Entry, str]:
    """The database as pg_dump sees it."""
    ((name, version),) = connection.query(
        "SELECT current_database(), current_setting('server_version_num')::int / 10000"
    )
    program = newer_pg_dump() if version == NEWEST else None
    return dumped(f"{server.owner or server.admin} dbname={name}", program)


def just_loaded(
    server: PostgresServer, connection: Connection, place: Path | None
) -> dict[Entry, str]:
    """The same of a database where nothing but the file `place` has run; None is no file."""
    if place is None:
        return seen(server, connection)
    key = server.description, place
    if key not in _LOADED:
        _LOADED[key] = seen(server, connection)
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
    loaded: tuple[Path, Path] | None = None,
) -> Plan:
    """Assert that the plan from `left` to `right` leads there and, where it can, back.

    It is run as one script, or `in_files` that each hold what may be in one transaction. `loaded`
    are the files that were run on the two, if nothing else was.
    """
    old, new = DIALECT.inspect(left), DIALECT.inspect(right)
    old_file, new_file = loaded or (None, None)
    before = just_loaded(server, left, old_file)
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
    goal = just_loaded(server, right, new_file)
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
    with server.database() as left, server.database() as right:
        reached(left, old)
        reached(right, new)
        return obeys(server, left, right, options, in_files=in_files, loaded=(old, new))
