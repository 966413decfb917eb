"""Databases of our own on a PostgreSQL server: made with a random name, dropped in the end."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from ci_runner.devdb.server import Portable, Snapshot
from ci_runner.devdb.traces import MARKER, traces
from ci_runner.dialects import dialect
from ci_runner.dialects.base import Connection, Dialect, StatementFailed
from ci_runner.dialects.postgres.connect import PostgresConnection, connect
from ci_runner.errors import DatabaseError, InternalError

_EMPTY = "template0"
_LEAVE_SECONDS = 5.0


@dataclass(frozen=True, slots=True, repr=False)
class PostgresServer:
    """`admin` may create databases; `owner` is the role that owns and uses them.

    Both are libpq connection strings and may hold a password, so they are never printed. `copying`
    is how CREATE DATABASE copies a template, " STRATEGY FILE_COPY" or "" for the server's own way.
    """

    description: str
    admin: str
    owner: str = ""
    owner_role: str = ""
    copying: str = ""
    portable: Portable | None = None

    @property
    def dialect(self) -> Dialect:
        return dialect("postgres")

    @contextmanager
    def database(self) -> Iterator[PostgresConnection]:
        """An empty database made from template0, so that nothing of the server's leaks in.

        When it cannot be dropped after an error, that error gets a note and stays the one raised.
        """
        with self.named(_EMPTY) as name, self.session(name) as connection:
            yield connection

    @contextmanager
    def snapshot(
        self, fill: Callable[[Connection], None], like: Snapshot | None = None
    ) -> Iterator[PostgresSnapshot]:
        """The template is a database like any other of ours: its random name is its secret."""
        if not isinstance(like, PostgresSnapshot | None):
            raise InternalError("a snapshot of another engine can't be copied")
        with self.named(like.template() if like else _EMPTY) as name:
            with self.session(name) as connection:
                fill(connection)
                incomplete = traces(connection)
            yield PostgresSnapshot(self, name, incomplete)

    def session(self, name: str) -> AbstractContextManager[PostgresConnection]:
        """On one of our databases, as the role that owns it."""
        return connect(self.owner or self.admin, dbname=name)

    @contextmanager
    def named(self, template: str) -> Iterator[str]:
        """The name of a database made from `template`, dropped at block end."""
        name = f"schema_ci_{secrets.token_hex(8)}"
        try:
            self._create(name, template)
            yield name
        except BaseException as first:
            try:
                self._drop(name)
            except DatabaseError as second:
                first.add_note(f"{second.what}: {second.said}")
            raise
        self._drop(name)

    def _create(self, name: str, template: str) -> None:
        owned = f" OWNER {self.owner_role}" if self.owner_role else ""
        with connect(self.admin) as admin:
            try:
                _await_nobody(admin, template)
                admin.execute(
                    f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'"
                    f"{owned}{self.copying}"
                )
                admin.execute(f"COMMENT ON DATABASE {name} IS '{MARKER}'")
            except StatementFailed as refused:
                raise DatabaseError(
                    "the dev server lets us create no database",
                    said=refused.failure.message,
                    next_step="ALTER ROLE ... CREATEDB, or leave out --dev-url",
                ) from refused

    def _drop(self, name: str) -> None:
        """On a session of its own: the one that created it may be gone by now."""
        with connect(self.admin) as admin:
            try:
                self._unsubscribe(admin, name)
                admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            except StatementFailed as refused:
                raise DatabaseError(
                    f"the dev database {name} could not be dropped",
                    said=refused.failure.message,
                    next_step=f"DROP DATABASE {name}",
                ) from refused

    def _unsubscribe(self, admin: PostgresConnection, name: str) -> None:
        """A database with subscriptions cannot be dropped; a slot that is theirs is left alone."""
        subscribed = admin.query(
            "SELECT s.subname, s.subslotname IS NULL FROM pg_catalog.pg_subscription s"
            " JOIN pg_catalog.pg_database d ON d.oid = s.subdbid"
            f" WHERE d.datname = '{name}'"
        )
        if not subscribed:
            return
        with connect(self.admin, dbname=name) as inside:
            for subscription, alone in subscribed:
                quoted = self.dialect.quote(str(subscription))
                for action in () if alone else ("DISABLE", "SET (slot_name = NONE)"):
                    inside.execute(f"ALTER SUBSCRIPTION {quoted} {action}")
                inside.execute(f"DROP SUBSCRIPTION {quoted}")


class PostgresSnapshot:
    """See ci_runner.devdb.server.Snapshot: a database that serves as template."""

    def __init__(self, server: PostgresServer, name: str, incomplete: str) -> None:
        self._server = server
        self._name = name
        self._spent = False
        self.incomplete = incomplete

    def template(self) -> str:
        """The database to copy. Raises InternalError when it is no longer what it was."""
        if self._spent:
            raise InternalError("a snapshot was copied after its last use")
        return self._name

    @contextmanager
    def copy(self) -> Iterator[PostgresConnection]:
        with (
            self._server.named(self.template()) as name,
            self._server.session(name) as connection,
        ):
            yield connection

    def last(self) -> AbstractContextManager[PostgresConnection]:
        name = self.template()
        self._spent = True
        return self._server.session(name)


def copying(admin: PostgresConnection) -> str:
    """The quicker way to copy a template on this server: what `PostgresServer.copying` says.

    Copying files forces a checkpoint, which is dear where it has to reach the disk and free where
    nothing has; the size of the template makes no difference to that (docs/benchmarks.md). Before
    PostgreSQL 15 there was no choice.
    """
    ((has_choice, durable),) = admin.query(
        "SELECT current_setting('server_version_num')::int >= 150000,"
        " current_setting('fsync')::bool"
    )
    return " STRATEGY FILE_COPY" if has_choice and not durable else ""


def _await_nobody(admin: PostgresConnection, template: str) -> None:
    """Until the session that we closed is gone: the server itself would look every 100 ms."""
    if template == _EMPTY:
        return
    deadline = time.monotonic() + _LEAVE_SECONDS
    busy = f"SELECT 1 FROM pg_catalog.pg_stat_activity WHERE datname = '{template}'"
    while admin.query(busy) and time.monotonic() < deadline:
        time.sleep(0.002)
