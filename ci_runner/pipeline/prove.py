"""Prove a plan: run it on a database that has the old schema, and compare what that makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from ci_runner.dialects.base import (
    Connection,
    Dialect,
    Failure,
    Held,
    Lock,
    OnlineDdl,
    PlannedStatement,
    StatementFailed,
)
from ci_runner.frozen import frozen
from ci_runner.migrations.history import Step
from ci_runner.migrations.plan import Plan
from ci_runner.pipeline.options import Terms
from ci_runner.schema.model import Identity, Schema
from ci_runner.schema.select import select

_SOME = 8
_COPIES = "Copies "


@frozen
class Run:
    """A plan with what was seen of each statement, up to the one that `failed`, if any."""

    plan: Plan
    failed: PlannedStatement | None = None
    failure: Failure | None = None


def run(connection: Connection, dialect: Dialect, plan: Plan, *, online: bool = False) -> Run:
    """Run a plan as psql would, statement by statement, and see locks, rewrites and scans.

    Where no relation can be watched it is run as one transaction, if it may be. `online` lets the
    statements name how little they need, where the engine has words for it.
    """
    known = {each.handle: each for each in dialect.relations(connection)}
    if not known and plan.transactional:
        return _together(connection, dialect, plan, online=online)
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


def _together(connection: Connection, dialect: Dialect, plan: Plan, *, online: bool) -> Run:
    seen: list[PlannedStatement] = []
    with _transaction(connection):
        for each in plan.statements:
            try:
                ran = dialect.run(connection, each.sql)
            except StatementFailed as refused:
                return Run(Plan((*seen, *plan.statements[len(seen) :])), each, refused.failure)
            seen.append(as_seen(each, ran.online, online=online))
        try:
            connection.execute("COMMIT")
        except StatementFailed as refused:
            return Run(Plan(tuple(seen)), seen[-1], refused.failure)
    return Run(Plan(tuple(seen)))


def as_seen(each: PlannedStatement, ddl: OnlineDdl | None, *, online: bool) -> PlannedStatement:
    """The statement with what the server asked for to change its table.

    `online` names algorithm and lock in it, so that another server refuses rather than blocks.
    """
    if ddl is None:
        return each
    copies = ddl.algorithm == "COPY"
    hazards = [hazard for hazard in each.hazards if copies or not hazard.startswith(_COPIES)]
    if copies and not any(hazard.startswith(_COPIES) for hazard in hazards):
        why = f": {ddl.reason}" if ddl.reason else ""
        hazards.append(f"{_COPIES}{ddl.table.name} while writers wait{why}.")
    return replace(
        each,
        sql=ddl.form if online and ddl.form else each.sql,
        hazards=tuple(hazards),
        locks=() if ddl.lock == "NONE" else (Lock(ddl.table, ddl.lock),),
        rewrites=(ddl.table,) if copies else (),
        online=ddl,
    )


def steps_seen(plan: Plan, steps: Sequence[Step], *, online: bool) -> Plan:
    """The plan as its statements, which ran as `steps`, were seen."""
    told = zip(plan.statements, steps, strict=True)
    return Plan(tuple(as_seen(each, step.observed.online, online=online) for each, step in told))


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
    sides = select(after, goal, terms.selection, keep=dialect.rebuilds)
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
