"""Foreign data wrappers: the code that reads other servers."""

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
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.rows import integer, optional, text
from ci_runner.schema.foreign import ForeignDataWrapper

_QUERY = f"""
SELECT w.oid, w.fdwname,
       coalesce((SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
                 FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                 WHERE p.oid = w.fdwhandler), ''),
       coalesce((SELECT quote_ident(n.nspname) || '.' || quote_ident(p.proname)
                 FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
                 WHERE p.oid = w.fdwvalidator), ''),
       {foreign.names_and_values("w.fdwoptions")},
       pg_catalog.obj_description(w.oid, 'pg_foreign_data_wrapper')
FROM pg_catalog.pg_foreign_data_wrapper w
WHERE {not_extension_member("pg_foreign_data_wrapper", "w.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, name, handler, validator, names, values, comment in connection.query(_QUERY):
        yield Found(
            ForeignDataWrapper(
                text(name),
                text(handler),
                text(validator),
                foreign.read(names, values),
                optional(comment),
            ),
            (("pg_foreign_data_wrapper", integer(oid), 0),),
        )


def _functions(before: ForeignDataWrapper | None, after: ForeignDataWrapper) -> str:
    parts = []
    for word, old, new in (
        ("HANDLER", before.handler if before else "", after.handler),
        ("VALIDATOR", before.validator if before else "", after.validator),
    ):
        if old != new:
            parts.append(f" {word} {new}" if new else f" NO {word}")
    return "".join(parts)


def _create(new: ForeignDataWrapper) -> Statements:
    name = f"FOREIGN DATA WRAPPER {quote(new.name)}"
    return (
        PlannedStatement(
            f"CREATE {name}{_functions(None, new)}{foreign.listed(new.options)}",
            f"Create foreign data wrapper {new.name}",
            new.identity,
            undo=f"DROP {name}",
            hazards=foreign.fill_in((), new.options),
        ),
        *comment_on(name, new.identity, None, new.comment),
    )


def _drop(old: ForeignDataWrapper) -> Statements:
    lost = foreign.loses(old.options, ())
    return (
        PlannedStatement(
            f"DROP FOREIGN DATA WRAPPER {quote(old.name)}",
            f"Drop foreign data wrapper {old.name}",
            old.identity,
            undo=None if lost else made_again(_create(old)),
        ),
    )


def _alter(old: ForeignDataWrapper, new: ForeignDataWrapper, _: World) -> Statements:
    name = f"FOREIGN DATA WRAPPER {quote(new.name)}"
    changes = _functions(old, new) + foreign.changed(old.options, new.options)
    back = _functions(new, old) + foreign.changed(new.options, old.options)
    changed: Statements = ()
    if changes:
        changed = (
            PlannedStatement(
                f"ALTER {name}{changes}",
                f"Change foreign data wrapper {new.name}",
                new.identity,
                undo=None if foreign.loses(old.options, new.options) else f"ALTER {name}{back}",
                hazards=foreign.fill_in(old.options, new.options),
            ),
        )
    return (*changed, *comment_on(name, new.identity, old.comment, new.comment))


KIND = Kind(ForeignDataWrapper, _read, _create, _drop, _alter)
