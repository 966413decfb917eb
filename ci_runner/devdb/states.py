"""States of a local PostgreSQL server that outlive it: each is a cluster with one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ci_runner.devdb.cluster import Cluster, Programs, running
from ci_runner.devdb.databases import as_admin, copying
from ci_runner.devdb.server import Unportable
from ci_runner.devdb.traces import traces
from ci_runner.devdb.watchdog import USUAL, Limits
from ci_runner.dialects.base import Connection, StatementFailed
from ci_runner.dialects.postgres.connect import PostgresConnection, connect
from ci_runner.errors import DatabaseError
from ci_runner.frozen import frozen

ROLE = "schema_ci"
CREATE_ROLE = f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE"
DATABASE = "schema_ci_kept"
COMMENT = "schema-ci dev database"  # of no run: it is kept

# A cluster in which only the SQL of a role without rights has run has none of these. One that has
# is not ours, whatever its signature says. Oids from 16384 on are not initdb's, and 10 is the
# superuser's, who has a password of this run where a port asks for one.
_ODDITIES = f"""
SELECT 'the role ' || rolname FROM pg_catalog.pg_authid
WHERE (oid >= 16384 AND rolname <> '{ROLE}')
   OR (oid <> 10 AND (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls))
UNION ALL SELECT 'a password of ' || rolname FROM pg_catalog.pg_authid
WHERE oid <> 10 AND rolpassword IS NOT NULL
UNION ALL SELECT 'a membership of ' || member::regrole::text FROM pg_catalog.pg_auth_members
WHERE member >= 16384 OR roleid >= 16384
UNION ALL SELECT 'settings of a role or database' FROM pg_catalog.pg_db_role_setting
UNION ALL SELECT 'the tablespace ' || spcname FROM pg_catalog.pg_tablespace WHERE oid >= 16384
UNION ALL SELECT 'the database ' || datname FROM pg_catalog.pg_database
WHERE oid >= 16384 AND datname NOT IN ('postgres', '{DATABASE}')
"""


@frozen
class LocalStates:
    """See ci_runner.devdb.server.Portable."""

    programs: Programs
    limits: Limits = USUAL

    @property
    def identity(self) -> str:
        return self.programs.identity()

    def unkept(self, connection: Connection) -> str:
        return traces(connection, COMMENT)

    @contextmanager
    def restored(self, state: bytes | None) -> Iterator[_Kept]:
        """In a cluster of its own: what is kept has not shared one with any other SQL."""
        begin = make_database if state is None else refuse_oddities
        with running(self.programs, state, begin, limits=self.limits) as cluster:
            yield _Kept(cluster)


class _Kept:
    """See ci_runner.devdb.server.Preserved."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    @contextmanager
    def session(self) -> Iterator[Connection]:
        watchdog = self._cluster.living()
        address = self._cluster.address(ROLE)
        with connect(address, dbname=DATABASE, guard=watchdog) as connection:
            yield connection

    def state(self) -> bytes:
        self._cluster.living()
        with as_admin(self._cluster.admin) as admin:
            refuse_oddities(admin)
        return self._cluster.pack()


def make_database(admin: PostgresConnection) -> None:
    """And the role that owns it."""
    admin.execute(CREATE_ROLE)
    admin.execute(
        f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8' OWNER {ROLE}"
        f"{copying(admin)}"
    )
    admin.execute(f"COMMENT ON DATABASE {DATABASE} IS '{COMMENT}'")


def refuse_oddities(admin: PostgresConnection) -> None:
    """Raise Unportable for what no SQL of our role can have made."""
    try:
        found = [str(what) for (what,) in admin.query(_ODDITIES)]
    except StatementFailed as broken:
        raise DatabaseError(
            "the catalogue of the cluster can't be read", said=broken.failure.message
        ) from broken
    if found:
        raise Unportable(f"the cluster holds {found[0]}")
