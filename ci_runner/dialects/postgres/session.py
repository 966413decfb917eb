"""A session with PostgreSQL over psycopg 3, on the simple query protocol that psql speaks."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress

import psycopg
from psycopg import generators, pq
from psycopg.abc import PQGen
from psycopg.rows import tuple_row
from psycopg.waiting import Wait

from ci_runner.dialects.base import Failure, Outcome, StatementFailed
from ci_runner.dialects.guard import STOPPED, UNGUARDED, Guard, Running
from ci_runner.errors import DatabaseError, SqlError

_COUNTED = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "COPY"})
_COPYING = frozenset({pq.ExecStatus.COPY_IN, pq.ExecStatus.COPY_OUT, pq.ExecStatus.COPY_BOTH})
_CANCEL_SECONDS = 2.0
# SQL may send notices without end; more than these are of no use to anybody.
MOST_NOTICES = 10_000
LONGEST_NOTICE = 2_000


class PostgresConnection:
    """See ci_runner.dialects.base.Connection."""

    def __init__(
        self,
        session: psycopg.Connection[tuple[object, ...]],
        conninfo: str,
        guard: Guard = UNGUARDED,
    ) -> None:
        self._session = session
        self._conninfo = conninfo
        self._guard = guard
        self._running = Running(self._cancel, self._sever, session.info.backend_pid)
        self._notices: list[str] = []
        session.add_notice_handler(self._notice)
        # With a handler psycopg keeps no notifications, of which SQL may send as many as it likes.
        session.add_notify_handler(lambda _: None)

    def _notice(self, diagnostic: psycopg.errors.Diagnostic) -> None:
        if len(self._notices) < MOST_NOTICES:
            self._notices.append((diagnostic.message_primary or "")[:LONGEST_NOTICE])

    def execute(self, sql: str) -> Outcome:
        """Rows that the server sends are counted by it and kept nowhere: there may be no end."""
        self._notices.clear()
        with self._guard.watch(self._running):
            result = self._run(sql)
        return Outcome(_rows(result) if result else None, tuple(self._notices))

    def query(self, sql: str) -> list[tuple[object, ...]]:
        (rows,) = self.query_all((sql,))
        return rows

    def query_all(self, several: Sequence[str]) -> list[list[tuple[object, ...]]]:
        try:
            with (
                self._guard.watch(self._running),
                self._in_utf8(),
                self._errors_as_ours(),
                self._session.cursor(row_factory=tuple_row) as cursor,
            ):
                cursor.execute(";\n".join(several).encode())
                rows = [_fetched(cursor)]
                while cursor.nextset():
                    rows.append(_fetched(cursor))
                return rows
        except StatementFailed as failed:
            if failed.failure.code != STOPPED:
                raise
            raise SqlError(
                "the dev database could not be read in time",
                said=str(failed.failure),
                next_step=failed.failure.hint,
            ) from failed

    @contextmanager
    def _in_utf8(self) -> Iterator[None]:
        """Answers to us are UTF-8, whatever a migration has made of client_encoding."""
        theirs = self._session.info.parameter_status("client_encoding")
        if theirs == "UTF8":
            yield
            return
        scope = "LOCAL" if self.in_transaction else "SESSION"
        self._run(f"SET {scope} client_encoding = 'UTF8'")
        yield
        self._run(f"SET {scope} client_encoding = '{theirs}'")

    def _run(self, sql: str) -> pq.abc.PGresult | None:
        """The result of the first statement in `sql`; what fails in any of them is raised.

        Waits as psycopg does: libpq's PQexec would hold back signals until the server answers.
        """
        with self._errors_as_ours():
            results = self._session.wait(_exchange(self._session.pgconn, sql.encode()))
            copying = next((each.status for each in results if each.status in _COPYING), None)
            if copying is not None:
                self._leave_copy()
                raise StatementFailed(
                    Failure("COPY from or to the client is not possible in a migration", "0A000")
                )
            for each in results:
                if each.status == pq.ExecStatus.FATAL_ERROR:
                    raise psycopg.errors.error_from_result(each, self._session.info.encoding)
        return results[0] if results else None

    @contextmanager
    def _errors_as_ours(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as failed:
            if self._session.closed:
                raise _lost(failed) from failed
            raise StatementFailed(_failure(failed)) from failed

    def _leave_copy(self) -> None:
        """PQexec ends a COPY that the session is in; one that sends without end is cancelled."""
        self._cancel()
        self._session.pgconn.exec_(b"")

    def _cancel(self) -> None:
        # One that does not get through is seen by its having no effect.
        with suppress(psycopg.Error):
            self._session.cancel_safe(timeout=_CANCEL_SECONDS)

    def _sever(self) -> None:
        """Whoever waits for the server learns that nothing more will come."""
        # The other side may have been faster.
        with (
            suppress(OSError, psycopg.Error),
            socket.socket(fileno=os.dup(self._session.fileno())) as ours,
        ):
            ours.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        self.execute("SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DISCARD SEQUENCES")

    def beside(self) -> AbstractContextManager[PostgresConnection]:
        """Another session on the same database, as the same role. Raises DatabaseError."""
        return opened(self._conninfo)

    def twin(self) -> AbstractContextManager[PostgresConnection]:
        """The same, watched by whoever watches this one. Raises DatabaseError."""
        return opened(self._conninfo, guard=self._guard)

    @property
    def process(self) -> int:
        """The server's process behind this session."""
        return self._session.info.backend_pid

    @property
    def in_transaction(self) -> bool:
        ended = {pq.TransactionStatus.IDLE, pq.TransactionStatus.UNKNOWN}  # UNKNOWN: lost
        return self._session.info.transaction_status not in ended

    @property
    def version(self) -> str:
        """The server's version as `server_version` says it, such as `15.18`."""
        return (self._session.info.parameter_status("server_version") or "").split(" ")[0]


