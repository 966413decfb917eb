"""Operators. One may name another that is made later as its commutator or negator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    USER_SCHEMA,
    Found,
    Kind,
    Statements,
    World,
    any_of,
    not_extension_member,
)
from ci_runner.dialects.postgres.plain import Plain, listed
from ci_runner.dialects.postgres.quote import quote
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.model import Identity
from ci_runner.schema.operators import Operator

# One that is only spoken of so far has no function, and is not there for anybody.
_QUERY = f"""
SELECT o.oid, n.nspname, o.oprname,
       coalesce(pg_catalog.format_type(nullif(o.oprleft, 0), NULL), 'NONE'),
       coalesce(pg_catalog.format_type(nullif(o.oprright, 0), NULL), 'NONE'),
       o.oprcode::regproc::text, cn.nspname, c.oprname, en.nspname, e.oprname,
       nullif(o.oprrest::oid, 0)::regproc::text, nullif(o.oprjoin::oid, 0)::regproc::text,
       o.oprcanmerge, o.oprcanhash, pg_catalog.obj_description(o.oid, 'pg_operator')
FROM pg_catalog.pg_operator o
JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
LEFT JOIN pg_catalog.pg_operator c ON c.oid = o.oprcom
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.oprnamespace
LEFT JOIN pg_catalog.pg_operator e ON e.oid = o.oprnegate
LEFT JOIN pg_catalog.pg_namespace en ON en.oid = e.oprnamespace
WHERE o.oprcode <> 0 AND {USER_SCHEMA} AND {not_extension_member("pg_operator", "o.oid")}
"""


def _read(connection: Connection) -> Iterator[Found]:
    for row in connection.query(_QUERY):
        oid, schema, name, left, right, function, *others = row
        commutator, negator = others[:2], others[2:4]
        restrict, join, merges, hashes, comment = others[4:]
        yield Found(
            Operator(
                schema=text(schema),
                name=text(name),
                left=text(left),
                right=text(right),
                function=text(function),
                commutator=_other(commutator),
                negator=_other(negator),
                restrict=optional(restrict),
                join=optional(join),
                merges=bool(merges),
                hashes=bool(hashes),
                comment=optional(comment),
            ),
            (("pg_operator", integer(oid), 0),),
        )


def _other(found: list[object]) -> tuple[str, str] | None:
    schema, name = map(optional, found)
    return None if schema is None or name is None else (schema, name)


def _title(each: Operator) -> str:
    return f"{quote(each.schema)}.{each.name} ({each.left}, {each.right})"


def _name(other: tuple[str, str]) -> str:
    schema, name = other
    return f"OPERATOR({quote(schema)}.{name})"


def _options(each: Operator) -> Iterator[tuple[str, str]]:
    sides = (("LEFTARG", each.left), ("RIGHTARG", each.right))
    others = (("COMMUTATOR", each.commutator), ("NEGATOR", each.negator))
    yield "FUNCTION", each.function
    yield from ((word, side) for word, side in sides if side != "NONE")
    yield from ((word, _name(other)) for word, other in others if other is not None)
    yield from ((word, f) for word, f in (("RESTRICT", each.restrict), ("JOIN", each.join)) if f)
    yield from ((word, "true") for word, is_so in _flags(each) if is_so)


def _flags(each: Operator) -> tuple[tuple[str, bool], ...]:
    return ("HASHES", each.hashes), ("MERGES", each.merges)


def _called(each: Operator) -> str:
    return f"{quote(each.schema)}.{each.name}"


_PLAIN: Plain[Operator] = Plain(
    "OPERATOR", lambda each: listed(_options(each)), _title, called=_called
)


def _alter(old: Operator, new: Operator, world: World) -> Statements | None:
    """Estimators change in place; links to others, where the other one's coming or going does."""
    for before, after, turned in (
        (old.commutator, new.commutator, True),
        (old.negator, new.negator, False),
    ):
        if before != after and not _follows(new, before, after, world, turned=turned):
            return None
    rest = replace(
        old,
        commutator=new.commutator,
        negator=new.negator,
        restrict=new.restrict,
        join=new.join,
        comment=new.comment,
    )
    if rest != new:
        return None
    return (*_estimated(old, new), *_PLAIN.comment(old, new))


def _estimated(old: Operator, new: Operator) -> Iterator[PlannedStatement]:
    if (old.restrict, old.join) != (new.restrict, new.join):

        def sql(to: Operator) -> str:
            options = f"RESTRICT = {to.restrict or 'NONE'}, JOIN = {to.join or 'NONE'}"
            return f"ALTER OPERATOR {_title(new)} SET ({options})"

        yield PlannedStatement(
            sql(new), f"Change the estimators of {new.identity}", new.identity, undo=sql(old)
        )


def _follows(
    new: Operator,
    before: tuple[str, str] | None,
    after: tuple[str, str] | None,
    world: World,
    *,
    turned: bool,
) -> bool:
    """Whether the server links, or unlinks, when the other operator is made or dropped."""
    sides = (new.right, new.left) if turned else (new.left, new.right)

    def other(name: tuple[str, str]) -> Identity:
        return Identity("operator", name[0], f"{name[1]}({sides[0]}, {sides[1]})")

    leaves = before is None or world.new.get(other(before)) is None
    comes = after is None or world.old.get(other(after)) is None
    return leaves and comes and (before is None or world.old.get(other(before)) is not None)


KIND = Kind(
    Operator,
    _read,
    _PLAIN.create,
    _PLAIN.drop,
    _alter,
    names=_PLAIN.names,
    present=any_of("pg_operator"),
)
