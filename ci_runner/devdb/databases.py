"""Databases of our own on a PostgreSQL server: made with a random name, dropped in the end."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ci_runner.devdb.dropped import dropped
from ci_runner.devdb.fittings import Fittings, make_extensions, set_for
from ci_runner.devdb.marker import this_run
from ci_runner.devdb.prefilled import prefilled
from ci_runner.devdb.replay import Script, replay
from ci_runner.devdb.server import Portable, Snapshot
from ci_runner.devdb.traces import traces
from ci_runner.dialects import dialect
from ci_runner.dialects.base import Connection, Dialect, StatementFailed
from ci_runner.dialects.guard import UNGUARDED, Guard
from ci_runner.dialects.postgres.connect import connect
from ci_runner.dialects.postgres.read.rows import integer
from ci_runner.dialects.postgres.watch.ours import PINNED
from ci_runner.errors import DatabaseError, InternalError, SqlError

if TYPE_CHECKING:
    from ci_runner.dialects.postgres.session import PostgresConnection

_EMPTY = "template0"
_SIZE = "SELECT pg_catalog.pg_database_size(pg_catalog.current_database())"
_LEAVE_SECONDS = 5.0


@contextmanager
def as_admin(conninfo: str, dbname: str = "") -> Iterator[PostgresConnection]:
    """A session that may do more than migrations may, and so finds nothing of theirs by name."""
    with connect(conninfo, dbname=dbname) as admin:
        admin.execute(f"SET search_path = {PINNED}")
        yield admin


@dataclass(frozen=True, slots=True, repr=False)
class PostgresServer:
    """`admin` may create databases; `owner` is the role that owns and uses them.

    Both are libpq connection strings and may hold a password, so they are never printed. `guard`
    watches what the owner runs; `ending` says why it made an end of the server, None while that
    lives. `unlike` says what of the target it is to be like could not be matched. `copying` is how
    CREATE DATABASE copies a template, " STRATEGY FILE_COPY" or "" for the server's own way. Each
    new database gets `fittings`, then `setup` runs in it; `kept` are the states of such a server.
    `let_in` is what to do where the server does not let the owner in.
    """

    description: str
    admin: str
    owner: str = ""
    owner_role: str = ""
    guard: Guard = UNGUARDED
    ending: Callable[[], SqlError | None] = lambda: None
    unlike: tuple[str, ...] = ()
    shortfall: str = ""
    copying: str = ""
    fittings: Fittings = Fittings()
    setup: tuple[Script, ...] = ()
    kept: Callable[[Fittings], Portable] | None = None
    let_in: str = ""

    @property
    def dialect(self) -> Dialect:
        return dialect("postgres")

    @property
    def portable(self) -> Portable | None:
        """None too where databases have settings, which SQL of theirs may change."""
        if self.kept is None or self.fittings.settings:
            return None
        return prefilled(self.kept(self.fittings), self.setup)

    @contextmanager
    def database(self) -> Iterator[PostgresConnection]:
        """An empty database made from template0, so that nothing of the server's leaks in.

        When it cannot be dropped after an error, that error gets a note and stays the one raised.
        """
        with self._empty() as name, self.session(name) as connection:
            yield connection

    @contextmanager
    def snapshot(
        self, fill: Callable[[Connection], None], like: Snapshot | None = None
    ) -> Iterator[PostgresSnapshot]:
        """The template is a database like any other of ours: its random name is its secret."""
        if not isinstance(like, PostgresSnapshot | None):
            raise InternalError("a snapshot of another engine can't be copied")
        with self.named(like.template()) if like else self._empty() as name:
            with self.session(name) as connection:
                fill(connection)
                incomplete = traces(connection, str(this_run()))
                [(size,)] = connection.query(_SIZE)
            yield PostgresSnapshot(self, name, incomplete, integer(size))

    @contextmanager
    def session(self, name: str) -> Iterator[PostgresConnection]:
        """On one of our databases, as the role that owns it. Raises SqlError after the end."""
        if ending := self.ending():
            raise ending
        with ExitStack() as stack:
            opening = connect(self.owner or self.admin, dbname=name, guard=self.guard)
            try:
                connection = stack.enter_context(opening)
            except DatabaseError as refused:
                if not self.let_in:
                    raise
                raise DatabaseError(
                    refused.what, said=refused.said, next_step=self.let_in
                ) from refused
            yield connection

    @contextmanager
    def _empty(self) -> Iterator[str]:
        with self.named(_EMPTY) as name:
            self._furnish(name)
            yield name

    def _furnish(self, name: str) -> None:
        """Setup runs with the rights of migrations: it comes from people who may write them.

        Raises SqlError with file and line for what of it does not run.
        """
        if self.fittings.extensions or self.fittings.settings:
            with connect(self.admin, dbname=name) as admin:
                make_extensions(admin, self.fittings.extensions)
                for setting, value in self.fittings.settings:
                    set_for(admin, name, setting, value)
        if self.setup:
            with connect(self.owner or self.admin, dbname=name) as owner:
                replay(owner, self.setup)

    @contextmanager
    def named(self, template: str) -> Iterator[str]:
        """The name of a database made from `template`, dropped at block end."""
        if ending := self.ending():
            raise ending
        name = f"schema_ci_{secrets.token_hex(8)}"
        with dropped(name, self.drop):
            self._create(name, template)
            yield name

    def _create(self, name: str, template: str) -> None:
        owned = f" OWNER {self.owner_role}" if self.owner_role else ""
        with as_admin(self.admin) as admin:
            try:
                if self.owner_role:
                    # What a migration has set for its role holds in sessions still to come.
                    admin.execute(f"ALTER ROLE {self.owner_role} RESET ALL")
                _await_nobody(admin, template)
                # A copy has what its template was made with.
                options = f" {self.fittings.options}" if template == _EMPTY else ""
                admin.execute(
                    f"CREATE DATABASE {name} TEMPLATE {template}{options}{owned}{self.copying}"
                )
                admin.execute(f"COMMENT ON DATABASE {name} IS '{this_run()}'")
            except StatementFailed as refused:
                raise DatabaseError(
                    "the dev server lets us create no database",
                    said=refused.failure.message,
                    next_step="ALTER ROLE ... CREATEDB, or leave out --dev-url",
                ) from refused

    def drop(self, name: str) -> None:
        """On a session of its own: the one that created it may be gone by now."""
        if self.ending():
            return
        with as_admin(self.admin) as admin:
            try:
                self._unsubscribe(admin, name)
                self._unpin(admin, name)
                admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            except StatementFailed as refused:
                raise DatabaseError(
                    f"the dev database {name} could not be dropped",
                    said=refused.failure.message,
                    next_step=f"DROP DATABASE {name}",
                ) from refused

    def _unpin(self, admin: PostgresConnection, name: str) -> None:
        """A template cannot be dropped, and its owner may have made one of it."""
        templates = admin.query(
            f"SELECT FROM pg_catalog.pg_database d WHERE d.datname = '{name}' AND d.datistemplate"
        )
        if templates:
            admin.execute(f"ALTER DATABASE {name} IS_TEMPLATE false")

    def _unsubscribe(self, admin: PostgresConnection, name: str) -> None:
        """A database with subscriptions cannot be dropped; a slot that is theirs is left alone."""
        subscribed = admin.query(
            "SELECT s.subname, s.subslotname IS NULL FROM pg_catalog.pg_subscription s"
            " JOIN pg_catalog.pg_database d ON d.oid = s.subdbid"
            f" WHERE d.datname = '{name}'"
        )
        if not subscribed:
            return
        with as_admin(self.admin, name) as inside:
            for subscription, alone in subscribed:
                quoted = self.dialect.quote(str(subscription))
                for action in () if alone else ("DISABLE", "SET (slot_name = NONE)"):
                    inside.execute(f"ALTER SUBSCRIPTION {quoted} {action}")
                inside.execute(f"DROP SUBSCRIPTION {quoted}")


class PostgresSnapshot:
    """See ci_runner.devdb.server.Snapshot: a database that serves as template."""

    def __init__(self, server: PostgresServer, name: str, incomplete: str, size: int) -> None:
        self._server = server
        self._name = name
        self._spent = False
        self.incomplete = incomplete
        self.size = size

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
