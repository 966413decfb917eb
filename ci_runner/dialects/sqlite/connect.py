"""Open a SQLite database in process, shut off from every other file, and bounded in time and size.

It runs on a thread of its own: SQLite looks at the clock between two instructions only, and one of
them can take for ever (a LIKE on a long text). Then that thread is left behind, and we go on.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from ci_runner.dialects.base import Connection, Failure, Outcome, StatementFailed
from ci_runner.dialects.guard import raise_it, stopped
from ci_runner.dialects.sqlite.engine import DoesNotComeBack, Engine
from ci_runner.errors import DatabaseError, InternalError, SqlError

T = TypeVar("T")

MEMORY = ":memory:"
STATEMENT_SECONDS = 300.0
MEGABYTES = 2048
_GRACE_SECONDS = 2.0
# Which knows pragma_table_list: sqlite.org/releaselog/3_37_0.html
_OLDEST = (3, 37)
# No value in a migration is longer than the longest file; the engine's own limit is 1 GB.
_LONGEST_VALUE = 64 * 2**20
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
    "temp_store": "what is temporary would go to files without a limit",
}
_DENIED_FUNCTIONS = {
    "load_extension": "no extension may be loaded",
    # sqlite.org/fts3.html, section 8.1: its argument is a pointer that the engine jumps to.
    "fts3_tokenizer": "no tokenizer may be registered",
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
        elif action == sqlite3.SQLITE_FUNCTION:
            self.reason = _DENIED_FUNCTIONS.get((second or "").lower(), "")
        return sqlite3.SQLITE_DENY if self.reason else sqlite3.SQLITE_OK


class SqliteConnection:
    """One session in autocommit mode. A statement past `seconds` is stopped and has failed.

    Past `until`, which time.monotonic() tells, every statement raises SqlError.
    """

    def __init__(
        self,
        session: sqlite3.Connection,
        seconds: float = STATEMENT_SECONDS,
        place: str = "",
        until: float = math.inf,
    ) -> None:
        self._session = session
        self._place = place
        self._seconds = seconds
        self._until = until
        self._deadline = 0.0
        self._guard = _Guard()
        self._engine = Engine()
        session.set_authorizer(self._guard)
        session.set_progress_handler(self._is_late, _BETWEEN_LOOKS)
        session.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        self._opened_with = self._in_time(lambda: self._switches(_SWITCHES))

    def execute(self, sql: str) -> Outcome:
        def run() -> tuple[int, int]:
            cursor = self._session.execute(sql)
            answered = sum(1 for _ in cursor)  # counted, not kept: there may be no end of them
            return cursor.rowcount, answered

        touched, answered = self._in_time(run)
        return Outcome(touched if touched >= 0 else answered or None)

    def query(self, sql: str) -> list[tuple[object, ...]]:
        return self._in_time(lambda: self._session.execute(sql).fetchall())

    def query_all(self, several: Sequence[str]) -> list[list[tuple[object, ...]]]:
        return [self.query(each) for each in several]

    def image(self) -> bytes:
        """What a file with this database would hold: nothing before the first write."""
        is_empty = self.query("PRAGMA page_count") == [(0,)]
        return b"" if is_empty else self._in_time(self._session.serialize)

    def fill(self, content: bytes) -> None:
        """Begin with what `image` gave. Raises DatabaseError for what is none."""
        self._in_time(lambda: _fill(self._session, content))

    def reset(self) -> None:
        now = self._in_time(lambda: self._switches(self._opened_with))
        for name, value in self._opened_with.items():
            if now[name] != value:
                self.execute(f"PRAGMA {name} = {value}")

    def close(self) -> None:
        """A session whose engine does not come back ends with the process."""
        self._session.interrupt()
        if self._engine.end(_GRACE_SECONDS):
            self._session.close()

    def _switches(self, names: Iterable[str]) -> dict[str, object]:
        """What each is set to; one that this SQLite does not know has no value."""
        return {
            name: value for name in names for (value,) in self._session.execute(f"PRAGMA {name}")
        }

    @property
    def in_transaction(self) -> bool:
        return self._session.in_transaction

    def _is_late(self) -> bool:
        return time.monotonic() > self._deadline

    def _in_time(self, work: Callable[[], T]) -> T:
        """Start the clock, and turn SQLite's errors into ours."""
        self._guard.reason = ""
        now = time.monotonic()
        if now > self._until:
            raise self._out_of_time()
        self._deadline = min(now + self._seconds, self._until)
        try:
            return self._engine.run(work, self._deadline - now + _GRACE_SECONDS)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise self._as_ours(error) from error
        except MemoryError as error:
            raise StatementFailed(
                Failure("the statement needs too much memory", hint=raise_it("dev.megabytes"))
            ) from error
        except DoesNotComeBack as stuck:
            raise SqlError(
                f"the dev database was given up: a statement ran longer than {self._seconds:g}"
                " seconds and could not be stopped",
                next_step=raise_it("dev.statement-seconds"),
            ) from stuck

    def _as_ours(self, error: Exception) -> Exception:
        code = str(getattr(error, "sqlite_errorname", ""))
        for lost, next_step in _LOST.items():
            if code.startswith(lost):
                return DatabaseError(
                    "the SQLite database can't be read",
                    where=self._place,
                    said=f"{error} ({code})",
                    next_step=next_step,
                )
        if code != "SQLITE_INTERRUPT":
            reason = self._guard.reason
            return StatementFailed(Failure(f"{error}: {reason}" if reason else str(error), code))
        if time.monotonic() > self._until:
            return self._out_of_time()
        return StatementFailed(stopped(self._seconds))

    def _out_of_time(self) -> SqlError:
        return SqlError(
            "the work on the dev database took too long", next_step=raise_it("dev.total-seconds")
        )


