"""Run migration files on a dev database: fast for what is merged, watched for what is new."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from ci_runner.devdb.gate import Gate, gate, is_open
from ci_runner.devdb.in_the_way import in_the_way
from ci_runner.devdb.refusal import Refused, refusal, told
from ci_runner.dialects.base import (
    Connection,
    Dialect,
    Failure,
    Language,
    Lock,
    Ran,
    Sighting,
    StatementFailed,
)
from ci_runner.dialects.observation import Observation, compare
from ci_runner.dialects.operations import Transaction
from ci_runner.errors import DatabaseError, SqlError
from ci_runner.frozen import frozen
from ci_runner.migrations.directory import MigrationFile
from ci_runner.migrations.formats import FORMATS
from ci_runner.migrations.history import History, Statement, Step
from ci_runner.migrations.intake import MOST_STATEMENTS
from ci_runner.migrations.statements import decode
from ci_runner.schema.drafts import quickly
from ci_runner.schema.model import Schema

_OPENS = re.compile(r"(?:BEGIN|START\s+TRANSACTION)\b", re.IGNORECASE)
# A look after each of fifty thousand INSERTs would cost more than they do, so there is one behind
# the last of several in a row: their locks, and what a trigger of theirs changed, are said of it.
_ROWS = re.compile(r"(?:INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
# SET CONSTRAINTS is not among them: it fires deferred triggers.
# What may run in a transaction of its own, where a session sees the locks that it has taken.
_ALONE = re.compile(
    r"(?:ALTER|CALL|CLUSTER|COMMENT|CREATE|DO|DROP|EXECUTE|EXPLAIN|GRANT|IMPORT|MERGE|REASSIGN|REFRESH"
    r"|REINDEX|REVOKE|SECURITY|SELECT|TRUNCATE|WITH)\b",
    re.IGNORECASE,
)
# active_sql_transaction, invalid_transaction_termination: it wants none around it.
_WANTS_NONE = frozenset({"25001", "2D000"})
_QUIET = re.compile(r"(?:SET(?!\s+CONSTRAINTS)|SHOW|BEGIN|START|SAVEPOINT)\b", re.IGNORECASE)


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
            with _rolled_back(connection):
                _replay_one(connection, each)
        except Refused:
            if each.must_succeed:
                raise
        connection.reset()


def _replay_one(connection: Connection, each: Script) -> None:
    _begin(connection, each)
    for statement in each.statements:
        try:
            with _placed(statement):
                connection.execute(statement.text)
        except StatementFailed as failed:
            secret = statement.sensitive
            failure = told(failed.failure, sensitive=secret)
            raise refusal(statement, failure) from (None if secret else failed)
    if ended := _end(connection, each):
        raise refusal(each.statements[-1], ended)


@contextmanager
def _placed(statement: Statement | None, path: str = "") -> Iterator[None]:
    """An end of the server in the block is put down to `statement`, or to the file at `path`."""
    try:
        yield
    except (SqlError, DatabaseError) as ended:
        raise type(ended)(
            ended.what,
            where=ended.where or (f"{statement.path}:{statement.line}" if statement else path),
            said=ended.said,
            next_step=ended.next_step,
        ) from ended


@contextmanager
def _rolled_back(connection: Connection) -> Iterator[None]:
    """Whatever the block leaves open is rolled back; a lost connection has nothing open."""
    try:
        yield
    except BaseException:
        # On a server that has ended nothing is rolled back, and the block has said why it ended.
        with suppress(SqlError, DatabaseError):
            _roll_back(connection)
        raise
    _roll_back(connection)


def _roll_back(connection: Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def _begin(connection: Connection, each: Script) -> None:
    if each.wrapped:
        with _placed(None, each.path):
            connection.execute("BEGIN")


def _end(connection: Connection, each: Script) -> Failure | None:
    """Commit where the tool would, and say why the file takes no effect though each statement ran.

    A file that ended the tool's transaction by itself has nothing left to commit.
    """
    if not connection.in_transaction:
        return None
    if not each.wrapped:
        return Failure("the file opens a transaction and never ends it, so its changes are lost")
    return _commit(connection, each.statements, each.path)


def _commit(
    connection: Connection, statements: Sequence[Statement], path: str = ""
) -> Failure | None:
    try:
        with _placed(next(reversed(statements), None), path):
            connection.execute("COMMIT")
    except StatementFailed as failed:
        secret = any(statement.sensitive for statement in statements)
        failure = told(failed.failure, sensitive=secret)
        return replace(failure, message=f"at COMMIT: {failure.message}", offset=None)
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
    with _rolled_back(connection):
        _begin(connection, each)
        if each.wrapped and dialect.locks_relations:
            look = dialect.sight(connection, look)
        steps, look = _watch(connection, dialect, each, look)
        failed = any(step.failure for step in steps)
        if not failed and (failure := _end(connection, each)):
            steps[-1] = replace(steps[-1], failure=failure)
            failed = True
    if not failed:
        connection.reset()
    after = dialect.sight(connection, look) if failed or each.wrapped else look
    return list(_held(steps)), after


def _held(steps: Sequence[Step]) -> Iterator[Step]:
    """The steps with the time that their locks stay: our own looks in between do not count."""
    ends: list[float] = []
    rest = 0.0
    for step in reversed(steps):
        ended = any(isinstance(each, Transaction) for each in step.operations)
        rest = step.seconds + (rest if step.transactional and not ended else 0.0)
        ends.append(rest)
    return (replace(step, held=end) for step, end in zip(steps, reversed(ends), strict=True))


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
        was_open = connection.in_transaction
        alone = not was_open and dialect.locks_relations and _ALONE.match(statement.text)
        step, look = (_run_alone if alone else _run)(connection, dialect, statement, look)
        if step.failure:
            rest = each.statements[position + 1 :]
            return [
                *steps,
                step,
                *unexecuted(dialect, rest, look.schema, wrapped=connection.in_transaction),
            ], look
        if connection.in_transaction and not was_open and dialect.locks_relations:
            look = dialect.sight(connection, look)
        elif not touches_rows and not alone and not _QUIET.match(statement.text):
            step, look = _seen(connection, dialect, step, look)
        steps.append(step)
        unseen = touches_rows
    if unseen:
        steps[-1], look = _seen(connection, dialect, steps[-1], look)
    return steps, look


def _run_alone(
    connection: Connection, dialect: Dialect, statement: Statement, look: Sighting
) -> tuple[Step, Sighting]:
    """Run a statement that nobody opened a transaction for in one, and see what it did there.

    It would have had one of its own anyway. What wants none around it is run as it stands.
    """
    with _rolled_back(connection):
        connection.execute("BEGIN")
        before = dialect.sight(connection, look)
        step, _ = _run(connection, dialect, statement, before)
        step = replace(step, transactional=False)
        if step.failure is None:
            inside = dialect.sight(connection, before)
            failure = _commit(connection, (statement,))
            after = dialect.sight(connection, inside)
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
        with _placed(statement):
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
    with _placed(step.statement):
        after = dialect.sight(connection, before)
    told = step.observed
    seen = compare(before, after)
    observed = replace(
        seen,
        locks=(*seen.locks, *told.locks),
        online=told.online,
        committed=told.committed,
        metadata_locks=told.metadata_locks,
    )
    return replace(step, after=after.schema, observed=observed), after


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
