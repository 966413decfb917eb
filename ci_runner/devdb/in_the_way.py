"""Say of each statement which rows would be in its way: none where it ran, counted where not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from ci_runner.dialects.base import Connection, Dialect, StatementFailed
from ci_runner.dialects.obstacles import Obstacle
from ci_runner.dialects.operations import (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    CreateIndex,
    SetNotNull,
    Transaction,
    ValidateConstraint,
)
from ci_runner.migrations.history import Step

_STUMBLES = (
    AddColumn,
    AddConstraint,
    AlterColumnType,
    CreateIndex,
    SetNotNull,
    ValidateConstraint,
)


def in_the_way(
    connection: Connection, dialect: Dialect, steps: Sequence[Step], tables: Collection[str]
) -> Iterator[Step]:
    """The steps of one file that has ended, with their obstacles.

    Rows are told of the `tables` that were there before any file; who makes a table fills it.
    """
    for at, step in enumerate(steps):
        found = tuple(each for each in _obstacles(dialect, step) if each.table.name in tables)
        if step.failure and found:
            yield replace(step, obstacles=_counted(connection, dialect, steps[: at + 1], found))
        elif step.executed:
            yield replace(step, obstacles=tuple(replace(each, rows=0) for each in found))
        else:
            yield replace(step, obstacles=found)


def _obstacles(dialect: Dialect, step: Step) -> tuple[Obstacle, ...]:
    """None of a sensitive statement, of whose text they have a part."""
    if step.statement.sensitive or not any(isinstance(o, _STUMBLES) for o in step.operations):
        return ()
    return dialect.obstacles(step.statement.text, step.before)


def _counted(
    connection: Connection, dialect: Dialect, steps: Sequence[Step], found: tuple[Obstacle, ...]
) -> tuple[Obstacle, ...]:
    """With as many rows as there were when the last of `steps` was to run.

    What ran before it in its transaction has been rolled back: it runs once more, and is rolled
    back again. Where it does so no longer, nothing is counted.
    """
    counted = []
    with suppress(StatementFailed):
        for sql in _again(steps) if dialect.transactional_ddl else ():
            connection.execute(sql)
        for each in found:
            [(count,)] = connection.query(each.query)
            counted.append(replace(each, rows=int(str(count))))
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    return tuple(counted) if len(counted) == len(found) else found


def _again(steps: Sequence[Step]) -> Iterator[str]:
    """What leads to the moment before the last step, from the beginning of its transaction."""
    *earlier, last = steps
    if not last.transactional:
        return
    inside = []
    while earlier and earlier[-1].transactional and not _ends(earlier[-1]):
        inside.append(earlier.pop().statement.text)
    yield earlier[-1].statement.text if earlier and _begins(earlier[-1]) else "BEGIN"
    yield from reversed(inside)


def _begins(step: Step) -> bool:
    return Transaction("begin") in step.operations


def _ends(step: Step) -> bool:
    return any(isinstance(each, Transaction) and each.verb != "begin" for each in step.operations)
