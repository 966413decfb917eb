"""Run migration files on a dev database: fast for what is merged, watched for what is new."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ci_runner.devdb.gate import Gate, gate, is_open
from ci_runner.devdb.in_the_way import in_the_way
from ci_runner.devdb.refusal import Refused, placed, refusal, told
from ci_runner.devdb.transaction import commit, rolled_back
from ci_runner.devdb.watching import watch
from ci_runner.dialects.base import (
    Connection,
    Dialect,
    Failure,
    Language,
    Sighting,
    StatementFailed,
)
from ci_runner.dialects.operations import Transaction
from ci_runner.errors import SqlError
from ci_runner.frozen import frozen
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.history import History, Statement, Step
from ci_runner.migrations.intake import MOST_STATEMENTS
from ci_runner.migrations.statements import decode
from ci_runner.schema.drafts import quickly
from ci_runner.schema.model import Schema

_OPENS = re.compile(r"(?:BEGIN|START\s+TRANSACTION)\b", re.IGNORECASE)


@frozen
class Script:
    """One migration, split. `wrapped` is whether its tool opens a transaction around it.

    Behind a `gate` it runs only where that is open; one that need not succeed is left where it
    fails, and what follows is run.
    """

    path: str
    statements: tuple[Statement, ...]
    wrapped: bool
    gate: Gate | None = None
    must_succeed: bool = True


def script(file: MigrationFile, format_name: str, language: Language) -> Script:
    """Raises SqlError for what is not UTF-8 or not SQL."""
    text = decode(file.content, file.path)
    style = FORMATS[format_name]
    statements = style.statements(file, text, language.syntax)
    own = any(_OPENS.match(statement.text) for statement in statements)
    wrapped = style.transactional(file, text, statements) and not own
    found = file.change_set
    if found is None:
        return Script(file.path, statements, wrapped)
    asked = gate(found, file.path, language.name) if statements else None
    return Script(file.path, statements, wrapped, asked, found.options.must_succeed)


def counted(every: Iterable[Script]) -> Iterator[Script]:
    """The same, as long as memory should hold them. Raises SqlError at the first too many."""
    total = 0
    for each in every:
        total += len(each.statements)
        if total > MOST_STATEMENTS:
            raise SqlError(
                f"the files up to this one have more than {MOST_STATEMENTS} statements",
                where=each.path,
                next_step="write rows with INSERT statements of many rows",
            )
        yield each


def replay(connection: Connection, scripts: Sequence[Script]) -> None:
    """Run merged files as fast as the server can. Raises SqlError at the first failure.

    Also raises SqlError where a limit made an end of the server, and DatabaseError where it was
    lost: both name the statement.

    Each file begins with the session as it was opened: what the one before SET does not leak.
    """
    for each in scripts:
        if each.gate and not is_open(connection, each.gate):
            continue
        try:
            with rolled_back(connection):
                _replay_one(connection, each)
        except Refused:
            if each.must_succeed:
                raise
        connection.reset()


def _replay_one(connection: Connection, each: Script) -> None:
    _begin(connection, each)
    for statement in each.statements:
        try:
            with placed(statement):
                connection.execute(statement.text)
        except StatementFailed as failed:
            secret = statement.sensitive
            failure = told(failed.failure, sensitive=secret)
            raise refusal(statement, failure) from (None if secret else failed)
    if ended := _end(connection, each):
        raise refusal(each.statements[-1], ended)


def _begin(connection: Connection, each: Script) -> None:
    if each.wrapped:
        with placed(None, each.path):
            connection.execute("BEGIN")


def _end(connection: Connection, each: Script) -> Failure | None:
    """Commit where the tool would, and say why the file takes no effect though each statement ran.

    A file that ended the tool's transaction by itself has nothing left to commit.
    """
    if not connection.in_transaction:
        return None
    if not each.wrapped:
        return Failure("the file opens a transaction and never ends it, so its changes are lost")
    return commit(connection, each.statements, each.path)


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
    the first failure nothing more is run; the rest becomes steps with `executed` False, as does
    what stands behind a gate that is not open.
    What keeps a file's transaction from being committed is the failure of its last statement.
    Raises SqlError and DatabaseError as `replay` does for a server that has ended.
    """
    look = first = dialect.sight(connection)
    tables = {each.name for each in first.schema.by_identity if each.kind == "table"}
    steps: list[Step] = []
    failed = False
    for each in scripts:
        progress(each.path)
        if failed or (each.gate and not is_open(connection, each.gate)):
            steps += unexecuted(dialect, each.statements, look.schema, wrapped=each.wrapped)
            continue
        rehearsed, look = _rehearse_file(connection, dialect, each, look)
        steps += in_the_way(connection, dialect, rehearsed, tables)
        failed = any(step.failure for step in rehearsed)
    # What will be compared with the desired schema rests on no earlier look.
    reached = dialect.inspect(connection) if compared else look.schema
    return History(tuple(steps), first.schema, reached, dialect.version(connection))


def _rehearse_file(
    connection: Connection, dialect: Dialect, each: Script, look: Sighting
) -> tuple[list[Step], Sighting]:
    """The steps of one file, and the database as it is after its transaction has ended."""
    with rolled_back(connection):
        _begin(connection, each)
        if each.wrapped and dialect.locks_relations:
            look = dialect.sight(connection, look)
        steps, look = watch(connection, dialect, each.statements, look)
        rest, opened = each.statements[len(steps) :], connection.in_transaction
        failed = any(step.failure for step in steps)
        if not failed and (failure := _end(connection, each)):
            steps[-1] = replace(steps[-1], failure=failure)
            failed = True
    steps += unexecuted(dialect, rest, look.schema, wrapped=opened)
    if failed:
        return list(_held(steps)), dialect.sight(connection, look)
    connection.reset()
    if each.wrapped:
        look = (dialect.committed if opened else dialect.sight)(connection, look)
    return list(_held(steps)), look


def _held(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps with the time that their locks stay: our own looks in between do not count."""
    ends: list[float] = []
    rest = 0.0
    for step in reversed(steps):
        ended = any(isinstance(each, Transaction) for each in step.operations)
        rest = step.seconds + (rest if step.transactional and not ended else 0.0)
        ends.append(rest)
    return (replace(step, held=end) for step, end in zip(steps, reversed(ends), strict=True))


_step = quickly(Step)


def unexecuted(
    language: Language, statements: Sequence[Statement], schema: Schema, *, wrapped: bool
) -> list[Step]:
    """Steps as they would have been: `wrapped` is whether a transaction is open before them."""
    steps = []
    opened = wrapped
    for each in statements:
        operations = language.parse(each.text)
        steps.append(_step(each, operations, schema, schema, opened, executed=False))
        for operation in operations:
            if isinstance(operation, Transaction):
                opened = operation.verb == "begin"
    return steps
