"""Columns: how they are read for every table at once, and the ALTER TABLE forms of a change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import rebuild
from ci_runner.dialects.postgres.kind import (
    MANAGED_TABLE,
    Kind,
    Statements,
    World,
    comment_on,
    relation,
)
from ci_runner.dialects.postgres.quote import literal, qualified, quote
from ci_runner.dialects.postgres.rows import integer, optional, settled, text
from ci_runner.dialects.postgres.types import cast, widens
from ci_runner.schema.model import Column, Identity

_QUERY = f"""
SELECT c.oid, a.attnum, n.nspname, c.relname, a.attname,
       pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attgenerated, a.attidentity,
       CASE WHEN a.attcollation <> t.typcollation THEN
            quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END,
       pg_catalog.format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
       s.seqcache, s.seqcycle, pg_catalog.col_description(c.oid, a.attnum)
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN pg_catalog.pg_depend i ON a.attidentity <> '' AND i.deptype = 'i'
     AND i.classid = 'pg_catalog.pg_class'::regclass
     AND i.refclassid = 'pg_catalog.pg_class'::regclass
     AND i.refobjid = c.oid AND i.refobjsubid = a.attnum
LEFT JOIN pg_catalog.pg_sequence s ON s.seqrelid = i.objid
WHERE a.attnum > 0 AND NOT a.attisdropped AND {MANAGED_TABLE}
ORDER BY c.oid, a.attnum
"""


def read(connection: Connection) -> Mapping[int, tuple[tuple[int, Column], ...]]:
    """(attribute number, column) in order, for every table by oid."""
    found: dict[int, list[tuple[int, Column]]] = defaultdict(list)
    for row in connection.query(_QUERY):
        oid, number, schema, table, name, kind, not_null, expression, generated, identity = row[:10]
        collation, *sequence, comment = row[10:]
        expression_text = settled(optional(expression))
        found[integer(oid)].append(
            (
                integer(number),
                Column(
                    schema=text(schema),
                    table=text(table),
                    name=text(name),
                    type=text(kind),
                    not_null=bool(not_null),
                    default=None if generated else expression_text,
                    generated=expression_text if generated else None,
                    generated_kind={"s": "stored", "v": "virtual"}.get(text(generated), ""),  # type: ignore[arg-type]  # the mapping's values are the literals
                    identity_kind={"a": "always", "d": "by default"}.get(text(identity), ""),  # type: ignore[arg-type]  # as above
                    identity_options=_identity_options(sequence) if identity else "",
                    collation=optional(collation),
                    comment=optional(comment),
                ),
            )
        )
    return {oid: tuple(columns) for oid, columns in found.items()}


def _identity_options(sequence: list[object]) -> str:
    """What differs from the defaults behind GENERATED ... AS IDENTITY."""
    kind, *numbers, cycle = sequence
    start, step, low, high, cache = (integer(number) for number in numbers)
    top = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}[text(kind)]
    least, most = (1, top - 1) if step > 0 else (-top, -1)
    parts = [
        f"INCREMENT BY {step}" if step != 1 else "",
        f"MINVALUE {low}" if low != least else "",
        f"MAXVALUE {high}" if high != most else "",
        f"START WITH {start}" if start != (low if step > 0 else high) else "",
        f"CACHE {cache}" if cache != 1 else "",
        "CYCLE" if cycle else "",
    ]
    return " ".join(part for part in parts if part)


def _identity_clause(column: Column) -> str:
    options = f" ({column.identity_options})" if column.identity_options else ""
    return f"GENERATED {column.identity_kind.upper()} AS IDENTITY{options}"


def clause(column: Column) -> str:
    """The column as it stands in CREATE TABLE."""
    parts = [quote(column.name), column.type]
    if column.collation:
        parts.append(f"COLLATE {column.collation}")
    if column.generated is not None:
        kind = " STORED" if column.generated_kind == "stored" else ""
        parts.append(f"GENERATED ALWAYS AS ({column.generated}){kind}")
    elif column.identity_kind:
        parts.append(_identity_clause(column))
    elif column.default is not None:
        parts.append(f"DEFAULT {column.default}")
    if column.not_null:
        parts.append("NOT NULL")
    return " ".join(parts)


def _table(column: Column) -> str:
    return qualified(column.schema, column.table)


def comment(old: str | None, new: Column) -> tuple[PlannedStatement, ...]:
    what = f"COLUMN {qualified(new.schema, new.table, new.name)}"
    return comment_on(what, new.identity, old, new.comment)


def _create(new: Column) -> Statements:
    needs_value = new.not_null and new.default is None and not new.identity_kind
    hazards = []
    if needs_value and new.generated is None:
        hazards.append("fails if the table has rows")
    if new.generated is not None or new.identity_kind:
        hazards.append("rewrites the table under ACCESS EXCLUSIVE")
    return (
        PlannedStatement(
            f"ALTER TABLE {_table(new)} ADD COLUMN {clause(new)}",
            f"Add {new.identity}",
            new.identity,
            undo=f"ALTER TABLE {_table(new)} DROP COLUMN {quote(new.name)}",
            hazards=tuple(hazards),
        ),
        *comment(None, new),
    )


def _drop(old: Column) -> Statements:
    """What is generated can be generated again; all other data is lost."""
    lost = old.generated is None
    again = [f"ALTER TABLE {_table(old)} ADD COLUMN {clause(old)}"]
    again += [each.sql for each in comment(None, old)]
    return (
        PlannedStatement(
            f"ALTER TABLE {_table(old)} DROP COLUMN {quote(old.name)}",
            f"Drop {old.identity}",
            old.identity,
            destructive=lost,
            undo=None if lost else ";\n".join(again),
            hazards=("the column's data is lost",) if lost else (),
        ),
    )


def retypes(old: Column, new: Column) -> bool:
    return (old.type, old.collation) != (new.type, new.collation)


def _must_be_made_again(old: Column, new: Column) -> bool:
    """Generated columns cannot take another expression before PostgreSQL 17, nor become one."""
    return new.generated is not None and (
        (old.generated, old.generated_kind) != (new.generated, new.generated_kind)
        or retypes(old, new)
    )


def _alter(old: Column, new: Column, world: World) -> Statements | None:
    """Every difference in an order that the server accepts."""
    if _must_be_made_again(old, new):
        return None
    return (
        *_retype(old, new, world),
        *_attach(old, new, released=new.identity in world.released),
        *comment(old.comment, new),
    )


def _at(column: Column) -> str:
    return f"ALTER TABLE {_table(column)} ALTER COLUMN {quote(column.name)}"


def _statement(
    column: Column,
    sql: str,
    summary: str,
    *,
    undo: str | None = None,
    hazards: tuple[str, ...] = (),
) -> PlannedStatement:
    return PlannedStatement(
        f"{_at(column)} {sql}",
        summary,
        column.identity,
        undo=f"{_at(column)} {undo}" if undo else None,
        hazards=hazards,
    )


def _another_identity(old: Column, new: Column) -> bool:
    return bool(old.identity_kind) and old.identity_options != new.identity_options


def _detach(old: Column, new: Column, world: World) -> Statements:
    apart = tuple(_detached(old, new, released=new.identity in world.released))
    return (*apart, *(rebuild.as_text(old) if new.identity in world.as_text else ()))


def _detached(old: Column, new: Column, *, released: bool) -> Iterator[PlannedStatement]:
    """Take off what stands in the way: an expression, an identity, a default of the old type."""
    if _must_be_made_again(old, new):
        return
    if old.generated is not None and new.generated is None:
        yield _statement(new, "DROP EXPRESSION", f"Make {new.identity} an ordinary column")
    if old.identity_kind and (not new.identity_kind or _another_identity(old, new)):
        yield _statement(
            new,
            "DROP IDENTITY",
            f"Take the identity off {new.identity}",
            undo=f"ADD {_identity_clause(old)}",
        )
    if _default_goes(old, new, released=released):
        yield _statement(
            new,
            "DROP DEFAULT",
            f"Take the default off {new.identity}",
            undo=f"SET DEFAULT {old.default}",
        )


def _default_goes(old: Column, new: Column, *, released: bool) -> bool:
    """Whether the old default is in the way of what comes; one that calls nothing never is."""
    if old.default is None:
        return False
    if released:
        return True
    calls = "(" in old.default and old.default != new.default
    return new.default is None or calls or retypes(old, new)


def _retype(old: Column, new: Column, world: World) -> Iterator[PlannedStatement]:
    if new.identity in world.moved and (not retypes(old, new) or new.identity in world.as_text):
        yield from rebuild.move(new, world)
        return
    if not retypes(old, new):
        return
    grows = old.type == new.type or _widens(old, new, world)
    name = quote(new.name)

    def to(way: Column, using: str) -> str:
        # Without COLLATE the column takes the collation of its type.
        collate = f" COLLATE {way.collation}" if way.collation else ""
        return f"TYPE {way.type}{collate}{using}"

    yield _statement(
        new,
        to(new, "" if grows else f" USING {cast(name, old.type, new.type, world.types)}"),
        f"Change the type of {new.identity} from {old.type} to {new.type}",
        undo=to(old, f" USING {name}::{old.type}") if grows else None,
        hazards=(
            "holds ACCESS EXCLUSIVE; rewrites the table unless both types store alike",
            *(() if grows else ("fails if a value does not fit",)),
        ),
    )


def _widens(old: Column, new: Column, world: World) -> bool:
    """A domain takes every value of its type where it asks nothing of it."""
    was, then = world.types
    return not then.asks(new.type) and widens(was.plain(old.type), then.plain(new.type))


def _attach(old: Column, new: Column, *, released: bool) -> Iterator[PlannedStatement]:
    goes = _default_goes(old, new, released=released)
    if new.default is not None and (goes or old.default != new.default):
        yield _statement(
            new,
            f"SET DEFAULT {new.default}",
            f"Set the default of {new.identity}",
            undo="DROP DEFAULT" if old.default is None or goes else f"SET DEFAULT {old.default}",
        )
    if new.not_null and not old.not_null:
        yield _statement(
            new,
            "SET NOT NULL",
            f"Forbid NULL in {new.identity}",
            undo="DROP NOT NULL",
            hazards=(
                "scans the table under ACCESS EXCLUSIVE",
                f"fails if a row is NULL: {_nulls(new)}",
            ),
        )
    if new.identity_kind and (not old.identity_kind or _another_identity(old, new)):
        yield _statement(
            new,
            f"ADD {_identity_clause(new)}",
            f"Make {new.identity} an identity column",
            undo="DROP IDENTITY",
            hazards=(f"counts from its start, whatever the rows hold: {_restart(new)}",),
        )
    elif new.identity_kind != old.identity_kind and new.identity_kind:
        yield _statement(
            new,
            f"SET GENERATED {new.identity_kind.upper()}",
            f"Generate {new.identity} {new.identity_kind}",
            undo=f"SET GENERATED {old.identity_kind.upper()}",
        )
    if old.not_null and not new.not_null:
        yield _statement(new, "DROP NOT NULL", f"Allow NULL in {new.identity}", undo="SET NOT NULL")


def _nulls(column: Column) -> str:
    """The query that counts the rows in the way of SET NOT NULL."""
    return f"SELECT count(*) FROM {_table(column)} WHERE {quote(column.name)} IS NULL"


def _restart(column: Column) -> str:
    """What sets a fresh identity behind the rows that are there."""
    table, name = literal(_table(column)), literal(column.name)
    return (
        f"SELECT setval(pg_get_serial_sequence({table}, {name}), max({quote(column.name)}))"
        f" FROM {_table(column)}"
    )


def same_type(needed: Identity, world: World) -> bool:
    """Whether a disturbed thing is a column that keeps its type, which is made anew."""
    before, after = world.old.get(needed), world.new.get(needed)
    return isinstance(before, Column) and isinstance(after, Column) and not retypes(before, after)


def _names(each: Column) -> Iterator[Hashable]:
    """An identity column has a sequence, which the server names like this."""
    if each.identity_kind:
        yield relation(each.schema, f"{each.table}_{each.name}_seq")


def _disturbs(old: Column, new: Column, world: World) -> Iterator[Identity]:
    if retypes(old, new) or new.identity in world.moved:
        yield old.identity


def _in_the_way(each: Column, _: Identity, __: World) -> bool:
    """The server retypes nothing that a generated column is computed from."""
    return each.generated is not None


def _releases(each: Column, needed: Identity, world: World) -> bool:
    """A column cannot let go of its type; whatever else it needs, its default needs."""
    return each.default is not None and not rebuild.made_of(each, world.old.get(needed))


def _read_with_tables(_: Connection) -> tuple[()]:
    """Columns are read for all tables at once, by `read`, and live in their table."""
    return ()


KIND = Kind(
    Column,
    _read_with_tables,
    _create,
    _drop,
    _alter,
    detach=_detach,
    late=True,
    names=_names,
    disturbs=_disturbs,
    in_the_way=_in_the_way,
    releases=_releases,
)
