"""Run new statements one after the other, and see what each of them does."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from ci_runner.devdb.refusal import placed, told
from ci_runner.devdb.transaction import commit, rolled_back
from ci_runner.dialects.base import (
    Connection,
    Dialect,
    Lock,
    Ran,
    Sighting,
    StatementFailed,
    Together,
)
from ci_runner.dialects.collection import uncollected
from ci_runner.dialects.observation import Observation, compare
from ci_runner.dialects.operations import Transaction
from ci_runner.migrations.history import Statement, Step

# A look after each of fifty thousand INSERTs would cost more than they do, so there is one behind
# the last of several in a row: their locks, and what a trigger of theirs changed, are said of it.
_ROWS = re.compile(r"(?:INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
# What may run in a transaction of its own, where a session sees the locks that it has taken.
_ALONE = re.compile(
    r"(?:ALTER|CALL|CLUSTER|COMMENT|CREATE|DO|DROP|EXECUTE|EXPLAIN|GRANT|IMPORT|MERGE|REASSIGN|REFRESH"
    r"|REINDEX|REVOKE|SECURITY|SELECT|TRUNCATE|WITH)\b",
    re.IGNORECASE,
)
# active_sql_transaction, invalid_transaction_termination: it wants none around it.
_WANTS_NONE = frozenset({"25001", "2D000"})
# SET CONSTRAINTS is not among them: it fires deferred triggers.
_QUIET = re.compile(r"(?:SET(?!\s+CONSTRAINTS)|SHOW|BEGIN|START|SAVEPOINT)\b", re.IGNORECASE)


def watch(
    connection: Connection, dialect: Dialect, statements: Sequence[Statement], look: Sighting
) -> tuple[list[Step], Sighting]:
    """Steps up to the first failure, and the last look."""
    steps: list[Step] = []
    unseen = False
    while len(steps) < len(statements) and not (steps and steps[-1].failure):
        statement = statements[len(steps)]
        touches_rows = _ROWS.match(statement.text) is not None
        if unseen and not touches_rows:
            steps[-1], look = _seen(connection, dialect, steps[-1], look)
        unseen = touches_rows
        several = None
        if connection.in_transaction and not touches_rows:
            rest = (each.text for each in islice(statements, len(steps), None))
            several = dialect.together(connection, rest, look)
        if several is not None:
            end = len(steps) + len(several)
            # Of what is made for so many at once nothing is garbage.
            with uncollected():
                more, look = _run_together(
                    connection, dialect, several, statements[len(steps) : end], look
                )
            steps += more
        else:
            step, look = _run_one(connection, dialect, statement, look)
            steps.append(step)
    if unseen and not steps[-1].failure:
        steps[-1], look = _seen(connection, dialect, steps[-1], look)
    return steps, look


def _run_one(
    connection: Connection, dialect: Dialect, statement: Statement, look: Sighting
) -> tuple[Step, Sighting]:
    """Run one statement, and look at it unless it can have changed nothing but rows."""
    was_open = connection.in_transaction
    alone = not was_open and dialect.locks_relations and _ALONE.match(statement.text)
    step, look = (_run_alone if alone else _run)(connection, dialect, statement, look)
    if step.failure or alone:
        return step, look
    if connection.in_transaction and not was_open and dialect.locks_relations:
        return step, dialect.sight(connection, look)
    if _ROWS.match(statement.text) or _QUIET.match(statement.text):
        return step, look
    return _seen(connection, dialect, step, look)


def _run_together(
    connection: Connection,
    dialect: Dialect,
    several: Together,
    statements: Sequence[Statement],
    look: Sighting,
) -> tuple[list[Step], Sighting]:
    """Run statements that are looked at together, up to the first failure."""
    steps: list[Step] = []
    for statement in statements:
        if steps:
            with placed(steps[-1].statement):
                several.between()
        step, _ = _run(connection, dialect, statement, look)
        steps.append(step)
        if step.failure:
            break
    failed = steps[-1].failure is not None
    if failed and len(steps) == 1:
        return steps, look
    with placed(steps[-1].statement):
        looks = several.looks(failed=failed)
    before = (look, *looks)
    told = [_told(*each) for each in zip(steps, before, looks, strict=False)]
    if failed:
        told.append(replace(steps[-1], before=before[-1].schema, after=before[-1].schema))
    return told, before[-1]


def _run_alone(
    connection: Connection, dialect: Dialect, statement: Statement, look: Sighting
) -> tuple[Step, Sighting]:
    """Run a statement that nobody opened a transaction for in one, and see what it did there.

    It would have had one of its own anyway. What wants none around it is run as it stands.
    """
    with rolled_back(connection):
        connection.execute("BEGIN")
        before = dialect.sight(connection, look)
        step, _ = _run(connection, dialect, statement, before)
        step = replace(step, transactional=False)
        if step.failure is None:
            inside = dialect.sight(connection, before)
            failure = commit(connection, (statement,))
            after = (dialect.sight if failure else dialect.committed)(connection, inside)
            seen = compare(before, inside)
            observed = replace(compare(before, after), locks=seen.locks, scanned=seen.scanned)
            return replace(step, after=after.schema, observed=observed, failure=failure), after
    if step.failure.code not in _WANTS_NONE:
        return step, look
    step, _ = _run(connection, dialect, statement, look)
    return (step, look) if step.failure else _seen(connection, dialect, step, look)


def _run(
    connection: Connection, dialect: Dialect, statement: Statement, before: Sighting
) -> tuple[Step, Sighting]:
    """Run one statement; what it did is seen later."""
    transactional = connection.in_transaction
    operations = dialect.parse(statement.text)
    step = Step(statement, operations, before.schema, before.schema, transactional)
    started = time.perf_counter()
    try:
        with placed(statement):
            ran = dialect.run(connection, statement.text)
    except StatementFailed as failed:
        failure = told(failed.failure, sensitive=statement.sensitive)
        return replace(step, seconds=time.perf_counter() - started, failure=failure), before
    ends = any(isinstance(each, Transaction) for each in operations)
    committed = transactional and not ends and not connection.in_transaction
    return replace(
        step,
        seconds=ran.seconds,
        rows=ran.outcome.rows,
        notices=() if statement.sensitive else ran.outcome.notices,
        observed=Observation(
            locks=_asked(ran, before),
            online=ran.online,
            committed=committed,
            metadata_locks=_in_order(ran.metadata_locks),
        ),
    ), before


def _asked(ran: Ran, before: Sighting) -> tuple[Lock, ...]:
    """Locks on what was there before that are gone with the statement."""
    online = ran.online
    if online is not None and online.lock != "NONE":
        return (Lock(online.table, online.lock),)
    return _in_order(each for each in ran.locks if each.relation in before.handles)


def _in_order(locks: Iterable[Lock]) -> tuple[Lock, ...]:
    return tuple(sorted(locks, key=lambda lock: (lock.relation, lock.mode)))


def _seen(
    connection: Connection, dialect: Dialect, step: Step, before: Sighting
) -> tuple[Step, Sighting]:
    """The step with all that happened since the look `before`, and the look that tells it."""
    with placed(step.statement):
        after = dialect.sight(connection, before)
    return _told(step, before, after), after


def _told(step: Step, before: Sighting, after: Sighting) -> Step:
    """The step with what happened between two looks, besides what was known when it had run."""
    known = step.observed
    seen = compare(before, after)
    observed = replace(
        seen,
        locks=(*seen.locks, *known.locks),
        online=known.online,
        committed=known.committed,
        metadata_locks=known.metadata_locks,
    )
    return replace(step, before=before.schema, after=after.schema, observed=observed)
