"""Run migration files on a dev database: fast for what is merged, watched for what is new."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from ci_runner.dialects.base import (
    Connection,
    Dialect,
    Failure,
    Observation,
    Sighting,
    StatementFailed,
    compare,
)
from ci_runner.dialects.operations import Transaction
from ci_runner.errors import SqlError
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.history import History, Statement, Step
from ci_runner.migrations.statements import decode, split
from ci_runner.schema.model import Schema

_OPENS = re.compile(r"(?:BEGIN|START\s+TRANSACTION)\b", re.IGNORECASE)
# Statements that change no schema, so that the look after them can be spared: what a function or
# trigger behind them changed is seen after the next statement.
_DATA_ONLY = re.compile(r"(?:INSERT|UPDATE|DELETE|SET|SHOW|BEGIN|START|SAVEPOINT)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Script:
    """One file, split. `wrapped` is whether its tool opens a transaction around it."""

    path: str
    statements: tuple[Statement, ...]
    wrapped: bool


def script(file: MigrationFile, format_name: str, dialect: Dialect) -> Script:
    """Raises SqlError for what is not UTF-8 or not SQL."""
    text = decode(file.content, file.path)
    statements = split(text, file.path, dialect.syntax)
    own = any(_OPENS.match(statement.text) for statement in statements)
    wrapped = FORMATS[format_name].transactional(file, text, statements) and not own
    return Script(file.path, statements, wrapped)


def replay(connection: Connection, scripts: Sequence[Script]) -> None:
    """Run merged files as fast as the server can. Raises SqlError at the first failure."""
    for each in scripts:
        with _transaction(connection, wrapped=each.wrapped):
            for statement in each.statements:
                try:
                    connection.execute(statement.text)
                except StatementFailed as failed:
                    raise refusal(statement, failed.failure) from failed


def refusal(statement: Statement, failure: Failure) -> SqlError:
    """A server's refusal as an error with file and line."""
    line = statement.line
    if failure.offset is not None:
        line += statement.text.count("\n", 0, failure.offset)
    said = [str(failure)]
    remarks = (("detail", failure.detail), ("hint", failure.hint))
    said += [f"{word}: {text}" for word, text in remarks if text]
    return SqlError(
        "the SQL does not run on the dev database",
        where=f"{statement.path}:{line}",
        said="\n".join(said),
        next_step=_advice(failure),
    )


def _advice(failure: Failure) -> str:
    if failure.code == "42501":
        return "migrations run without superuser rights; SCHEMA_CI_DEV_SUPERUSER=true grants them"
    return "correct the statement"


@contextmanager
def _transaction(connection: Connection, *, wrapped: bool) -> Iterator[None]:
    """BEGIN and COMMIT where the tool would; whatever is left open is rolled back."""
    if wrapped:
        connection.execute("BEGIN")
    done = False
    try:
        yield
        done = True
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT" if done and wrapped else "ROLLBACK")


def rehearse(
    connection: Connection,
    dialect: Dialect,
    scripts: Sequence[Script],
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> History:
    """Run new files statement by statement and watch what each does.

    After the first failure nothing more is run; the rest becomes steps with `executed` False.
    """
    sighting = dialect.sight(connection)
    steps: list[Step] = []
    for each in scripts:
        progress(each.path)
        if any(step.failure for step in steps):
            steps += _unexecuted(dialect, each.statements, sighting.schema, wrapped=each.wrapped)
        else:
            sighting = _rehearse_file(connection, dialect, each, sighting, steps)
    return History(tuple(steps), sighting.schema)


def _rehearse_file(
    connection: Connection, dialect: Dialect, each: Script, sighting: Sighting, steps: list[Step]
) -> Sighting:
    before_file, first = sighting, len(steps)
    failed = False
    with _transaction(connection, wrapped=each.wrapped):
        for position, statement in enumerate(each.statements):
            step, sighting = _run(connection, dialect, statement, sighting)
            steps.append(step)
            if step.failure:
                failed = True
                steps += _unexecuted(
                    dialect,
                    each.statements[position + 1 :],
                    sighting.schema,
                    wrapped=connection.in_transaction,
                )
                break
        if failed and connection.in_transaction:
            connection.execute("ROLLBACK")
    if failed:
        return before_file if each.wrapped and dialect.transactional_ddl else sighting
    if each.wrapped and len(steps) > first:
        return dialect.sight(connection)
    return sighting


def _run(
    connection: Connection, dialect: Dialect, statement: Statement, before: Sighting
) -> tuple[Step, Sighting]:
    transactional = connection.in_transaction
    operations = dialect.parse(statement.text)
    started = time.perf_counter()
    try:
        outcome = connection.execute(statement.text)
    except StatementFailed as failed:
        return (
            Step(
                statement,
                operations,
                before.schema,
                before.schema,
                transactional,
                time.perf_counter() - started,
                failure=failed.failure,
            ),
            before,
        )
    seconds = time.perf_counter() - started
    after, observed = before, Observation()
    if not _DATA_ONLY.match(statement.text):
        after = dialect.sight(connection)
        observed = compare(before, after)
    return (
        Step(
            statement,
            operations,
            before.schema,
            after.schema,
            transactional,
            seconds,
            outcome.rows,
            observed,
            outcome.notices,
        ),
        after,
    )


def _unexecuted(
    dialect: Dialect, statements: Sequence[Statement], schema: Schema, *, wrapped: bool
) -> list[Step]:
    """Steps as they would have been: `wrapped` is whether a transaction is open before them."""
    steps = []
    opened = wrapped
    for each in statements:
        operations = dialect.parse(each.text)
        steps.append(Step(each, operations, schema, schema, opened, executed=False))
        for operation in operations:
            if isinstance(operation, Transaction):
                opened = operation.verb == "begin"
    return steps
