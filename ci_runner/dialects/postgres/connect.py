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
        try:
            result = self._session.pgconn.exec_(sql.encode())
        except psycopg.OperationalError as lost:
            raise _lost(lost) from lost
        match result.status:
            case pq.ExecStatus.COMMAND_OK | pq.ExecStatus.TUPLES_OK | pq.ExecStatus.EMPTY_QUERY:
                return Outcome(_rows(result), tuple(self._notices))
            case pq.ExecStatus.FATAL_ERROR:
                self._raise(result)
        raise StatementFailed(
            Failure("COPY from or to the client is not possible in a migration", "0A000")
        )

    def _raise(self, result: pq.abc.PGresult) -> None:
        if self._session.pgconn.status != pq.ConnStatus.OK:
            raise _lost(
                psycopg.OperationalError(_field(result, pq.DiagnosticField.MESSAGE_PRIMARY))
            )
        position = _field(result, pq.DiagnosticField.STATEMENT_POSITION)
        raise StatementFailed(
            Failure(
                _field(result, pq.DiagnosticField.MESSAGE_PRIMARY),
                _field(result, pq.DiagnosticField.SQLSTATE),
                _field(result, pq.DiagnosticField.MESSAGE_DETAIL),
                _field(result, pq.DiagnosticField.MESSAGE_HINT),
                int(position) - 1 if position else None,
            )
        )

    def query(self, sql: str) -> list[tuple[object, ...]]:
        try:
            with self._session.cursor(row_factory=tuple_row) as cursor:
                return cursor.execute(sql.encode()).fetchall()
        except psycopg.Error as failed:
            if self._session.closed:
                raise _lost(failed) from failed
            raise StatementFailed(
                Failure(failed.diag.message_primary or str(failed), failed.sqlstate or "")
            ) from failed

    @property
    def in_transaction(self) -> bool:
        return self._session.info.transaction_status != pq.TransactionStatus.IDLE

    @property
    def version(self) -> str:
        """The server's version as `server_version` says it, such as `15.18`."""
        return (self._session.info.parameter_status("server_version") or "").split(" ")[0]


def _rows(result: pq.abc.PGresult) -> int | None:
    verb = (result.command_status or b"").decode().split(" ", 1)[0]
    count = result.command_tuples
    return count if verb in _COUNTED and count is not None else None


def _field(result: pq.abc.PGresult, field: pq.DiagnosticField) -> str:
    return (result.error_field(field) or b"").decode(errors="replace")


def _lost(cause: Exception) -> DatabaseError:
    first = str(cause).strip().splitlines()
    return DatabaseError(
        "the connection to the dev database was lost",
        said=first[0] if first else "",
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
        session = psycopg.connect(conninfo, autocommit=True, connect_timeout=max(2, int(timeout)))
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
    with session:
        yield PostgresConnection(session)


def _where(conninfo: str) -> str:
    known = psycopg.conninfo.conninfo_to_dict(conninfo)
    host, port = known.get("host") or "localhost", known.get("port") or 5432
    return f"{host}:{port}/{known.get('dbname') or ''}"


def _first_line(refused: Exception) -> str:
    return next((line for line in str(refused).splitlines() if line.strip()), "").strip()
