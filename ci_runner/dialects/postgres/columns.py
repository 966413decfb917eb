"""Read the columns of every table at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from ci_runner.dialects.base import Connection
from ci_runner.dialects.postgres import foreign
from ci_runner.dialects.postgres.kind import MANAGED_TABLE, described
from ci_runner.dialects.postgres.rows import integer, optional, settled, text, texts
from ci_runner.schema.model import Column, ColumnStorage

# Partitions share the sequence of their
# parent's identity column: it shows on the parent only. Names of 63 bytes are shortened by rules
# of the server's own, so that a long name of a sequence is never told from the usual one.
_QUERY = f"""
SELECT c.oid, a.attnum, n.nspname, c.relname, a.attname,
       pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull,
       pg_catalog.pg_get_expr(d.adbin, d.adrelid), a.attgenerated,
       CASE WHEN s.seqrelid IS NOT NULL THEN a.attidentity ELSE ''::"char" END,
       CASE WHEN a.attcollation <> t.typcollation THEN
            quote_ident(cn.nspname) || '.' || quote_ident(co.collname) END,
       CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage END,
       CASE WHEN a.attcompression <> '' THEN a.attcompression END,
       nullif(a.attstattarget, -1)::int, a.attoptions,
       {foreign.names_and_values("a.attfdwoptions")},
       a.attinhcount > 0, a.attislocal,
       pg_catalog.format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
       s.seqcache, s.seqcycle,
       CASE WHEN q.relnamespace <> c.relnamespace OR length(c.relname || a.attname) < 50
                 AND q.relname <> c.relname || '_' || a.attname || '_seq' THEN
            quote_ident(qn.nspname) || '.' || quote_ident(q.relname) END,
       CASE WHEN q.relpersistence <> c.relpersistence THEN q.relpersistence END,
       {described("c.oid", "pg_class", "a.attnum")}
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
LEFT JOIN pg_catalog.pg_class q ON q.oid = s.seqrelid
LEFT JOIN pg_catalog.pg_namespace qn ON qn.oid = q.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND {MANAGED_TABLE}
ORDER BY c.oid, a.attnum
"""

_MODES = {"p": "plain", "e": "external", "m": "main", "x": "extended"}
_COMPRESSIONS = {"p": "pglz", "l": "lz4"}


def read(connection: Connection) -> Mapping[int, tuple[tuple[int, Column], ...]]:
    """(attribute number, column) in order, for every table by oid."""
    found: dict[int, list[tuple[int, Column]]] = defaultdict(list)
    for row in connection.query(_QUERY):
        oid, number, schema, table, name, kind, not_null, expression, generated, identity = row[:10]
        collation, *kept, inherited, local = row[10:19]
        *sequence, comment = row[19:]
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
                    storage=_storage(kept) if any(each is not None for each in kept) else _USUAL,
                    inherited=bool(inherited),
                    local=bool(local),
                ),
            )
        )
    return {oid: tuple(columns) for oid, columns in found.items()}


_USUAL = ColumnStorage()


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
