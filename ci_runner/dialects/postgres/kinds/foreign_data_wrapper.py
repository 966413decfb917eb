"""Foreign data wrappers: the code that reads other servers."""

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
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.foreign import ForeignDataWrapper
from ci_runner.schema.model import Identity

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
            parts.append(f"{word} {new}" if new else f"NO {word}")
    return " ".join(parts)


def _called(each: ForeignDataWrapper) -> tuple[str, Identity, str]:
    name = f"FOREIGN DATA WRAPPER {quote(each.name)}"
    return name, each.identity, f"foreign data wrapper {each.name}"


def _comment(old: str | None, new: ForeignDataWrapper) -> Statements:
    return comment_on(f"FOREIGN DATA WRAPPER {quote(new.name)}", new.identity, old, new.comment)


def _create(new: ForeignDataWrapper) -> Statements:
    made = foreign.created(*_called(new), new.options, _functions(None, new))
    return (made, *_comment(None, new))


def _drop(old: ForeignDataWrapper) -> Statements:
    return foreign.dropped(*_called(old), old.options, _create(old))


def _alter(old: ForeignDataWrapper, new: ForeignDataWrapper, _: World) -> Statements:
    options = (old.options, new.options)
    functions = (_functions(old, new), _functions(new, old))
    return (*foreign.altered(*_called(new), options, *functions), *_comment(old.comment, new))


KIND = Kind(
    ForeignDataWrapper,
    _read,
    _create,
    _drop,
    _alter,
    present=any_of("pg_foreign_data_wrapper"),
)
