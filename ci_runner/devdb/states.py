"""States of a local PostgreSQL server that outlive it: each is a cluster with one database."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple
from functools import partial
from typing import TYPE_CHECKING

from ci_runner.devdb.cluster import Cluster, Programs, running
from ci_runner.devdb.databases import as_admin, copying
from ci_runner.devdb.fittings import Fittings, literal, make_extensions, make_roles
from ci_runner.devdb.server import Unportable
from ci_runner.devdb.traces import traces
from ci_runner.devdb.watchdog import USUAL, Limits
from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

if TYPE_CHECKING:
    from ci_runner.dialects.postgres.session import PostgresConnection

ROLE = "schema_ci"
CREATE_ROLE = f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
DATABASE = "schema_ci_kept"
COMMENT = "schema-ci dev database"  # of no run: it is kept

# A cluster in which only the SQL of a role without rights has run has none of these. One that has
# is not ours, whatever its signature says. Oids from 16384 on are not initdb's, and 10 is the
# superuser's, who has a password of this run where a port asks for one.
_ODDITIES = """
SELECT 'the role ' || rolname FROM pg_catalog.pg_authid
WHERE (oid >= 16384 AND rolname NOT IN ({roles}))
   OR (oid <> 10 AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls))
UNION ALL SELECT 'a password of ' || rolname FROM pg_catalog.pg_authid
WHERE oid <> 10 AND rolpassword IS NOT NULL
UNION ALL SELECT 'a membership of ' || pg_catalog.pg_get_userbyid(member)
FROM pg_catalog.pg_auth_members
WHERE (member >= 16384 OR roleid >= 16384) AND (
  admin_option OR pg_catalog.pg_get_userbyid(member) <> '{role}'
  OR pg_catalog.pg_get_userbyid(roleid) NOT IN ({roles})
)
UNION ALL SELECT 'settings of a role or database' FROM pg_catalog.pg_db_role_setting
UNION ALL SELECT 'the tablespace ' || spcname FROM pg_catalog.pg_tablespace WHERE oid >= 16384
UNION ALL SELECT 'the database ' || datname FROM pg_catalog.pg_database
WHERE oid >= 16384 AND datname NOT IN ('postgres', '{database}')
"""


@frozen
class LocalStates:
    """See ci_runner.devdb.server.Portable."""

    programs: Programs
    limits: Limits = USUAL
    fittings: Fittings = Fittings()

    @property
    def identity(self) -> str:
        return json.dumps([self.programs.identity(), astuple(self.fittings)])

    def unkept(self, connection: Connection) -> str:
        return traces(connection, COMMENT)

    @contextmanager
    def restored(self, state: bytes | None) -> Iterator[_Kept]:
        """In a cluster of its own: what is kept has not shared one with any other SQL."""
        begin = partial(make_database if state is None else refuse_oddities, self.fittings)
        with running(self.programs, state, begin, limits=self.limits) as cluster:
            if state is None and self.fittings.extensions:
                with connect(cluster.admin, dbname=DATABASE) as admin:
                    make_extensions(admin, self.fittings.extensions)
            yield _Kept(cluster, self.fittings)


class _Kept:
    """See ci_runner.devdb.server.Preserved."""

    def __init__(self, cluster: Cluster, fittings: Fittings) -> None:
        self._cluster = cluster
        self._fittings = fittings

    @contextmanager
    def session(self) -> Iterator[Connection]:
        watchdog = self._cluster.living()
        address = self._cluster.address(ROLE)
        with connect(address, dbname=DATABASE, guard=watchdog) as connection:
            yield connection

    def state(self) -> bytes:
        self._cluster.living()
        with as_admin(self._cluster.admin) as admin:
            refuse_oddities(self._fittings, admin)
        return self._cluster.pack()


def make_database(fittings: Fittings, admin: PostgresConnection) -> None:
    """And the roles: that which owns it, and those of which it is a member."""
    admin.execute(CREATE_ROLE)
    make_roles(admin, fittings.roles, ROLE)
    admin.execute(
        f"CREATE DATABASE {DATABASE} TEMPLATE template0 {fittings.options} OWNER {ROLE}"
        f"{copying(admin)}"
    )
    admin.execute(f"COMMENT ON DATABASE {DATABASE} IS '{COMMENT}'")


def refuse_oddities(fittings: Fittings, admin: PostgresConnection) -> None:
    """Raise Unportable for what no SQL of our role can have made."""
    roles = ", ".join(literal(each) for each in (ROLE, *fittings.roles))
    asked = _ODDITIES.format(roles=roles, role=ROLE, database=DATABASE)
    try:
        found = [str(what) for (what,) in admin.query(asked)]
    except StatementFailed as broken:
        raise DatabaseError(
            "the catalogue of the cluster can't be read", said=broken.failure.message
        ) from broken
    if found:
        raise Unportable(f"the cluster holds {found[0]}")
