"""Databases of our own on a PostgreSQL server: made with a random name, dropped in the end."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ci_runner.devdb.marker import this_run
from ci_runner.dialects import dialect
from ci_runner.dialects.base import Dialect, StatementFailed
from ci_runner.dialects.postgres.connect import PostgresConnection, connect
from ci_runner.errors import DatabaseError


@dataclass(frozen=True, slots=True, repr=False)
class PostgresServer:
    """`admin` may create databases; `owner` is the role that owns and uses them.

    Both are libpq connection strings and may hold a password, so they are never printed.
    """

    description: str
    admin: str
    owner: str = ""
    owner_role: str = ""

    @property
    def dialect(self) -> Dialect:
        return dialect("postgres")

    @contextmanager
    def database(self) -> Iterator[PostgresConnection]:
        """An empty database made from template0, so that nothing of the server's leaks in.

        When it cannot be dropped after an error, that error gets a note and stays the one raised.
        """
        name = f"schema_ci_{secrets.token_hex(8)}"
        try:
            self._create(name)
            with connect(self.owner or self.admin, dbname=name) as connection:
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
        with connect(self.admin) as admin:
            try:
                admin.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'{owned}")
                admin.execute(f"COMMENT ON DATABASE {name} IS '{this_run()}'")
            except StatementFailed as refused:
                raise DatabaseError(
                    "the dev server lets us create no database",
                    said=refused.failure.message,
                    next_step="ALTER ROLE ... CREATEDB, or leave out --dev-url",
                ) from refused

    def drop(self, name: str) -> None:
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
