"""Read what is set on an index, or on that behind a constraint, in any query that has both."""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from ci_runner.dialects.postgres.kind import described
from ci_runner.dialects.postgres.read.rows import integer, optional, texts
from ci_runner.schema.model import IndexSettings

# Whether any index has a statistics target, which only one of expressions can have: hardly ever.
# Whoever knows writes true or false in its place, so that no index need be looked at.
ANY_TARGET = """EXISTS (SELECT FROM pg_catalog.pg_index x
                  JOIN pg_catalog.pg_attribute s ON s.attrelid = x.indexrelid
                  WHERE x.indexrelid >= 16384 AND x.indexprs IS NOT NULL
                        AND coalesce(s.attstattarget, -1) <> -1)"""


def _targets(column: str) -> str:
    return f"""
       CASE WHEN {ANY_TARGET} THEN (
            SELECT array_agg({column}::int ORDER BY s.attnum) FROM pg_catalog.pg_attribute s
            WHERE s.attrelid = ic.oid AND coalesce(s.attstattarget, -1) <> -1) END"""


# For queries with `ic`, the index in pg_class, `i`, that in pg_index, and `c`, its table.
COLUMNS = f"""
       ic.reloptions, space.spcname, {_targets("s.attnum")}, {_targets("s.attstattarget")},
       i.indisreplident AND c.relreplident = 'i', i.indisclustered,
       {described("ic.oid", "pg_class")}"""
JOINS = """
LEFT JOIN pg_catalog.pg_tablespace space ON space.oid = ic.reltablespace AND ic.reltablespace <> 0
"""


def usual(ending: str) -> str:
    """SQL: whether an index on a partition has the name that the server gives it.

    `ending` is SQL for what follows the name of the table, over `its.columns`. Long names are
    shortened by rules of the server's own, and pass for usual.
    """
    return f"""
       CASE WHEN ic.relispartition THEN (
            SELECT length(c.relname || its.columns) > 55
                   OR ic.relname = c.relname || '_' || {ending}
            FROM (SELECT string_agg(a.attname, '_' ORDER BY a.attnum) AS columns
                  FROM pg_catalog.pg_attribute a WHERE a.attrelid = ic.oid) its) ELSE true END"""


_NONE = IndexSettings()


def of(row: list[object]) -> IndexSettings:
    """The answer to COLUMNS."""
    if not any(row):
        return _NONE
    parameters, tablespace, positions, counts, identifies, clustered, comment = row
    return IndexSettings(
        parameters=tuple(sorted(texts(parameters))),
        tablespace=optional(tablespace) or "",
        statistics=tuple(zip(_integers(positions), _integers(counts), strict=True)),
        replica_identity=bool(identifies),
        clustered=bool(clustered),
        comment=optional(comment),
    )


def _integers(value: object) -> tuple[int, ...]:
    return tuple(integer(each) for each in value) if isinstance(value, list) else ()


def marks(each: IndexSettings, schema: str, table: str) -> Iterator[Hashable]:
    """What only one index of a table can be."""
    if each.clustered:
        yield ("clustered", schema, table)
    if each.replica_identity:
        yield ("replica identity", schema, table)
