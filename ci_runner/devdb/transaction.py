"""End the transaction that a file of migrations ran in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace

from ci_runner.devdb.refusal import placed, told
from ci_runner.dialects.base import Connection, Failure, StatementFailed
from ci_runner.errors import DatabaseError, SqlError
from ci_runner.migrations.history import Statement


@contextmanager
def rolled_back(connection: Connection) -> Iterator[None]:
    """Whatever the block leaves open is rolled back; a lost connection has nothing open."""
    try:
        yield
    except BaseException:
        # SIGINT too. On a server that has ended nothing is rolled back, and the block has said why.
        with suppress(SqlError, DatabaseError):
            _roll_back(connection)
        raise
    _roll_back(connection)


def _roll_back(connection: Connection) -> None:
    if connection.in_transaction:
        connection.execute("ROLLBACK")


def commit(
    connection: Connection, statements: Sequence[Statement], path: str = ""
) -> Failure | None:
    try:
        with placed(next(reversed(statements), None), path):
            connection.execute("COMMIT")
    except StatementFailed as failed:
        secret = any(statement.sensitive for statement in statements)
        failure = told(failed.failure, sensitive=secret)
        return replace(failure, message=f"at COMMIT: {failure.message}", offset=None)
    return None
