"""A role of one run on a PostgreSQL server that is not ours: it may do what a migration needs."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from psycopg.conninfo import make_conninfo

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.dropped import dropped
from ci_runner.devdb.leftover import Leftover
from ci_runner.devdb.marker import parse, this_run
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.dialects.postgres.session import PostgresConnection
from ci_runner.errors import DatabaseError

_LEAD = "schema_ci_role_"
_NO_RIGHTS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
NEXT_STEP = (
    "give a role with CREATEDB and no other right; or let roles that start with"
    f" `{_LEAD}` log in with a password (pg_hba.conf); or set SCHEMA_CI_DEV_SUPERUSER=true, where"
    " SQL from a pull request may have all rights of the URL's role"
)
_OWNED = (
    "SELECT d.datname FROM pg_catalog.pg_database d JOIN pg_catalog.pg_roles r ON r.oid = d.datdba"
)
_MARKED = rf"""
SELECT r.rolname, pg_catalog.shobj_description(r.oid, 'pg_authid'), EXISTS (
    SELECT FROM pg_catalog.pg_stat_activity AS a
    WHERE a.usesysid OPERATOR(pg_catalog.=) r.oid
  )
FROM pg_catalog.pg_roles AS r
WHERE r.rolname OPERATOR(pg_catalog.~) '^{_LEAD}[0-9a-f]{{16}}$'
ORDER BY r.rolname
"""


def makes_roles(connection: PostgresConnection) -> bool:
    """Whether the role of this session may make others. Such a role has more than SQL needs."""
    ((able,),) = connection.query(
        "SELECT rolsuper OR rolcreaterole FROM pg_catalog.pg_roles WHERE rolname = current_user"
    )
    return bool(able)


@contextmanager
def own_role(address: str) -> Iterator[tuple[str, str]]:
    """(connection string, name) of a role without rights, made by that of `address`; then gone.

    Raises DatabaseError where it can't be made.
    """
    name, password = f"{_LEAD}{secrets.token_hex(8)}", secrets.token_urlsafe(18)
    with dropped(name, partial(_drop, address)):
        with connect(address) as admin:
            try:
                admin.execute(f"CREATE ROLE {name} {_NO_RIGHTS} PASSWORD '{password}'")
                admin.execute(f"COMMENT ON ROLE {name} IS '{this_run()}'")
                # Who makes a database for somebody has to be one of his.
                admin.execute(f"GRANT {name} TO CURRENT_USER")
            except StatementFailed as refused:
                raise DatabaseError(
                    "the dev server lets us make no role for the migrations",
                    said=refused.failure.message,
                    next_step=NEXT_STEP,
                ) from refused
        yield make_conninfo(address, user=name, password=password), name


def _drop(address: str, name: str) -> None:
    """With what it still owns: a database that could not be dropped while its session lived on."""
    with connect(address) as admin:
        owned = admin.query(f"{_OWNED} WHERE r.rolname = '{name}'")
    server = PostgresServer("", address)
    for (database,) in owned:
        server.drop(str(database))
    with connect(address) as admin:
        try:
            admin.execute(f"DROP ROLE IF EXISTS {name}")
        except StatementFailed as refused:
            raise DatabaseError(
                f"the role {name} could not be dropped",
                said="\n".join(filter(None, (refused.failure.message, refused.failure.detail))),
                next_step=f"DROP ROLE {name}",
            ) from refused


def leftover_roles(address: str) -> Iterator[Leftover]:
    """Roles with our kind of name and our marker, those of runs that are alive included."""
    with connect(address) as connection:
        listed = connection.query(_MARKED)
    for name, comment, in_use in listed:
        if (marker := parse(str(comment or ""))) is not None:
            remove = partial(_drop, address, str(name))
            yield Leftover(f"role {name}", marker, remove, in_use=bool(in_use))
