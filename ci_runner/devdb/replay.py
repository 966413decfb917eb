"""Run migration files on a dev database: fast for what is merged, watched for what is new."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ci_runner.dialects.base import (
    Connection,
    Dialect,
    Failure,
    Outcome,
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
# A look after each of fifty thousand INSERTs would cost more than they do, so there is one behind
# the last of several in a row: their locks, and what a trigger of theirs changed, are said of it.
_ROWS = re.compile(r"(?:INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
# SET CONSTRAINTS is not among them: it fires deferred triggers.
_NO_ROLE = re.compile(r'role (".*") does not exist', re.DOTALL)
_QUIET = re.compile(r"(?:SET(?!\s+CONSTRAINTS)|SHOW|BEGIN|START|SAVEPOINT)\b", re.IGNORECASE)


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
    """Run merged files as fast as the server can. Raises SqlError at the first failure.

    Each file begins with the session as it was opened: what the one before SET does not leak.
    """
    for each in scripts:
        with _rolled_back(connection):
            _begin(connection, each)
            for statement in each.statements:
                try:
                    connection.execute(statement.text)
                except StatementFailed as failed:
                    raise refusal(statement, failed.failure) from failed
            if failure := _end(connection, each):
                raise refusal(each.statements[-1], failure)
        connection.reset()


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
    role = _NO_ROLE.fullmatch(failure.message) if failure.code == "42704" else None
    if role:
        return f"CREATE ROLE {role[1]} on a dev server of your own, and give that with --dev-url"
    return "correct the statement"


@contextmanager
def _rolled_back(connection: Connection) -> Iterator[None]:
    """Whatever the block leaves open is rolled back; a lost connection has nothing open."""
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _begin(connection: Connection, each: Script) -> None:
    if each.wrapped:
        connection.execute("BEGIN")


def _end(connection: Connection, each: Script) -> Failure | None:
    """Commit where the tool would, and say why the file takes no effect though each statement ran.

    A file that ended the tool's transaction by itself has nothing left to commit.
    """
    if not connection.in_transaction:
        return None
    if not each.wrapped:
        return Failure("the file opens a transaction and never ends it, so its changes are lost")
    try:
        connection.execute("COMMIT")
    except StatementFailed as failed:
        return replace(failed.failure, message=f"at COMMIT: {failed.failure.message}", offset=None)
    return None


def rehearse(
    connection: Connection,
    dialect: Dialect,
    scripts: Sequence[Script],
    *,
    progress: Callable[[str], None] = lambda _: None,
    compared: bool = True,
) -> History:
    """Run new files statement by statement and watch what each does.

    `compared` tells whether the schema that they reach will be compared with a desired one. After
    the first failure nothing more is run; the rest becomes steps with `executed` False.
    What keeps a file's transaction from being committed is the failure of its last statement.
    """
    look = first = dialect.sight(connection)
    steps: list[Step] = []
    failed = False
    for each in scripts:
        progress(each.path)
        if failed:
            steps += _unexecuted(dialect, each.statements, look.schema, wrapped=each.wrapped)
            continue
        rehearsed, look = _rehearse_file(connection, dialect, each, look)
        steps += rehearsed
        failed = any(step.failure for step in rehearsed)
    # What will be compared with the desired schema rests on no earlier look.
    reached = dialect.inspect(connection) if compared else look.schema
    return History(tuple(steps), first.schema, reached)


def _rehearse_file(
    connection: Connection, dialect: Dialect, each: Script, look: Sighting
) -> tuple[list[Step], Sighting]:
    """The steps of one file, and the database as it is after its transaction has ended."""
    with _rolled_back(connection):
        _begin(connection, each)
        steps, look = _watch(connection, dialect, each, look)
        failed = any(step.failure for step in steps)
        if not failed and (failure := _end(connection, each)):
            steps[-1] = replace(steps[-1], failure=failure)
            failed = True
    if not failed:
        connection.reset()
    return steps, dialect.sight(connection, look) if failed or each.wrapped else look


def _watch(
    connection: Connection, dialect: Dialect, each: Script, look: Sighting
) -> tuple[list[Step], Sighting]:
    """Steps up to the first failure, the rest unexecuted; and the last look inside the file."""
    steps: list[Step] = []
    unseen = False
    for position, statement in enumerate(each.statements):
        touches_rows = _ROWS.match(statement.text) is not None
        if unseen and not touches_rows:
            steps[-1], look = _seen(connection, dialect, steps[-1], look)
        step = _run(connection, dialect, statement, look)
        if step.failure:
            rest = each.statements[position + 1 :]
            return [
                *steps,
                step,
                *_unexecuted(dialect, rest, look.schema, wrapped=connection.in_transaction),
            ], look
        if not touches_rows and not _QUIET.match(statement.text):
            step, look = _seen(connection, dialect, step, look)
        steps.append(step)
        unseen = touches_rows
    if unseen:
        steps[-1], look = _seen(connection, dialect, steps[-1], look)
    return steps, look


def _run(connection: Connection, dialect: Dialect, statement: Statement, before: Sighting) -> Step:
    """Run one statement; what it did is seen later."""
    transactional = connection.in_transaction
    operations = dialect.parse(statement.text)
    outcome, failure = Outcome(), None
    started = time.perf_counter()
    try:
        outcome = connection.execute(statement.text)
    except StatementFailed as failed:
        failure = failed.failure
    return Step(
        statement,
        operations,
        before.schema,
        before.schema,
        transactional,
        time.perf_counter() - started,
        outcome.rows,
        notices=outcome.notices,
        failure=failure,
    )


def _seen(
    connection: Connection, dialect: Dialect, step: Step, before: Sighting
) -> tuple[Step, Sighting]:
    """The step with all that happened since the look `before`, and the look that tells it."""
    after = dialect.sight(connection, before)
    return replace(step, after=after.schema, observed=compare(before, after)), after


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
