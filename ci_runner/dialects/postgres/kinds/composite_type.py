"""Composite types: attributes change in place as far as the server lets them."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

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
    comment_on_type,
    made_again,
    not_extension_member,
    relation,
    type_name,
)
from ci_runner.dialects.postgres.plan import rebuild
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read.rows import integer, integers, optional, text, texts
from ci_runner.schema.model import Identity, Table
from ci_runner.schema.types import Attribute, CompositeType


def _each(expression: str) -> str:
    return (
        f"ARRAY(SELECT {expression} FROM pg_catalog.pg_attribute a"
        " JOIN pg_catalog.pg_type y ON y.oid = a.atttypid"
        " LEFT JOIN pg_catalog.pg_collation o ON o.oid = a.attcollation"
        " AND o.oid <> y.typcollation"
        " LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = o.collnamespace"
        " WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)"
    )


_QUERY = f"""
SELECT t.oid, t.typarray, c.oid, n.nspname, c.relname, {_each("a.attnum::int")},
       {_each("a.attname::text")}, {_each("pg_catalog.format_type(a.atttypid, a.atttypmod)")},
       {_each("coalesce(quote_ident(cn.nspname) || '.' || quote_ident(o.collname), '')")},
       {_each("coalesce(pg_catalog.col_description(c.oid, a.attnum), '')")},
       pg_catalog.obj_description(t.oid, 'pg_type')
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_type t ON t.oid = c.reltype
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'c' AND {USER_SCHEMA} AND {not_extension_member("pg_class", "c.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for oid, array, row, schema, name, numbers, *rest, comment in connection.query(_QUERY):
        columns = zip(*map(texts, rest), strict=True)
        attributes = tuple(
            Attribute(attribute, kind, collation or None, said or None)
            for attribute, kind, collation, said in columns
        )
        each = CompositeType(text(schema), text(name), attributes, optional(comment))
        yield Found(
            each,
            (
                ("pg_type", integer(oid), 0),
                ("pg_type", integer(array), 0),
                ("pg_class", integer(row), 0),
            ),
            tuple(
                (_part(each, attribute), ("pg_class", integer(row), number))
                for number, attribute in zip(integers(numbers), attributes, strict=True)
            ),
        )


def _part(each: CompositeType, attribute: Attribute) -> Identity:
    return Identity("attribute", each.schema, attribute.name, each.name)


def _clause(attribute: Attribute) -> str:
    collate = f" COLLATE {attribute.collation}" if attribute.collation else ""
    return f"{quote(attribute.name)} {attribute.type}{collate}"


def _create(new: CompositeType) -> Statements:
    name = qualified(new.schema, new.name)
    lines = ",".join(f"\n  {_clause(each)}" for each in new.attributes)
    return (
        PlannedStatement(
            f"CREATE TYPE {name} AS ({lines}{chr(10) if lines else ''})",
            f"Create {new.identity}",
            new.identity,
            undo=f"DROP TYPE {name}",
        ),
        *_comments(None, new),
    )


def _comments(old: CompositeType | None, new: CompositeType) -> Iterator[PlannedStatement]:
    name = qualified(new.schema, new.name)
    yield from comment_on_type(new.identity, old.comment if old else None, new.comment)
    before = {each.name: each.comment for each in (old.attributes if old else ())}
    for each in new.attributes:
        what = f"COLUMN {name}.{quote(each.name)}"
        yield from comment_on(what, new.identity, before.get(each.name), each.comment)


def _drop(old: CompositeType) -> Statements:
    return (
        PlannedStatement(
            f"DROP TYPE {qualified(old.schema, old.name)}",
            f"Drop {old.identity}",
            old.identity,
            undo=made_again(_create(old)),
        ),
    )


def _kept(old: CompositeType, new: CompositeType) -> list[tuple[Attribute, Attribute]]:
    after = {each.name: each for each in new.attributes}
    return [(each, after[each.name]) for each in old.attributes if each.name in after]


def _retyped(old: CompositeType, new: CompositeType) -> list[tuple[Attribute, Attribute]]:
    return [
        (before, after)
        for before, after in _kept(old, new)
        if (before.type, before.collation) != (after.type, after.collation)
    ]


def _alter(old: CompositeType, new: CompositeType, world: World) -> Statements | None:
    """In place where new attributes come last, and none changes its type under a column's values.

    ALTER ATTRIBUTE refuses where a column uses the type: find_composite_type_dependencies.
    """
    kept = [after for _, after in _kept(old, new)]
    if tuple(kept) != new.attributes[: len(kept)]:
        return None
    used = next(rebuild.columns(old.identity, world), None) is not None
    if _retyped(old, new) and used:
        return None
    return (*_altered(old, new, world), *_comments(old, new))


def _altered(old: CompositeType, new: CompositeType, world: World) -> Iterator[PlannedStatement]:
    at = f"ALTER TYPE {qualified(new.schema, new.name)}"
    typed = any(
        isinstance(world.old.get(each), Table) for each in world.dependents.get(old.identity, ())
    )
    cascade = " CASCADE" if typed else ""
    used = typed or next(rebuild.columns(old.identity, world), None) is not None
    before = {each.name for each in old.attributes}
    after = {each.name for each in new.attributes}
    for position, each in enumerate(old.attributes):
        if each.name not in after:
            last = position == len(old.attributes) - 1
            yield PlannedStatement(
                f"{at} DROP ATTRIBUTE {quote(each.name)}{cascade}",
                f"Drop attribute {each.name} of {new.identity}",
                new.identity,
                destructive=used,
                undo=f"{at} ADD ATTRIBUTE {_clause(each)}" if last and not used else None,
                hazards=("the values of the attribute are lost",) if used else (),
            )
    for was, now in _retyped(old, new):
        yield PlannedStatement(
            f"{at} ALTER ATTRIBUTE {quote(now.name)} TYPE {_type(now)}{cascade}",
            f"Change the type of attribute {now.name} of {new.identity}",
            new.identity,
            undo=f"{at} ALTER ATTRIBUTE {quote(now.name)} TYPE {_type(was)}{cascade}",
        )
    for each in new.attributes:
        if each.name not in before:
            yield PlannedStatement(
                f"{at} ADD ATTRIBUTE {_clause(each)}{cascade}",
                f"Add attribute {each.name} to {new.identity}",
                new.identity,
                undo=f"{at} DROP ATTRIBUTE {quote(each.name)}{cascade}",
            )


def _type(attribute: Attribute) -> str:
    return _clause(attribute).removeprefix(f"{quote(attribute.name)} ")


def _disturbs(old: CompositeType, new: CompositeType, _: World) -> Iterator[Identity]:
    """Whatever reads one attribute stands in the way of its change, and waits for a new one."""
    before = {each.name: each for each in old.attributes}
    after = {each.name: each for each in new.attributes}
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was is None or now is None or (was.type, was.collation) != (now.type, now.collation):
            yield _part(new, was or now or new.attributes[0])


def _in_the_way(_: CompositeType, needed: Identity, __: World) -> bool:
    return needed.kind in TYPE_KINDS or needed.kind == "collation"


def _names(each: CompositeType) -> Iterator[Hashable]:
    yield relation(each.schema, each.name)
    yield type_name(each.schema, each.name)


KIND = Kind(
    CompositeType,
    _read,
    _create,
    _drop,
    _alter,
    keeps="aside",
    late=True,
    names=_names,
    disturbs=_disturbs,
    in_the_way=_in_the_way,
    present=any_of("pg_class", "x.oid >= 16384 AND x.relkind = 'c'"),
)
