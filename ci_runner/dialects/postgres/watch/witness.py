"""See the locks of a statement that wants no transaction: it is made to wait, and looked at.

What `CREATE INDEX CONCURRENTLY` and its like have locked is gone when they end. So other sessions
hold every table, one after the other: first in a mode in which none of them shares a table, later
as writers do. Each time that the statement has to wait for one, its locks are read, the next one
takes its place, and the first steps aside.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

from ci_runner.dialects.alongside import alongside
from ci_runner.dialects.base import Lock, StatementFailed
from ci_runner.dialects.postgres.firing import TABLE_KIND
from ci_runner.dialects.postgres.read.rows import text
from ci_runner.dialects.postgres.session import PostgresConnection
from ci_runner.dialects.postgres.watch.ours import PINNED
from ci_runner.dialects.postgres.watch.watch import spelled
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
# REINDEX CONCURRENTLY of a whole schema waits again and again.
_MOST_WAITS = 12
# What VACUUM and its like do not share a table with, and what writers hold.
_ALONE, _WRITES = "SHARE UPDATE EXCLUSIVE", "ROW EXCLUSIVE"
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

    They are those that it held or asked for whenever it waited; none where it never did.
    """
    with ExitStack() as stack:
        looking = _looking(stack, connection)
        if looking is None:
            yield frozenset
            return
        stack.enter_context(_patient(connection))
        with alongside(partial(looking.look, connection.process), looking.ended):
            yield lambda: frozenset(looking.seen)


def _looking(stack: ExitStack, connection: PostgresConnection) -> _Looking | None:
    """Sessions to hold the tables and one to look from, the first of them at work; or None.

    A server that has no room for three more sessions, or nothing to wait for, is no fault.
    """
    try:
        first, next_one, observer = (stack.enter_context(connection.beside()) for _ in range(3))
        for each in (first, next_one, observer):
            each.execute(f"SET search_path = {PINNED}")
        tables = tuple(text(name) for (name,) in observer.query(_TABLES))
    except DatabaseError:
        return None
    if not tables or len(tables) > _MOST_TABLES:
        return None
    # Where somebody else holds one of them the locks stay unseen.
    if not any(_holds(first, tables, mode) for mode in (_ALONE, _WRITES)):
        return None
    return _Looking(observer, first, next_one, tables)


def _holds(session: PostgresConnection, tables: Sequence[str], mode: str) -> bool:
    """Whether the session holds every table, in a transaction that stays open."""
    try:
        session.execute("BEGIN; SET LOCAL lock_timeout = '1s'")
        session.execute(f"LOCK TABLE {', '.join(tables)} IN {mode} MODE")
    except StatementFailed:
        session.execute("ROLLBACK")
        return False
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


@dataclass
class _Looking:
    """`holding` has every table, `spare` none; `seen` are locks of the statement so far."""

    observer: PostgresConnection
    holding: PostgresConnection
    spare: PostgresConnection
    tables: Sequence[str]
    seen: set[Lock] = field(default_factory=set)
    ended: threading.Event = field(default_factory=threading.Event)

    def look(self, process: int) -> None:
        """Until the statement ends. Whoever waits for it is told when a server is lost."""
        with suppress(DatabaseError, StatementFailed):
            self._until_the_end(_LOCKS.format(kind=TABLE_KIND, process=process))
        # Also where the look failed: the statement must not wait for ever.
        for each in (self.holding, self.spare):
            with suppress(DatabaseError, StatementFailed):
                if each.in_transaction:
                    each.execute("ROLLBACK")

    def _until_the_end(self, query: str) -> None:
        waits = 0
        while waits < _MOST_WAITS and not self.ended.wait(_EVERY_SECONDS):
            rows = self.observer.query(query)
            if all(granted for granted, *_ in rows):
                continue
            waits += 1
            for _, kind, schema, name, mode in rows:
                if name is not None:
                    relation = Identity(text(kind), text(schema), text(name))
                    self.seen.add(Lock(relation, spelled(text(mode))))
            if not _holds(self.spare, self.tables, _WRITES):
                return  # it has a table for itself: there is no stronger lock to come
            self.holding.execute("ROLLBACK")
            self.holding, self.spare = self.spare, self.holding
