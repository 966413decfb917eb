"""Indexes that are not the body of a constraint."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres.kind import (
    MANAGED_TABLE,
    Found,
    Kind,
    Statements,
    World,
    comment_on,
    made_again,
    relation,
)
from ci_runner.dialects.postgres.kinds.column import same_type
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.rows import integer, optional, settled, text, texts
from ci_runner.schema.model import Identity, Index

_QUERY = f"""
SELECT i.indexrelid, n.nspname, c.relname, ic.relname, i.indisunique, am.amname,
       ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, k, true)
             FROM generate_series(1, i.indnkeyatts) k ORDER BY k),
       ARRAY(SELECT pg_catalog.pg_get_indexdef(i.indexrelid, k, true)
             FROM generate_series(i.indnkeyatts + 1, i.indnatts) k ORDER BY k),
       pg_catalog.pg_get_expr(i.indpred, i.indrelid), pg_catalog.pg_get_indexdef(i.indexrelid),
       pg_catalog.obj_description(i.indexrelid, 'pg_class'), i.indisvalid,
       ic.relfilenode::text
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_am am ON am.oid = ic.relam
WHERE {MANAGED_TABLE}
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                  WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
"""


def _read(connection: Connection) -> Iterator[Found]:
    for row in connection.query(_QUERY):
        oid, schema, table, name, unique, method, keys, include, predicate, *rest = row
        definition, comment, valid, node = rest
        yield Found(
            Index(
                schema=text(schema),
                table=text(table),
                name=text(name),
                unique=bool(unique),
                method=text(method),
                keys=texts(keys),
                include=texts(include),
                predicate=settled(optional(predicate)),
                definition=settled(text(definition)),
                valid=bool(valid),
                comment=optional(comment),
            ),
            (("pg_class", integer(oid), 0),),
            storage=text(node),
        )


def _create(new: Index) -> Statements:
    name = qualified(new.schema, new.name)
    return (
        PlannedStatement(
            new.definition,
            f"Create index {new.name} on {new.schema}.{new.table}",
            new.identity,
            undo=f"DROP INDEX {name}",
            hazards=("blocks writes to the table while it is built",),
        ),
        *comment_on(f"INDEX {name}", new.identity, None, new.comment),
    )


def _drop(old: Index) -> Statements:
    return (
        PlannedStatement(
            f"DROP INDEX {qualified(old.schema, old.name)}",
            f"Drop index {old.name} on {old.schema}.{old.table}",
            old.identity,
            undo=made_again(_create(old)) if old.valid else None,
        ),
    )


def _alter(old: Index, new: Index, _: World) -> Statements | None:
    if replace(old, comment=new.comment) != new:
        return None
    name = qualified(new.schema, new.name)
    return comment_on(f"INDEX {name}", new.identity, old.comment, new.comment)


def _like(each: Index) -> Hashable:
    """The definition holds the name; its other parts hold the rest, but for options and classes."""
    head, name, rest = each.definition.partition(f"INDEX {quote(each.name)} ON ")
    return replace(each, name="", comment=None, definition=head + rest if name else "")


def _rename(old: Index, new: Index) -> Statements:
    before, after = qualified(old.schema, old.name), qualified(new.schema, new.name)
    renamed = PlannedStatement(
        f"ALTER INDEX {before} RENAME TO {quote(new.name)}",
        f"Rename index {old.name} on {old.schema}.{old.table} to {new.name}",
        new.identity,
        undo=f"ALTER INDEX {after} RENAME TO {quote(old.name)}",
    )
    return (renamed, *comment_on(f"INDEX {after}", new.identity, old.comment, new.comment))


def _names(each: Index) -> Iterator[Hashable]:
    yield relation(each.schema, each.name)


def _in_the_way(each: Index, needed: Identity, world: World) -> bool:
    """The server rebuilds an index for a column's new type, not what it computes of an enum."""
    if needed in world.as_text:
        return True
    if needed.kind == "column" and not same_type(needed, world):
        return False
    table = world.old.table(each.schema, each.table)
    names = {quote(column.name) for column in table.columns} if table else set()
    return each.predicate is not None or not names.issuperset(each.keys)


KIND = Kind(
    Index,
    _read,
    _create,
    _drop,
    _alter,
    names=_names,
    in_the_way=_in_the_way,
    like=_like,
    rename=_rename,
)
