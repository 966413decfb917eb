"""A session with MySQL or MariaDB over PyMySQL: one statement at a time, no file of ours.

What we ourselves read goes many queries at a time over another session, which runs nothing else.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial

import pymysql
from pymysql.connections import Connection as Session
from pymysql.constants import CLIENT, SERVER_STATUS
from pymysql.cursors import SSCursor

from ci_runner.dialects.base import Failure, Outcome, StatementFailed
from ci_runner.dialects.guard import STOPPED, UNGUARDED, Guard, Running
from ci_runner.dialects.mysql.address import Address
from ci_runner.dialects.mysql.watch.place import offset
from ci_runner.errors import DatabaseError, SqlError

STATEMENT_SECONDS = 300.0
_CANCEL_SECONDS = 2.0
# Gone away, lost while it answered, never connected, and PyMySQL's own word for a closed session.
_LOST = frozenset({0, 2006, 2013, 2014, 2055})
_COUNTED = re.compile(r"(?:INSERT|UPDATE|DELETE|REPLACE|LOAD)\b", re.IGNORECASE)
# These change nothing of a session, and everything else may: SET in an executable comment, CALL.
_LEAVES_SESSION = re.compile(
    r"(?:CREATE\s+(?:UNIQUE\s+)?(?:TABLE|INDEX|VIEW)|ALTER\s+TABLE|DROP\s+(?:TABLE|INDEX|VIEW)"
    r"|INSERT|UPDATE|DELETE|SELECT)\b",
    re.IGNORECASE,
)
# What the server itself changes as statements run.
_MOVES = frozenset(
    """error_count warning_count timestamp last_insert_id identity insert_id rand_seed1 rand_seed2
    in_transaction last_gtid gtid_seq_no gtid_executed pseudo_thread_id statement_id""".split()
)
# Access denied: to a user, to a database, to a table, to what asks for a privilege.
_DENIED = frozenset({"1044", "1045", "1142", "1227"})
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")

_Beside = Callable[[], AbstractContextManager["MysqlConnection"]]


class MysqlConnection:
    """See ci_runner.dialects.base.Connection. `database` is the one that it was opened on."""

    def __init__(
        self,
        session: Session,
        database: str,
        guard: Guard = UNGUARDED,
        cancel: Callable[[], None] = lambda: None,
        beside: _Beside | None = None,
    ) -> None:
        self._session = session
        self._guard = guard
        self._running = Running(cancel, self._sever, session.thread_id())
        self._beside = beside
        self._kept = ExitStack()
        self._reader: MysqlConnection | None = None
        self._touched = False
        self._opened_with: Mapping[str, str] = {}
        self.database = database
        # What it has run, in order, for whoever asks what that can have changed; not what only
        # writes rows.
        self.journal: list[str] = []
        # Opens sessions of an account that sees what others do, on a server of our own.
        self.overseer: _Beside | None = None
        self._overseers: tuple[MysqlConnection, MysqlConnection] | None = None

    def execute(self, sql: str) -> Outcome:
        """Result sets are read to their end and not kept: there may be no end of them."""
        if _COUNTED.match(sql) is None:
            self.journal.append(sql)
        if not self._touched and _LEAVES_SESSION.match(sql) is None:
            self._opened_with = self._opened_with or self._variables()
            self._touched = True
        with self._answered(sql), self._session.cursor(SSCursor) as cursor:
            cursor.execute(sql)
            touched, warned = 0, 0
            while True:
                listed = sum(1 for _ in cursor.fetchall_unbuffered()) if cursor.description else 0
                touched += 0 if cursor.description else cursor.rowcount
                warned = cursor.warning_count
                if not cursor.nextset():
                    break
        rows = touched if _COUNTED.match(sql) else listed or None
        return Outcome(rows, self._warnings() if warned else ())

    def query(self, sql: str) -> list[tuple[object, ...]]:
        (rows,) = self.answers(sql)
        return rows

    def query_all(self, several: Sequence[str]) -> list[list[tuple[object, ...]]]:
        """On a session of its own, in which nothing that migrations have SET tells otherwise.

        Texts are bytes in UTF-8, or what a column of bytes has for a default.
        """
        if not several or self._beside is None:
            return [self.query(each) for each in several]
        if self._reader is None:
            self._reader = self._kept.enter_context(self._beside())
        return self._reader.answers(";\n".join(several))

    def overseers(self) -> tuple[MysqlConnection, MysqlConnection] | None:
        """Two sessions of the account that oversees, which wait for no lock; None without one.

        They are opened when somebody first asks for them, and end with this one.
        """
        if self._overseers is None and self.overseer is not None:
            one, other = (self._kept.enter_context(self.overseer()) for _ in range(2))
            for each in (one, other):
                each.execute("SET SESSION lock_wait_timeout = 0")
            self._overseers = one, other
        return self._overseers

    def close(self) -> None:
        """End it, and the sessions beside it."""
        self._kept.close()
        if self._session.open:
            self._session.close()

    def answers(self, sql: str) -> list[list[tuple[object, ...]]]:
        """The rows of each statement in `sql`: one, unless the session was opened to take more."""
        try:
            with self._answered(sql), self._session.cursor() as cursor:
                cursor.execute(sql)
                found = [list(cursor.fetchall())]
                while cursor.nextset():
                    found.append(list(cursor.fetchall()))
                return found
        except StatementFailed as failed:
            if failed.failure.code != STOPPED:
                raise
            raise SqlError(
                "the dev database could not be read in time",
                said=str(failed.failure),
                next_step=failed.failure.hint,
            ) from failed

    def _sever(self) -> None:
        """Whoever waits for the server learns that nothing more will come."""
        # The other side may have been faster.
        with suppress(OSError, AttributeError):
            self._session._sock.shutdown(socket.SHUT_RDWR)  # noqa: SLF001 - PyMySQL names no other

    def _warnings(self) -> tuple[str, ...]:
        return tuple(str(message) for _, _, message in self.query("SHOW WARNINGS"))

    @contextmanager
    def _answered(self, sql: str) -> Iterator[None]:
        """One statement, watched; PyMySQL's errors become ours."""
        with self._guard.watch(self._running), self._errors_as_ours(sql):
            yield

    @contextmanager
    def _errors_as_ours(self, sql: str) -> Iterator[None]:
        try:
            yield
        except pymysql.MySQLError as failed:
            failure = _failure(failed, sql)
            if not self._session.open or int(failure.code or 0) in _LOST:
                raise _lost(failure.message) from failed
            self._session.query("DO 0")  # an error tells no transaction state, and this does
            raise StatementFailed(failure) from failed
        except RuntimeError as refused:
            # PyMySQL's answer to a server that asks for a file of ours: the session is out of step.
            self._session.close()
            raise _lost(str(refused)) from refused

    def reset(self) -> None:
        if not self._touched:
            return
        if self.database:
            self.execute(f"USE `{self.database.replace('`', '``')}`")
        now = self._variables()
        changed = {
            name: value for name, value in self._opened_with.items() if now.get(name) != value
        }
        if changed:
            listed = ", ".join(f"{name} = {_value(value)}" for name, value in changed.items())
            self.execute(f"SET SESSION {listed}")
        self._touched = False

    def _variables(self) -> Mapping[str, str]:
        rows = self.query("SHOW SESSION VARIABLES")
        return {str(name): str(value) for name, value in rows if name not in _MOVES}

    @property
    def process(self) -> int:
        """The server's number of this session."""
        return int(self._session.thread_id())

    @property
    def in_transaction(self) -> bool:
        status: int = self._session.server_status
        return bool(self._session.open and status & SERVER_STATUS.SERVER_STATUS_IN_TRANS)

    @property
    def version(self) -> str:
        """The server's version, such as `10.11.14-MariaDB` or `8.4.3`.

        MariaDB before 11 says 5.5.5 first, for old replicas: mariadb.com/kb, Understanding
        MariaDB Version Numbers.
        """
        return str(self._session.get_server_info()).removeprefix("5.5.5-")

    @property
    def title(self) -> str:
        """`MariaDB 10.11.14` or `MySQL 8.4.3`."""
        flavour = "MariaDB" if "mariadb" in self.version.lower() else "MySQL"
        return f"{flavour} {self.version.split('-')[0]}"


