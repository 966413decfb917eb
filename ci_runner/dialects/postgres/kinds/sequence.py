"""Sequences: free ones and those owned by a column; identity columns keep theirs to themselves."""

from __future__ import annotations

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
    described,
    not_extension_member,
    relation,
)
from ci_runner.dialects.postgres.kinds.table import UNLOGGED
from ci_runner.dialects.postgres.quote import literal, qualified
from ci_runner.dialects.postgres.read.rows import integer, optional, text
from ci_runner.schema.model import Identity, Sequence

_QUERY = f"""
SELECT c.oid, n.nspname, c.relname, pg_catalog.format_type(s.seqtypid, NULL), s.seqstart,
       s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
       tn.nspname, t.relname, a.attname, c.relpersistence = 'u',
       {described("c.oid", "pg_class")}
FROM pg_catalog.pg_sequence s
JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::regclass
     AND d.objid = c.oid AND d.deptype = 'a' AND d.refobjsubid > 0
LEFT JOIN pg_catalog.pg_class t ON t.oid = d.refobjid
LEFT JOIN pg_catalog.pg_namespace tn ON tn.oid = t.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE {USER_SCHEMA} AND {not_extension_member("pg_class", "c.oid")}
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend i
                  WHERE i.classid = 'pg_catalog.pg_class'::regclass AND i.objid = c.oid
                  AND i.deptype = 'i')
"""


def _read(connection: Connection) -> Iterator[Found]:
    for row in connection.query(_QUERY):
        oid, schema, name, kind, start, step, low, high, cache, cycle, *rest = row
        *owner, unlogged, comment = rest
        owned_by = None
        if owner[2] is not None:
            owned_by = Identity("column", text(owner[0]), text(owner[2]), text(owner[1]))
        yield Found(
            Sequence(
                schema=text(schema),
                name=text(name),
                type=text(kind),
                start=integer(start),
                increment=integer(step),
                minimum=integer(low),
                maximum=integer(high),
                cache=integer(cache),
                cycle=bool(cycle),
                owned_by=owned_by,
                unlogged=bool(unlogged),
                comment=optional(comment),
            ),
            (("pg_class", integer(oid), 0),),
        )


_SIZES = ("smallint", "integer", "bigint")


def _limits(kind: str, increment: int) -> tuple[int, int]:
    top = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}[kind]
    return (1, top - 1) if increment > 0 else (-top, -1)


def _options(sequence: Sequence) -> str:
    """What differs from the defaults of CREATE SEQUENCE for this type and direction."""
    low, high = _limits(sequence.type, sequence.increment)
    parts = [
        f" AS {sequence.type}" if sequence.type != "bigint" else "",
        f" INCREMENT BY {sequence.increment}" if sequence.increment != 1 else "",
        f" MINVALUE {sequence.minimum}" if sequence.minimum != low else "",
        f" MAXVALUE {sequence.maximum}" if sequence.maximum != high else "",
        f" START WITH {sequence.start}"
        if sequence.start != (sequence.minimum if sequence.increment > 0 else sequence.maximum)
        else "",
        f" CACHE {sequence.cache}" if sequence.cache != 1 else "",
        " CYCLE" if sequence.cycle else "",
    ]
    return "".join(parts)


def _create(new: Sequence) -> Statements:
    name = qualified(new.schema, new.name)
    return (
        PlannedStatement(
            f"CREATE {'UNLOGGED ' if new.unlogged else ''}SEQUENCE {name}{_options(new)}",
            f"Create sequence {new.identity.qualified}",
            new.identity,
            undo=f"DROP SEQUENCE {name}",
        ),
        *comment_on(f"SEQUENCE {name}", new.identity, None, new.comment),
    )


def _tie(old: Sequence | None, new: Sequence) -> Statements:
    """OWNED BY, apart from creation: the owning column's default needs the sequence first."""
    before = old.owned_by if old else None
    if before == new.owned_by:
        return ()
    name = qualified(new.schema, new.name)

    def sql(owner: Identity | None) -> str:
        column = qualified(owner.schema, owner.parent, owner.name) if owner else "NONE"
        return f"ALTER SEQUENCE {name} OWNED BY {column}"

    return (
        PlannedStatement(
            sql(new.owned_by),
            f"Tie sequence {new.identity.qualified} to {new.owned_by or 'no column'}",
            new.identity,
            undo=sql(before),
        ),
    )


