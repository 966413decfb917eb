"""Databases of our own on a PostgreSQL server: made with a random name, dropped in the end."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ci_runner.devdb.marker import this_run
from ci_runner.dialects import dialect
from ci_runner.dialects.base import Dialect, StatementFailed
from ci_runner.dialects.guard import UNGUARDED, Guard
from ci_runner.dialects.postgres.connect import PostgresConnection, connect
from ci_runner.dialects.postgres.ours import PINNED
from ci_runner.errors import DatabaseError, SqlError


@contextmanager
def _as_admin(conninfo: str, dbname: str = "") -> Iterator[PostgresConnection]:
    """A session that may do more than migrations may, and so finds nothing of theirs by name."""
    with connect(conninfo, dbname=dbname) as admin:
        admin.execute(f"SET search_path = {PINNED}")
        yield admin


def _leave_empty(database: str) -> None:
    del database


@dataclass(frozen=True, slots=True, repr=False)
class PostgresServer:
    """`admin` may create databases; `owner` is the role that owns and uses them.

    Both are libpq connection strings and may hold a password, so they are never printed. `options`
    belong to CREATE DATABASE, `prepare` is called with the name of each database before it is
    handed out; `unlike` says what of the target it is to be like could not be matched. `guard`
    watches what the owner runs; `ending` says why it made an end of the server, None while that
    lives.
    """

    description: str
    admin: str
    owner: str = ""
    owner_role: str = ""
    options: str = "ENCODING 'UTF8'"
    prepare: Callable[[str], None] = _leave_empty
    unlike: tuple[str, ...] = ()
    shortfall: str = ""
    guard: Guard = UNGUARDED
    ending: Callable[[], SqlError | None] = lambda: None

    @property
    def dialect(self) -> Dialect:
        return dialect("postgres")

    @contextmanager
    def database(self) -> Iterator[PostgresConnection]:
        """An empty database made from template0, so that nothing of the server's leaks in.

        When it cannot be dropped after an error, that error gets a note and stays the one raised.
        """
        if ending := self.ending():
            raise ending
        name = f"schema_ci_{secrets.token_hex(8)}"
        try:
            self._create(name)
            self.prepare(name)
            with connect(self.owner or self.admin, dbname=name, guard=self.guard) as connection:
                yield connection
        except BaseException as first:
            try:
                self.drop(name)
            except DatabaseError as second:
                first.add_note(f"{second.what}: {second.said}")
            raise
        self.drop(name)

    def _create(self, name: str) -> None:
        owned = f" OWNER {self.owner_role}" if self.owner_role else ""
        with _as_admin(self.admin) as admin:
            try:
                if self.owner_role:
                    # What a migration has set for its role holds in sessions still to come.
                    admin.execute(f"ALTER ROLE {self.owner_role} RESET ALL")
                admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 {self.options}{owned}")
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
        with _as_admin(self.admin) as admin:
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
        with _as_admin(self.admin, name) as inside:
            for subscription, alone in subscribed:
                quoted = self.dialect.quote(str(subscription))
                for action in () if alone else ("DISABLE", "SET (slot_name = NONE)"):
                    inside.execute(f"ALTER SUBSCRIPTION {quoted} {action}")
                inside.execute(f"DROP SUBSCRIPTION {quoted}")
