"""The laws of a plan on a server: it reaches the goal, planning again is empty, undo leads back.

Results are compared as SHOW CREATE and information_schema print them, read by `dump` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ci_runner.devdb.mariadb import MysqlServer
from ci_runner.dialects.base import Connection, PlanOptions, StatementFailed
from ci_runner.dialects.mysql import DIALECT
from ci_runner.errors import SqlError
from ci_runner.migrations.plan import Plan, make_plan, sql, undo_sql
from ci_runner.migrations.statements import split
from tests.dialects.mysql.dump import difference, dumped

ORDERED = PlanOptions(leave=frozenset())
UNORDERED = PlanOptions(leave=frozenset({"column order"}))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`broken` says which law is broken, `unread` why the case itself does not load, or ""."""

    broken: str = ""
    unread: str = ""
    detail: str = ""


def load(connection: Connection, text: str, path: str) -> None:
    """Run a file's statements, those that came too early once more. Raises StatementFailed."""
    waiting = [each.text for each in split(text, path, DIALECT.syntax)]
    while waiting:
        refused = [each for each in waiting if not _runs(connection, each)]
        if len(refused) == len(waiting):
            connection.execute(refused[0])
        waiting = refused
    connection.reset()


def _runs(connection: Connection, text: str) -> bool:
    try:
        connection.execute(text)
    except StatementFailed:
        return False
    return True


def judge(
    server: MysqlServer, old: str, new: str, options: PlanOptions, *, equal: bool = False
) -> Verdict:
    """One pair of schemas. `equal`: nothing may be planned."""
    with server.database() as left, server.database() as right:
        try:
            load(left, old, "old.sql")
            load(right, new, "new.sql")
        except (StatementFailed, SqlError) as failed:
            return Verdict(unread=str(failed).splitlines()[0])
        plan = make_plan(DIALECT, DIALECT.inspect(left), DIALECT.inspect(right), options)
        if equal and plan.statements:
            return Verdict("plans something between equal schemas", detail=sql(plan))
        broken = next(_broken(left, right, plan, options), "")
        return Verdict(broken, detail=sql(plan) if broken else "")


def _broken(left: Connection, right: Connection, plan: Plan, options: PlanOptions) -> Iterator[str]:
    ordered = "column order" not in options.leave
    before = dumped(left, ordered=ordered)
    try:
        run(left, sql(plan))
    except (StatementFailed, SqlError) as failed:
        yield f"does not run: {failed}"
        return
    reached, goal = dumped(left, ordered=ordered), dumped(right, ordered=ordered)
    for entry in difference(reached, goal):
        yield f"{entry} differs\n--- reached\n{reached.get(entry)}\n--- goal\n{goal.get(entry)}"
    rest = make_plan(DIALECT, DIALECT.inspect(left), DIALECT.inspect(right), options)
    if rest.statements:
        yield f"is not empty when planned again: {sql(rest)}"
    if all(each.undo is not None for each in plan.statements):
        try:
            run(left, undo_sql(plan))
        except (StatementFailed, SqlError) as failed:
            yield f"cannot be undone: {failed}\n{undo_sql(plan)}"
            return
        undone = dumped(left, ordered=ordered)
        for entry in difference(undone, before):
            yield f"{entry} is not undone\n{undo_sql(plan)}\n{undone.get(entry)}"


def run(connection: Connection, text: str) -> None:
    """A written plan, split and run as it would be as a migration file."""
    for each in split(text, "plan.sql", DIALECT.syntax):
        connection.execute(each.text)


def texts(folder: Path) -> tuple[str, str]:
    return (folder / "old.sql").read_text(), (folder / "new.sql").read_text()