def _detach(old: Sequence, new: Sequence, world: World) -> Statements:
    """It outlives the table of its column, which is made again."""
    return _tie(old, replace(new, owned_by=None)) if new.identity in world.parted else ()


def _drop(old: Sequence) -> Statements:
    return (
        PlannedStatement(
            f"DROP SEQUENCE {qualified(old.schema, old.name)}",
            f"Drop sequence {old.identity.qualified}",
            old.identity,
            destructive=True,
        ),
    )


def _alter(old: Sequence, new: Sequence, world: World) -> Statements:
    name = qualified(new.schema, new.name)

    def sql(to: Sequence) -> str:
        return (
            f"ALTER SEQUENCE {name} AS {to.type} INCREMENT BY {to.increment}"
            f" MINVALUE {to.minimum} MAXVALUE {to.maximum} START WITH {to.start}"
            f" CACHE {to.cache} {'CYCLE' if to.cycle else 'NO CYCLE'}"
        )

    def counts(each: Sequence) -> Sequence:
        return replace(each, owned_by=None, comment=None, unlogged=False)

    def logged(to: Sequence) -> str:
        return f"ALTER SEQUENCE {name} SET {'UNLOGGED' if to.unlogged else 'LOGGED'}"

    altered = PlannedStatement(
        sql(new), f"Change sequence {new.identity.qualified}", new.identity, undo=sql(old)
    )
    moved = PlannedStatement(
        logged(new), f"Change sequence {new.identity.qualified}", new.identity, undo=logged(old)
    )
    by_itself = old.unlogged != new.unlogged and not _changes_with_table(old, world)
    return (
        *_brought_inside(old, new),
        *((altered,) if counts(old) != counts(new) else ()),
        *((moved,) if by_itself else ()),
        *comment_on(f"SEQUENCE {name}", new.identity, old.comment, new.comment),
    )


def _changes_with_table(old: Sequence, world: World) -> bool:
    """Whether the table of the column that owns it becomes logged or unlogged, and it with that."""
    if old.owned_by is None:
        return False
    place = old.owned_by.schema, old.owned_by.parent
    before, after = world.old.table(*place), world.new.table(*place)
    return (
        before is not None
        and after is not None
        and (UNLOGGED in before.options) != (UNLOGGED in after.options)
    )


def _brought_inside(old: Sequence, new: Sequence) -> Iterator[PlannedStatement]:
    """ALTER SEQUENCE refuses limits that the sequence's own state is beyond."""
    name = qualified(new.schema, new.name)

    def statement(sql: str) -> PlannedStatement:
        title = new.identity.qualified
        return PlannedStatement(
            sql,
            f"Bring sequence {title} within its new limits",
            new.identity,
            undo_hazards=("where it stood is not kept",),
        )

    if new.minimum > old.maximum or new.maximum < old.minimum:
        low, high = min(old.minimum, new.minimum), max(old.maximum, new.maximum)
        wider = max(old.type, new.type, key=_SIZES.index)
        yield statement(f"ALTER SEQUENCE {name} AS {wider} MINVALUE {low} MAXVALUE {high}")
    for narrower, limit, beyond in (
        (new.minimum > old.minimum, new.minimum, "<"),
        (new.maximum < old.maximum, new.maximum, ">"),
    ):
        if narrower:
            yield statement(
                f"SELECT setval({literal(name)}, {limit}, false) FROM {name}"
                f" WHERE last_value {beyond} {limit}"
            )


def _owner(each: Sequence) -> Identity | None:
    return each.owned_by


def _names(each: Sequence) -> Iterator[Hashable]:
    yield relation(each.schema, each.name)


KIND = Kind(
    Sequence,
    _read,
    _create,
    _drop,
    _alter,
    detach=_detach,
    late=True,
    names=_names,
    owner=_owner,
    tie=_tie,
    untied=lambda old, *_: replace(old, owned_by=None),
    present=any_of("pg_sequence", "true"),
)
