"""Read the columns of every table at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, cast

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import foreign
from ci_runner.dialects.postgres.kind import MANAGED_TABLE
from ci_runner.dialects.postgres.read.rows import integer, optional, settled, text, texts
from ci_runner.schema.drafts import quickly
from ci_runner.schema.model import Column, ColumnStorage

# Something that few columns have is set: see _UNUSUAL.
_IS_UNUSUAL = """
       (a.attgenerated <> '' OR a.attidentity <> '' OR a.attcollation <> t.typcollation
        OR a.attstorage <> t.typstorage OR a.attcompression <> ''
        OR coalesce(a.attstattarget, -1) <> -1 OR a.attoptions IS NOT NULL
        OR a.attfdwoptions IS NOT NULL OR a.attinhcount > 0 OR NOT a.attislocal)"""
USUAL = f"""
SELECT a.attrelid, a.attnum, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
       a.attnotnull, x.description, {_IS_UNUSUAL}
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_description x ON x.objoid = a.attrelid AND x.objsubid = a.attnum
     AND x.classoid = 'pg_catalog.pg_class'::regclass
WHERE a.attnum > 0 AND NOT a.attisdropped AND {MANAGED_TABLE}
ORDER BY a.attrelid, a.attnum
"""
DEFAULTS = f"""
SELECT d.adrelid, d.adnum, pg_catalog.pg_get_expr(d.adbin, d.adrelid)
FROM pg_catalog.pg_attrdef d
JOIN pg_catalog.pg_class c ON c.oid = d.adrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE {MANAGED_TABLE}
"""

# Partitions share the sequence of their parent's identity column: it shows on the parent only.
# Names of 63 bytes are shortened by rules of the server's own, so that a long name of a sequence is
# never told from the usual one.
_UNUSUAL = f"""
SELECT a.attrelid, a.attnum, a.attgenerated,
       CASE WHEN s.seqrelid IS NOT NULL THEN a.attidentity ELSE ''::"char" END,
       CASE WHEN a.attcollation <> t.typcollation THEN
            quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END,
       a.attinhcount > 0, a.attislocal,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END,
       CASE WHEN a.attcompression <> '' THEN a.attcompression END,
       nullif(a.attstattarget, -1)::int, a.attoptions,
       {foreign.names_and_values("a.attfdwoptions")},
       pg_catalog.format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
       s.seqcache, s.seqcycle,
       CASE WHEN q.relnamespace <> c.relnamespace OR length(c.relname || a.attname) < 50
                 AND q.relname <> c.relname || '_' || a.attname || '_seq' THEN
            quote_ident(qn.nspname) || '.' || quote_ident(q.relname) END,
       CASE WHEN q.relpersistence <> c.relpersistence THEN q.relpersistence END
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
LEFT JOIN pg_catalog.pg_depend i ON a.attidentity <> '' AND i.deptype = 'i'
     AND i.classid = 'pg_catalog.pg_class'::regclass
     AND i.refclassid = 'pg_catalog.pg_class'::regclass
     AND i.refobjid = c.oid AND i.refobjsubid = a.attnum
LEFT JOIN pg_catalog.pg_sequence s ON s.seqrelid = i.objid
LEFT JOIN pg_catalog.pg_class q ON q.oid = s.seqrelid
LEFT JOIN pg_catalog.pg_namespace qn ON qn.oid = q.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND {MANAGED_TABLE} AND {_IS_UNUSUAL}
"""

_MODES = {"p": "plain", "e": "external", "m": "main", "x": "extended"}
_COMPRESSIONS = {"p": "pglz", "l": "lz4"}


_GENERATED: dict[str, Literal["stored", "virtual"]] = {"s": "stored", "v": "virtual"}
_IDENTITY: dict[str, Literal["always", "by default"]] = {"a": "always", "d": "by default"}

Columns = tuple[tuple[int, Column], ...]
_column = quickly(Column)


def read(connection: Connection, tables: Mapping[int, tuple[str, str]]) -> Mapping[int, Columns]:
    """(attribute number, column) in order, by the oids of `tables`, which are schema and name."""
    found: dict[int, list[tuple[int, Column]]] = defaultdict(list)
    unusual: list[tuple[int, int]] = []
    # One row for each column there is: what the query says of their types is not checked again.
    rows = cast("list[_Row]", connection.query(USUAL))
    defaults = {
        (oid, number): settled(text(default)) for oid, number, default in connection.query(DEFAULTS)
    }
    for oid, number, name, kind, not_null, comment, is_unusual in rows:
        schema, table = tables[oid]
        default = defaults.get((oid, number))
        column = _column(schema, table, name, kind, not_null, default, comment=comment)
        if is_unusual:
            unusual.append((oid, len(found[oid])))
        found[oid].append((number, column))
    if unusual:
        more = {row[:2]: row[2:] for row in connection.query(_UNUSUAL)}
        for oid, place in unusual:
            number, column = found[oid][place]
            found[oid][place] = (number, _with(column, more[oid, number]))
    return {oid: tuple(columns) for oid, columns in found.items()}


_Row = tuple[int, int, str, str, bool, str | None, bool]


def _with(column: Column, row: tuple[object, ...]) -> Column:
    """`column` with what few have, as _UNUSUAL gives it."""
    generated, identity, collation, inherited, local, *rest = row
    kept, sequence = rest[:6], rest[6:]
    return replace(
        column,
        default=None if generated else column.default,
        generated=column.default if generated else None,
        generated_kind=_GENERATED[text(generated)] if generated else "",
        identity_kind=_IDENTITY[text(identity)] if identity else "",
        identity_options=_identity_options(sequence) if identity else "",
        collation=optional(collation),
        storage=_storage(kept) if any(each is not None for each in kept) else column.storage,
        inherited=bool(inherited),
        local=bool(local),
    )


def _storage(kept: list[object]) -> ColumnStorage:
    mode, compression, statistics, options, names, values = kept
    return ColumnStorage(
        mode=_MODES[text(mode)] if mode else "",
        compression=_COMPRESSIONS[text(compression)] if compression else "",
        statistics=None if statistics is None else integer(statistics),
        options=tuple(sorted(texts(options))),
        foreign_options=foreign.read(names, values),
    )


def _identity_options(sequence: list[object]) -> str:
    """What differs from the defaults behind GENERATED ... AS IDENTITY."""
    kind, *numbers, cycle, name, persistence = sequence
    start, step, low, high, cache = (integer(number) for number in numbers)
    top = {"smallint": 2**15, "integer": 2**31, "bigint": 2**63}[text(kind)]
    least, most = (1, top - 1) if step > 0 else (-top, -1)
    parts = [
        f"SEQUENCE NAME {name}" if name else "",
        {"p": "LOGGED", "u": "UNLOGGED"}[text(persistence)] if persistence else "",
        f"INCREMENT BY {step}" if step != 1 else "",
        f"MINVALUE {low}" if low != least else "",
        f"MAXVALUE {high}" if high != most else "",
        f"START WITH {start}" if start != (low if step > 0 else high) else "",
        f"CACHE {cache}" if cache != 1 else "",
        "CYCLE" if cycle else "",
    ]
    return " ".join(part for part in parts if part)