def _value(value: str) -> str:
    quoted = "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    return value if _NUMBER.fullmatch(value) else quoted


def _failure(failed: pymysql.MySQLError, sql: str) -> Failure:
    code, message = failed.args if len(failed.args) == 2 else (0, str(failed))
    hint = (
        "migrations run as the owner of one database; SCHEMA_CI_DEV_SUPERUSER=true lets them run as"
        " root on a dev server of our own"
    )
    denied = str(code) in _DENIED
    failure = Failure(" ".join(str(message).split()), str(code), hint=hint if denied else "")
    return replace(failure, offset=offset(int(code), str(message), sql))


def _lost(said: str) -> DatabaseError:
    if "timed out" in said:
        return DatabaseError(
            "a statement ran longer than the dev database allows",
            said=said,
            next_step="split it, or run it outside of migrations",
        )
    return DatabaseError(
        "the connection to the dev database was lost",
        said=said,
        next_step="run again; if it happens each time, look at the server's log",
    )


@contextmanager
def connect(
    where: Address,
    *,
    timeout: float = 5.0,
    seconds: float = STATEMENT_SECONDS,
    guard: Guard = UNGUARDED,
    session: Sequence[str] = (),
) -> Iterator[MysqlConnection]:
    """An autocommit session in utf8mb4, closed at block end.

    It begins with the assignments `session`. `timeout` in seconds is for the connection; `seconds`
    for one statement, where no `guard` watches it. TLS is used where the server has it. Raises
    DatabaseError that names host and database, never the password.
    """
    patience = seconds if guard is UNGUARDED else None

    @contextmanager
    def opened(more: Mapping[str, object], beside: _Beside | None) -> Iterator[MysqlConnection]:
        session = _open(where, timeout, patience, more)
        cancel = partial(_cancel, where, session.thread_id())
        connection = MysqlConnection(session, where.database, guard, cancel, beside)
        try:
            yield connection
        finally:
            connection.close()

    reader = {
        "client_flag": CLIENT.MULTI_STATEMENTS,
        "use_unicode": False,
        "init_command": "SET SESSION sql_mode = '', sql_quote_show_create = 1",
    }
    assigned = {"init_command": f"SET SESSION {', '.join(session)}" if session else None}
    with opened(assigned, partial(opened, reader, None)) as connection:
        yield connection