def image(connection: Connection) -> bytes:
    """What a file with the database of this session would hold; temporary objects are not in it."""
    if not isinstance(connection, SqliteConnection):
        raise InternalError("only a session of SQLite has an image")
    return connection.image()


@contextmanager
def connect(
    path_or_memory: str,
    seconds: float = STATEMENT_SECONDS,
    *,
    until: float = math.inf,
    megabytes: int = MEGABYTES,
    content: bytes = b"",
) -> Iterator[Connection]:
    """A session on ":memory:", or one that only reads the file that must be there.

    In memory the database begins as `content`, what `image` once gave; empty when b"".
    `megabytes` (MiB) is all that SQLite may hold in this process, what is temporary included: the
    engine lets nobody raise it once it is set. See SqliteConnection for `seconds` and `until`.
    Closed at block end. Raises DatabaseError for a file that can't be opened, a content that is
    none, and a library that is too old.
    """
    demand()
    in_memory = path_or_memory == MEMORY
    place = "" if in_memory else path_or_memory
    try:
        name = MEMORY if in_memory else _read_only(Path(place))
        session = sqlite3.connect(name, isolation_level=None, uri=True, check_same_thread=False)
        session.execute(f"PRAGMA hard_heap_limit = {megabytes * 2**20}")
        session.execute("PRAGMA temp_store = memory")
    except (sqlite3.OperationalError, OSError) as error:
        raise DatabaseError(
            "the SQLite database can't be opened",
            where=place,
            said=str(error),
            next_step="check that the file and its folder can be read",
        ) from error
    connection = SqliteConnection(session, seconds, place, until)
    try:
        if content:
            connection.fill(content)
        yield connection
    finally:
        connection.close()


@contextmanager
def scratch() -> Iterator[Connection]:
    """An empty database in memory, within what this process may hold already."""
    session = sqlite3.connect(MEMORY, isolation_level=None, check_same_thread=False)
    connection = SqliteConnection(session)
    try:
        yield connection
    finally:
        connection.close()


def demand(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> None:
    """Raises DatabaseError for a library that can't be asked what a schema holds."""
    if version < _OLDEST:
        raise DatabaseError(
            f"this Python's SQLite is {'.'.join(map(str, version))}: it is too old",
            next_step="run schema-ci on a Python that was built with SQLite 3.37 or newer, such as "
            "Debian 12's or python.org's; what production runs may be older: [lint.assume] version",
        )


def _fill(session: sqlite3.Connection, content: bytes) -> None:
    """By way of a second one: a deserialized database is not quite one in memory (its journal)."""
    source = sqlite3.connect(MEMORY)
    try:
        source.deserialize(content)
        source.backup(session)
    except (sqlite3.Error, MemoryError) as broken:
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
