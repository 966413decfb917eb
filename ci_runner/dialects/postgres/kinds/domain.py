"""Domains: all but what they are made of changes in place."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    TYPE_KINDS,
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    comment_on,
    made_again,
    not_extension_member,
    type_name,
)
from ci_runner.dialects.postgres.plan import rebuild
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text
from ci_runner.schema.model import Identity
from ci_runner.schema.types import Domain, DomainConstraint

_QUERY = f"""
SELECT t.oid, t.typarray, n.nspname, t.typname,
       pg_catalog.format_type(t.typbasetype, t.typtypmod), t.typnotnull,
       coalesce(pg_catalog.pg_get_expr(t.typdefaultbin, 0),
                pg_catalog.quote_literal(t.typdefault)),
       (SELECT pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(o.collname)
        FROM pg_catalog.pg_collation o JOIN pg_catalog.pg_namespace cn ON cn.oid = o.collnamespace
        JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype AND b.typcollation <> o.oid
        WHERE o.oid = t.typcollation),
       pg_catalog.obj_description(t.oid, 'pg_type')
FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.typtype = 'd' AND {USER_SCHEMA} AND {not_extension_member("pg_type", "t.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, array, schema, name, kind, not_null, default, *rest in connection.query(_QUERY):
        collation, comment = map(optional, rest)
        yield Found(
            Domain(
                schema=text(schema),
                name=text(name),
                type=text(kind),
                not_null=bool(not_null),
                default=settled(optional(default)),
                collation=collation,
                comment=comment,
            ),
            (("pg_type", integer(oid), 0), ("pg_type", integer(array), 0)),
        )


def create_with(new: Domain, inline: Iterable[DomainConstraint]) -> Statements:
    """CREATE DOMAIN with the checks that can stand inside it."""
    name = qualified(new.schema, new.name)
    checks = tuple(inline)
    parts = [
        f"COLLATE {new.collation}" if new.collation else "",
        f"DEFAULT {new.default}" if new.default is not None else "",
        "NOT NULL" if new.not_null else "",
        *(f"CONSTRAINT {quote(each.name)} {each.definition}" for each in checks),
    ]
    options = "".join(f"\n  {part}" if checks else f" {part}" for part in parts if part)
    return (
        PlannedStatement(
            f"CREATE DOMAIN {name} AS {new.type}{options}",
            f"Create {new.identity}",
            new.identity,
            undo=f"DROP DOMAIN {name}",
        ),
        *comment_on(f"DOMAIN {name}", new.identity, None, new.comment),
        *(
            said
            for each in checks
            for said in comment_on(
                f"CONSTRAINT {quote(each.name)} ON DOMAIN {name}",
                each.identity,
                None,
                each.comment,
            )
        ),
    )


def _create(new: Domain) -> Statements:
    return create_with(new, ())


def _drop(old: Domain) -> Statements:
    return (
        PlannedStatement(
            f"DROP DOMAIN {qualified(old.schema, old.name)}",
            f"Drop {old.identity}",
            old.identity,
            undo=made_again(_create(old)),
        ),
    )


def _statement(
    domain: Domain, sql: str, summary: str, undo: str, hazards: tuple[str, ...] = ()
) -> PlannedStatement:
    at = f"ALTER DOMAIN {qualified(domain.schema, domain.name)}"
    return PlannedStatement(
        f"{at} {sql}", summary, domain.identity, undo=f"{at} {undo}", hazards=hazards
    )


def _default_goes(old: Domain, new: Domain, world: World) -> bool:
    """Whether the old default is in the way of what comes; one that calls nothing never is."""
    if old.default is None:
        return False
    calls = "(" in old.default and old.default != new.default
    return new.default is None or calls or new.identity in world.released


def _set_default(each: Domain) -> str:
    return "DROP DEFAULT" if each.default is None else f"SET DEFAULT {each.default}"


def _detach(old: Domain, new: Domain, world: World) -> Iterator[PlannedStatement]:
    if _default_goes(old, new, world):
        summary = f"Take the default off {new.identity}"
        yield _statement(new, "DROP DEFAULT", summary, _set_default(old))


def _alter(old: Domain, new: Domain, world: World) -> Statements | None:
    if (old.type, old.collation) != (new.type, new.collation):
        return None
    return tuple(_altered(old, new, world))


def _altered(old: Domain, new: Domain, world: World) -> Iterator[PlannedStatement]:
    goes = _default_goes(old, new, world)
    if new.default is not None and (goes or old.default != new.default):
        undo = "DROP DEFAULT" if goes else _set_default(old)
        yield _statement(new, _set_default(new), f"Set the default of {new.identity}", undo)
    if new.not_null and not old.not_null:
        found = tuple(rebuild.counts(new.identity, world, "{} IS NULL".format))
        yield _statement(
            new,
            "SET NOT NULL",
            f"Forbid NULL in {new.identity}",
            "DROP NOT NULL",
            (
                "scans the tables that use it",
                *(f"fails if a row is NULL: {query}" for query in found),
            )
            if found
            else (),
        )
    if old.not_null and not new.not_null:
        yield _statement(new, "DROP NOT NULL", f"Allow NULL in {new.identity}", "SET NOT NULL")
    what = f"DOMAIN {qualified(new.schema, new.name)}"
    yield from comment_on(what, new.identity, old.comment, new.comment)


def _in_the_way(_: Domain, needed: Identity, __: World) -> bool:
    """What it is made of; whatever else it needs, its default needs."""
    return needed.kind in TYPE_KINDS or needed.kind == "collation"


def _releases(each: Domain, needed: Identity, world: World) -> bool:
    return each.default is not None and not _in_the_way(each, needed, world)


def _names(each: Domain) -> Iterator[Hashable]:
    yield type_name(each.schema, each.name)


KIND = Kind(
    Domain,
    _read,
    _create,
    _drop,
    _alter,
    detach=lambda *change: tuple(_detach(*change)),
    keeps="aside",
    late=True,
    names=_names,
    in_the_way=_in_the_way,
    releases=_releases,
    present=any_of("pg_type", "x.oid >= 16384 AND x.typtype = 'd'"),
)
