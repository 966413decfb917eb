"""The database of a PostgreSQL server in a container whose state is kept."""

from __future__ import annotations

import secrets
from contextlib import AbstractContextManager

from ci_runner.devdb.databases import as_admin
from ci_runner.devdb.docker.postgres_place import conninfo
from ci_runner.devdb.docker.recipe import Access
from ci_runner.devdb.fittings import Fittings, make_extensions
from ci_runner.devdb.server import Unportable
from ci_runner.devdb.states import COMMENT, DATABASE, ROLE, make_database, refuse_oddities
from ci_runner.devdb.traces import traces
from ci_runner.dialects.base import Connection
from ci_runner.dialects.guard import Guard
from ci_runner.dialects.postgres.connect import connect
from ci_runner.dialects.postgres.session import PostgresConnection

_VERIFIER = f"SELECT rolpassword FROM pg_catalog.pg_authid WHERE rolname = '{ROLE}'"


class PostgresKeeper:
    """See ci_runner.devdb.docker.states.Keeper.

    A port asks for passwords, which are those of one run: no state has any.
    """

    def __init__(self, fittings: Fittings, access: Access) -> None:
        self._fittings = fittings
        self._password = secrets.token_urlsafe(18)
        self._admin = conninfo(access.place, "postgres", access.password)
        self._owner = conninfo(access.place, ROLE, self._password)
        self._verifier: object = None

    def make(self) -> None:
        with as_admin(self._admin) as admin:
            make_database(self._fittings, admin)
            self._let_in(admin)
        if self._fittings.extensions:
            with connect(self._admin, dbname=DATABASE) as admin:
                make_extensions(admin, self._fittings.extensions)

    def bring_back(self) -> None:
        with as_admin(self._admin) as admin:
            refuse_oddities(self._fittings, admin)
            self._let_in(admin)

    def session(self, guard: Guard) -> AbstractContextManager[Connection]:
        return connect(self._owner, dbname=DATABASE, guard=guard)

    def leave(self) -> None:
        with as_admin(self._admin) as admin:
            if admin.query(_VERIFIER) != self._verifier:
                raise Unportable(f"the cluster holds a password of {ROLE}")
            admin.execute("BEGIN")
            for role in ("postgres", ROLE):
                admin.execute(f"ALTER ROLE {role} PASSWORD NULL")
            refuse_oddities(self._fittings, admin)
            admin.execute("COMMIT")

    def return_to_it(self) -> None:
        with as_admin(self._admin) as admin:
            self._let_in(admin)

    def _let_in(self, admin: PostgresConnection) -> None:
        admin.execute(f"ALTER ROLE {ROLE} PASSWORD '{self._password}'")
        self._verifier = admin.query(_VERIFIER)


def unkept(connection: Connection) -> str:
    """See ci_runner.devdb.server.Portable."""
    return traces(connection, COMMENT)
