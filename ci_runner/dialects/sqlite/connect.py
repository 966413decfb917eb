"""Open a SQLite database in process, shut off from every other file and watched by a clock."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from ci_runner.dialects.base import Connection, Failure, Outcome, StatementFailed
from ci_runner.errors import DatabaseError, InternalError

MEMORY = ":memory:"
STATEMENT_SECONDS = 300.0
_LOST = {
    "SQLITE_CANTOPEN": "check that the file and its folder can be read",
    "SQLITE_NOTADB": "give a SQLite database; one that is encrypted can't be read",
    "SQLITE_CORRUPT": "restore the file from a backup, or try PRAGMA integrity_check",
    "SQLITE_IOERR": "check the disk",
    "SQLITE_BUSY": "end the program that holds the database, or read a copy of it",
    "SQLITE_READONLY_": "copy the file together with its -wal and -shm files and read the copy",
}
# Virtual machine instructions between two looks at the clock: some milliseconds.
_BETWEEN_LOOKS = 100_000
_DENIED_PRAGMAS = {
    "temp_store_directory": "it would write elsewhere",
    "data_store_directory": "it would write elsewhere",
    "writable_schema": "a schema written by hand can crash the engine",
    "hard_heap_limit": "it would hold for the whole process",
    "soft_heap_limit": "it would hold for the whole process",
}
# What a migration may switch for its session; each answers with its value.
_SWITCHES = (
    "foreign_keys",
    "full_column_names",
    "ignore_check_constraints",
    "legacy_alter_table",
    "query_only",
    "recursive_triggers",
    "reverse_unordered_selects",
    "short_column_names",
    "trusted_schema",
)


class _Guard:
    """Denies what reaches other files or breaks the engine, and remembers why."""

    def __init__(self) -> None:
        self.reason = ""

    def __call__(
        self,
        action: int,
        first: str | None,
        second: str | None,
        _database: str | None,
        _by: str | None,
    ) -> int:
        if action == sqlite3.SQLITE_ATTACH and first != "":
            # VACUUM attaches the file "" itself, which is a temporary one.
            self.reason = "no other database file may be opened or written"
        elif action == sqlite3.SQLITE_PRAGMA and second is not None:
            name = (first or "").lower()
            if name in _DENIED_PRAGMAS:
                self.reason = f"PRAGMA {name}: {_DENIED_PRAGMAS[name]}"
        elif action == sqlite3.SQLITE_FUNCTION and (second or "").lower() == "load_extension":
            self.reason = "no extension may be loaded"
        return sqlite3.SQLITE_DENY if self.reason else sqlite3.SQLITE_OK


class SqliteConnection:
    """One session in autocommit mode. A statement past `seconds` is stopped and has failed."""

    def __init__(
        self, session: sqlite3.Connection, seconds: float = STATEMENT_SECONDS, place: str = ""
    ) -> None:
        self._session = session
        self._place = place
        self._seconds = seconds
        self._deadline = 0.0
        self._guard = _Guard()
        session.set_authorizer(self._guard)
        session.set_progress_handler(self._is_late, _BETWEEN_LOOKS)
        # A switch that this SQLite does not know has no value.
        known = ((name, self._switch(name)) for name in _SWITCHES)
        self._opened_with = {name: value for name, value in known if value is not None}

    def execute(self, sql: str) -> Outcome:
        with self._watched():
            cursor = self._session.execute(sql)
            answered = sum(1 for _ in cursor)  # counted, not kept: there may be no end of them
            touched = cursor.rowcount
        return Outcome(touched if touched >= 0 else answered or None)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with self._watched():
            return self._session.execute(sql).fetchall()

    def image(self) -> bytes:
        """What a file with this database would hold: nothing before the first write."""
        return b"" if self._switch("page_count") == 0 else self._session.serialize()

    def reset(self) -> None:
        for name, value in self._opened_with.items():
            if self._switch(name) != value:
                self.execute(f"PRAGMA {name} = {value}")

    def _switch(self, name: str) -> object:
        return next((value for (value,) in self.query(f"PRAGMA {name}")), None)

    @property
    def in_transaction(self) -> bool:
        return self._session.in_transaction

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """Start the clock, and turn SQLite's errors into ours."""
        self._guard.reason = ""
        self._deadline = time.monotonic() + self._seconds
        try:
            yield
        except (sqlite3.Error, sqlite3.Warning) as error:
            code = str(getattr(error, "sqlite_errorname", ""))
            for lost, next_step in _LOST.items():
                if code.startswith(lost):
                    raise DatabaseError(
                        "the SQLite database can't be read",
                        where=self._place,
                        said=f"{error} ({code})",
                        next_step=next_step,
                    ) from error
            raise StatementFailed(Failure(self._message(error, code), code)) from error
        except MemoryError as error:
            raise StatementFailed(Failure("the statement needs too much memory")) from error

    def _message(self, error: Exception, code: str) -> str:
        if code == "SQLITE_INTERRUPT":
            return f"stopped: the statement ran longer than {self._seconds:g} seconds"
        return f"{error}: {self._guard.reason}" if self._guard.reason else str(error)


def image(connection: Connection) -> bytes:
    """What a file with the database of this session would hold; temporary objects are not in it."""
    if not isinstance(connection, SqliteConnection):
        raise InternalError("only a session of SQLite has an image")
    return connection.image()


@contextmanager
def connect(
    path_or_memory: str, seconds: float = STATEMENT_SECONDS, *, content: bytes = b""
) -> Iterator[Connection]:
    """A session on ":memory:", or one that only reads the file that must be there.

    In memory the database begins as `content`, what `image` once gave; empty when b"". Closed at
    block end. Raises DatabaseError for a file that can't be opened, or a content that is none.
    """
    in_memory = path_or_memory == MEMORY
    place = "" if in_memory else path_or_memory
    try:
        name = MEMORY if in_memory else _read_only(Path(place))
        session = sqlite3.connect(name, isolation_level=None, uri=True)
    except (sqlite3.OperationalError, OSError) as error:
        raise DatabaseError(
            "the SQLite database can't be opened",
            where=place,
            said=str(error),
            next_step="check that the file and its folder can be read",
        ) from error
    try:
        if content:
            _fill(session, content)
        yield SqliteConnection(session, seconds, place)
    finally:
        session.close()


def _fill(session: sqlite3.Connection, content: bytes) -> None:
    """By way of a second one: a deserialized database is not quite one in memory (its journal)."""
    source = sqlite3.connect(MEMORY)
    try:
        source.deserialize(content)
        source.backup(session)
    except sqlite3.Error as broken:
        raise DatabaseError("the kept SQLite database can't be read", said=str(broken)) from broken
    finally:
        source.close()


def _read_only(place: Path) -> str:
    """The URI that opens a file without writing, beside it neither."""
    if not place.is_file():
        raise DatabaseError(
            "the SQLite database does not exist",
            where=str(place),
            next_step="correct the path; in a URL, sqlite://NAME starts at the current folder "
            "and sqlite:///NAME at the root",
        )
    with place.open("rb") as opened:
        header = opened.read(20)
    # Reading in WAL mode makes a -wal and a -shm file. Where none is there nobody writes, and
    # the file can be read as one that never changes: sqlite.org/wal.html, section 5.
    alone = header[18:20] == b"\2\2" and not Path(f"{place}-wal").exists()
    return f"file:{quote(str(place))}?mode=ro{'&immutable=1' if alone else ''}"