def _exchange(session: pq.abc.PGconn, sql: bytes) -> PQGen[list[pq.abc.PGresult]]:
    """Send `sql` and read all that comes back, row by row, keeping what is no row.

    Notifications, of which there may be as many as SQL likes, are dropped as they come in.
    """
    session.send_query(sql)
    session.set_single_row_mode()
    yield from generators.send(session)
    kept: list[pq.abc.PGresult] = []
    while True:
        while session.is_busy():
            yield Wait.R
            session.consume_input()
            while session.notifies():
                pass
        result = session.get_result()
        if result is None:
            return kept
        if result.status != pq.ExecStatus.SINGLE_TUPLE:
            kept.append(result)
        if result.status in _COPYING:
            return kept


def _fetched(cursor: psycopg.Cursor[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """The rows of a result; of one that has none there is no asking."""
    result = cursor.pgresult
    return cursor.fetchall() if result and result.status == pq.ExecStatus.TUPLES_OK else []


def _rows(result: pq.abc.PGresult) -> int | None:
    verb = (result.command_status or b"").decode().split(" ", 1)[0]
    count = result.command_tuples
    return count if verb in _COUNTED and count is not None else None


def _failure(failed: psycopg.Error) -> Failure:
    said = failed.diag
    return Failure(
        said.message_primary or _first_line(failed),
        failed.sqlstate or "",
        said.message_detail or "",
        said.message_hint or "",
        int(said.statement_position) - 1 if said.statement_position else None,
    )


def _lost(cause: Exception) -> DatabaseError:
    return DatabaseError(
        "the connection to the dev database was lost",
        said=_first_line(cause),
        next_step="run again; if it happens each time, look at the server's log",
    )


@contextmanager
def opened(
    conninfo: str, *, timeout: float = 5.0, dbname: str = "", guard: Guard = UNGUARDED
) -> Iterator[PostgresConnection]:
    """See ci_runner.dialects.postgres.connect.connect."""
    try:
        if dbname:
            conninfo = psycopg.conninfo.make_conninfo(conninfo, dbname=dbname)
        session = psycopg.connect(
            conninfo,
            autocommit=True,
            prepare_threshold=None,  # a prepared statement is not the simple query protocol
            connect_timeout=max(2, int(timeout)),
            client_encoding="utf8",
        )
    except psycopg.OperationalError as refused:
        raise DatabaseError(
            "the dev database does not answer",
            where=_where(conninfo),
            said=_first_line(refused),
            next_step="start it, correct the URL, or leave out --dev-url to get one of our own",
        ) from refused
    except psycopg.ProgrammingError:
        raise DatabaseError(
            "the dev database URL cannot be read",
            said="it is not a valid PostgreSQL connection URL",
            next_step="write postgres://USER:PASSWORD@HOST:PORT/DATABASE",
        ) from None  # libpq quotes the URL, password included
    try:
        yield PostgresConnection(session, conninfo, guard)
    finally:
        session.close()


def _where(conninfo: str) -> str:
    known = psycopg.conninfo.conninfo_to_dict(conninfo)
    host, port = known.get("host") or "localhost", known.get("port") or 5432
    return f"{host}:{port}/{known.get('dbname') or ''}"


def _first_line(refused: Exception) -> str:
    return next((line for line in str(refused).splitlines() if line.strip()), "").strip()
