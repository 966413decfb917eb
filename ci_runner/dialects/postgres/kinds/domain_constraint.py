"""Checks of domains."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    comment_on,
    made_again,
    not_extension_member,
)
from ci_runner.dialects.postgres.plan import rebuild
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text
from ci_runner.schema.types import DomainConstraint

_QUERY = f"""
SELECT k.oid, n.nspname, t.typname, k.conname, pg_catalog.pg_get_constraintdef(k.oid),
       k.convalidated, pg_catalog.obj_description(k.oid, 'pg_constraint'),
       EXISTS (SELECT FROM pg_catalog.pg_depend d
               WHERE d.classid = 'pg_catalog.pg_constraint'::regclass AND d.objid = k.oid
               AND d.refclassid = 'pg_catalog.pg_proc'::regclass AND d.refobjid >= 16384)
FROM pg_catalog.pg_constraint k
JOIN pg_catalog.pg_type t ON t.oid = k.contypid
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE k.contype = 'c' AND {USER_SCHEMA} AND {not_extension_member("pg_type", "t.oid")}
"""

# A quoted name, a string, or the word that stands for the value.
_VALUE = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')|\bVALUE\b""")


def _read(connection: Connection) -> Iterator[Found]:
    for oid, schema, domain, name, definition, valid, comment, calls in connection.query(_QUERY):
        yield Found(
            DomainConstraint(
                schema=text(schema),
                domain=text(domain),
                name=text(name),
                definition=settled(text(definition)),
                valid=bool(valid),
                comment=optional(comment),
                calls=bool(calls),
            ),
            (("pg_constraint", integer(oid), 0),),
        )


def _at(each: DomainConstraint) -> str:
    return f"ALTER DOMAIN {qualified(each.schema, each.domain)}"


def _said(each: DomainConstraint) -> str:
    return f"check {each.name} of domain {each.schema}.{each.domain}"


def _comment(old: str | None, new: DomainConstraint) -> Statements:
    what = f"CONSTRAINT {quote(new.name)} ON DOMAIN {qualified(new.schema, new.domain)}"
    return comment_on(what, new.identity, old, new.comment)


def _create(new: DomainConstraint) -> Statements:
    return (
        PlannedStatement(
            f"{_at(new)} ADD CONSTRAINT {quote(new.name)} {new.definition}",
            f"Add {_said(new)}",
            new.identity,
            undo=f"{_at(new)} DROP CONSTRAINT {quote(new.name)}",
        ),
        *_comment(None, new),
    )


def _drop(old: DomainConstraint) -> Statements:
    return (
        PlannedStatement(
            f"{_at(old)} DROP CONSTRAINT {quote(old.name)}",
            f"Drop {_said(old)}",
            old.identity,
            undo=made_again(_create(old)),
        ),
    )


def _alter(old: DomainConstraint, new: DomainConstraint, world: World) -> Statements | None:
    """Validate or comment in place; any other difference asks for a new constraint."""
    if replace(old, comment=new.comment) == new:
        return _comment(old.comment, new)
    if new.valid and not old.valid and old.definition == f"{new.definition} NOT VALID":
        validate = PlannedStatement(
            f"{_at(new)} VALIDATE CONSTRAINT {quote(new.name)}",
            f"Validate {_said(new)}",
            new.identity,
            undo=made_again((*_drop(new), *_create(old))),
            hazards=_warns(new, world),
        )
        return (validate, *_comment(old.comment, new))
    return None


def _warns(new: DomainConstraint, world: World) -> tuple[str, ...]:
    if not new.valid:
        return ()
    condition = new.definition.removeprefix("CHECK ")

    def violated(value: str) -> str:
        return f"NOT {_VALUE.sub(lambda found: found[1] or value, condition)}"

    found = tuple(rebuild.counts(new.on, world, violated))
    scans = ("scans the tables that use the domain",) if found else ()
    return (*scans, *(f"fails if a row violates it: {query}" for query in found))


def _inline(each: DomainConstraint) -> bool:
    """CREATE DOMAIN makes every check valid, and comes before what is called with the domain."""
    return each.valid and not each.calls


def _like(each: DomainConstraint) -> Hashable:
    return replace(each, name="", comment=None)


def _rename(old: DomainConstraint, new: DomainConstraint) -> Statements:
    def sql(before: DomainConstraint, after: DomainConstraint) -> str:
        return f"{_at(new)} RENAME CONSTRAINT {quote(before.name)} TO {quote(after.name)}"

    renamed = PlannedStatement(
        sql(old, new), f"Rename {_said(old)} to {new.name}", new.identity, undo=sql(new, old)
    )
    return (renamed, *_comment(old.comment, new))


def _names(each: DomainConstraint) -> Iterator[Hashable]:
    yield ("constraint", each.schema, each.domain, each.name)


KIND = Kind(
    DomainConstraint,
    _read,
    _create,
    _drop,
    _alter,
    inline=_inline,
    warns=_warns,
    names=_names,
    like=_like,
    rename=_rename,
    present=any_of("pg_constraint", "x.contypid >= 16384"),
)
