"""Foreign servers: where a foreign data wrapper finds its data."""

from __future__ import annotations

from collections.abc import Iterator

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import foreign
from ci_runner.dialects.postgres.kind import (
    Found,
    Kind,
    Statements,
    World,
    any_of,
    comment_on,
    not_extension_member,
)
from ci_runner.dialects.postgres.quote import literal, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.foreign import ForeignServer
from ci_runner.schema.model import Identity

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


def _called(each: ForeignServer) -> tuple[str, Identity, str]:
    return f"SERVER {quote(each.name)}", each.identity, f"foreign server {each.name}"


def _comment(old: str | None, new: ForeignServer) -> Statements:
    return comment_on(f"SERVER {quote(new.name)}", new.identity, old, new.comment)


def _create(new: ForeignServer) -> Statements:
    clauses = (
        f"TYPE {literal(new.type)}" if new.type else "",
        f"VERSION {literal(new.version)}" if new.version is not None else "",
        f"FOREIGN DATA WRAPPER {quote(new.wrapper)}",
    )
    return (foreign.created(*_called(new), new.options, *clauses), *_comment(None, new))


def _drop(old: ForeignServer) -> Statements:
    return foreign.dropped(*_called(old), old.options, _create(old))


def _alter(old: ForeignServer, new: ForeignServer, _: World) -> Statements | None:
    """Its wrapper and type are settled when it is made."""
    if (old.wrapper, old.type) != (new.wrapper, new.type):
        return None
    versions = (_version(old, new), _version(new, old))
    options = (old.options, new.options)
    return (*foreign.altered(*_called(new), options, *versions), *_comment(old.comment, new))


def _version(old: ForeignServer, new: ForeignServer) -> str:
    if old.version == new.version:
        return ""
    return f"VERSION {'NULL' if new.version is None else literal(new.version)}"


KIND = Kind(
    ForeignServer,
    _read,
    _create,
    _drop,
    _alter,
    present=any_of("pg_foreign_server"),
)
