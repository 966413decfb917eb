"""See the metadata locks of a statement: it is made to wait for a reader once, and looked at.

What changes a table commits by itself, and its locks are gone when it ends. So another session
reads the tables that it names, in a transaction that stays open: before the statement is done it
wants a lock that no reader shares. In that moment its locks are read and the reader steps aside.

Only a server of our own is looked at so: the account that may see them is not the migration's.
mariadb.com/kb, Metadata Locking and METADATA_LOCK_INFO; dev.mysql.com, The metadata_locks Table.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from ci_runner.dialects.alongside import alongside
from ci_runner.dialects.base import Connection, Lock, StatementFailed
from ci_runner.dialects.mysql.connect import MysqlConnection
from ci_runner.dialects.mysql.parse.statement import parse
from ci_runner.dialects.mysql.parse.tokens import tokenize, verb
from ci_runner.dialects.mysql.quote import literal, quote
from ci_runner.dialects.mysql.read.rows import text
from ci_runner.dialects.operations import Target
from ci_runner.errors import DatabaseError
from ci_runner.schema.model import Identity

_VERBS = frozenset("ALTER ANALYZE CREATE DROP LOCK OPTIMIZE RENAME REPAIR TRUNCATE".split())
# It says itself how long it waits: then nobody makes it wait.
_IMPATIENT = frozenset({"NOWAIT", "WAIT"})
_PATIENCE_SECONDS = 5
_FIRST_SECONDS = 0.0005
_EVERY_SECONDS = 0.005
_MOST_TABLES = 8
_WAITS = """
SELECT 1 FROM information_schema.PROCESSLIST
WHERE ID = {process} AND STATE LIKE 'Waiting for % metadata lock'
"""
_MARIA = """
SELECT LOCK_TYPE, LOCK_MODE, TABLE_NAME FROM information_schema.METADATA_LOCK_INFO
WHERE THREAD_ID = {process} AND TABLE_SCHEMA = {database}
"""
# What it waits for is listed as PENDING there.
_MYSQL = """
SELECT l.OBJECT_TYPE, l.LOCK_TYPE, l.OBJECT_NAME FROM performance_schema.metadata_locks l
JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID
WHERE t.PROCESSLIST_ID = {process} AND l.OBJECT_SCHEMA = {database}
"""
# `Table metadata lock` of MariaDB, `TABLE` of MySQL.
_KINDS = ("table", "trigger", "procedure", "function", "event")
EXCLUSIVE = "EXCLUSIVE"
# The copy of a table that the server makes to change it, which nobody else knows.
_MADE_MEANWHILE = "#sql"


@contextmanager
def metadata_locks(connection: Connection, sql: str) -> Iterator[Callable[[], frozenset[Lock]]]:
    """The block runs one statement; afterwards the locks can be asked for that it held or wanted.

    They are those of the moment in which it first waited; none where it never did.
    """
    looking = _looking(connection, sql)
    if looking is None:
        yield frozenset
        return
    with alongside(looking.look, looking.ended):
        yield lambda: frozenset(looking.seen)


def _looking(connection: Connection, sql: str) -> _Looking | None:
    """None where nobody is to wait, and where no account or no plugin lets us see what waits."""
    if not isinstance(connection, MysqlConnection) or connection.overseer is None:
        return None
    if verb(sql) not in _VERBS or _IMPATIENT & {token.word for token in tokenize(sql)}:
        return None
    named = _named(sql, connection.database)
    if not named or not _is_patient(connection):
        return None
    with suppress(DatabaseError, StatementFailed):
        if overseers := connection.overseers():
            return _held_up(connection, *overseers, named)
    return None


def _is_patient(connection: MysqlConnection) -> bool:
    ((seconds,),) = connection.query("SELECT @@SESSION.lock_wait_timeout")
    return int(text(seconds)) >= _PATIENCE_SECONDS


def _held_up(
    connection: MysqlConnection,
    reader: MysqlConnection,
    observer: MysqlConnection,
    named: Sequence[str],
) -> _Looking | None:
    """Where `reader` could read a table that is named, for which the statement has to wait then."""
    if "mariadb" in observer.version.lower():
        _demand_plugin(observer)
    reader.execute("BEGIN")
    tables = [name for name in named if _is_table(observer, connection.database, name)]
    read = tuple(name for name in tables if _reads(reader, name))
    return _Looking(connection, reader, observer, read) if read else None


def _named(sql: str, database: str) -> tuple[str, ...]:
    """The tables of this database that the statement speaks of."""
    targets = [
        target
        for operation in parse(sql)
        for field_ in ("table", "references", "partition_of")
        if isinstance(target := getattr(operation, field_, None), Target)
    ]
    names = dict.fromkeys(each.name for each in targets if each.schema in {"", database})
    return tuple(names)[:_MOST_TABLES]


def _demand_plugin(observer: MysqlConnection) -> None:
    """Raises StatementFailed where the server has none."""
    try:
        observer.query("SELECT 1 FROM information_schema.METADATA_LOCK_INFO LIMIT 0")
    except StatementFailed:
        observer.execute("INSTALL SONAME 'metadata_lock_info'")


def _is_table(observer: MysqlConnection, database: str, name: str) -> bool:
    """A view is never read: it may call what a migration has written, here with all rights."""
    found = observer.query(
        "SELECT 1 FROM information_schema.TABLES WHERE TABLE_TYPE = 'BASE TABLE'"
        f" AND TABLE_SCHEMA = {literal(database)} AND TABLE_NAME = {literal(name)}"
    )
    return bool(found)


def _reads(session: MysqlConnection, table: str) -> bool:
    """Whether the session can read the table now. In a transaction it goes on reading it."""
    with suppress(StatementFailed):
        session.query(f"SELECT 1 FROM {quote(table)} LIMIT 0")
        return True
    return False


@dataclass
class _Looking:
    """`reader` has the tables `read`; `seen` are locks of `connection`'s statement."""

    connection: MysqlConnection
    reader: MysqlConnection
    observer: MysqlConnection
    read: Sequence[str]
    seen: set[Lock] = field(default_factory=set)
    ended: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Until the statement waits or ends. Whoever waits for it is told of a server's end."""
        with suppress(DatabaseError, StatementFailed):
            self._until_it_waits()
        # Also where the look failed: the statement must not wait for ever.
        with suppress(DatabaseError, StatementFailed):
            self.reader.execute("ROLLBACK")

    def _until_it_waits(self) -> None:
        maria = "mariadb" in self.observer.version.lower()
        process = self.connection.process
        place = {"process": process, "database": literal(self.connection.database)}
        pause = _FIRST_SECONDS
        while not self.ended.wait(pause):
            pause = min(2 * pause, _EVERY_SECONDS)
            if not self.observer.query(_WAITS.format(**place)):
                continue
            rows = self.observer.query((_MARIA if maria else _MYSQL).format(**place))
            for kind, mode, name in rows:
                sort = text(kind).split(" ")[0].lower()
                if sort in _KINDS and not text(name).startswith(_MADE_MEANWHILE):
                    self.seen.add(Lock(Identity(sort, "", text(name)), _spelled(text(mode))))
            # MariaDB lists what is held. A table that is wanted alone lets no new reader in.
            wanted = (name for name in self.read if maria and not _reads(self.observer, name))
            self.seen |= {Lock(Identity("table", "", name), EXCLUSIVE) for name in wanted}
            return


def _spelled(mode: str) -> str:
    """`MDL_SHARED_NO_WRITE` in words."""
    return mode.removeprefix("MDL_").replace("_", " ")
