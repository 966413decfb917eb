"""Prove a plan: run it on a database that has the old schema, and compare what that makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ci_runner.dialects.base import (
    Connection,
    Dialect,
    Failure,
    Held,
    Lock,
    PlannedStatement,
    StatementFailed,
)
from ci_runner.migrations.plan import Plan
from ci_runner.pipeline.options import Terms
from ci_runner.schema.model import Identity, Schema
from ci_runner.schema.select import select

_SOME = 8


@dataclass(frozen=True, slots=True)
class Run:
    """A plan with what was seen of each statement, up to the one that `failed`, if any."""

    plan: Plan
    failed: PlannedStatement | None = None
    failure: Failure | None = None


def run(connection: Connection, dialect: Dialect, plan: Plan) -> Run:
    """Run a plan as psql would, statement by statement, and see locks, rewrites and scans.

    Where no relation can be watched it is run as one transaction, if it may be.
    """
    known = {each.handle: each for each in dialect.relations(connection)}
    if not known and plan.transactional:
        return _together(connection, plan)
    if dialect.talkative:
        connection.execute(dialect.talkative)
    seen: list[PlannedStatement] = []
    try:
        for each in plan.statements:
            try:
                seen.append(_watched(connection, dialect, each, known))
            except StatementFailed as refused:
                rest = plan.statements[len(seen) :]
                return Run(Plan((*seen, *rest)), each, refused.failure)
    finally:
        connection.reset()
    return Run(Plan(tuple(seen)))


def _together(connection: Connection, plan: Plan) -> Run:
    with _transaction(connection):
        for each in plan.statements:
            try:
                connection.execute(each.sql)
            except StatementFailed as refused:
                return Run(plan, each, refused.failure)
        try:
            connection.execute("COMMIT")
        except StatementFailed as refused:
            return Run(plan, plan.statements[-1], refused.failure)
    return Run(plan)


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    """What the block does not commit is rolled back."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _watched(
    connection: Connection, dialect: Dialect, each: PlannedStatement, known: dict[str, Held]
) -> PlannedStatement:
    """Run one statement. What needs to run outside of a transaction shows no locks behind it."""
    if not each.transactional:
        connection.execute(each.sql)
        return each
    with _transaction(connection):
        notices = connection.execute(each.sql).notices
        held = dialect.held(connection)
        connection.execute("COMMIT")
    locks: list[Lock] = []
    rewrites: list[Identity] = []
    for now in held:
        before = known.get(now.handle)
        if before is None or before.seen is None:
            continue
        locks.append(Lock(before.seen, now.mode))
        if now.storage and now.storage != before.storage and before.seen.kind != "sequence":
            rewrites.append(before.seen)
        known[now.handle] = replace(now, seen=now.seen or before.seen)
    names = dialect.scanned(notices)
    scans = (lock.relation for lock in locks if lock.relation.name in names)
    return replace(
        each,
        locks=tuple(sorted(locks, key=lambda lock: (lock.relation, lock.mode))),
        rewrites=tuple(sorted(rewrites)),
        scans=tuple(sorted(set(scans) - set(rewrites))),
    )


def remaining(
    dialect: Dialect, after: Schema, goal: Schema, terms: Terms
) -> tuple[PlannedStatement, ...]:
    """What still leads from where the plan ended to the goal: nothing, where it is proven."""
    sides = select(after, goal, terms.selection)
    return dialect.plan(sides.old, sides.new, terms.options)


def unproven(
    dialect: Dialect, failure: Failure | None, after: Schema, goal: Schema, terms: Terms
) -> str:
    """Why the plan is not good, "" when it reached the goal and planning again gives nothing."""
    if failure is not None:
        return f"it does not run: {failure.message}"
    rest = remaining(dialect, after, goal, terms)
    if not rest:
        return ""
    return f"it does not reach the desired schema: {'; '.join(each.summary for each in rest)}"


def obstacles(
    failure: Failure | None, old: Schema, left_out: Iterable[Identity]
) -> tuple[str, ...]:
    """What the plan does not take into account and the server's refusal names."""
    if failure is None:
        return ()
    words = f"{failure.message}\n{failure.detail}\n{failure.hint}"
    said: list[str] = [part for part in (failure.detail, failure.hint) if part]
    for why, several in (
        ("is no object that this version compares", old.unmanaged),
        ("is left out by request", left_out),
    ):
        names = [str(each) for each in several if _says(words, each.name.partition("(")[0])]
        said += [f"{name} is in the way, and {why}" for name in names[:_SOME]]
    return tuple(said)


def _says(words: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words) is not None
