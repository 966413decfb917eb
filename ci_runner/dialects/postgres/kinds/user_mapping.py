"""User mappings: who a role is on a foreign server. Passwords among their options stay unread."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import foreign
from ci_runner.dialects.postgres.kind import Found, Kind, Statements, World, made_again
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.rows import integer, text
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
    return (
        PlannedStatement(
            f"CREATE {_for(new)}{foreign.listed(new.options)}",
            f"Create {_said(new)}",
            new.identity,
            undo=f"DROP {_for(new)}",
            hazards=foreign.fill_in((), new.options),
        ),
    )


def _drop(old: UserMapping) -> Statements:
    lost = foreign.loses(old.options, ())
    return (
        PlannedStatement(
            f"DROP {_for(old)}",
            f"Drop {_said(old)}",
            old.identity,
            undo=None if lost else made_again(_create(old)),
            hazards=("the secret that it holds is lost",) if lost else (),
        ),
    )


def _alter(old: UserMapping, new: UserMapping, _: World) -> Statements:
    changes = foreign.changed(old.options, new.options)
    lost = foreign.loses(old.options, new.options)
    back = foreign.changed(new.options, old.options)
    return (
        PlannedStatement(
            f"ALTER {_for(new)}{changes}",
            f"Change {_said(new)}",
            new.identity,
            undo=None if lost else f"ALTER {_for(new)}{back}",
            hazards=foreign.fill_in(old.options, new.options),
        ),
    )


KIND = Kind(UserMapping, _read, _create, _drop, _alter)
