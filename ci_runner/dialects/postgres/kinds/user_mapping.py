"""User mappings: who a role is on a foreign server. Passwords among their options stay unread."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import foreign
from ci_runner.dialects.postgres.kind import Found, Kind, Statements, World, any_of
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.read.rows import integer, text
from ci_runner.schema.foreign import UserMapping

# The view shows options to superusers and to some owners only; those that it hides are named as
# unmanaged.
_QUERY = f"""
SELECT u.umid, CASE u.umuser WHEN 0 THEN '' ELSE u.usename END, u.srvname,
       {foreign.names_and_values("u.umoptions")}
FROM pg_catalog.pg_user_mappings u
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, user, server, names, values in connection.query(_QUERY):
        yield Found(
            UserMapping(text(user), text(server), foreign.read(names, values)),
            (("pg_user_mapping", integer(oid), 0),),
        )


def _for(each: UserMapping) -> str:
    user = quote(each.user) if each.user else "PUBLIC"
    return f"USER MAPPING FOR {user} SERVER {quote(each.server)}"


def _said(each: UserMapping) -> str:
    return f"user mapping for {each.user or 'PUBLIC'} on server {each.server}"


def _create(new: UserMapping) -> Statements:
    return (foreign.created(_for(new), new.identity, _said(new), new.options),)


def _drop(old: UserMapping) -> Statements:
    return foreign.dropped(_for(old), old.identity, _said(old), old.options, _create(old))


def _alter(old: UserMapping, new: UserMapping, _: World) -> Statements:
    return foreign.altered(_for(new), new.identity, _said(new), (old.options, new.options))


KIND = Kind(
    UserMapping,
    _read,
    _create,
    _drop,
    _alter,
    present=any_of("pg_foreign_server"),
)
