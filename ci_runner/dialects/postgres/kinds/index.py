"""Indexes that are not the body of a constraint."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from ci_runner.dialects.base import Connection, PlannedStatement
from ci_runner.dialects.postgres import constraints, storage, views
from ci_runner.dialects.postgres.kind import (
    MANAGED_TABLE,
    MATERIALIZED_VIEW,
    Found,
    Kind,
    Statements,
    World,
    comment_on,
    made_again,
    make_found,
    relation,
)
from ci_runner.dialects.postgres.plan import hazards
from ci_runner.dialects.postgres.plan.computed import is_torn, same_type
from ci_runner.dialects.postgres.quote import qualified, quote
from ci_runner.dialects.postgres.read import settings
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text, texts
from ci_runner.schema.drafts import quickly
from ci_runner.schema.model import Identity, Index, IndexSettings


def _key(number: str, place: str) -> str:
    """SQL: a key as it is written, by the number of its column or as an expression."""
    return f"""CASE WHEN {number} = 0 THEN pg_catalog.pg_get_indexdef(i.indexrelid, {place}, true)
            ELSE (SELECT quote_ident(a.attname) FROM pg_catalog.pg_attribute a
                  WHERE a.attrelid = i.indrelid AND a.attnum = {number}) END"""


# Only a list of several is unfolded: that takes longer than to read one.
_QUERY = f"""
SELECT i.indexrelid, n.nspname, c.relname, ic.relname, i.indisunique, am.amname,
       i.indnkeyatts::int,
       CASE WHEN i.indnatts = 1 THEN ARRAY[{_key("i.indkey[0]", "1")}]
            ELSE ARRAY(SELECT {_key("k.num", "k.place::int")}
                       FROM unnest(i.indkey) WITH ORDINALITY k(num, place) ORDER BY k.place) END,
       pg_catalog.pg_get_expr(i.indpred, i.indrelid), pg_catalog.pg_get_indexdef(i.indexrelid),
       i.indisvalid,
       ic.relfilenode::text, CASE c.relkind WHEN 'm' THEN 'materialized view' ELSE 'table' END,
       pn.nspname, pc.relname, {settings.usual("its.columns || '_idx'")},
       {settings.COLUMNS}
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_am am ON am.oid = ic.relam
LEFT JOIN pg_catalog.pg_inherits h ON ic.relispartition AND h.inhrelid = ic.oid
LEFT JOIN pg_catalog.pg_class pc ON pc.oid = h.inhparent
LEFT JOIN pg_catalog.pg_namespace pn ON pn.oid = pc.relnamespace
{settings.JOINS}
WHERE ({MANAGED_TABLE} OR {MATERIALIZED_VIEW})
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
                  WHERE k.conrelid = i.indrelid AND k.conindid = i.indexrelid
                  AND k.contype IN ('p', 'u', 'x'))
