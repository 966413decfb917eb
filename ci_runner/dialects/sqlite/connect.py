"""Open a SQLite database in process, shut off from every other file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from ci_runner.dialects.base import Connection, Failure, Outcome, StatementFailed
from ci_runner.errors import DatabaseError

# What a migration may switch for its session; each answers with its value.
_SWITCHES = (
    "foreign_keys",
    "ignore_check_constraints",
    "legacy_alter_table",
    "recursive_triggers",
    "writable_schema",
)
_LOST = ("SQLITE_CANTOPEN", "SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_IOERR", "SQLITE_READONLY_DB")


def _authorize(
    action: int, first: str | None, _second: str | None, _database: str | None, _by: str | None
) -> int:
    """Deny what reaches other files. VACUUM attaches the file "" itself, which is harmless."""
    attaches = action == sqlite3.SQLITE_ATTACH and first != ""
    moves = action == sqlite3.SQLITE_PRAGMA and (first or "").lower() == "temp_store_directory"
    if attaches or moves:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


class SqliteConnection:
    """One session in autocommit mode."""

    def __init__(self, session: sqlite3.Connection) -> None:
        self._session = session
        self._opened_with = {name: self._switch(name) for name in _SWITCHES}

    def execute(self, sql: str) -> Outcome:
        rows, count = self._run(sql)
        return Outcome(count if count >= 0 else len(rows) if rows else None)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        return self._run(sql)[0]

    def reset(self) -> None:
        for name, value in self._opened_with.items():
            if self._switch(name) != value:
                self.execute(f"PRAGMA {name} = {value}")

    def _switch(self, name: str) -> object:
        ((value,),) = self.query(f"PRAGMA {name}")
        return value

    @property
    def in_transaction(self) -> bool:
        return self._session.in_transaction

    def _run(self, sql: str) -> tuple[list[tuple[object, ...]], int]:
        try:
            cursor = self._session.execute(sql)
            return cursor.fetchall(), cursor.rowcount
        except (sqlite3.Error, sqlite3.Warning) as error:
            code = str(getattr(error, "sqlite_errorname", ""))
            if code.startswith(_LOST):
                raise DatabaseError("the SQLite database can't be read", said=str(error)) from error
            raise StatementFailed(Failure(str(error), code)) from error


@contextmanager
def connect(path_or_memory: str) -> Iterator[Connection]:
    """A session on the file at `path_or_memory`, or on ":memory:", closed at block end."""
    try:
        session = sqlite3.connect(path_or_memory, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise DatabaseError(
            "the SQLite database can't be opened",
            said=str(error),
            next_step="check that the file's folder exists and can be written",
        ) from error
    try:
        session.set_authorizer(_authorize)
        yield SqliteConnection(session)
    finally:
        session.close()
