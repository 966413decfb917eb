"""Row-level security policies."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace
from typing import Literal

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    MANAGED_TABLE,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    comment_on,
    described,
    made_again,
)
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text, texts
from ci_runner.schema.model import Identity
from ci_runner.schema.security import Policy

# Roles are named in the order of their names: PostgreSQL keeps them in that of their ids.
_QUERY = f"""
SELECT p.oid, n.nspname, c.relname, p.polname, p.polpermissive, p.polcmd,
       ARRAY(SELECT r.rolname::text FROM pg_catalog.pg_roles r WHERE r.oid = ANY (p.polroles)
             ORDER BY r.rolname),
       pg_catalog.pg_get_expr(p.polqual, p.polrelid),
       pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
       {described("p.oid", "pg_policy")}
FROM pg_catalog.pg_policy p
JOIN pg_catalog.pg_class c ON c.oid = p.polrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {MANAGED_TABLE}
"""

_Command = Literal["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]
_COMMANDS: dict[str, _Command] = {
    "*": "ALL",
    "r": "SELECT",
    "a": "INSERT",
    "w": "UPDATE",
    "d": "DELETE",
}


def _read(connection: Connection) -> Iterator[Found]:
    for oid, schema, table, name, permissive, command, roles, *rest in connection.query(_QUERY):
        using, check, comment = map(optional, rest)
        yield Found(
            Policy(
                text(name),
                Identity("table", text(schema), text(table)),
                bool(permissive),
                _COMMANDS[text(command)],
                texts(roles),
                settled(using),
                settled(check),
                comment,
            ),
            (("pg_policy", integer(oid), 0),),
        )


def _at(each: Policy) -> str:
    return f"{quote(each.name)} ON {qualified(each.on.schema, each.on.name)}"


def _said(each: Policy) -> str:
    return f"policy {each.name} on {each.on.schema}.{each.on.name}"


def _roles(each: Policy) -> str:
    return ", ".join(quote(role) for role in each.roles) or "PUBLIC"


def _create(new: Policy) -> Statements:
    parts = [
        f"CREATE POLICY {_at(new)}",
        "" if new.permissive else " AS RESTRICTIVE",
        "" if new.command == "ALL" else f" FOR {new.command}",
        f" TO {_roles(new)}" if new.roles else "",
        f" USING ({new.using})" if new.using is not None else "",
        f" WITH CHECK ({new.check})" if new.check is not None else "",
    ]
    return (
        PlannedStatement(
            "".join(parts),
            f"Create {_said(new)}",
            new.identity,
            undo=f"DROP POLICY {_at(new)}",
        ),
        *comment_on(f"POLICY {_at(new)}", new.identity, None, new.comment),
    )


def _drop(old: Policy) -> Statements:
    hazard = (
        "rows that it allows are not seen or written without it"
        if old.permissive
        else "rows that it forbids are seen or written without it"
    )
    return (
        PlannedStatement(
            f"DROP POLICY {_at(old)}",
            f"Drop {_said(old)}",
            old.identity,
            undo=made_again(_create(old)),
            hazards=(hazard,),
        ),
    )


def _alter(old: Policy, new: Policy, _: World) -> Statements | None:
    """Roles and expressions in place; an expression can come and be replaced there, not go."""
    goes = (old.using is not None and new.using is None) or (
        old.check is not None and new.check is None
    )
    if goes or (old.permissive, old.command) != (new.permissive, new.command):
        return None
    changed: Statements = ()
    clauses = _clauses(old, new)
    if clauses:
        changed = (
            PlannedStatement(
                f"ALTER POLICY {_at(new)}{clauses}",
                f"Change {_said(new)}",
                new.identity,
                undo=_back(old, new),
            ),
        )
    return (*changed, *comment_on(f"POLICY {_at(new)}", new.identity, old.comment, new.comment))


def _clauses(old: Policy, new: Policy) -> str:
    """What ALTER POLICY has to say of what differs."""
    parts = [
        f" TO {_roles(new)}" if old.roles != new.roles else "",
        f" USING ({new.using})" if old.using != new.using else "",
        f" WITH CHECK ({new.check})" if old.check != new.check else "",
    ]
    return "".join(parts)


def _back(old: Policy, new: Policy) -> str:
    """An expression that came cannot go in place."""
    if (old.using is None, old.check is None) == (new.using is None, new.check is None):
        return f"ALTER POLICY {_at(old)}{_clauses(new, old)}"
    return f"DROP POLICY {_at(new)};\n{made_again(_create(old))}"


def _like(each: Policy) -> Hashable:
    return replace(each, name="", comment=None)


def _rename(old: Policy, new: Policy) -> Statements:
    def sql(before: Policy, after: Policy) -> str:
        return f"ALTER POLICY {_at(before)} RENAME TO {quote(after.name)}"

    renamed = PlannedStatement(
        sql(old, new), f"Rename {_said(old)} to {new.name}", new.identity, undo=sql(new, old)
    )
    return (
        renamed,
        *comment_on(f"POLICY {_at(new)}", new.identity, old.comment, new.comment),
    )


def _names(each: Policy) -> Iterator[Hashable]:
    yield ("policy", each.on.schema, each.on.name, each.name)


KIND = Kind(
    Policy,
    _read,
    _create,
    _drop,
    _alter,
    names=_names,
    in_the_way=lambda *_: True,
    like=_like,
    rename=_rename,
    present=any_of("pg_policy"),
)
