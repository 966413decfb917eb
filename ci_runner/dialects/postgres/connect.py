"""A session with PostgreSQL over psycopg 3, on the simple query protocol that psql speaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import pq
from psycopg.rows import tuple_row

from ci_runner.dialects.base import Failure, Outcome, StatementFailed
from ci_runner.errors import DatabaseError

_COUNTED = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "COPY"})


class PostgresConnection:
    """See ci_runner.dialects.base.Connection."""

    def __init__(self, session: psycopg.Connection[tuple[object, ...]]) -> None:
        self._session = session
        self._notices: list[str] = []
        session.add_notice_handler(self._notice)

    def _notice(self, diagnostic: psycopg.errors.Diagnostic) -> None:
        self._notices.append(diagnostic.message_primary or "")

    def execute(self, sql: str) -> Outcome:
        self._notices.clear()
        with self._session.cursor() as cursor:
            self._run(cursor, sql)
            result = cursor.pgresult
            return Outcome(_rows(result) if result else None, tuple(self._notices))

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with self._session.cursor(row_factory=tuple_row) as cursor:
            self._run(cursor, sql)
            return cursor.fetchall()

    def _run(self, cursor: psycopg.Cursor[tuple[object, ...]], sql: str) -> None:
        """Wait as psycopg does: libpq's PQexec would hold back signals until the server answers."""
        try:
            cursor.execute(sql.encode())
        except psycopg.Error as failed:
            if self._session.closed:
                raise _lost(failed) from failed
            if cursor.pgresult is None and not failed.sqlstate:
                self._leave_copy()
                raise StatementFailed(
                    Failure("COPY from or to the client is not possible in a migration", "0A000")
                ) from failed
            raise StatementFailed(_failure(failed)) from failed

    def _leave_copy(self) -> None:
        """PQexec ends a COPY that the session is in; nothing else does in a single call."""
        self._session.pgconn.exec_(b"")

    def reset(self) -> None:
        self.execute("SET SESSION AUTHORIZATION DEFAULT; RESET ALL; DISCARD SEQUENCES")

    @property
    def in_transaction(self) -> bool:
        ended = {pq.TransactionStatus.IDLE, pq.TransactionStatus.UNKNOWN}  # UNKNOWN: lost
        return self._session.info.transaction_status not in ended

    @property
    def version(self) -> str:
        """The server's version as `server_version` says it, such as `15.18`."""
        return (self._session.info.parameter_status("server_version") or "").split(" ")[0]


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
def connect(
    conninfo: str, *, timeout: float = 5.0, dbname: str = ""
) -> Iterator[PostgresConnection]:
    """An autocommit session, closed at block end. `timeout` in seconds, for the connection only.

    Raises DatabaseError that names host and database, never the password.
    """
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
        yield PostgresConnection(session)
    finally:
        session.close()


def _where(conninfo: str) -> str:
    known = psycopg.conninfo.conninfo_to_dict(conninfo)
    host, port = known.get("host") or "localhost", known.get("port") or 5432
    return f"{host}:{port}/{known.get('dbname') or ''}"


def _first_line(refused: Exception) -> str:
    return next((line for line in str(refused).splitlines() if line.strip()), "").strip()
