"""Foreign servers: where a foreign data wrapper finds its data."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import foreign
from ci_runner.dialects.postgres.kind import (
    Found,
    Kind,
    Statements,
    World,
    comment_on,
    made_again,
    not_extension_member,
)
from ci_runner.dialects.postgres.quote import literal, quote
from ci_runner.dialects.postgres.rows import integer, optional, text
from ci_runner.schema.foreign import ForeignServer

_QUERY = f"""
SELECT s.oid, s.srvname, w.fdwname, coalesce(s.srvtype, ''), s.srvversion,
       {foreign.names_and_values("s.srvoptions")},
       pg_catalog.obj_description(s.oid, 'pg_foreign_server')
FROM pg_catalog.pg_foreign_server s
JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
WHERE {not_extension_member("pg_foreign_server", "s.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, name, wrapper, kind, version, names, values, comment in connection.query(_QUERY):
        yield Found(
            ForeignServer(
                text(name),
                text(wrapper),
                text(kind),
                optional(version),
                foreign.read(names, values),
                optional(comment),
            ),
            (("pg_foreign_server", integer(oid), 0),),
        )


def _create(new: ForeignServer) -> Statements:
    name = f"SERVER {quote(new.name)}"
    parts = [
        f"CREATE {name}",
        f" TYPE {literal(new.type)}" if new.type else "",
        f" VERSION {literal(new.version)}" if new.version is not None else "",
        f" FOREIGN DATA WRAPPER {quote(new.wrapper)}",
        foreign.listed(new.options),
    ]
    return (
        PlannedStatement(
            "".join(parts),
            f"Create foreign server {new.name}",
            new.identity,
            undo=f"DROP {name}",
            hazards=foreign.fill_in((), new.options),
        ),
        *comment_on(name, new.identity, None, new.comment),
    )


def _drop(old: ForeignServer) -> Statements:
    lost = foreign.loses(old.options, ())
    return (
        PlannedStatement(
            f"DROP SERVER {quote(old.name)}",
            f"Drop foreign server {old.name}",
            old.identity,
            undo=None if lost else made_again(_create(old)),
        ),
    )


def _alter(old: ForeignServer, new: ForeignServer, _: World) -> Statements | None:
    """Its wrapper and type are settled when it is made."""
    if (old.wrapper, old.type) != (new.wrapper, new.type):
        return None
    name = f"SERVER {quote(new.name)}"
    changed: Statements = ()
    if changes := _changes(old, new):
        lost = foreign.loses(old.options, new.options)
        changed = (
            PlannedStatement(
                f"ALTER {name}{changes}",
                f"Change foreign server {new.name}",
                new.identity,
                undo=None if lost else f"ALTER {name}{_changes(new, old)}",
                hazards=foreign.fill_in(old.options, new.options),
            ),
        )
    return (*changed, *comment_on(name, new.identity, old.comment, new.comment))


def _changes(old: ForeignServer, new: ForeignServer) -> str:
    version = ""
    if old.version != new.version:
        version = f" VERSION {'NULL' if new.version is None else literal(new.version)}"
    return version + foreign.changed(old.options, new.options)


KIND = Kind(ForeignServer, _read, _create, _drop, _alter)
