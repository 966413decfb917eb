"""Make a PostgreSQL server ready: roles on it, extensions and setup in each of its databases."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from ci_runner.devdb.databases import PostgresServer
from ci_runner.devdb.likeness import likeness, set_for
from ci_runner.devdb.preparation import Preparation
from ci_runner.devdb.replay import replay
from ci_runner.devdb.target import read_target
from ci_runner.dialects.base import StatementFailed
from ci_runner.dialects.postgres.connect import connect
from ci_runner.errors import DatabaseError

_NO_RIGHTS = "NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
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
    if wishes.roles or wishes.extensions or wishes.setup or wishes.like:
        # None of it is part of a snapshot's name.
        server = replace(server, portable=None)
    if wishes.roles:
        _roles(server, wishes.roles, ours=ours)
    extensions = wishes.extensions
    settings: tuple[tuple[str, str], ...] = ()
    if wishes.like:
        named = frozenset(each.partition("@")[0] for each in extensions)
        found = likeness(server, read_target(wishes.like), wishes.makes | named)
        extensions, settings = (*extensions, *found.extensions), found.settings
        server = replace(server, options=found.options, unlike=found.unlike, shortfall=found.older)
    if not (extensions or settings or wishes.setup):
        return server
    fill = partial(_fill, server, wishes, extensions, settings)
    return replace(server, prepare=fill)


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
            quoted = [_quoted(name) for name in missing]
            raise DatabaseError(
                f"the dev server lacks the roles {', '.join(quoted)}",
                next_step="".join(f"CREATE ROLE {each}; " for each in quoted).rstrip(),
            )
        if server.owner_role and not ours:
            harmless = {str(name) for (name,) in admin.query(_HARMLESS)}
            for name in harmless.intersection(names):
                admin.execute(f"GRANT {_quoted(name)} TO {_quoted(server.owner_role)}")
        for name in missing:
            admin.execute(f"CREATE ROLE {_quoted(name)} {_NO_RIGHTS}")
            if server.owner_role:
                admin.execute(f"GRANT {_quoted(name)} TO {_quoted(server.owner_role)}")


def _fill(
    server: PostgresServer,
    wishes: Preparation,
    extensions: tuple[str, ...],
    settings: tuple[tuple[str, str], ...],
    database: str,
) -> None:
    """Raises SqlError with file and line for setup that does not run, DatabaseError for the rest.

    Setup runs with the rights of migrations: it comes from people who may write them.
    """
    with connect(server.admin, dbname=database) as admin:
        for each in extensions:
            name, _, version = each.partition("@")
            exactly = f" VERSION '{version}'" if version else ""
            try:
                admin.execute(f"CREATE EXTENSION IF NOT EXISTS {_quoted(name)}{exactly} CASCADE")
            except StatementFailed as refused:
                raise DatabaseError(
                    f"the dev server could not make the extension {each}",
                    said=refused.failure.message,
                    next_step="use a server or an image that has it, or correct `dev.extensions`",
                ) from refused
        for setting, value in settings:
            set_for(admin, database, setting, value)
    if wishes.setup:
        with connect(server.owner or server.admin, dbname=database) as owner:
            replay(owner, wishes.setup)


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