"""


_make = quickly(Index)


def _read(connection: Connection) -> Iterator[Found]:
    for row in connection.query(_QUERY):
        oid, schema, table, name, unique, method, count, columns, predicate, *rest = row
        every, keys = texts(columns), integer(count)
        definition, valid, node, kind, parent_schema, parent, usual, *kept = rest
        *apart, comment = kept
        yield make_found(
            _make(
                schema=text(schema),
                table=text(table),
                name=text(name),
                unique=bool(unique),
                method=text(method),
                keys=every[:keys],
                include=every[keys:],
                predicate=settled(optional(predicate)),
                definition=_whole(settled(text(definition)), valid=bool(valid)),
                valid=bool(valid),
                comment=optional(comment),
                settings=settings.of([*apart, None]),
                table_kind=text(kind),
            ),
            (("pg_class", integer(oid), 0),),
            storage=text(node),
            copy_of=Identity("index", text(parent_schema), text(parent)) if parent else None,
            usual=bool(usual),
        )


def _whole(definition: str, *, valid: bool) -> str:
    """The server prints ONLY for every partitioned table; it counts where a partition has none."""
    return definition.replace(" ON ONLY ", " ON ", 1) if valid else definition


def _sql(new: Index) -> str:
    """The definition with the tablespace, which it does not show, before its predicate."""
    if not new.settings.tablespace:
        return new.definition
    tail = f" WHERE {new.predicate}" if new.predicate else ""
    return f"{new.definition.removesuffix(tail)} TABLESPACE {quote(new.settings.tablespace)}{tail}"


def _table(each: Index) -> Identity:
    return Identity(each.table_kind, each.schema, each.table)


def _create(new: Index) -> Statements:
    name = qualified(new.schema, new.name)
    refused = (hazards.repeated(new),) if new.unique else ()
    return (
        PlannedStatement(
            _sql(new),
            f"Create index {new.name} on {new.schema}.{new.table}",
            new.identity,
            undo=f"DROP INDEX {name}",
            hazards=(f"blocks {_blocked(new)} while it is built", *refused),
        ),
        *_settings(storage.without(new.settings), new),
        *comment_on(f"INDEX {name}", new.identity, None, new.comment),
    )


def _settings(before: IndexSettings, new: Index) -> Statements:
    return storage.index(before, new.settings, new.schema, new.name, _table(new), new.identity)


def _blocked(index: Index) -> str:
    kept = index.table_kind == "materialized view"
    return "refreshing the materialized view" if kept else "writes to the table"


def _drop(old: Index) -> Statements:
    """A table whose identity is an index that is gone would have none: it gets the usual one."""
    none = replace(old.settings, replica_identity=False)
    return (
        *storage.unmarked(old.settings, none, _table(old), old.name),
        PlannedStatement(
            f"DROP INDEX {qualified(old.schema, old.name)}",
            f"Drop index {old.name} on {old.schema}.{old.table}",
            old.identity,
            undo=made_again(_create(old)) if old.valid or " ON ONLY " in old.definition else None,
        ),
    )


def _detach(old: Index, new: Index, _: World) -> Statements:
    """Its table sorts and identifies its rows by something else."""
    return storage.unmarked(old.settings, new.settings, _table(new), new.name)


def _bare(each: Index) -> Index:
    """All that an index is made of, without what can be set on it later."""
    definition = constraints.WITH.sub("", each.definition)
    return replace(each, comment=None, settings=storage.NO_SETTINGS, definition=definition)


def _alter(old: Index, new: Index, world: World) -> Statements | None:
    if old.table_kind == new.table_kind == "materialized view":
        old = _shown_after(old, world)
    if _is_completed(old, new) and not _has_parts(new, world):
        return None
    if _is_completed(old, new):
        attached: Statements = tuple(_attached(new, world))
    elif _bare(old) == _bare(new):
        attached = ()
    else:
        return None
    name = qualified(new.schema, new.name)
    return (
        *attached,
        *_settings(old.settings, new),
        *comment_on(f"INDEX {name}", new.identity, old.comment, new.comment),
    )


def _shown_after(old: Index, world: World) -> Index:
    """`old` once the columns of its materialized view are renamed in place."""
    on = Identity(old.table_kind, old.schema, old.table)
    head, using, keys = old.definition.partition(" USING ")

    def after(text: str) -> str:
        return views.shown_after(text, on, world)

    return replace(
        old,
        definition=f"{head}{using}{after(keys)}",
        keys=tuple(map(after, old.keys)),
        include=tuple(map(after, old.include)),
        predicate=None if old.predicate is None else after(old.predicate),
    )


def _is_completed(old: Index, new: Index) -> bool:
    """Whether an index on a partitioned table alone becomes one with an index on each partition."""
    whole = replace(old, valid=True, definition=_whole(old.definition, valid=True))
    return not old.valid and " ON ONLY " in old.definition and _bare(whole) == _bare(new)


def _has_parts(new: Index, world: World) -> bool:
    """Whether a part that comes completes the index: where a partition goes, nothing does."""
    before = {each.object.identity: each.of for each in world.old.copies}
    coming = (copy.of for copy in world.new.copies if before.get(copy.object.identity) != copy.of)
    return new.identity in {*world.parts.values(), *coming}


def _attached(new: Index, world: World) -> Iterator[PlannedStatement]:
    """An index on each partition that has none yet, and its ATTACH."""
    before = {each.object.identity: each.of for each in world.old.copies}
    there = {each.identity for several in world.taken.values() for each in several}
    for copy in world.new.copies:
        part = copy.object
        if copy.of != new.identity or not isinstance(part, Index):
            continue
        if before.get(part.identity) == new.identity:
            continue
        if part.identity not in there:
            yield from _create(part)
        yield PlannedStatement(
            f"ALTER INDEX {qualified(new.schema, new.name)}"
            f" ATTACH PARTITION {qualified(part.schema, part.name)}",
            f"Make index {part.name} on {part.schema}.{part.table} a part of {new.identity}",
            new.identity,
            undo_hazards=("PostgreSQL detaches no index",),
        )


def _like(each: Index) -> Hashable:
    """The definition holds the name; its other parts hold the rest, but for options and classes."""
    each = _bare(each)
    head, name, rest = each.definition.partition(f"INDEX {quote(each.name)} ON ")
    return replace(each, name="", definition=head + rest if name else "")


def _rename(old: Index, new: Index) -> Statements:
    before, after = qualified(old.schema, old.name), qualified(new.schema, new.name)
    renamed = PlannedStatement(
        f"ALTER INDEX {before} RENAME TO {quote(new.name)}",
        f"Rename index {old.name} on {old.schema}.{old.table} to {new.name}",
        new.identity,
        undo=f"ALTER INDEX {after} RENAME TO {quote(old.name)}",
    )
    return (
        renamed,
        *_settings(old.settings, new),
        *comment_on(f"INDEX {after}", new.identity, old.comment, new.comment),
    )


def _names(each: Index) -> Iterator[Hashable]:
    yield relation(each.schema, each.name)
    yield from settings.marks(each.settings, each.schema, each.table)


def _in_the_way(each: Index, needed: Identity, world: World) -> bool:
    """The server rebuilds an index for a column's new type, not what it computes of an enum.

    It forgets the statistics targets of such an index.
    """
    if needed in world.as_text:
        return True
    if needed.kind == "column" and not same_type(needed, world):
        return bool(each.settings.statistics) or (
            _computes(each, world) and is_torn(each.identity, each.definition, world)
        )
    return _computes(each, world)


def _computes(each: Index, world: World) -> bool:
    table = world.old.table(each.schema, each.table)
    names = {quote(column.name) for column in table.columns} if table else set()
    return each.predicate is not None or not names.issuperset(each.keys)


KIND = Kind(
    Index,
    _read,
    _create,
    _drop,
    _alter,
    prints=(_QUERY,),
    detach=_detach,
    names=_names,
    in_the_way=_in_the_way,
    like=_like,
    rename=_rename,
)
