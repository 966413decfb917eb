"""See the locks of a statement that wants no transaction: it is made to wait once, and looked at.

What `CREATE INDEX CONCURRENTLY` and its like have locked is gone when they end. They all wait for
whoever writes to their tables, so another session does, until the locks have been read.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from ci_runner.dialects.base import Lock, StatementFailed
from ci_runner.dialects.postgres.connect import PostgresConnection
from ci_runner.dialects.postgres.firing import TABLE_KIND
from ci_runner.dialects.postgres.ours import PINNED
from ci_runner.dialects.postgres.rows import text
from ci_runner.dialects.postgres.watch import spelled
from ci_runner.errors import DatabaseError
from ci_runner.schema.model import Identity

# Each is a lock in the server's shared table, which has room for a few thousand.
_MOST_TABLES = 2_000
_TABLES = """
SELECT pg_catalog.format('ONLY %I.%I', n.nspname, c.relname)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
  AND pg_catalog.has_table_privilege(c.oid, 'UPDATE')
ORDER BY 1
"""
_LOCKS = """
SELECT l.granted, {kind}, n.nspname, c.relname, l.mode
FROM pg_catalog.pg_locks l
LEFT JOIN pg_catalog.pg_class c ON c.oid = l.relation AND l.relation >= 16384
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = {process} AND l.mode <> 'AccessShareLock'
"""
_EVERY_SECONDS = 0.002
# What refuses to run in a transaction, and what commits by itself.
_WANTS_NONE = re.compile(
    r"(?:(?:CREATE|DROP|REINDEX|ALTER)\b.*\bCONCURRENTLY\b|REINDEX\b|VACUUM\b|CLUSTER\b|CALL\b|DO\b)",
    re.IGNORECASE | re.DOTALL,
)
# A migration's own limits are for production, where nobody makes it wait for a look.
_PATIENT = "SET lock_timeout = 0; SET statement_timeout = 0"
_LIMITS = (
    "SELECT pg_catalog.current_setting('lock_timeout'),"
    " pg_catalog.current_setting('statement_timeout')"
)


def wants_none(connection: PostgresConnection, sql: str) -> bool:
    """Whether it is run outside of transactions and is of a kind that may have to be."""
    return not connection.in_transaction and _WANTS_NONE.match(sql) is not None


@contextmanager
def witness(connection: PostgresConnection) -> Iterator[Callable[[], frozenset[Lock]]]:
    """The block runs one statement outside of transactions; afterwards its locks can be asked for.

    They are those that it held or asked for when it first waited; none where it never did.
    """
    seen: set[Lock] = set()
    with ExitStack() as stack:
        beside = _beside(stack, connection)
        if beside is None:
            yield frozenset
            return
        writer, observer = beside
        stack.enter_context(_patient(connection))
        ended = threading.Event()
        looking = threading.Thread(
            target=_look, args=(connection.process, observer, writer, seen, ended), daemon=True
        )
        looking.start()
        try:
            yield lambda: frozenset(seen)
        finally:
            ended.set()
            looking.join()


def _beside(
    stack: ExitStack, connection: PostgresConnection
) -> tuple[PostgresConnection, PostgresConnection] | None:
    """A session that counts as a writer of every table, and one to look from; None for no locks.

    A server that has no room for two more sessions, or nothing to wait for, is no fault.
    """
    try:
        writer, observer = (stack.enter_context(connection.beside()) for _ in range(2))
        for each in (writer, observer):
            each.execute(f"SET search_path = {PINNED}")
        tables = [text(name) for (name,) in observer.query(_TABLES)]
    except DatabaseError:
        return None
    if not tables or len(tables) > _MOST_TABLES or not _written(writer, tables):
        return None
    return writer, observer


def _written(writer: PostgresConnection, tables: list[str]) -> bool:
    """Whether every table counts as written to, in a transaction that stays open."""
    try:
        writer.execute("BEGIN; SET LOCAL lock_timeout = '1s'")
        writer.execute(f"LOCK TABLE {', '.join(tables)} IN ROW EXCLUSIVE MODE")
    except StatementFailed:
        return False  # somebody else holds one of them: then the locks stay unseen
    return True


@contextmanager
def _patient(connection: PostgresConnection) -> Iterator[None]:
    ((lock, statement),) = connection.query(_LIMITS)
    if lock == statement == "0":
        yield
        return
    connection.execute(_PATIENT)
    try:
        yield
    finally:
        # A session that is lost has no limits to give back.
        with suppress(DatabaseError):
            connection.execute(
                f"SET lock_timeout = '{lock}'; SET statement_timeout = '{statement}'"
            )


def _look(
    process: int,
    observer: PostgresConnection,
    writer: PostgresConnection,
    seen: set[Lock],
    ended: threading.Event,
) -> None:
    """Until the statement waits or ends. Whoever waits for it is told when a server is lost."""
    query = _LOCKS.format(kind=TABLE_KIND, process=process)
    with suppress(DatabaseError, StatementFailed):
        while not ended.wait(_EVERY_SECONDS):
            rows = observer.query(query)
            if all(granted for granted, *_ in rows):
                continue
            for _, kind, schema, name, mode in rows:
                if name is not None:
                    relation = Identity(text(kind), text(schema), text(name))
                    seen.add(Lock(relation, spelled(text(mode))))
            break
    # Also where the look failed: the statement must not wait for ever.
    with suppress(DatabaseError, StatementFailed):
        writer.execute("ROLLBACK")