def _open(
    where: Address, timeout: float, patience: float | None, more: Mapping[str, object]
) -> Session:
    """`more` are arguments of PyMySQL's. Raises DatabaseError."""
    try:
        if where.socket:
            _knock(where.socket, timeout)
        return pymysql.connect(
            user=where.user,
            password=where.password,
            host=where.host,
            port=where.port,
            unix_socket=where.socket or None,
            database=where.database or None,
            charset="utf8mb4",
            autocommit=True,
            local_infile=False,
            # A socket of this machine needs no TLS, and to read the certificates takes a while.
            ssl_disabled=bool(where.socket),
            connect_timeout=timeout,
            read_timeout=patience,
            write_timeout=patience,
            **more,
        )
    except (pymysql.MySQLError, OSError, RuntimeError) as refused:
        raise DatabaseError(
            "the dev database does not answer",
            where=str(where),
            said=str(refused.args[-1]) if refused.args else "",
            next_step="start it, correct the URL, or leave out --dev-url to get one of our own",
        ) from refused


def _cancel(where: Address, process: int) -> None:
    """Stop what the session `process` runs, from another session of the same account."""
    # One that does not get through is seen by its having no effect.
    with suppress(DatabaseError, StatementFailed), connect(where, timeout=_CANCEL_SECONDS) as other:
        other.execute(f"KILL QUERY {process}")


def _knock(path: str, timeout: float) -> None:
    """Raise OSError where nobody listens: PyMySQL would leave its own socket open."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as opened:
        opened.settimeout(timeout)
        opened.connect(path)
