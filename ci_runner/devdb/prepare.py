"""Make a PostgreSQL server ready: roles on it, extensions and setup in each of its databases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.fittings import available, make_roles, quoted
from ci_runner.devdb.likeness import likeness
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.target import read_target
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError

# Membership would let a migration drop what the role owns, REASSIGN OWNED of databases included.
_HARMLESS = """
SELECT r.rolname FROM pg_catalog.pg_roles AS r
WHERE NOT (r.rolsuper OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication OR r.rolbypassrls)
  AND r.rolname OPERATOR(pg_catalog.!~) '^pg_'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_auth_members AS m WHERE m.member = r.oid)
  AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_shdepend AS d
    WHERE d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND d.refobjid = r.oid
  )
  AND (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)
"""


def prepared(server: PostgresServer, wishes: Preparation, *, ours: bool) -> PostgresServer:
    """`server`, whose databases hold what `wishes` says; `ours` is one that we started.

    Raises DatabaseError for what can't be had.
    """
    if wishes.roles:
        _roles(server, wishes.roles, ours=ours)
    fittings = replace(server.fittings, roles=wishes.roles, extensions=wishes.extensions)
    if wishes.like:
        named = frozenset(each.partition("@")[0] for each in wishes.extensions)
        found = likeness(server, read_target(wishes.like), wishes.makes | named)
        server = replace(server, unlike=found.unlike, shortfall=found.older)
        fittings = replace(
            fittings,
            extensions=(*fittings.extensions, *found.extensions),
            settings=found.settings,
            options=found.options,
        )
    if fittings.extensions and server.kept:
        with connect(server.admin) as admin:
            fittings = replace(fittings, available=available(admin))
    return replace(server, fittings=fittings, setup=wishes.setup)


def _roles(server: PostgresServer, names: Iterable[str], *, ours: bool) -> None:
    """Missing roles, with no rights of their own; migrations are members of those, and no others.

    Membership is what ALTER ... OWNER TO and SET ROLE ask for. Of a role that is there already
    migrations are members, for this run, on a server that is not ours, and only where that gives
    them nothing: it has no rights of its own or of others, and owns no database.
    """
    with connect(server.admin) as admin:
        known = {str(name) for (name,) in admin.query("SELECT rolname FROM pg_catalog.pg_roles")}
        missing = [name for name in dict.fromkeys(names) if name not in known]
        if missing and not ours:
            written = [quoted(name) for name in missing]
            raise DatabaseError(
                f"the dev server lacks the roles {', '.join(written)}",
                next_step="".join(f"CREATE ROLE {each}; " for each in written).rstrip(),
            )
        if server.owner_role and not ours:
            harmless = {str(name) for (name,) in admin.query(_HARMLESS)}
            for name in harmless.intersection(names):
                admin.execute(f"GRANT {quoted(name)} TO {server.owner_role}")
        make_roles(admin, missing, server.owner_role)
